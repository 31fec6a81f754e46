//! `init`: a small working repository, made from the files that ship with matchmark. Overwrites nothing.

/// Path and text of files that are handed on as they are.
macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../", $path)))),*]
    };
}

mod policies;
mod shipped;
mod workflow;

use super::{Answer, AppError, Sink};
use crate::catalogue::Envelope;
use crate::format::{self, Draft, KINDS};
use crate::model::{InitRequest, Verdict, named_folder};
use crate::report;
use crate::store;
use policies::POLICIES;
use shipped::{CONFIG, CONTRACTS, HISTORY, MIGRATIONS, PARTNERS, SCHEMAS, Schema};
use std::path::Path;

/// Recorded payloads of the small history.
const RECORDS: usize = 12;

/// Tables of the configuration that speak of our own papers.
const OWN: [&str; 2] = ["[readiness]", "[operating]"];

/// A group of files that is reported in one word.
struct Group {
    name: String,
    files: Vec<(String, String)>,
}

/// Writes what is missing and says what it wrote.
pub(super) fn init(request: &InitRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let mut text = String::new();
    for line in [
        vec![
            config(),
            schemas(),
            counted("contracts", CONTRACTS),
            counted("partners", PARTNERS),
            policies(),
            history(),
        ],
        vec![workflow()],
    ] {
        let mut created = Vec::new();
        for group in line {
            if write(&request.root, &group.files)? {
                created.push(group.name);
            }
        }
        if !created.is_empty() {
            text.push_str(&format!("  Created  {}\n", created.join(", ")));
        }
    }
    if text.is_empty() {
        text.push_str("  Everything is there already; nothing was changed.\n");
    }
    text.push_str("  Nothing was sent anywhere. No account is needed.\n");
    let next = report::command(named_folder(&request.root).as_deref(), "check", "");
    text.push_str(&format!("  Next     {next}\n"));
    sink.result(&text).map_err(AppError::Unread)?;
    Ok(Answer::said(Verdict::Go))
}

/// Whether any of the files was new.
fn write(root: &Path, files: &[(String, String)]) -> Result<bool, AppError> {
    let mut any = false;
    for (path, text) in files {
        let text = format::directed(path, text, format::EDITORS);
        any |= store::create(&root.join(path), &text)?;
    }
    Ok(any)
}

fn config() -> Group {
    let own = CONFIG.iter();
    let mut files: Vec<(String, String)> = own
        .map(|(path, text)| {
            (
                (*path).to_owned(),
                OWN.iter().fold((*text).to_owned(), without),
            )
        })
        .collect();
    // Development keys and caches stay out of every commit.
    files.push((".matchmark/.gitignore".to_owned(), "*\n".to_owned()));
    // What editors complete and check these files with.
    files.extend(KINDS.iter().map(|kind| {
        let path = format!("{}/{}", format::EDITORS, kind.file(Draft::Seven));
        (path, format!("{:#}\n", kind.schema(Draft::Seven)))
    }));
    Group {
        name: "matchmark.toml".to_owned(),
        files,
    }
}

/// `text` without one of its tables: where our own papers stand says nothing of another repository.
fn without(text: String, table: &&str) -> String {
    let mut inside = false;
    let lines = text.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            inside = line.trim_end() == *table;
        }
        !inside
    });
    lines.collect()
}

fn schemas() -> Group {
    let mut files = Vec::new();
    for schema in SCHEMAS {
        files.push((
            format!("schemas/{}/entry.toml", schema.entry),
            entry(schema),
        ));
        files.extend(owned(schema.parts));
    }
    files.extend(owned(MIGRATIONS));
    Group {
        name: format!("schemas/ ({})", SCHEMAS.len()),
        files,
    }
}

/// The shipped entry with only the versions that are handed on.
fn entry(schema: &Schema) -> String {
    const MARK: &str = "[[version]]";
    let mut parts = schema.file.split(MARK);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_handed_on = |version: &&str| {
            let wanted = format!("version = \"{version}\"");
            part.lines().any(|line| line == wanted)
        };
        if schema.versions.iter().any(is_handed_on) {
            text.push_str(MARK);
            text.push_str(part);
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// Files that are handed on as they are, with their number.
fn counted(folder: &str, files: &[(&str, &str)]) -> Group {
    Group {
        name: format!("{folder}/ ({})", files.len()),
        files: owned(files),
    }
}

fn policies() -> Group {
    let rules = POLICIES
        .iter()
        .filter(|(path, _)| path.ends_with("/rule.toml"));
    Group {
        name: format!("policies/ ({} rules)", rules.count()),
        files: owned(POLICIES),
    }
}

fn history() -> Group {
    let (path, text) = HISTORY;
    let fits = |line: &&str| {
        serde_json::from_str::<Envelope>(line).is_ok_and(|envelope| {
            SCHEMAS.iter().any(|schema| {
                let version = envelope.version.to_string();
                schema.entry == envelope.schema && schema.versions.contains(&version.as_str())
            })
        })
    };
    let lines: Vec<&str> = text.lines().filter(fits).take(RECORDS).collect();
    Group {
        name: format!("payloads/ ({} synthetic)", lines.len()),
        files: vec![(path.to_owned(), lines.join("\n") + "\n")],
    }
}

fn workflow() -> Group {
    Group {
        name: ".github/workflows/matchmark.yml, matchmark-publish.yml, .github/actions/matchmark/"
            .to_owned(),
        files: workflow::files(),
    }
}

fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;

//! Evidence for one line, gathered piece by piece.
//! Refuses to let a line hold that nothing speaks for.

use crate::catalogue::Source;
use crate::model::ReadinessLine;
use serde::de::DeserializeOwned;

/// What speaks for a line and what it lacks.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof {
    evidence: Vec<String>,
    missing: Vec<String>,
}

impl Proof {
    pub(super) fn seen(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.evidence.contains(&what) {
            self.evidence.push(what);
        }
    }

    pub(super) fn lacks(&mut self, what: impl Into<String>) {
        self.missing.push(what.into());
    }

    /// `evidence` where `is_there`, else `missing`.
    pub(super) fn ask(&mut self, is_there: bool, evidence: &str, missing: impl Into<String>) {
        if is_there {
            self.seen(evidence);
        } else {
            self.lacks(missing);
        }
    }

    /// The files of a folder; when there are none, what was looked for and where.
    pub(super) fn papers<'s>(
        &mut self,
        sources: &'s [Source],
        folder: Option<&str>,
        key: &str,
    ) -> &'s [Source] {
        if sources.is_empty() {
            self.lacks(match folder {
                Some(folder) => format!("`{folder}` is not there or holds nothing"),
                None => format!("`readiness.{key}` of matchmark.toml says nowhere to look"),
            });
        }
        sources
    }

    /// A TOML file as `T`; one that cannot be read is something that is missing.
    pub(super) fn read<T: DeserializeOwned>(&mut self, source: &Source) -> Option<T> {
        let text = source.text().unwrap_or_default();
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let place = source.place(error.span().map_or(0, |span| span.start));
                let why = error.message().lines().next().unwrap_or("is not TOML");
                self.lacks(format!("{place}: {why}"));
                None
            }
        }
    }

    pub(super) fn line(mut self, id: &str, title: &str) -> ReadinessLine {
        if self.evidence.is_empty() && self.missing.is_empty() {
            self.lacks("nothing speaks for it");
        }
        ReadinessLine {
            id: id.to_owned(),
            title: title.to_owned(),
            holds: self.missing.is_empty(),
            evidence: self.evidence,
            missing: self.missing,
        }
    }
}

/// The documents of a numbered folder, newest last, each with its number.
pub(super) fn numbered<'s>(
    proof: &mut Proof,
    sources: &'s [Source],
) -> Vec<(&'s Source, toml::Table)> {
    let mut found: Vec<(i64, &Source, toml::Table)> = Vec::new();
    for source in sources {
        let Some(table) = proof.read::<toml::Table>(source) else {
            continue;
        };
        match table.get("number").and_then(toml::Value::as_integer) {
            Some(number) => found.push((number, source, table)),
            None => proof.lacks(format!(
                "{} has no `number`, so no decision can name it",
                source.path
            )),
        }
    }
    found.sort_by_key(|(number, ..)| *number);
    found
        .into_iter()
        .map(|(_, source, table)| (source, table))
        .collect()
}

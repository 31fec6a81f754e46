//! The official JSON-Schema-Test-Suite, draft 4 to 2020-12, through both ways.
//! Refuses to say that a document from elsewhere is at hand: what needs one is counted, not judged.

use crate::both::explained_alike;
use jsonschema::ValidationOptions;
use serde_json::Value;
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};
use wire::payload::Schema;
use wire::stream::{Program, Runner, Settled};

/// The folder that holds `tests/draft7` and its like.
const FOLDER: &str = "MATCHMARK_SUITE";

/// A draft as the suite names it, its dialect, what the crate reads it with, and the least share that is settled.
struct Draft {
    folder: &'static str,
    dialect: &'static str,
    options: fn() -> ValidationOptions<'static>,
    least: usize,
}

/// The fast way knows three drafts and has to leave the others alone.
const DRAFTS: [Draft; 5] = [
    Draft {
        folder: "draft4",
        dialect: "http://json-schema.org/draft-04/schema#",
        options: jsonschema::draft4::options,
        least: 0,
    },
    Draft {
        folder: "draft6",
        dialect: "http://json-schema.org/draft-06/schema#",
        options: jsonschema::draft6::options,
        least: 60,
    },
    Draft {
        folder: "draft7",
        dialect: "http://json-schema.org/draft-07/schema#",
        options: jsonschema::draft7::options,
        least: 60,
    },
    Draft {
        folder: "draft2019-09",
        dialect: "https://json-schema.org/draft/2019-09/schema",
        options: jsonschema::draft201909::options,
        least: 0,
    },
    Draft {
        folder: "draft2020-12",
        dialect: "https://json-schema.org/draft/2020-12/schema",
        options: jsonschema::draft202012::options,
        least: 60,
    },
];

/// What was judged, and how.
#[derive(Debug, Default)]
struct Count {
    judged: usize,
    valid: usize,
    settled: usize,
    /// Judged by the full way of the product as well.
    full: usize,
    /// Explained by a walk, as the validator does.
    walked: usize,
    /// Of schemas that need documents from elsewhere.
    elsewhere: usize,
    /// Where the crate does not say what the suite says.
    unlike_suite: Vec<String>,
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of a draft");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

impl Draft {
    fn judge(&self, suite: &Path) -> Count {
        let folder = suite.join("tests").join(self.folder);
        let mut count = Count::default();
        for file in files(&folder) {
            let text = std::fs::read(&file).expect("a file");
            let groups: Vec<Value> = serde_json::from_slice(&text).expect("a list");
            let name = file.strip_prefix(&folder).expect("below the folder");
            for group in groups {
                self.group(&name.display().to_string(), &group, &mut count);
            }
        }
        count
    }

    fn group(&self, file: &str, group: &Value, count: &mut Count) {
        let tests = group["tests"].as_array().expect("tests");
        let mut schema = group["schema"].clone();
        if let Value::Object(keywords) = &mut schema {
            let dialect = || self.dialect.into();
            keywords.entry("$schema").or_insert_with(dialect);
        }
        let named = schema.get("$schema");
        if named.is_some_and(|named| DRAFTS.iter().all(|draft| named != draft.dialect)) {
            count.elsewhere += tests.len();
            return;
        }
        let options = (self.options)().offline().should_validate_formats(false);
        let Ok(plain) = options.build(&schema) else {
            count.elsewhere += tests.len();
            return;
        };
        // A bare `true` or `false` names no dialect and means the same in all that have it.
        let (program, full) = (
            Program::compile(&schema),
            Schema::published(schema.clone()).ok(),
        );
        let mut runner = Runner::new(Limits::FILE);
        for test in tests {
            let name = format!("{file}: {}, {}", group["description"], test["description"]);
            let bytes = serde_json::to_vec(&test["data"]).expect("text");
            let Ok(document) = Document::parse(&bytes, &Limits::FILE) else {
                let fast = runner.judge(&program, &bytes);
                assert_eq!(fast, Settled::Unsettled, "{name}: beyond our limits");
                continue;
            };
            let valid = plain.is_valid(document.value());
            if let Some(full) = &full {
                assert_eq!(
                    full.accepts(document.value()),
                    valid,
                    "{name}: the full way"
                );
                assert_eq!(
                    full.problems(&document).is_empty(),
                    valid,
                    "{name}: its reasons"
                );
                count.full += 1;
                let is_walked = !valid && explained_alike(full, &document, &schema);
                count.walked += usize::from(is_walked);
            }
            let fast = runner.judge(&program, &bytes);
            let settled = fast == Settled::Accepted;
            assert!(valid || !settled, "{name}: accepted too much");
            assert!(
                !valid || fast != Settled::Refused,
                "{name}: refused too much"
            );
            count.judged += 1;
            count.valid += usize::from(valid);
            count.settled += usize::from(settled);
            let is_required = !file.starts_with("optional");
            if is_required && Value::Bool(valid) != test["valid"] {
                count.unlike_suite.push(name);
            }
        }
    }
}

#[test]
fn prove_stream_agrees_with_the_official_suite() {
    let Some(suite) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        println!(
            "NOT RUN: JSON-Schema-Test-Suite is fetched by `cargo xtask test`, which names its folder in {FOLDER}"
        );
        return;
    };
    for draft in DRAFTS {
        let count = draft.judge(&suite);
        let Count {
            judged,
            valid,
            settled,
            full,
            walked,
            elsewhere,
            unlike_suite,
        } = &count;
        println!(
            "{}: {settled} of {valid} valid payloads settled; {judged} judged, {full} of them by the full way of the \
             product, {walked} explained by a walk, {elsewhere} left out for documents from elsewhere; no disagreement",
            draft.folder
        );
        assert!(
            *judged > 500 && settled * 100 >= valid * draft.least,
            "{count:?}"
        );
        assert_eq!(unlike_suite, &Vec::<String>::new(), "{}", draft.folder);
        let is_walked = draft.folder == "draft4" || *walked > 300;
        assert!(full == judged && is_walked, "{count:?}");
    }
}

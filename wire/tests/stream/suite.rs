//! The official JSON-Schema-Test-Suite through both ways.

use serde_json::Value;
use std::path::PathBuf;
use wire::json::{Document, Limits};
use wire::stream::{Program, Runner, Settled};

/// The folder that holds `tests/draft7` and its like.
const FOLDER: &str = "MATCHMARK_SUITE";

fn files(draft: &str) -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(std::env::var_os(FOLDER)?)
        .join("tests")
        .join(draft);
    let entries = std::fs::read_dir(folder).expect("the folder of a draft");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    Some(files)
}

/// How many valid payloads there are, and how many of them are settled.
fn shares(
    draft: &str,
    dialect: &str,
    options: &jsonschema::ValidationOptions<'_>,
) -> Option<(usize, usize)> {
    let mut runner = Runner::new(Limits::FILE);
    let (mut valid, mut settled) = (0, 0);
    for file in files(draft)? {
        let text = std::fs::read(&file).expect("a file");
        let groups: Vec<Value> = serde_json::from_slice(&text).expect("a list");
        for group in groups {
            let mut schema = group["schema"].clone();
            if let Value::Object(keywords) = &mut schema {
                keywords.entry("$schema").or_insert_with(|| dialect.into());
            } else if draft == "draft7" {
                continue;
            }
            // Some need documents from elsewhere.
            let Ok(full) = options.build(&schema) else {
                continue;
            };
            let program = Program::compile(&schema);
            for test in group["tests"].as_array().expect("tests") {
                let bytes = serde_json::to_vec(&test["data"]).expect("text");
                let document = Document::parse(&bytes, &Limits::FILE);
                let fine = document.is_ok_and(|document| full.is_valid(document.value()));
                let fast = runner.accepts(&program, &bytes) == Settled::Accepted;
                assert!(
                    fine || !fast,
                    "{}: {} {}",
                    file.display(),
                    group["description"],
                    test["description"]
                );
                valid += usize::from(fine);
                settled += usize::from(fast);
            }
        }
    }
    Some((valid, settled))
}

fn holds(draft: &str, dialect: &str, options: jsonschema::ValidationOptions<'_>, percent: usize) {
    let options = options.offline().should_validate_formats(false);
    let Some((valid, settled)) = shares(draft, dialect, &options) else {
        println!("not run: {FOLDER} does not name the folder of JSON-Schema-Test-Suite");
        return;
    };
    println!("{draft}: {settled} of {valid} settled");
    assert!(
        valid > 300 && settled * 100 > valid * percent,
        "{settled} of {valid}"
    );
}

#[test]
fn the_official_suite_of_2020_12_agrees() {
    let dialect = "https://json-schema.org/draft/2020-12/schema";
    holds(
        "draft2020-12",
        dialect,
        jsonschema::draft202012::options(),
        50,
    );
}

#[test]
fn the_official_suite_of_draft_7_agrees() {
    holds(
        "draft7",
        "http://json-schema.org/draft-07/schema#",
        jsonschema::draft7::options(),
        50,
    );
}

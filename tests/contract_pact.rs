//! The matcher against the published test cases of the Pact specification, where they are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use matchmark::contract::matching::{self, Message, Mismatch, Target};
use matchmark::contract::{Edition, Query, Terms, read_request, read_response};
use serde_json::Value;
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};

#[derive(Default)]
struct Score {
    right: usize,
    unsupported: usize,
    wrong: Vec<String>,
}

#[test]
fn published_cases_are_judged_as_published() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("MATCHMARK_SHARED is not set: the published cases are not at hand");
        return;
    };
    let root = PathBuf::from(shared).join("data/pact-cases");
    let mut score = Score::default();
    for (folder, edition) in [
        ("v1", Edition::V1),
        ("v1.1", Edition::V1_1),
        ("v2", Edition::V2),
        ("v3", Edition::V3),
    ] {
        for file in files(&root.join(folder)) {
            judge(&file, edition, &mut score);
        }
    }
    println!(
        "{} right, {} unsupported, {} wrong",
        score.right,
        score.unsupported,
        score.wrong.len()
    );
    assert_eq!(score.wrong, Vec::<String>::new());
    assert!(score.right >= 445, "{}", score.right);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of cases") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn judge(file: &Path, edition: Edition, score: &mut Score) {
    let bytes = std::fs::read(file).expect("a readable case");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let document = Document::parse(bytes, &Limits::FILE).expect("a case that is JSON");
    let shown = file.display().to_string();
    let found = if shown.contains("/request/") {
        request(&document, edition)
    } else if shown.contains("/response/") {
        response(&document, edition)
    } else {
        None
    };
    match found {
        None => score.unsupported += 1,
        Some(mismatches) => {
            let expected = document.value()["match"].as_bool().expect("a verdict");
            if mismatches.is_empty() == expected {
                score.right += 1;
            } else {
                score.wrong.push(format!("{shown}: {mismatches:?}"));
            }
        }
    }
}

fn request(document: &Document, edition: Edition) -> Option<Vec<Mismatch>> {
    let expected = supported(read_request(document, "/expected", edition))?;
    let actual = &document.value()["actual"];
    let (headers, body) = message(actual);
    let target = Target {
        method: actual["method"].as_str().unwrap_or("GET"),
        path: actual["path"].as_str().unwrap_or("/"),
        query: query(actual.get("query"), edition),
    };
    let message = Message {
        headers: &headers,
        body: body.as_deref(),
    };
    Some(matching::request(
        &expected,
        &Terms::default(),
        "",
        &target,
        &message,
    ))
}

fn response(document: &Document, edition: Edition) -> Option<Vec<Mismatch>> {
    let expected = supported(read_response(document, "/expected", edition))?;
    let actual = &document.value()["actual"];
    let (headers, body) = message(actual);
    let status = actual["status"].as_u64().unwrap_or(200);
    let message = Message {
        headers: &headers,
        body: body.as_deref(),
    };
    let status = u16::try_from(status).expect("a status");
    Some(matching::response(
        &expected,
        &Terms::default(),
        "",
        status,
        &message,
    ))
}

/// A case in a language that is not judged is left out; any other rejection is wrong.
fn supported<T>(read: Result<T, Vec<matchmark::model::Finding>>) -> Option<T> {
    match read {
        Ok(side) => Some(side),
        Err(findings) => {
            for finding in findings {
                assert_eq!(finding.rule, "contract/unsupported-content", "{finding:?}");
            }
            None
        }
    }
}

fn message(actual: &Value) -> (Vec<(String, String)>, Option<Vec<u8>>) {
    let headers = actual["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    let body = actual.get("body").map(|body| match body {
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    });
    (headers, body)
}

fn query(value: Option<&Value>, edition: Edition) -> Query {
    match value {
        None | Some(Value::Null) => Query::of_text("", edition),
        Some(Value::String(text)) => Query::of_text(text, edition),
        Some(Value::Object(keys)) => Query::ByKey(
            keys.iter()
                .map(|(key, values)| {
                    let values = values.as_array().expect("a list of values");
                    let texts = values
                        .iter()
                        .map(|value| value.as_str().unwrap().to_owned());
                    (key.clone(), texts.collect())
                })
                .collect(),
        ),
        Some(_) => panic!("a query is a text or an object"),
    }
}

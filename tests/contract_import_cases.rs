//! The published cases of editions 2 and 3, imported: every expectation judges as it did before.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use matchmark::catalogue::{ContractSource, Source};
use matchmark::contract::matching::{self, Message, Target};
use matchmark::contract::{Edition, Query, StateMap, Terms, import, read_request, read_response};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};

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

/// The expectation of a case as a contract of edition 4.
fn fourth(expected: &Value, side: &str, version: &str) -> Document {
    let mut interaction = json!({ "description": "a case", "request": {}, "response": {} });
    interaction[side] = expected.clone();
    let file = json!({
        "consumer": { "name": "a" }, "provider": { "name": "b" }, "interactions": [interaction],
        "metadata": { "pactSpecification": { "version": version } },
    });
    let source = ContractSource {
        consumer: "a".into(),
        source: Source::new("case.json", file.to_string().into_bytes()),
    };
    let imported = import(&source, &StateMap::default(), None).unwrap_or_else(|f| panic!("{f:#?}"));
    Document::parse(imported.text.as_bytes(), &Limits::FILE).unwrap()
}

fn query(actual: &Value) -> Query {
    match &actual["query"] {
        Value::String(text) => Query::of_text(text, Edition::V3),
        Value::Object(keys) => {
            let texts = |values: &Value| -> Vec<String> {
                let items = values.as_array().unwrap().iter();
                items
                    .map(|item| item.as_str().unwrap().to_owned())
                    .collect()
            };
            Query::ByKey(
                keys.iter()
                    .map(|(key, values)| (key.clone(), texts(values)))
                    .collect(),
            )
        }
        _ => Query::ByKey(Vec::new()),
    }
}

/// Whether the document's expectation accepts what was seen; nothing when it is not judged.
fn verdict(expected: (&Document, &str, Edition), side: &str, actual: &Value) -> Option<bool> {
    let (document, pointer, edition) = expected;
    let lines = actual["headers"].as_object().into_iter().flatten();
    let headers: Vec<(String, String)> = lines
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    let body = actual.get("body").map(|body| match body {
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    });
    let message = Message {
        headers: &headers,
        body: body.as_deref(),
    };
    let terms = Terms::default();
    let found = if side == "request" {
        let expected = read_request(document, pointer, edition).ok()?;
        let target = Target {
            method: actual["method"].as_str().unwrap_or("GET"),
            path: actual["path"].as_str().unwrap_or("/"),
            query: query(actual),
        };
        matching::request(&expected, &terms, "", &target, &message)
    } else {
        let expected = read_response(document, pointer, edition).ok()?;
        let status = actual["status"].as_u64().unwrap_or(200);
        let status = u16::try_from(status).unwrap();
        matching::response(&expected, &terms, "", status, &message)
    };
    Some(found.is_empty())
}

#[test]
fn an_imported_expectation_judges_as_the_plain_one_does() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("NOT RUN: MATCHMARK_SHARED is not set, so the published cases are not at hand");
        return;
    };
    let root = PathBuf::from(shared).join("data/pact-cases");
    let (mut judged, mut left_out) = (0, 0);
    let mut wrong = Vec::new();
    for (folder, edition, version) in [("v2", Edition::V2, "2.0.0"), ("v3", Edition::V3, "3.0.0")] {
        for side in ["request", "response"] {
            for file in files(&root.join(folder).join("testcases").join(side)) {
                let bytes = std::fs::read(&file).unwrap();
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
                let case = Document::parse(bytes, &Limits::FILE).unwrap();
                let actual = &case.value()["actual"];
                let plain = verdict((&case, "/expected", edition), side, actual);
                let other = fourth(&case.value()["expected"], side, version);
                let pointer = format!("/interactions/0/{side}");
                let carried = verdict((&other, &pointer, Edition::V4), side, actual);
                match plain {
                    None => left_out += 1,
                    Some(_) if plain == carried => judged += 1,
                    Some(_) => wrong.push(format!("{}: {plain:?} {carried:?}", file.display())),
                }
            }
        }
    }
    println!("{judged} judged alike, {left_out} not judged");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(judged >= 200, "{judged}");
}

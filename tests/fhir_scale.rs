//! The engine over the largest schemas of the catalogue: each against itself and against single edits deep inside it.
//! Refuses to know how long that takes; `cargo xtask bench scale` measures it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/edit.rs"]
mod edit;

use edit::Edits;
use matchmark::compat::answer;
use matchmark::inclusion::{Budget, Formats};
use serde_json::{Value, json};
use std::path::Path;

/// Lists whose schema is in the catalogue.
const LISTS: &[&str] = &[
    "eob-nonfinancial",
    "p2p-workflow-request",
    "pdex-prior-authorization",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The verdict of the engine about one pair, and its reason.
fn judged(old: &Value, new: &Value) -> (String, String) {
    let line = json!({"n": 1, "old": old, "new": new, "draft": "2020-12"}).to_string();
    let answered = answer(
        line.as_bytes(),
        Formats::Annotation,
        &Budget::default(),
        || 0,
    );
    let answer: Value = serde_json::from_str(&answered.text).unwrap();
    let text = |key: &str| answer[key].as_str().unwrap().to_owned();
    (text("verdict"), text("why"))
}

#[test]
fn the_largest_schemas_are_compatible_with_themselves() {
    for name in LISTS {
        let edits = Edits::read(&read(&format!("tests/scale/{name}.toml"))).unwrap();
        let schema: Value = serde_json::from_str(&read(&edits.schema)).unwrap();
        let (verdict, why) = judged(&schema, &schema);
        assert_eq!(verdict, "compatible", "{name}: {why}");
    }
}

#[test]
fn one_edit_of_a_large_schema_is_judged_by_what_it_does_to_values() {
    for name in LISTS {
        let edits = Edits::read(&read(&format!("tests/scale/{name}.toml"))).unwrap();
        let schema: Value = serde_json::from_str(&read(&edits.schema)).unwrap();
        for edit in &edits.edit {
            let edited = edit.of(&schema);
            let edited = edited.unwrap_or_else(|| panic!("{name}: {}: no such place", edit.name));
            let (verdict, why) = judged(&schema, &edited);
            // What is marked as open has to be: a mark that is no longer needed goes.
            let wanted = match (edit.is_open, edit.compatible) {
                (true, _) => "unknown",
                (false, true) => "compatible",
                (false, false) => "breaking",
            };
            assert_eq!(verdict, wanted, "{name}: {}: {why}", edit.name);
        }
    }
}

#[test]
fn every_edit_of_the_published_schema_says_what_it_does() {
    let edits = Edits::read(&read("tests/scale/fhir-r4.toml")).unwrap();
    let (kept, broken): (Vec<_>, Vec<_>) = edits.edit.iter().partition(|edit| edit.compatible);
    assert!(kept.len() >= 4 && broken.len() >= 8);
}

//! Every schema of the repository with its examples, as they are and broken.

use crate::both::{Both, full};
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wire::json::Limits;
use wire::stream::Runner;

/// Versions with accepted examples that the fast way does not settle, and how many. May only shrink.
const NOT_SETTLED: &[(&str, usize)] = &[];

/// Broken payloads of a run at full size.
const FULL: usize = 1_000_000;

/// How often each example is broken in the suite.
const SLICE: usize = 6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

fn folders(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).map(|all| all.flatten().collect());
    let entries: Vec<std::fs::DirEntry> = entries.unwrap_or_default();
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The schema with all documents that it refers to, each under its id, as the catalogue bundles them.
fn bundled(mut schema: Value) -> Value {
    let mut waiting = references(&schema);
    let mut inside = serde_json::Map::new();
    while let Some(id) = waiting.pop() {
        let Some(path) = id.strip_prefix("https://matchmark.example/schemas/") else {
            continue;
        };
        if !inside.contains_key(&id) {
            let text = std::fs::read(root().join(path).join("schema.json")).expect("a document");
            let document = serde_json::from_slice(&text).expect("a schema");
            waiting.extend(references(&document));
            inside.insert(id, document);
        }
    }
    let defs = schema.as_object_mut().expect("an object").entry("$defs");
    let defs = defs.or_insert_with(|| Value::Object(serde_json::Map::new()));
    defs.as_object_mut().expect("an object").extend(inside);
    schema
}

fn references(schema: &Value) -> Vec<String> {
    let inner: Vec<&Value> = match schema {
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    let own = schema.get("$ref").and_then(Value::as_str);
    let own = own.map(|text| text.split('#').next().unwrap_or_default().to_owned());
    inner.into_iter().flat_map(references).chain(own).collect()
}

/// Every version: its name, its schema, and its examples.
fn versions() -> Vec<(String, Value, Vec<Vec<u8>>)> {
    let mut versions = Vec::new();
    for version in folders(&root()).iter().flat_map(|entry| folders(entry)) {
        let Ok(text) = std::fs::read(version.join("schema.json")) else {
            continue;
        };
        let schema = bundled(serde_json::from_slice(&text).expect("a schema"));
        let examples = ["accepted", "rejected"].map(|kind| folders(&version.join(kind)));
        let examples = examples.into_iter().flatten();
        let examples = examples
            .filter_map(|path| std::fs::read(path).ok())
            .collect();
        let name = version.strip_prefix(root()).expect("below the root");
        versions.push((name.display().to_string(), schema, examples));
    }
    assert!(
        versions.len() > 30,
        "the schemas of the repository are missing"
    );
    versions
}

#[test]
fn examples_of_the_repository_are_settled() {
    let mut runner = Runner::new(Limits::FILE);
    let (mut settled, mut unsettled) = (0, BTreeSet::new());
    for (name, schema, examples) in versions() {
        let both = Both::new(&schema).expect("a schema of ours");
        let mut missed = 0;
        for example in examples {
            let said = both.judge(&mut runner, &Limits::FILE, &example, &schema);
            settled += usize::from(said.fast);
            missed += usize::from(said.full && !said.fast);
        }
        if missed > 0 {
            unsettled.insert((name, missed));
        }
    }
    let unsettled: Vec<_> = unsettled
        .iter()
        .map(|(name, missed)| (name.as_str(), *missed))
        .collect();
    assert_eq!(unsettled, NOT_SETTLED, "{settled} settled");
}

#[test]
fn prove_stream_accepts_no_broken_example() {
    let mut runner = Runner::new(Limits::FILE);
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut fine, mut settled, mut wrong) = (0_usize, 0_usize, 0_usize);
    let versions = versions();
    let examples: usize = versions.iter().map(|(_, _, examples)| examples.len()).sum();
    let times = if full() {
        FULL.div_ceil(examples)
    } else {
        SLICE
    };
    for (name, schema, examples) in versions {
        let both = Both::new(&schema).expect("a schema of ours");
        for example in examples {
            for _ in 0..times {
                let mutant = crate::mutant::broken(&mut random, &example);
                let said = both.judge(&mut runner, &Limits::FILE, &mutant, &schema);
                fine += usize::from(said.full);
                wrong += usize::from(!said.full);
                settled += usize::from(said.fast);
            }
        }
        let (walked, left) = both.walked.get();
        assert!(walked > 0 && left == 0, "{name}: {left} beyond a walk");
    }
    println!(
        "broken examples: {} judged, {settled} settled of {fine} fine, {wrong} wrong, no disagreement",
        fine + wrong
    );
    assert!(
        wrong > 1000 && settled * 4 > fine * 3,
        "{settled} of {fine} settled, {wrong} wrong"
    );
}

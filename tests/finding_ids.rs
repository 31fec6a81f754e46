//! Every finding id that the source names is explained, and every explained id is named by the source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use matchmark::model::rules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms whose ids stand in tables; other words before a slash are paths and media types.
const ROOMS: [&str; 8] = [
    "catalogue",
    "compat",
    "contract",
    "gate",
    "lifecycle",
    "payload",
    "policy",
    "replay",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// What follows a quote in `text`, before its tests, and looks like an id of one of the rooms.
/// `{}` stands for a word that is filled in.
fn ids(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let is_id = |literal: &&str| {
        literal.split_once('/').is_some_and(|(room, name)| {
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            ROOMS.contains(&room) && !name.is_empty() && name.replace("{}", "").chars().all(plain)
        })
    };
    code.split('"').filter(is_id).map(str::to_owned).collect()
}

/// Whether the id, or the pattern with a hole, names `known`.
fn names(id: &str, known: &str) -> bool {
    match id.split_once("{}") {
        Some((before, after)) => known.starts_with(before) && known.ends_with(after),
        None => id == known,
    }
}

/// Id to the files that name it, the tables themselves left out.
fn named() -> BTreeMap<String, Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("wire/src"), &mut files);
    let mut named: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let is_table = file.starts_with(root.join("src/model/rule"));
        let is_test = file.with_extension("").iter().any(|part| part == "tests")
            || file.starts_with(root.join("src/report/sample"));
        if is_table || is_test {
            continue;
        }
        for id in ids(&std::fs::read_to_string(&file).unwrap()) {
            named.entry(id).or_default().push(file.clone());
        }
    }
    named
}

#[test]
fn every_id_that_the_source_names_is_explained() {
    let named = named();
    let unknown: Vec<_> = named
        .iter()
        .filter(|(id, _)| !rules().any(|rule| names(id, rule.id)))
        .collect();
    assert!(unknown.is_empty(), "in no table: {unknown:#?}");
    assert!(
        named.len() > 50,
        "the scan sees next to nothing: {}",
        named.len()
    );
}

#[test]
fn every_explained_id_is_named_by_the_source() {
    let named = named();
    let dead: Vec<&str> = rules()
        .map(|rule| rule.id)
        .filter(|known| !named.keys().any(|id| names(id, known)))
        .collect();
    assert!(dead.is_empty(), "explained, but never given: {dead:?}");
}

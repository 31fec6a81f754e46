//! The shipped schemas as self-contained documents.
//! Refuses to know what they say.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

const BASE: &str = "https://matchmark.example/schemas/";

/// The repository, whichever of its crates is tested.
pub fn root() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|folder| folder.join("schemas").is_dir());
    root.unwrap().to_owned()
}

fn schema(entry: &str, version: &str) -> Value {
    let path = root().join(format!("schemas/{entry}/{version}/schema.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// One version with everything that it refers to.
pub fn bundle(entry: &str, version: &str) -> Value {
    let mut members = BTreeMap::new();
    let mut root = schema(entry, version);
    let mut open = references(&root);
    while let Some((entry, version)) = open.pop() {
        let name = format!("{entry}@{version}");
        if let Entry::Vacant(place) = members.entry(name) {
            let member = schema(&entry, &version);
            open.extend(references(&member));
            place.insert(member);
        }
    }
    let object = root.as_object_mut().unwrap();
    let defs = object.entry("$defs").or_insert(Value::Object(Map::new()));
    defs.as_object_mut().unwrap().extend(members);
    root
}

fn references(schema: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref")
                && let Some(path) = target.strip_prefix(BASE)
            {
                let path = path.split('#').next().unwrap();
                let (entry, version) = path.split_once('/').unwrap();
                found.push((entry.to_owned(), version.to_owned()));
            }
            members
                .values()
                .for_each(|member| found.extend(references(member)));
        }
        Value::Array(items) => items.iter().for_each(|item| found.extend(references(item))),
        _ => {}
    }
    found
}

/// Every version of the match requests, and the export's, as a service wants them.
pub fn schemas() -> BTreeMap<String, Value> {
    let matching = "hrex-member-match-request";
    let bulk = "pdex-bulk-member-match-request";
    let export = "davinci-data-export-request";
    [
        (matching, "1.0.0"),
        (matching, "2.0.0"),
        (matching, "2.0.1"),
        (bulk, "1.0.0"),
        (bulk, "1.0.1"),
        (export, "1.0.1"),
    ]
    .into_iter()
    .map(|(entry, version)| (format!("{entry}@{version}"), bundle(entry, version)))
    .collect()
}

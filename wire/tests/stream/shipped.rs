//! The schemas that the repository ships, each with the documents it refers to and its examples.
//! Refuses to judge them.

use serde_json::Value;
use std::path::{Path, PathBuf};

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

/// One version of a schema: its name, what it says, and its examples.
pub struct Shipped {
    pub name: String,
    pub schema: Value,
    pub examples: Vec<Vec<u8>>,
}

/// Every version, in the order of the names.
pub fn versions() -> Vec<Shipped> {
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
        versions.push(Shipped {
            name: name.display().to_string(),
            schema,
            examples,
        });
    }
    assert!(
        versions.len() > 30,
        "the schemas of the repository are missing"
    );
    versions
}

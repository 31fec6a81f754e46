//! The floor that `bench` compares with: the recorded history against the catalogue with the plain crate.
//! No gate can be cheaper than this and still look at every payload.

use crate::fault::Fault;
use crate::repository;
use matchmark::catalogue::{BASE, Envelope};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// Validates every envelope's payload and prints how many are accepted; or the same of `corpus`, or every line of
/// it against one version.
pub fn run(version: Option<&str>, corpus: Option<&Path>) -> Result<(), Fault> {
    match (version, corpus) {
        (Some(version), Some(corpus)) => lines(version, corpus),
        (None, Some(corpus)) => history(vec![corpus.to_owned()]),
        (_, None) => history(files(&repository::root().join("payloads"), "ndjson")?),
    }
}

/// Every line against `ID/VERSION` of the catalogue.
fn lines(version: &str, corpus: &Path) -> Result<(), Fault> {
    let schemas = schemas(&repository::root().join("schemas"))?;
    let validator = compile(&schemas, &format!("{BASE}{version}"))?;
    let file = std::fs::File::open(corpus).map_err(Fault::file(corpus))?;
    let (mut accepted, mut rejected) = (0_u64, 0_u64);
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(Fault::file(corpus))?;
        let payload: Value = serde_json::from_slice(&line).map_err(|error| said(corpus, &error))?;
        if validator.is_valid(&payload) {
            accepted += 1;
        } else {
            rejected += 1;
        }
    }
    println!("{}", json!({"ok": accepted, "bad": rejected}));
    Ok(())
}

/// Every envelope of these files against the version that it names.
fn history(paths: Vec<PathBuf>) -> Result<(), Fault> {
    let schemas = schemas(&repository::root().join("schemas"))?;
    let mut validators: BTreeMap<String, jsonschema::Validator> = BTreeMap::new();
    let (mut accepted, mut rejected) = (0_u64, 0_u64);
    for path in paths {
        let file = std::fs::File::open(&path).map_err(Fault::file(&path))?;
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(Fault::file(&path))?;
            let envelope: Envelope =
                serde_json::from_slice(&line).map_err(|error| said(&path, &error))?;
            let id = format!("{BASE}{}/{}", envelope.schema, envelope.version);
            if !validators.contains_key(&id) {
                validators.insert(id.clone(), compile(&schemas, &id)?);
            }
            let valid = validators
                .get(&id)
                .is_some_and(|validator| validator.is_valid(&envelope.payload));
            if valid {
                accepted += 1;
            } else {
                rejected += 1;
            }
        }
    }
    println!("{accepted} accepted, {rejected} rejected");
    Ok(())
}

fn compile(schemas: &BTreeMap<String, Value>, id: &str) -> Result<jsonschema::Validator, Fault> {
    let schema = schemas
        .get(id)
        .ok_or_else(|| Fault::Said(format!("{id} is not in the catalogue")))?;
    let registry = jsonschema::Registry::new()
        .extend(schemas.iter().map(|(id, schema)| (id.as_str(), schema)))
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| Fault::Said(error.to_string()))?;
    jsonschema::options()
        .with_registry(&registry)
        .build(schema)
        .map_err(|error| Fault::Said(format!("{id}: {error}")))
}

/// Every schema of the catalogue by its `$id`.
fn schemas(folder: &Path) -> Result<BTreeMap<String, Value>, Fault> {
    let mut found = BTreeMap::new();
    for path in files(folder, "json")? {
        if path.file_name().is_none_or(|name| name != "schema.json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
        let schema: Value = serde_json::from_str(&text).map_err(|error| said(&path, &error))?;
        if let Some(id) = schema.get("$id").and_then(Value::as_str) {
            found.insert(id.to_owned(), schema);
        }
    }
    Ok(found)
}

/// Every file with this ending below a folder, by name.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Fault> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Fault::file(&folder))? {
            let path = entry.map_err(Fault::file(&folder))?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|own| own == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn said(path: &Path, error: &serde_json::Error) -> Fault {
    Fault::Said(format!("{}: {error}", path.display()))
}

//! A version together with every entry that it refers to, as one self-contained document.
//! Bundled entries keep their `$id` (JSON Schema 2020-12, section 9.3), so their references stay as written.

use super::Catalogue;
use crate::model::{VersionId, VersionName};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where the versions of the catalogue are named: `<BASE><entry>/<version>`.
pub const BASE: &str = "https://matchmark.example/schemas/";

/// A self-contained schema document.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    pub id: VersionId,
    pub value: Value,
    /// Versions that it draws in, besides itself.
    pub members: Vec<VersionId>,
}

/// A reference that leads to no version of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{from} refers to {target}, which is not in the catalogue")]
pub struct MissingReference {
    pub from: VersionId,
    /// Pointer of the `$ref` in `from`.
    pub pointer: String,
    pub target: String,
}

pub(super) fn bundle(catalogue: &Catalogue, id: &VersionId) -> Result<Bundle, MissingReference> {
    let missing = || MissingReference {
        from: id.clone(),
        pointer: String::new(),
        target: id.to_string(),
    };
    let root = catalogue.version(id).ok_or_else(missing)?;
    let mut members: BTreeMap<VersionId, Value> = BTreeMap::new();
    let mut open = vec![(id.clone(), root.schema.value().clone())];
    while let Some((from, schema)) = open.pop() {
        for (pointer, target) in references(&schema) {
            let Some(found) = named(&target) else {
                continue;
            };
            if found == *id || members.contains_key(&found) {
                continue;
            }
            let version = catalogue.version(&found).ok_or_else(|| MissingReference {
                from: from.clone(),
                pointer,
                target: target.clone(),
            })?;
            members.insert(found.clone(), version.schema.value().clone());
            open.push((found, version.schema.value().clone()));
        }
    }
    Ok(Bundle {
        id: id.clone(),
        value: with_members(root.schema.value().clone(), &members),
        members: members.into_keys().collect(),
    })
}

/// Every version that `id` refers to, however far, as far as the catalogue has them.
pub(super) fn drawn(catalogue: &Catalogue, id: &VersionId) -> BTreeSet<VersionId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = catalogue.version(id).into_iter().collect();
    while let Some(version) = open.pop() {
        for (_, target) in references(version.schema.value()) {
            let next = named(&target).and_then(|id| catalogue.version(&id));
            let Some(next) = next else { continue };
            if found.insert(next.id.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// The version that owns `pointer` of the bundle of `id`, and the pointer inside that version.
pub(super) fn owner(id: &VersionId, pointer: &str) -> (VersionId, String) {
    let inside = || {
        let rest = pointer.strip_prefix("/$defs/")?;
        let (name, local) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (entry, version) = name.split_once('@')?;
        let owner = VersionId {
            entry: entry.to_owned(),
            version: version.parse().ok()?,
        };
        Some((owner, local.to_owned()))
    };
    inside().unwrap_or_else(|| (id.clone(), pointer.to_owned()))
}

/// Where a reference that stands at `from` leads inside the bundle.
#[must_use]
pub fn target(bundle: &Value, from: &str, reference: &str) -> Option<String> {
    let pointer = match reference.strip_prefix(BASE) {
        Some(version) => {
            let (version, local) = version.split_once('#').unwrap_or((version, ""));
            format!("/$defs/{}{local}", version.replacen('/', "@", 1))
        }
        None => format!("{}{}", member_of(from), reference.strip_prefix('#')?),
    };
    bundle.pointer(&pointer).is_some().then_some(pointer)
}

/// The pointer of the bundled entry that `pointer` stands in; empty for the version itself.
#[must_use]
pub fn member_of(pointer: &str) -> &str {
    let inside = || {
        let rest = pointer.strip_prefix("/$defs/")?;
        let name = rest.split('/').next()?;
        name.contains('@').then_some("/$defs/".len() + name.len())
    };
    inside().and_then(|end| pointer.get(..end)).unwrap_or("")
}

fn with_members(mut root: Value, members: &BTreeMap<VersionId, Value>) -> Value {
    if members.is_empty() {
        return root;
    }
    if let Value::Object(schema) = &mut root {
        let defs = schema
            .entry("$defs")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(defs) = defs {
            for (id, schema) in members {
                defs.insert(id.to_string(), schema.clone());
            }
        }
    }
    root
}

/// The version that a reference names, when it names one of the catalogue.
fn named(target: &str) -> Option<VersionId> {
    let path = target.strip_prefix(BASE)?;
    let path = path.split('#').next()?;
    let (entry, version) = path.split_once('/')?;
    Some(VersionId {
        entry: entry.to_owned(),
        version: version.parse::<VersionName>().ok()?,
    })
}

/// Every `$ref` of a schema with the pointer where it stands.
fn references(schema: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), schema)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.push((format!("{pointer}/$ref"), target.clone()));
                }
                for (key, member) in members {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    open.push((format!("{pointer}/{key}"), member));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    open.push((format!("{pointer}/{index}"), item));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

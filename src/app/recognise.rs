//! Which entry of the catalogue a payload is meant to be, from marks that the schemas themselves declare:
//! the resource type, and for Parameters the names of the parts.

use crate::catalogue::{Catalogue, Entry, SchemaVersion};
use crate::model::VersionId;
use serde_json::Value;
use std::collections::BTreeSet;

/// The marks of an entry, read from its newest version.
struct Marks<'a> {
    entry: &'a Entry,
    resource_type: Option<&'a str>,
    parts: BTreeSet<&'a str>,
}

/// Entries by their marks.
pub(super) struct Recogniser<'a>(Vec<Marks<'a>>);

impl<'a> Recogniser<'a> {
    pub(super) fn of(catalogue: &'a Catalogue) -> Self {
        let marks = catalogue.entries.values().filter_map(|entry| {
            let newest = entry.versions.values().next_back()?;
            let schema = newest.schema.value();
            Some(Marks {
                entry,
                resource_type: schema.pointer("/properties/resourceType/const")?.as_str(),
                parts: part_names(schema),
            })
        });
        Self(marks.collect())
    }

    /// Served versions of the entry that fits best, newest first; none when no mark fits.
    pub(super) fn candidates(&self, payload: &Value) -> Vec<VersionId> {
        let resource_type = payload.get("resourceType").and_then(Value::as_str);
        let names: BTreeSet<&str> = parts(payload)
            .filter_map(|part| part.get("name")?.as_str())
            .collect();
        let best = self
            .0
            .iter()
            .filter(|marks| marks.resource_type.is_some() && marks.resource_type == resource_type)
            .filter(|marks| marks.parts.is_empty() || !marks.parts.is_disjoint(&names))
            .max_by_key(|marks| marks.parts.intersection(&names).count());
        best.map_or_else(Vec::new, |marks| newest_first(marks.entry))
    }
}

/// Served versions of an entry, newest first.
pub(super) fn newest_first(entry: &Entry) -> Vec<VersionId> {
    let id = |version: &SchemaVersion| version.id.clone();
    entry.served().rev().map(id).collect()
}

fn parts(payload: &Value) -> impl Iterator<Item = &Value> {
    payload
        .get("parameter")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Every name that an `enum` or `const` below the parts of a Parameters schema allows.
fn part_names(schema: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut open: Vec<&Value> = schema
        .pointer("/properties/parameter")
        .into_iter()
        .collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("properties").and_then(|p| p.get("name")) {
                    names.extend(name.get("const").and_then(Value::as_str));
                    let words = name.get("enum").and_then(Value::as_array);
                    names.extend(words.into_iter().flatten().filter_map(Value::as_str));
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    names
}

//! What a step changed beside the payloads that are accepted: texts and annotations, counted by keyword.
//! Refuses to know what they mean.

use crate::catalogue::{SchemaVersion, schemas};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keywords that say something and demand nothing; every `x-` keyword is one, too.
///
/// Source: JSON Schema Validation 2020-12, section 9; Core, sections 8.2.1 and 8.3
const ANNOTATIONS: [&str; 8] = [
    "$comment",
    "$id",
    "default",
    "deprecated",
    "description",
    "examples",
    "format",
    "title",
];

fn is_annotation(keyword: &str) -> bool {
    keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword)
}

/// How many schemas that stand in both versions say something else under each keyword, the version's own name left out.
pub(super) fn changed(old: &SchemaVersion, new: &SchemaVersion) -> BTreeMap<String, usize> {
    let before: BTreeMap<String, &Map<String, Value>> =
        schemas(old.schema.value()).into_iter().collect();
    let mut counts = BTreeMap::new();
    for (pointer, now) in schemas(new.schema.value()) {
        let Some(then) = before.get(&pointer) else {
            continue;
        };
        let keywords: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
        let is_own_name = |keyword: &str| pointer.is_empty() && keyword == "$id";
        for keyword in keywords
            .into_iter()
            .filter(|keyword| is_annotation(keyword))
        {
            if then.get(keyword) != now.get(keyword) && !is_own_name(keyword) {
                *counts.entry(keyword.clone()).or_default() += 1;
            }
        }
    }
    counts
}

/// Whether two versions are the same text but for their own name.
#[must_use]
pub fn is_same(old: &SchemaVersion, new: &SchemaVersion) -> bool {
    unnamed(old.schema.value()) == unnamed(new.schema.value())
}

fn unnamed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(members) = &mut schema {
        members.shift_remove("$id");
    }
    schema
}

//! Subschemas of a bundle: where they stand, and where a reference leads.
//! Refuses to know what they declare.

use crate::contract::path::below;
use serde_json::{Map, Value};

/// Where versions of the catalogue are named.
const BASE: &str = "https://matchmark.example/schemas/";

/// A subschema: its pointer in the bundle, and that of the document which its references are relative to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub at: String,
    pub base: String,
}

impl Spot {
    pub fn root() -> Self {
        Self {
            at: String::new(),
            base: String::new(),
        }
    }

    pub fn below(&self, steps: &[&str]) -> Self {
        let mut at = self.at.clone();
        for step in steps {
            at = below(&at, step);
        }
        Self {
            at,
            base: self.base.clone(),
        }
    }
}

/// The subschemas of the items of an array.
pub fn item_spots(schema: &Map<String, Value>, spot: &Spot) -> Vec<Spot> {
    let mut found = Vec::new();
    for word in ["items", "contains"] {
        if schema.contains_key(word) {
            found.push(spot.below(&[word]));
        }
    }
    let prefix = schema.get("prefixItems").and_then(Value::as_array);
    let count = prefix.map_or(0, Vec::len);
    found.extend((0..count).map(|index| spot.below(&["prefixItems", &index.to_string()])));
    found
}

/// The subschema that a reference leads to.
pub fn resolve(bundle: &Value, from: &Spot, target: &str) -> Option<Spot> {
    let (resource, fragment) = target.split_once('#').unwrap_or((target, ""));
    let base = if resource.is_empty() {
        from.base.clone()
    } else if bundle.get("$id").and_then(Value::as_str) == Some(resource) {
        String::new()
    } else {
        let (entry, version) = resource.strip_prefix(BASE)?.split_once('/')?;
        format!("/$defs/{entry}@{version}")
    };
    Some(Spot {
        at: format!("{base}{fragment}"),
        base,
    })
}

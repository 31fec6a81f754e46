//! Members of objects: which are declared, and what holds for the others.
//! Refuses to say which must be present.

use super::{Change, Family, Part, Says};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

pub(super) const FAMILY: Family = Family {
    name: "properties",
    keywords: &[
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "propertyNames",
    ],
    narrowed: "compat/properties-narrowed",
    widened: "compat/properties-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{name} is accepted in fewer forms{in}",
    widens: "{name} is accepted in more forms{in}",
};

const SAYS_REST: Says = Says {
    narrows: "{place} accepts fewer members ({keyword})",
    widens: "{place} accepts more members ({keyword})",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    if !matches!(change.keyword, "properties" | "patternProperties") {
        return change.whole(SAYS_REST);
    }
    by_name(change, SAYS)
}

/// One edit for every name that stands on one side only.
pub(super) fn by_name(change: &Change<'_>, says: Says) -> Vec<Part> {
    let empty = Map::new();
    let old = change.old.and_then(Value::as_object).unwrap_or(&empty);
    let new = change.new.and_then(Value::as_object).unwrap_or(&empty);
    keys(old, new)
        .into_iter()
        .filter(|name| old.contains_key(*name) != new.contains_key(*name))
        .map(|name| change.with(replaced(old, name, new.get(name)), name, says))
        .collect()
}

/// The names of both sides, sorted.
pub(super) fn keys<'a>(
    old: &'a Map<String, Value>,
    new: &'a Map<String, Value>,
) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

/// `members` with another value for `name`, or without it.
pub(super) fn replaced(members: &Map<String, Value>, name: &str, value: Option<&Value>) -> Value {
    let mut changed = members.clone();
    match value {
        Some(value) => {
            changed.insert(name.to_owned(), value.clone());
        }
        None => {
            changed.shift_remove(name);
        }
    }
    Value::Object(changed)
}

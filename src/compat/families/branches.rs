//! Schemas that are joined: all, any, one, none, conditions, references, and schemas that are plain yes or no.
//! Refuses to compare branch by branch: an added branch may narrow.

use super::{Change, Family, Part, Says};
use serde_json::Value;

/// Keywords that join a list of schemas; one may be exchanged for another.
const JOINS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

pub(super) const FAMILY: Family = Family {
    name: "branches",
    keywords: &[
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentSchemas",
        "$ref",
    ],
    narrowed: "compat/branches-narrowed",
    widened: "compat/branches-widened",
    split,
};

pub(in crate::compat) const SAYS: Says = Says {
    narrows: "{place} accepts less ({keyword})",
    widens: "{place} accepts more ({keyword})",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    let condition = matches!(change.keyword, "then" | "else");
    let has = |schema: &Value| schema.get("if").is_some();
    match change.keyword {
        // Part of the edit of `if` itself.
        _ if condition && has(change.old_schema) != has(change.new_schema) => Vec::new(),
        "dependentSchemas" => super::properties::by_name(change, SAYS),
        "if" => vec![change.together(&["if", "then", "else"], None, SAYS)],
        keyword if JOINS.contains(&keyword) => joined(change),
        _ => change.whole(SAYS),
    }
}

/// A keyword that went and another one that came are one edit, told where the new one stands.
fn joined(change: &Change<'_>) -> Vec<Part> {
    let only = |one: &Value, other: &Value| {
        let mut found = JOINS.iter().copied();
        found.find(|join| one.get(join).is_some() && other.get(join).is_none())
    };
    let gone = only(change.old_schema, change.new_schema);
    let come = only(change.new_schema, change.old_schema);
    match (gone, come) {
        (Some(gone), Some(_)) if gone == change.keyword => Vec::new(),
        (Some(gone), Some(come)) if come == change.keyword => {
            vec![change.together(&[gone, come], None, SAYS)]
        }
        _ => change.whole(SAYS),
    }
}

//! Schemas that are joined: all, any, one, none, conditions, references, and schemas that are plain yes or no.
//! Refuses to compare branch by branch: an added branch may narrow.

use super::{Change, Family, Part, Says};

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
    let has = |schema: &serde_json::Value| schema.get("if").is_some();
    match change.keyword {
        // Part of the edit of `if` itself.
        _ if condition && has(change.old_schema) != has(change.new_schema) => Vec::new(),
        "dependentSchemas" => super::properties::by_name(change, SAYS),
        "if" => vec![change.together(&["if", "then", "else"], None, SAYS)],
        _ => change.whole(SAYS),
    }
}

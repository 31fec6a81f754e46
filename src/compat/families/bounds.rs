//! Limits of numbers, lengths and counts.
//! Refuses to compare two limits itself.

use super::{Change, Family, Part, Says};

pub(super) const FAMILY: Family = Family {
    name: "bounds",
    keywords: &[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minContains",
        "maxContains",
    ],
    narrowed: "compat/bounds-narrowed",
    widened: "compat/bounds-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{keyword} of {place} is tighter",
    widens: "{keyword} of {place} is looser",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    let counts = matches!(change.keyword, "minContains" | "maxContains");
    let has = |schema: &serde_json::Value| schema.get("contains").is_some();
    if counts && has(change.old_schema) != has(change.new_schema) {
        // Part of the edit of `contains` itself.
        return Vec::new();
    }
    change.whole(SAYS)
}

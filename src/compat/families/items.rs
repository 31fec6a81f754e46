//! Items of lists.
//! Refuses to count them: that is a bound.

use super::{Change, Family, Part, Says};

pub(super) const FAMILY: Family = Family {
    name: "items",
    keywords: &[
        "items",
        "prefixItems",
        "contains",
        "uniqueItems",
        "unevaluatedItems",
    ],
    narrowed: "compat/items-narrowed",
    widened: "compat/items-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{place} accepts fewer lists ({keyword})",
    widens: "{place} accepts more lists ({keyword})",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    match change.keyword {
        "contains" => {
            vec![change.together(&["contains", "minContains", "maxContains"], None, SAYS)]
        }
        _ => change.whole(SAYS),
    }
}

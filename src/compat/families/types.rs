//! Types of values.
//! Refuses to look inside a value.

use super::{Change, Family, Part, Says};

pub(super) const FAMILY: Family = Family {
    name: "types",
    keywords: &["type"],
    narrowed: "compat/type-narrowed",
    widened: "compat/type-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{place} takes fewer types",
    widens: "{place} takes more types",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    change.whole(SAYS)
}

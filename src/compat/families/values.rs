//! Values that are listed one by one.
//! Refuses to name a value.

use super::{Change, Family, Part, Says};

pub(super) const FAMILY: Family = Family {
    name: "values",
    keywords: &["enum", "const"],
    narrowed: "compat/values-narrowed",
    widened: "compat/values-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{place} takes fewer of the listed values",
    widens: "{place} takes values that were not listed",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    change.whole(SAYS)
}

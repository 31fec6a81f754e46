//! What a text must look like.
//! Refuses to compare two patterns itself.

use super::{Change, Family, Part, Says};

pub(super) const FAMILY: Family = Family {
    name: "text",
    keywords: &["pattern", "format"],
    narrowed: "compat/text-narrowed",
    widened: "compat/text-widened",
    split,
};

const SAYS: Says = Says {
    narrows: "{keyword} of {place} admits fewer texts",
    widens: "{keyword} of {place} admits more texts",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    change.whole(SAYS)
}

//! Keys of `[replay]` that a change makes softer, with what counts in their place.
//! Refuses to know how either side came to say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a softer key comes to count.
pub const LAND_FIRST: &str =
    "a change cannot loosen what it is judged by: land the key in a change of its own, then replay";

/// A key that is softer here than in the base, so that the stricter of both counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Loosened {
    /// Key below `[replay]`: `budget.behaviour-changed`, `volatile`.
    pub key: String,
    /// What it says here, and the base does not.
    pub here: String,
    /// What counts.
    pub counts: String,
}

impl Loosened {
    /// One sentence for people.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { key, here, counts } = self;
        format!("`{key}` of `[replay]` has {here}, and the base does not: {counts} counts")
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}; {LAND_FIRST}.", self.told())
    }
}

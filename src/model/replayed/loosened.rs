//! Keys of `[replay]` that a change makes softer, with what counts in their place, and what a base leaves open.
//! Refuses to know how either side came to say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a softer key comes to count.
const LAND_FIRST: &str =
    "a change cannot loosen what it is judged by: land the key in a change of its own, then replay";

/// The key that says which payloads are replayed.
pub const HISTORY: &str = "history";

/// A key that is softer here than in the base, so that the stricter of both counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Loosened {
    /// Key below `[replay]`: `budget.behaviour-changed`, `volatile`.
    pub key: String,
    /// What it says here, and the base does not.
    pub here: String,
    /// What the base says; none for what is new in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<String>,
}

impl Loosened {
    /// One sentence for people.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { key, here, counts } = self;
        match counts {
            None => format!("`{here}` is new in `{key}`: it counts once it has landed"),
            Some(counts) if key == HISTORY => format!(
                "`{key}` of `[replay]` is `{here}` here and `{counts}` before this change: what that names beyond it was not replayed, `--history` does it"
            ),
            Some(counts) => format!(
                "`{key}` of `[replay]` is {here} here and {counts} before this change: {counts} counts"
            ),
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}; {LAND_FIRST}.", self.told())
    }
}

/// Why a base does not show that `[replay]` is no looser than it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BaseDoubt {
    /// Finding id of the gate for the same, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    pub message: String,
    /// Keys of `[replay]` that count although no base holds them; a budget does where it is spent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unproved: Vec<String>,
}

impl BaseDoubt {
    /// Whether this keeps a result of which `spent` are within the budget from being green.
    #[must_use]
    pub fn leaves_open(&self, spent: u64) -> bool {
        let mut keys = self.unproved.iter();
        keys.any(|key| spent > 0 || !key.starts_with("budget."))
    }

    /// One sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let rule = self.rule.as_ref();
        let rule = rule.map_or_else(String::new, |rule| format!(" ({rule})"));
        let keys: Vec<String> = self.unproved.iter().map(|it| format!("`{it}`")).collect();
        let keys = match keys.is_empty() {
            true => String::new(),
            false => format!("; {} of `[replay]` held to no base", keys.join(", ")),
        };
        format!("{}{keys}{rule}.", self.message)
    }
}

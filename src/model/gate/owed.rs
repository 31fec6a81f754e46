//! What `contract owed` answers: live pairs without evidence.
//! Refuses to know how they are found.

use super::super::{Party, Verdict};
use super::{Doubt, Fault, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which evidence is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owed {
    /// What it comes to.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// The instant that was taken for now.
    pub as_of: String,
    /// Where evidence was looked up.
    pub store: String,
    /// Records that cannot be trusted.
    pub faults: Vec<Fault>,
    /// How many pairs are live.
    pub live: u64,
    /// Those of them that no record proves.
    pub owed: Vec<OwedPair>,
    /// Providers that never recorded a run on their main branch.
    pub never_published: Vec<String>,
    /// Stored results that passed among all, by partner and version.
    pub rates: Vec<Rate>,
}

/// A live pair without evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OwedPair {
    pub environment: String,
    pub provider: Party,
    pub consumer: Party,
    /// Path of the contract; empty where none is known.
    pub contract: String,
    /// Why nothing that is kept counts.
    pub doubt: Doubt,
    /// What of this pair it is about.
    pub detail: String,
    /// Who settles it.
    pub owner: String,
    /// The one command that does.
    pub command: String,
}

//! The matrix of a report: every partner against every version that it lives with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far it is shown that a partner and a version fit; from best to worst.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Proved against the schema, and held by exchanges that were seen.
    Tested,
    /// Proved against the schema.
    Proved,
    /// It was shown, but too long ago.
    Stale,
    /// Nothing shows it.
    Unproven,
    /// A finding shows the opposite.
    Broken,
}

impl Proof {
    /// The word that stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tested => "tested",
            Self::Proved => "proved",
            Self::Stale => "stale",
            Self::Unproven => "unproven",
            Self::Broken => "broken",
        }
    }
}

/// One partner against one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Name under which the catalogue keeps the schema of what travels between the two.
    pub entry: String,
    /// One of its versions that the partner's profile or contract admits; `next` is the draft.
    pub version: String,
    /// How far that version has come: drafted, released, deprecated, retired.
    pub status: String,
    /// The partner that lives with it.
    pub partner: String,
    /// How far it is shown that the two fit.
    pub proof: Proof,
    /// Interactions of its contracts that speak of this version.
    pub interactions: u64,
    /// Exchanges that were seen and held under this version.
    pub exchanges: u64,
    /// Rules of the findings that speak against it, or why nothing shows it.
    pub because: Vec<String>,
}

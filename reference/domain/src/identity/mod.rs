//! Who is meant: compares what a request says about a member with what the member store says.
//! Refuses to decide without a numbered policy, and keeps no value in a decision.

mod attribute;
mod decision;
mod deterministic;
pub mod normalise;

pub use attribute::{Asked, Attribute, Candidate, NamedPayer};
pub use decision::{Band, Decision, Evidence, Level, Outcome, Tier};
pub use deterministic::resolve;

use crate::ids::DocumentNumber;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Which attributes may be read, and how they are made comparable. One numbered document of the control plane.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatchingPolicy {
    pub number: DocumentNumber,
    pub title: String,
    /// Version of the rules in [`normalise`].
    pub normaliser: u32,
    /// An attribute that is not listed is never read.
    pub attributes: BTreeSet<Attribute>,
}

impl MatchingPolicy {
    #[must_use]
    pub fn reads(&self, attribute: Attribute) -> bool {
        self.attributes.contains(&attribute)
    }
}

#[cfg(test)]
mod tests;

//! What holds when a release is judged: promises, versions, rules, people. Values only.
//! Refuses to know where any of it was read.

use crate::catalogue::Participant;
use crate::model::{Build, ContractName};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// A contract at the head of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub contract: ContractName,
    pub consumer: String,
    pub provider: String,
}

/// A version of a schema that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub version: Version,
    /// Of the version with everything it refers to.
    pub digest: String,
    /// Last day on which it is served.
    pub sunset: Option<NaiveDate>,
}

/// A waiver that counts at the instant that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub id: String,
    pub rule: String,
    pub fingerprints: Vec<String>,
    pub owner: String,
    pub expires: String,
}

/// Everything but the store.
#[derive(Clone, Debug)]
pub struct Facts {
    pub as_of: DateTime<Utc>,
    /// The payer that runs matchmark.
    pub us: String,
    /// Branch on which a version counts as published.
    pub main: String,
    /// Contracts that still gate.
    pub promises: Vec<Promise>,
    /// The version of a participant that the repository describes.
    pub heads: BTreeMap<String, Build>,
    /// Served versions of every entry.
    pub served: BTreeMap<String, Vec<Served>>,
    pub policy_set: String,
    /// Digest of every state of the vocabulary, by name.
    pub states: BTreeMap<String, String>,
    pub matcher: Version,
    /// Digest over the recorded payloads; none where nothing is recorded.
    pub corpus: Option<String>,
    pub exceptions: Vec<Exception>,
    pub participants: BTreeMap<String, Participant>,
    pub max_age: Duration,
    /// Edge cases that must be covered between every consumer and us.
    pub edges: BTreeSet<String>,
}

impl Facts {
    /// The day that is judged.
    pub(super) fn day(&self) -> NaiveDate {
        self.as_of.date_naive()
    }

    /// Who answers for a participant: the team that the configuration names, else the participant itself.
    pub(super) fn owner(&self, name: &str) -> String {
        let named = self.participants.get(name).and_then(|it| it.owner.clone());
        named.unwrap_or_else(|| name.to_owned())
    }

    /// The team that says that a participant has no counterparts, when one does.
    pub(super) fn alone(&self, name: &str) -> Option<&str> {
        let participant = self.participants.get(name)?;
        let owner = participant.owner.as_deref();
        owner.filter(|owner| participant.no_counterparts && !owner.trim().is_empty())
    }
}

//! What a part of a history came to. Parts merge, in any order, into what the whole would have come to.
//! Refuses to hold payloads: it grows with causes, partners and versions.

mod answer;
mod behaved;
mod cluster;
mod found;
mod loosened;
mod partial;
mod rate;

pub use answer::{ReplayAsked, Replayed, Sample, Shard, Unmergeable};
pub use behaved::{Answers, BEHAVIOUR_CHANGED, Behaved, BehaviourAsked, Departure, Difference};
pub use cluster::{Cause, Cluster, Clusters, Shift, Span, Specimen};
pub use loosened::{BaseDoubt, HISTORY, Loosened};
pub use rate::Rates;

use super::{Finding, Mismatch, Place, VersionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Lines and rules that are named one by one; of more only the number is told.
const NAMED: usize = 100;

/// Why something could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Obstacle {
    pub place: Place,
    /// Finding id.
    pub rule: String,
    pub subject: String,
    pub kind: String,
    pub message: String,
    pub remedy: String,
}

impl From<Finding> for Obstacle {
    fn from(finding: Finding) -> Self {
        Self {
            place: finding.place,
            rule: finding.rule,
            subject: finding.subject,
            kind: finding.kind,
            message: finding.message,
            remedy: finding.remedy,
        }
    }
}

impl From<Obstacle> for Finding {
    fn from(obstacle: Obstacle) -> Self {
        Self::new(&obstacle.rule, obstacle.subject, obstacle.place)
            .kind(obstacle.kind)
            .message(obstacle.message)
            .remedy(obstacle.remedy)
    }
}

/// Obstacles, each once; of very many the first in the order of their places, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Obstacles {
    pub count: u64,
    pub first: BTreeSet<Obstacle>,
}

impl Obstacles {
    /// Adds one that stands for itself.
    pub fn add(&mut self, obstacle: Obstacle) {
        self.count += 1;
        self.keep(obstacle);
    }

    fn keep(&mut self, obstacle: Obstacle) {
        self.first.insert(obstacle);
        if self.first.len() > NAMED {
            self.first.pop_last();
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        for obstacle in other.first {
            self.keep(obstacle);
        }
    }
}

/// Payloads under a version that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unknown {
    pub count: u64,
    pub first: Place,
}

/// What came of the lines of a history, or of some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Lines that were judged.
    pub envelopes: u64,
    /// Envelopes of entries that nobody asked about.
    #[serde(default)]
    pub passed_over: u64,
    /// Envelopes on record, by version and partner.
    pub seen: BTreeMap<VersionId, BTreeMap<String, u64>>,
    /// New versions that recorded payloads were judged by besides their own.
    pub followers: BTreeSet<VersionId>,
    pub rates: Rates,
    pub clusters: Clusters,
    /// Lines that are no envelope.
    pub malformed: Obstacles,
    /// Rules that gave no usable answer about a payload.
    pub not_evaluated: Obstacles,
    pub unknown: BTreeMap<VersionId, Unknown>,
}

impl Part {
    pub fn merge(&mut self, other: Self) {
        self.envelopes += other.envelopes;
        self.passed_over += other.passed_over;
        for (version, partners) in other.seen {
            let known = self.seen.entry(version).or_default();
            for (partner, count) in partners {
                *known.entry(partner).or_default() += count;
            }
        }
        self.followers.extend(other.followers);
        self.rates.merge(&other.rates);
        self.clusters.merge(other.clusters);
        self.malformed.merge(other.malformed);
        self.not_evaluated.merge(other.not_evaluated);
        for (version, unknown) in other.unknown {
            self.add_unknown(version, unknown);
        }
    }

    /// Adds payloads of one partner, recorded under one version.
    pub fn seen(&mut self, version: &VersionId, partner: &str, more: Mismatch) {
        self.envelopes += more.replayed;
        let partners = self.seen.entry(version.clone()).or_default();
        *partners.entry(partner.to_owned()).or_default() += more.replayed;
        self.rates.replayed(partner, more);
    }

    /// Adds payloads of a version that is not there.
    pub fn add_unknown(&mut self, version: VersionId, more: Unknown) {
        match self.unknown.get_mut(&version) {
            None => {
                self.unknown.insert(version, more);
            }
            Some(known) => {
                known.count += more.count;
                if more.first < known.first {
                    known.first = more.first;
                }
            }
        }
    }

    /// Partners that have at least one envelope.
    #[must_use]
    pub fn partners(&self) -> BTreeSet<String> {
        self.rates.by_partner.keys().cloned().collect()
    }
}

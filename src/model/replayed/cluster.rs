//! Payloads that shift for the same cause, counted and shown by one of them.

use crate::model::{Direction, Place, VersionId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which way a payload's verdict moved.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Shift {
    NewlyRejected,
    NewlyAccepted,
}

/// Why a payload shifted: what tells one cluster from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    pub shift: Shift,
    /// Version that now judges otherwise.
    pub candidate: VersionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    pub partner: String,
    /// Finding id of the payload's first problem.
    pub rule: String,
    /// Where, with `*` for array positions.
    pub pointer: String,
    pub message: String,
}

/// One payload or exchange that stands for its cluster: cited, never shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Specimen<R = VersionId> {
    /// Length of its canonical text: the smallest one stands for all, and of those the first.
    pub bytes: usize,
    pub place: Place,
    /// As what it was recorded: a payload's version, an exchange's status.
    pub recorded: R,
    pub digest: String,
}

/// The first and the last time that something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub first: DateTime<Utc>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub last: DateTime<Utc>,
}

impl Span {
    fn with(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// All payloads that shift, or all exchanges that differ, for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cluster<C = Cause, R = VersionId> {
    pub cause: C,
    pub count: u64,
    /// The first in the order of files and lines.
    pub first: Place,
    /// When they were recorded, as far as their envelopes say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Span>,
    pub smallest: Specimen<R>,
}

impl<C, R: Ord> Cluster<C, R> {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.recorded = match (self.recorded, other.recorded) {
            (Some(one), Some(other)) => Some(one.with(other)),
            (one, other) => one.or(other),
        };
        if other.first < self.first {
            self.first = other.first;
        }
        if other.smallest < self.smallest {
            self.smallest = other.smallest;
        }
    }
}

/// Clusters by their cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    from = "Vec<Cluster<C, R>>",
    into = "Vec<Cluster<C, R>>",
    bound(
        serialize = "C: Clone + Ord + Serialize, R: Clone + Ord + Serialize",
        deserialize = "C: Clone + Ord + Deserialize<'de>, R: Ord + Deserialize<'de>"
    )
)]
#[schemars(with = "Vec<Cluster<C, R>>")]
pub struct Clusters<C = Cause, R = VersionId>(BTreeMap<C, Cluster<C, R>>);

impl<C, R> Default for Clusters<C, R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: Clone + Ord, R: Ord> From<Vec<Cluster<C, R>>> for Clusters<C, R> {
    fn from(clusters: Vec<Cluster<C, R>>) -> Self {
        let mut all = Self::default();
        for cluster in clusters {
            all.add(cluster);
        }
        all
    }
}

impl<C: Clone + Ord, R: Ord> From<Clusters<C, R>> for Vec<Cluster<C, R>> {
    fn from(clusters: Clusters<C, R>) -> Self {
        clusters.sorted()
    }
}

impl<C: Clone + Ord, R: Ord> Clusters<C, R> {
    /// Adds one, whether or not there are others for its cause.
    pub fn add(&mut self, cluster: Cluster<C, R>) {
        match self.0.get_mut(&cluster.cause) {
            Some(known) => known.merge(cluster),
            None => {
                self.0.insert(cluster.cause.clone(), cluster);
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        for cluster in other.0.into_values() {
            self.add(cluster);
        }
    }

    /// Everything that is in any of them.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().map(|cluster| cluster.count).sum()
    }

    /// Largest first, then by cause.
    #[must_use]
    pub fn sorted(self) -> Vec<Cluster<C, R>> {
        let mut clusters: Vec<Cluster<C, R>> = self.0.into_values().collect();
        clusters.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cause.cmp(&b.cause)));
        clusters
    }
}

impl Clusters {
    /// Payloads that shifted one way.
    #[must_use]
    pub fn shifted(&self, shift: Shift) -> u64 {
        let of_shift = self.0.values().filter(|it| it.cause.shift == shift);
        of_shift.map(|cluster| cluster.count).sum()
    }
}

//! Payloads that shift for the same cause, counted and shown by one of them.

use super::judge::Judged;
use crate::model::{
    Direction, Effect, Finding, Gravity, Hurt, Place, VersionId, Witness, WitnessSource, counted,
};
use std::collections::BTreeMap;

/// Which way a payload's verdict moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shift {
    NewlyRejected,
    NewlyAccepted,
}

/// Why a payload shifted: what tells one cluster from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    pub shift: Shift,
    /// Version that now judges otherwise.
    pub candidate: VersionId,
    pub direction: Option<Direction>,
    pub partner: String,
    /// Finding id of the payload's first problem.
    pub rule: String,
    /// Where, with `*` for array positions.
    pub pointer: String,
    pub message: String,
}

/// All payloads that shift for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub cause: Cause,
    pub count: u64,
    pub first: Place,
    pub smallest: Specimen,
}

/// One payload that stands for its cluster: cited, never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    pub place: Place,
    /// Version under which it was recorded.
    pub recorded: VersionId,
    pub bytes: usize,
    pub digest: String,
}

#[derive(Default)]
pub(super) struct Clusters(BTreeMap<Cause, Cluster>);

impl Clusters {
    pub(super) fn add(&mut self, judged: Judged) {
        let specimen = Specimen {
            place: judged.place,
            recorded: judged.version,
            bytes: judged.bytes,
            digest: judged.digest,
        };
        for cause in judged.shifts {
            let cluster = self.0.entry(cause.clone()).or_insert_with(|| Cluster {
                cause,
                count: 0,
                first: specimen.place.clone(),
                smallest: specimen.clone(),
            });
            cluster.count += 1;
            if specimen.bytes < cluster.smallest.bytes {
                cluster.smallest = specimen.clone();
            }
        }
    }

    /// Largest first, then by cause.
    pub(super) fn finish(self) -> Vec<Cluster> {
        let mut clusters: Vec<Cluster> = self.0.into_values().collect();
        clusters.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cause.cmp(&b.cause)));
        clusters
    }
}

impl Cluster {
    /// The finding that stands for the cluster, out of `total` recorded payloads.
    pub(super) fn finding(&self, total: u64) -> Finding {
        let cause = &self.cause;
        let (rule, word) = match cause.shift {
            Shift::NewlyRejected => ("replay/newly-rejected", "rejected"),
            Shift::NewlyAccepted => ("replay/newly-accepted", "accepted"),
        };
        let gravity = match (cause.shift, cause.direction) {
            (Shift::NewlyRejected, Some(direction)) => Gravity::Effect(Effect::Narrows, direction),
            (Shift::NewlyRejected | Shift::NewlyAccepted, _) => Gravity::ByRule,
        };
        let count = self.count;
        let partner = &cause.partner;
        let payloads = counted(count, "recorded payload");
        let are = if count == 1 { "is" } else { "are" };
        Finding::new(rule, cause.candidate.to_string(), self.first.clone())
            .gravity(gravity)
            .pointer(&cause.pointer)
            .kind(format!("{} {}", cause.partner, cause.rule))
            .message(format!(
                "{payloads} of {partner}, of {total} in all, {are} newly {word} by `{}`: {}",
                cause.candidate, cause.message
            ))
            .remedy("take the change back, or release it as a major version beside the old one")
            .witness(self.witness())
            .hurt(Hurt {
                who: cause.partner.clone(),
                why: format!("{payloads}, this the first"),
                place: Some(self.first.clone()),
            })
    }

    /// The smallest payload of the cluster, by place and digest.
    fn witness(&self) -> Witness {
        let Specimen {
            place,
            recorded,
            bytes,
            digest,
        } = self.smallest.clone();
        let recorded = format!("{recorded} as recorded");
        let candidate = self.cause.candidate.to_string();
        let (accepted_by, rejected_by) = match self.cause.shift {
            Shift::NewlyRejected => (recorded, candidate),
            Shift::NewlyAccepted => (candidate, recorded),
        };
        Witness {
            source: WitnessSource::Recorded { place, digest },
            accepted_by,
            rejected_by,
            bytes,
            value: None,
        }
    }
}

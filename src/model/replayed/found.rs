//! The findings that stand for payloads: for all that shift for one cause, and for those of a version that is not there.
//! Refuses to weigh them: it knows neither budgets nor profiles.

use super::{Cluster, Shift, Specimen, Unknown};
use crate::model::{Effect, Finding, Gravity, Hurt, VersionId, Witness, WitnessSource, counted};

impl Cluster {
    /// The finding that stands for the cluster, out of `total` recorded payloads.
    #[must_use]
    pub fn finding(&self, total: u64) -> Finding {
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
            .witness(witness(self))
            .hurt(Hurt {
                who: cause.partner.clone(),
                why: format!("{payloads}, this the first"),
                place: Some(self.first.clone()),
            })
    }
}

impl Unknown {
    /// The finding that stands for them.
    #[must_use]
    pub fn finding(&self, version: &VersionId) -> Finding {
        let count = self.count;
        let payloads = if count == 1 {
            "payload was"
        } else {
            "payloads were"
        };
        Finding::new("replay/version-unknown", version.to_string(), self.first.clone())
        .kind("unknown")
        .message(format!(
            "{count} {payloads} recorded under `{version}`, which cannot be judged: the catalogue does not have it"
        ))
        .remedy("add the version to the catalogue, or take its payloads out of the history")
    }
}

/// The smallest payload of the cluster, by place and digest.
fn witness(cluster: &Cluster) -> Witness {
    let Specimen {
        place,
        recorded,
        bytes,
        digest,
    } = cluster.smallest.clone();
    let recorded = format!("{recorded} as recorded");
    let candidate = cluster.cause.candidate.to_string();
    let (accepted_by, rejected_by) = match cluster.cause.shift {
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

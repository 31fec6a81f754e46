//! The finding that stands for all payloads which shift for one cause.

use crate::model::replayed::{Cluster, Shift, Specimen};
use crate::model::{Effect, Finding, Gravity, Hurt, Witness, WitnessSource, counted};

/// The finding that stands for the cluster, out of `total` recorded payloads.
pub(super) fn finding(cluster: &Cluster, total: u64) -> Finding {
    let cause = &cluster.cause;
    let (rule, word) = match cause.shift {
        Shift::NewlyRejected => ("replay/newly-rejected", "rejected"),
        Shift::NewlyAccepted => ("replay/newly-accepted", "accepted"),
    };
    let gravity = match (cause.shift, cause.direction) {
        (Shift::NewlyRejected, Some(direction)) => Gravity::Effect(Effect::Narrows, direction),
        (Shift::NewlyRejected | Shift::NewlyAccepted, _) => Gravity::ByRule,
    };
    let count = cluster.count;
    let partner = &cause.partner;
    let payloads = counted(count, "recorded payload");
    let are = if count == 1 { "is" } else { "are" };
    Finding::new(rule, cause.candidate.to_string(), cluster.first.clone())
        .gravity(gravity)
        .pointer(&cause.pointer)
        .kind(format!("{} {}", cause.partner, cause.rule))
        .message(format!(
            "{payloads} of {partner}, of {total} in all, {are} newly {word} by `{}`: {}",
            cause.candidate, cause.message
        ))
        .remedy("take the change back, or release it as a major version beside the old one")
        .witness(witness(cluster))
        .hurt(Hurt {
            who: cause.partner.clone(),
            why: format!("{payloads}, this the first"),
            place: Some(cluster.first.clone()),
        })
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

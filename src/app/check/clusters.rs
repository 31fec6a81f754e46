//! Why recorded payloads are judged otherwise, as reports tell it.
//! Refuses to hand on more of a payload than its place.

use crate::model::ReplayCluster;
use crate::replay::{Cluster, Shift};

/// Every cause of the replay, largest first.
pub(super) fn told(clusters: &[Cluster]) -> Vec<ReplayCluster> {
    clusters.iter().map(one).collect()
}

fn one(cluster: &Cluster) -> ReplayCluster {
    let cause = &cluster.cause;
    ReplayCluster {
        partner: cause.partner.clone(),
        version: cause.candidate.to_string(),
        shift: word(cause.shift).to_owned(),
        rule: cause.rule.clone(),
        pointer: cause.pointer.clone(),
        count: cluster.count,
        first: cluster.first.clone(),
    }
}

fn word(shift: Shift) -> &'static str {
    match shift {
        Shift::NewlyRejected => "newly-rejected",
        Shift::NewlyAccepted => "newly-accepted",
    }
}

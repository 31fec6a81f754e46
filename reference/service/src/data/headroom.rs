//! How near the service is to each of its bounds, at this moment.
//! Refuses to estimate: what this process has not counted and the store does not say is not told.

use super::Plane;
use crate::store::StoreError;
use domain::resilience::{Bound, Headroom};

/// Every bound, those of the whole service first.
pub(crate) async fn headroom(plane: &Plane) -> Result<Vec<Headroom>, StoreError> {
    let snapshot = plane.snapshot();
    let limits = &snapshot.resilience.limits;
    let open = plane.store.open_exchanges().await?;
    let waiting = plane.store.queue_depth(plane.now()).await?;
    let full = plane.health.policy.queue_full;
    let (connections, most) = plane.store.connections();
    let under_way = plane.guard.under_way();
    let calls = under_way.values().copied().map(u64::from).sum();
    let (bytes, room) = plane.doorstep.bodies();
    let mut told = vec![
        Headroom::of_all(Bound::OpenExchanges, open, u64::from(limits.open_exchanges)),
        Headroom::of_all(Bound::QueueDepth, u64::from(waiting), u64::from(full)),
        Headroom::of_all(Bound::DatabaseConnections, connections, most),
        Headroom::of_all(Bound::CallsInAll, calls, u64::from(limits.calls_in_all)),
        Headroom::of_all(Bound::BodyBytes, bytes, room),
    ];
    for partner in snapshot.partners.keys() {
        let used = under_way.get(partner).copied().unwrap_or_default();
        told.push(Headroom {
            bound: Bound::CallsPerPartner,
            partner: Some(partner.clone()),
            operation: None,
            used: u64::from(used),
            most: u64::from(limits.calls_per_partner),
        });
        for (operation, rate) in &limits.inbound {
            let left = plane.guard.inbound_left(partner, *operation, rate);
            told.push(Headroom {
                bound: Bound::Inbound,
                partner: Some(partner.clone()),
                operation: Some(*operation),
                used: u64::from(rate.burst.saturating_sub(left)),
                most: u64::from(rate.burst),
            });
        }
    }
    told.sort();
    Ok(told)
}

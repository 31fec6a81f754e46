//! Events in the order in which they were written: each holds the hash of the one before.
//! Refuses to guess an order where a link is missing.

use crate::model::{Event, Fault, Kept};
use std::collections::BTreeMap;

pub(super) const BROKEN: &str = "contract/event-chain-broken";

/// The hash of an event, from its path.
pub(super) fn hash_of(path: &str) -> &str {
    let stem = path.strip_suffix(".json").unwrap_or(path);
    stem.rsplit('-').next().unwrap_or_default()
}

/// The events from the first to the last; what hangs on no first event is a fault and left out.
pub(super) fn linked(events: Vec<Kept<Event>>, faults: &mut Vec<Fault>) -> Vec<Kept<Event>> {
    let broken = |path: &str, message: &str| Fault {
        rule: BROKEN.to_owned(),
        path: path.to_owned(),
        message: message.to_owned(),
    };
    let mut after: BTreeMap<Option<String>, Kept<Event>> = BTreeMap::new();
    for event in events {
        let previous = event.value.previous.clone();
        if let Some(other) = after.get(&previous) {
            faults.push(broken(
                &event.path,
                &format!("it follows the same event as {}", other.path),
            ));
        } else {
            after.insert(previous, event);
        }
    }
    let mut chain: Vec<Kept<Event>> = Vec::with_capacity(after.len());
    let mut last = None;
    while let Some(event) = after.remove(&last) {
        last = Some(hash_of(&event.path).to_owned());
        chain.push(event);
    }
    for event in after.values() {
        faults.push(broken(&event.path, "the event before it is not there"));
    }
    chain
}

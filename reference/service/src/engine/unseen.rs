//! Calls that change something at a partner and whose end is not written down: those that this process has in hand, and
//! those that it found open. Refuses to decide what becomes of one: it only says for how long somebody may still know.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::ids::ExchangeId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What one process knows of such calls.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    in_hand: Mutex<BTreeSet<ExchangeId>>,
    found: Mutex<BTreeMap<ExchangeId, Timestamp>>,
}

/// A call that this process has in hand; no more once it is dropped.
pub(super) struct InHand<'a> {
    of: &'a Unseen,
    id: ExchangeId,
}

impl Unseen {
    pub(super) fn take(&self, id: &ExchangeId) -> InHand<'_> {
        held(&self.in_hand).insert(id.clone());
        InHand {
            of: self,
            id: id.clone(),
        }
    }

    pub(super) fn is_in_hand(&self, id: &ExchangeId) -> bool {
        held(&self.in_hand).contains(id)
    }

    /// Until when another process may still write down how its call ended: it may have been kept from that by a store
    /// that was away for longer than its lease. None once that time is over.
    pub(super) fn may_be_told(
        &self,
        id: &ExchangeId,
        now: Timestamp,
        lease: Duration,
    ) -> Option<Timestamp> {
        let mut found = held(&self.found);
        let first = *found.entry(id.clone()).or_insert(now);
        let until = TimeDelta::from_std(lease)
            .ok()
            .and_then(|lease| first.checked_add_signed(lease))
            .unwrap_or(first);
        if until > now {
            return Some(until);
        }
        found.remove(id);
        None
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        held(&self.of.in_hand).remove(&self.id);
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_that_was_found_open_may_be_told_of_for_one_lease_and_no_longer() {
        let (unseen, id) = (Unseen::default(), ExchangeId::new("e1".to_owned()));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let told = |now: &str| unseen.may_be_told(&id, at(now), Duration::from_secs(30));
        let until = Some(at("2026-10-01T12:00:30Z"));
        assert_eq!(told("2026-10-01T12:00:00Z"), until);
        assert_eq!(told("2026-10-01T12:00:29Z"), until);
        assert_eq!(told("2026-10-01T12:00:30Z"), None);
    }

    #[test]
    fn a_call_is_in_hand_until_it_is_let_go() {
        let (unseen, id) = (Unseen::default(), ExchangeId::new("e1".to_owned()));
        let call = unseen.take(&id);
        assert!(unseen.is_in_hand(&id));
        drop(call);
        assert!(!unseen.is_in_hand(&id));
    }
}

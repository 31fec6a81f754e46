//! Calls of other processes that change something at a partner and whose end is not written down.
//! Refuses to decide what becomes of one: it only says for how long somebody may still know.

use crate::clock::later;
use domain::Timestamp;
use domain::ids::ExchangeId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// After this long nobody asks for a call any more that somebody else has told of (ours).
const FORGOTTEN: Duration = Duration::from_hours(1);

/// When this process found each of them open. A call is known by its exchange and the version that it left behind.
#[derive(Debug, Default)]
pub(super) struct Unseen(Mutex<BTreeMap<(ExchangeId, i64), Timestamp>>);

impl Unseen {
    /// Until when another process may still write down how its call ended: it may have been kept from that by a store
    /// that was away for longer than its lease. None once that time is over.
    pub(super) fn may_be_told(
        &self,
        call: (&ExchangeId, i64),
        now: Timestamp,
        lease: Duration,
    ) -> Option<Timestamp> {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let call = (call.0.clone(), call.1);
        found.retain(|kept, first| {
            *kept == call || later(*first, FORGOTTEN.max(lease.saturating_mul(2))) > now
        });
        let first = *found.entry(call).or_insert(now);
        let until = later(first, lease);
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_that_was_found_open_may_be_told_of_for_one_lease_and_no_longer() {
        let (unseen, id) = (Unseen::default(), ExchangeId::new("e1".to_owned()));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let told =
            |version, now| unseen.may_be_told((&id, version), at(now), Duration::from_secs(30));
        let until = Some(at("2026-10-01T12:00:30Z"));
        assert_eq!(told(3, "2026-10-01T12:00:00Z"), until);
        assert_eq!(told(3, "2026-10-01T12:00:29Z"), until);
        assert_eq!(told(3, "2026-10-01T12:00:30Z"), None);
        assert_eq!(told(3, "2026-10-03T12:00:00Z"), None, "asked late");
        let later = Some(at("2026-10-03T12:00:30Z"));
        assert_eq!(told(4, "2026-10-03T12:00:00Z"), later, "a call of its own");
    }

    #[test]
    fn a_call_that_somebody_else_told_of_is_forgotten() {
        let unseen = Unseen::default();
        for (id, now) in [
            ("e1", "2026-10-01T12:00:00Z"),
            ("e2", "2026-10-01T13:00:00Z"),
        ] {
            let id = ExchangeId::new(id.to_owned());
            let told = unseen.may_be_told((&id, 1), now.parse().unwrap(), Duration::from_secs(30));
            assert!(told.is_some());
        }
        let found = unseen.0.into_inner().unwrap();
        assert_eq!(found.len(), 1);
    }
}

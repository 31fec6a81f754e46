//! How often a partner may call us, and we a partner, operation by operation, evenly spread.
//! Refuses to know why: the numbers come with each question, and a changed number starts a new count.

use domain::Timestamp;
use domain::ids::PartnerId;
use domain::ports::Clock;
use domain::resilience::{Operation, Rate};
use governor::clock::Clock as Ticks;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The clock of the service, as the limiter wants it: it never goes back. When ours is set back, time only passes from
/// there on; nobody has to wait until the old time comes again.
#[derive(Clone)]
struct Ours {
    clock: Arc<dyn Clock>,
    passed: Arc<Mutex<Passed>>,
}

#[derive(Default)]
struct Passed {
    in_all: Duration,
    last: Option<Timestamp>,
}

impl Ours {
    fn pass(&self, passed: &mut Passed) -> Duration {
        let now = self.clock.now();
        let last = passed.last.replace(now).unwrap_or(now);
        let step = now.signed_duration_since(last).to_std();
        passed.in_all = passed.in_all.saturating_add(step.unwrap_or_default());
        passed.in_all
    }
}

impl Ticks for Ours {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        self.pass(&mut passed)
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ours, StateInformationMiddleware>;

/// A limiter, for which rate it was made, and what it had left at the last call.
struct Known {
    rate: Rate,
    limiter: Limiter,
    left: u32,
    at: Duration,
}

impl Known {
    /// What is left at `now`: what was, and what has come back since.
    fn left(&self, now: Duration) -> u32 {
        let since = now.saturating_sub(self.at);
        let back = since
            .saturating_mul(self.rate.calls)
            .checked_div(self.rate.per_seconds);
        let back = u32::try_from(back.unwrap_or_default().as_secs()).unwrap_or(u32::MAX);
        self.left.saturating_add(back).min(self.rate.burst)
    }
}

/// Who calls whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Towards {
    Us,
    Partner,
}

type Key = (Towards, PartnerId, Operation);

/// One limiter for each partner, operation and direction. Partners come from the registry, so they are few.
pub(super) struct Limiters {
    clock: Ours,
    known: Mutex<BTreeMap<Key, Known>>,
}

impl Limiters {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock: Ours {
                clock,
                passed: Arc::default(),
            },
            known: Mutex::default(),
        }
    }

    pub(super) fn inbound(
        &self,
        partner: &PartnerId,
        operation: Operation,
        rate: &Rate,
    ) -> Result<(), Duration> {
        self.check((Towards::Us, partner.clone(), operation), rate)
    }

    pub(super) fn outbound(
        &self,
        partner: &PartnerId,
        operation: Operation,
        rate: &Rate,
    ) -> Result<(), Duration> {
        self.check((Towards::Partner, partner.clone(), operation), rate)
    }

    pub(super) fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    /// How many calls may come at once: all of a burst where none has come yet.
    pub(super) fn inbound_left(
        &self,
        partner: &PartnerId,
        operation: Operation,
        rate: &Rate,
    ) -> u32 {
        let now = self.clock.now();
        let key = (Towards::Us, partner.clone(), operation);
        self.with(|known| {
            let present = known.get(&key).filter(|known| known.rate == *rate);
            present.map_or(rate.burst, |known| known.left(now))
        })
    }

    fn check(&self, key: Key, rate: &Rate) -> Result<(), Duration> {
        self.with(|known| {
            if known.get(&key).is_none_or(|known| known.rate != *rate) {
                // A rate that no limiter can be made of is refused with the document that has it.
                let Some(quota) = quota(rate) else {
                    return Ok(());
                };
                let limiter = RateLimiter::direct_with_clock(quota, self.clock.clone());
                let new = Known {
                    rate: *rate,
                    limiter: limiter.with_middleware(),
                    left: rate.burst,
                    at: self.clock.now(),
                };
                known.insert(key.clone(), new);
            }
            let Some(known) = known.get_mut(&key) else {
                return Ok(());
            };
            let checked = known.limiter.check();
            known.at = self.clock.now();
            known.left = checked
                .as_ref()
                .map_or(0, |left| left.remaining_burst_capacity());
            let wait = checked.map_err(|later| later.wait_time_from(known.at));
            wait.map(drop)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<Key, Known>) -> T) -> T {
        act(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Nothing where the rate is none.
pub(super) fn quota(rate: &Rate) -> Option<Quota> {
    let one = Duration::from_secs(u64::from(rate.per_seconds)).checked_div(rate.calls)?;
    let quota = Quota::with_period(one)?;
    Some(quota.allow_burst(NonZeroU32::new(rate.burst)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::{ManualClock, Winding};

    const RATE: Rate = Rate {
        calls: 60,
        per_seconds: 60,
        burst: 3,
    };

    fn scene() -> (Arc<ManualClock>, Limiters) {
        let at = "2026-10-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(at, Winding::ByHand));
        let limiters = Limiters::new(Arc::clone(&clock) as _);
        (clock, limiters)
    }

    #[test]
    fn a_burst_is_let_through_and_the_next_call_told_how_long_to_wait() {
        let (clock, limiters) = scene();
        let ask = |partner: &str| {
            limiters.inbound(&PartnerId::new(partner), Operation::MemberMatch, &RATE)
        };
        for _ in 0..3 {
            assert_eq!(ask("contoso"), Ok(()));
        }
        assert_eq!(ask("contoso"), Err(Duration::from_secs(1)));
        assert_eq!(
            ask("northwind"),
            Ok(()),
            "another partner has its own count"
        );
        clock.advance(Duration::from_secs(1));
        assert_eq!(ask("contoso"), Ok(()));
        assert!(ask("contoso").is_err());
    }

    #[test]
    fn directions_and_operations_are_counted_apart_and_a_new_rate_starts_anew() {
        let (_, limiters) = scene();
        let contoso = PartnerId::new("contoso");
        let one = Rate { burst: 1, ..RATE };
        assert!(
            limiters
                .inbound(&contoso, Operation::MemberMatch, &one)
                .is_ok()
        );
        assert!(
            limiters
                .inbound(&contoso, Operation::MemberMatch, &one)
                .is_err()
        );
        assert!(
            limiters
                .outbound(&contoso, Operation::MemberMatch, &one)
                .is_ok()
        );
        assert!(
            limiters
                .inbound(&contoso, Operation::DataExport, &one)
                .is_ok()
        );
        assert!(
            limiters
                .inbound(&contoso, Operation::MemberMatch, &RATE)
                .is_ok()
        );
    }

    #[test]
    fn what_is_left_goes_with_every_call_and_comes_back_with_time() {
        let (clock, limiters) = scene();
        let contoso = PartnerId::new("contoso");
        let left = || limiters.inbound_left(&contoso, Operation::MemberMatch, &RATE);
        let ask = || limiters.inbound(&contoso, Operation::MemberMatch, &RATE);
        let mut told = vec![left()];
        for _ in 0..4 {
            let _ = ask();
            told.push(left());
        }
        assert_eq!(told, [3, 2, 1, 0, 0]);
        clock.advance(Duration::from_secs(2));
        assert_eq!(left(), 2);
        assert!(ask().is_ok() && ask().is_ok() && ask().is_err());
        clock.advance(Duration::from_secs(3600));
        assert_eq!(left(), 3, "never more than a burst");
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_ever() {
        let (clock, limiters) = scene();
        let contoso = PartnerId::new("contoso");
        let one = Rate { burst: 1, ..RATE };
        clock.set("2025-10-01T12:00:00Z".parse().unwrap());
        let ask = || limiters.inbound(&contoso, Operation::MemberMatch, &one);
        assert!(ask().is_ok());
        clock.set("2024-10-01T12:00:00Z".parse().unwrap());
        let wait = ask().err().unwrap_or_default();
        assert!(wait <= Duration::from_secs(2), "{wait:?}");
    }
}

//! Watches refusals: one is a mistake, many within a window are a fault or an attack, and somebody is told once.
//! Refuses to remember who was refused with what: it counts.

use super::policy::AlarmLimit;
use domain::Timestamp;
pub use domain::notice::Alarm;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// An alarm that was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    pub alarm: Alarm,
    pub at: Timestamp,
    /// How many refusals there were within the window.
    pub refusals: u16,
}

#[derive(Debug, Default)]
struct Seen {
    times: BTreeMap<Alarm, VecDeque<Timestamp>>,
    raised: Vec<Raised>,
    /// Raised, and not handed to anybody yet.
    waiting: VecDeque<Raised>,
}

/// How many raised alarms are remembered for those who ask.
const REMEMBERED: usize = 256;

/// Counts refusals within a window.
#[derive(Debug)]
pub(crate) struct Sentry {
    limit: AlarmLimit,
    seen: Mutex<Seen>,
    /// Rings when an alarm waits.
    bell: Notify,
}

impl Sentry {
    pub(crate) fn new(limit: AlarmLimit) -> Self {
        Self {
            limit,
            seen: Mutex::default(),
            bell: Notify::new(),
        }
    }

    /// Notes a refusal, and raises the alarm when there are too many. It is raised once per window.
    pub(crate) fn note(&self, alarm: Alarm, now: Timestamp) {
        let refusals = self.count(alarm, now);
        if refusals >= self.limit.refusals {
            self.raise(alarm, refusals, now);
        }
    }

    /// Raises the alarm for what needs no counting.
    pub(crate) fn raise(&self, alarm: Alarm, refusals: u16, now: Timestamp) {
        let window = self.window();
        let mut seen = self.seen();
        let last = seen
            .raised
            .iter()
            .rev()
            .find(|raised| raised.alarm == alarm);
        if last.is_some_and(|last| now < last.at + window) {
            return;
        }
        if seen.raised.len() >= REMEMBERED {
            seen.raised.remove(0);
        }
        if seen.waiting.len() >= REMEMBERED {
            seen.waiting.pop_front();
        }
        let raised = Raised {
            alarm,
            at: now,
            refusals,
        };
        seen.raised.push(raised);
        seen.waiting.push_back(raised);
        drop(seen);
        self.bell.notify_one();
        tracing::error!(alarm = alarm.word(), refusals, "an alarm is raised");
    }

    /// The oldest alarm that nobody has taken to tell it.
    pub(crate) fn next(&self) -> Option<Raised> {
        self.seen().waiting.front().copied()
    }

    /// The oldest alarm is written down: somebody will tell it.
    pub(crate) fn taken(&self, raised: Raised) {
        let mut seen = self.seen();
        if seen.waiting.front() == Some(&raised) {
            seen.waiting.pop_front();
        }
    }

    /// Ends when an alarm has been raised.
    pub(crate) async fn rings(&self) {
        self.bell.notified().await;
    }

    /// The alarms that were raised, oldest first.
    pub(crate) fn raised(&self) -> Vec<Raised> {
        self.seen().raised.clone()
    }

    /// How many there are within the window, this one among them; no more are kept than raise the alarm.
    fn count(&self, alarm: Alarm, now: Timestamp) -> u16 {
        let begins = now - self.window();
        let mut seen = self.seen();
        let times = seen.times.entry(alarm).or_default();
        times.push_back(now);
        times.retain(|at| *at > begins);
        while times.len() > usize::from(self.limit.refusals) {
            times.pop_front();
        }
        u16::try_from(times.len()).unwrap_or(u16::MAX)
    }

    fn window(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::from_std(self.limit.window).unwrap_or_default()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn sentry() -> Sentry {
        Sentry::new(AlarmLimit {
            refusals: 3,
            window: Duration::from_secs(60),
        })
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_790_856_000 + seconds, 0).unwrap()
    }

    #[test]
    fn one_refusal_raises_nothing_and_three_within_a_window_raise_one_alarm() {
        let sentry = sentry();
        sentry.note(Alarm::Authentication, at(0));
        sentry.note(Alarm::Authentication, at(30));
        sentry.note(Alarm::Handshake, at(30));
        assert_eq!(sentry.raised(), []);
        for second in 31..50 {
            sentry.note(Alarm::Authentication, at(second));
        }
        let raised = Raised {
            alarm: Alarm::Authentication,
            at: at(31),
            refusals: 3,
        };
        assert_eq!(sentry.raised(), [raised]);
    }

    #[test]
    fn refusals_spread_over_more_than_a_window_raise_nothing() {
        let sentry = sentry();
        for minute in 0..100 {
            sentry.note(Alarm::Authentication, at(minute * 31));
        }
        assert_eq!(sentry.raised(), []);
    }

    #[test]
    fn an_alarm_that_goes_on_is_raised_again_after_the_window() {
        let sentry = sentry();
        for second in 0..130 {
            sentry.note(Alarm::Authentication, at(second));
        }
        let times: Vec<_> = sentry.raised().iter().map(|raised| raised.at).collect();
        assert_eq!(times, [at(2), at(62), at(122)]);
    }
}

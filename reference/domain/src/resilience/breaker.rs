//! Whether a partner is called at all: closed, open until a time, or half-open with a fixed number of probes.
//! Refuses to hide its state and to read a clock: every question brings the time.

use crate::Timestamp;
use crate::failure::{Code, RetryClass};
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// When a breaker opens, for how long, and what closes it.
///
/// Source: the shape is Nygard's "Release It!" and resilience4j's count-based window; the numbers are ours
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BreakerRule {
    /// How many of the last calls are looked at.
    pub ring: u32,
    /// Fewer calls than that say nothing.
    pub least_calls: u32,
    /// From this share of failures on it opens.
    pub open_at_per_cent: u32,
    /// How long it stays open the first time.
    pub wait_ms: u64,
    /// Each failed probe doubles the wait, up to this.
    pub longest_wait_ms: u64,
    /// How many calls it lets through to find out, and how many of them have to succeed: all.
    pub probes: u32,
    /// How long a call waits that comes while the probes are out.
    pub probing_wait_ms: u64,
}

vocabulary! {
    /// Where a breaker stands.
    BreakerState {
        Closed = "closed",
        Open = "open",
        HalfOpen = "half-open",
    }
}

/// How an admitted call ended, as far as the breaker looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The partner answered, whatever it said.
    Answered,
    /// It did not, or said that it cannot.
    Faulty,
    /// Nobody knows: the call was given up before its end. It counts for nothing.
    GivenUp,
}

impl Outcome {
    /// How a call ended that failed by this code, or by none.
    ///
    /// A refusal is an answer, and so is "too many calls": only what passes by itself says that the partner is down.
    #[must_use]
    pub fn of(failure: Option<Code>) -> Self {
        match failure.map(|code| code.meaning().class) {
            Some(RetryClass::Transient) => Self::Faulty,
            Some(
                RetryClass::Throttled
                | RetryClass::AuthRefresh
                | RetryClass::Permanent
                | RetryClass::Hold
                | RetryClass::Escalate
                | RetryClass::None,
            )
            | None => Self::Answered,
        }
    }
}

/// The right to make one call. It belongs to the opening of the breaker at which it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    opening: u64,
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Through(Pass),
    /// No call; ask again then.
    Refused {
        until: Timestamp,
    },
}

/// A change of state that somebody may want to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Opened { until: Timestamp },
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Open {
        until: Timestamp,
    },
    HalfOpen {
        /// Probes that are out or have succeeded: never more than the rule's.
        given: u32,
        succeeded: u32,
    },
}

/// The breaker of one partner, endpoint and operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    phase: Phase,
    /// The last calls, oldest first; true is a failure.
    ring: VecDeque<bool>,
    /// Openings since the last time it was closed: each doubles the wait.
    in_a_row: u32,
    /// Openings in all: a call that was admitted before one says nothing after it.
    openings: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            phase: Phase::Closed,
            ring: VecDeque::new(),
            in_a_row: 0,
            openings: 0,
        }
    }
}

impl Breaker {
    /// May a call go out now?
    pub fn admit(&mut self, rule: &BreakerRule, now: Timestamp) -> Admission {
        if let Phase::Open { until } = self.phase {
            if now < until {
                return Admission::Refused { until };
            }
            self.phase = Phase::HalfOpen {
                given: 0,
                succeeded: 0,
            };
        }
        let opening = self.openings;
        match &mut self.phase {
            Phase::HalfOpen { given, .. } if *given >= rule.probes => Admission::Refused {
                until: later(now, rule.probing_wait_ms),
            },
            Phase::HalfOpen { given, .. } => {
                *given = given.saturating_add(1);
                Admission::Through(Pass { opening })
            }
            Phase::Closed | Phase::Open { .. } => Admission::Through(Pass { opening }),
        }
    }

    /// Takes how an admitted call ended.
    pub fn record(
        &mut self,
        rule: &BreakerRule,
        pass: Pass,
        outcome: Outcome,
        now: Timestamp,
    ) -> Option<Turn> {
        if pass.opening != self.openings {
            return None;
        }
        match (&mut self.phase, outcome) {
            (Phase::Open { .. }, _) | (Phase::Closed, Outcome::GivenUp) => None,
            (Phase::Closed, Outcome::Answered | Outcome::Faulty) => {
                let failed = outcome == Outcome::Faulty;
                self.remember(rule, failed);
                // An answer never opens it, even when it is the one that completes the count.
                (failed && self.is_too_bad(rule)).then(|| self.open(rule, now))
            }
            (Phase::HalfOpen { given, .. }, Outcome::GivenUp) => {
                *given = given.saturating_sub(1);
                None
            }
            (Phase::HalfOpen { .. }, Outcome::Faulty) => Some(self.open(rule, now)),
            (Phase::HalfOpen { succeeded, .. }, Outcome::Answered) => {
                *succeeded = succeeded.saturating_add(1);
                let enough = *succeeded >= rule.probes;
                enough.then(|| self.close())
            }
        }
    }

    /// Where it stands. An opening whose time is over reads as half-open: the next call is a probe.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> BreakerState {
        match self.phase {
            Phase::Closed => BreakerState::Closed,
            Phase::Open { until } if now < until => BreakerState::Open,
            Phase::Open { .. } | Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Until when nobody is let through.
    #[must_use]
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.phase {
            Phase::Open { until } => (now < until).then_some(until),
            Phase::Closed | Phase::HalfOpen { .. } => None,
        }
    }

    /// Failures among the last calls, and how many calls those are.
    #[must_use]
    pub fn last_calls(&self) -> (usize, usize) {
        let failures = self.ring.iter().filter(|failed| **failed).count();
        (failures, self.ring.len())
    }

    /// How many of the last calls have failed, one after the other, up to now.
    #[must_use]
    pub fn failures_in_a_row(&self) -> usize {
        self.ring.iter().rev().take_while(|failed| **failed).count()
    }

    fn remember(&mut self, rule: &BreakerRule, failed: bool) {
        self.ring.push_back(failed);
        while self.ring.len() > usize::try_from(rule.ring).unwrap_or(usize::MAX) {
            self.ring.pop_front();
        }
    }

    fn is_too_bad(&self, rule: &BreakerRule) -> bool {
        let (failures, calls) = self.last_calls();
        let of = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let enough = of(calls) >= u64::from(rule.least_calls);
        let share = of(failures).saturating_mul(100);
        enough && share >= of(calls).saturating_mul(u64::from(rule.open_at_per_cent))
    }

    fn open(&mut self, rule: &BreakerRule, now: Timestamp) -> Turn {
        let doubled = 2u64.saturating_pow(self.in_a_row);
        let wait = rule.wait_ms.saturating_mul(doubled);
        let until = later(now, wait.min(rule.longest_wait_ms));
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.openings = self.openings.saturating_add(1);
        self.ring.clear();
        self.phase = Phase::Open { until };
        Turn::Opened { until }
    }

    fn close(&mut self) -> Turn {
        self.in_a_row = 0;
        self.ring.clear();
        self.phase = Phase::Closed;
        Turn::Closed
    }
}

/// Beyond the end of time it stays where it is.
fn later(now: Timestamp, wait_ms: u64) -> Timestamp {
    i64::try_from(wait_ms)
        .ok()
        .and_then(TimeDelta::try_milliseconds)
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests;

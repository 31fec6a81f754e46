//! Stands before every call to a partner: is there a place, is the partner well, is a retry left?
//! Refuses to wait and to try again: it says for how long a caller has to stay away, and why.

use super::limiter::Limiters;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::ports::Clock;
use domain::resilience::{
    Admission, Breaker, BreakerState, Operation, Outcome, Pass, Rate, RetryBudget, RetryPolicy,
    Turn,
};
use domain::snapshot::Partner;
use domain::workflow::Hold;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A call that somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub partner: &'a Partner,
    pub operation: Operation,
    /// Is it the second call, or a later one, for the same thing?
    pub is_retry: bool,
}

/// Why a call may not be made now. It uses no attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Barred {
    pub hold: Hold,
    pub code: Code,
    pub wait: Duration,
    /// The partner whose feed is paused, if that is why.
    pub paused: Option<PartnerId>,
}

/// What is counted of one partner, endpoint and operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    partner: PartnerId,
    endpoint: String,
    operation: Operation,
}

#[derive(Debug, Default)]
struct Counts {
    breakers: BTreeMap<Line, Breaker>,
    budgets: BTreeMap<PartnerId, RetryBudget>,
    under_way: BTreeMap<PartnerId, u32>,
}

/// The counts of one process. They start anew with it: what they protect from passes within minutes.
pub(crate) struct Guard {
    counts: Mutex<Counts>,
    limiters: Limiters,
}

/// How the lines of a partner stand, for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub partner: PartnerId,
    pub operation: Operation,
    pub breaker: BreakerState,
    pub open_until: Option<Timestamp>,
    pub retries_left: u64,
    pub under_way: u32,
    /// Calls that have failed, one after the other, up to now.
    pub failures_in_a_row: usize,
}

impl Guard {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            counts: Mutex::default(),
            limiters: Limiters::new(clock),
        })
    }

    /// The right to make one call, to be given back with its outcome.
    ///
    /// Errors: no place, no partner, no retry left; for how long
    pub(crate) fn admit(
        self: &Arc<Self>,
        policy: &RetryPolicy,
        wish: &Wish<'_>,
        now: Timestamp,
    ) -> Result<Permit, Barred> {
        let line = Line::of(wish);
        let (pass, spent) = self.change(|counts| self.weigh(counts, policy, wish, &line, now))?;
        Ok(Permit {
            guard: Arc::clone(self),
            policy: policy.clone(),
            line,
            pass,
            spent,
            at: now,
            is_over: false,
        })
    }

    fn weigh(
        &self,
        counts: &mut Counts,
        policy: &RetryPolicy,
        wish: &Wish<'_>,
        line: &Line,
        now: Timestamp,
    ) -> Result<(Pass, bool), Barred> {
        counts.place(policy, &line.partner)?;
        let breaker = counts.breakers.entry(line.clone()).or_default();
        let pass = match breaker.admit(&policy.breaker, now) {
            Admission::Through(pass) => pass,
            Admission::Refused { until } => return Err(barred_until(until, now)),
        };
        // A probe is bounded by the breaker; were it bounded by the budget too, a partner that is well again could
        // wait for ever for somebody to notice.
        let is_probe = breaker.state(now) == BreakerState::HalfOpen;
        let admitted = self.outbound(policy, line).and_then(|()| {
            let budget = counts.budgets.entry(line.partner.clone());
            let budget = budget.or_insert_with(|| RetryBudget::new(&policy.budget));
            if !wish.is_retry {
                budget.earn(&policy.budget);
                return Ok(false);
            }
            if is_probe || budget.spend(&policy.budget, now) {
                return Ok(!is_probe);
            }
            Err(Barred {
                hold: Hold::Backoff,
                code: Code::PartnerUnavailable,
                wait: Duration::from_millis(policy.budget.wait_ms),
                paused: None,
            })
        });
        match admitted {
            Ok(spent) => {
                let under_way = counts.under_way.entry(line.partner.clone()).or_default();
                *under_way = under_way.saturating_add(1);
                Ok((pass, spent))
            }
            Err(barred) => {
                breaker.record(&policy.breaker, pass, Outcome::GivenUp, now);
                Err(barred)
            }
        }
    }

    fn outbound(&self, policy: &RetryPolicy, line: &Line) -> Result<(), Barred> {
        let Some(rate) = policy.limits.outbound.get(&line.operation) else {
            return Ok(());
        };
        let checked = self.limiters.outbound(&line.partner, line.operation, rate);
        checked.map_err(|wait| Barred {
            hold: Hold::Throttled,
            code: Code::PartnerThrottled,
            wait,
            paused: None,
        })
    }

    /// Counts a call of a partner to us.
    ///
    /// Errors: it has called too often; after that wait it may again
    pub(crate) fn inbound(
        &self,
        policy: &RetryPolicy,
        caller: &PartnerId,
        operation: Operation,
    ) -> Result<(), Duration> {
        match policy.limits.inbound.get(&operation) {
            Some(rate) => self.limiters.inbound(caller, operation, rate),
            None => Ok(()),
        }
    }

    /// Until when no new work is taken on for calls of this kind.
    pub(crate) fn open_until(
        &self,
        partner: &Partner,
        operation: Operation,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let line = Line {
            partner: partner.id.clone(),
            endpoint: partner.base_url.clone(),
            operation,
        };
        self.change(|counts| counts.breakers.get(&line)?.open_until(now))
    }

    /// Calls to each partner that have begun and not ended.
    pub(crate) fn under_way(&self) -> BTreeMap<PartnerId, u32> {
        self.change(|counts| counts.under_way.clone())
    }

    /// How many calls of this kind a partner may make at once.
    pub(crate) fn inbound_left(
        &self,
        caller: &PartnerId,
        operation: Operation,
        rate: &Rate,
    ) -> u32 {
        self.limiters.inbound_left(caller, operation, rate)
    }

    /// How every line stands that has been used.
    pub(crate) fn standings(&self, now: Timestamp) -> Vec<Standing> {
        self.change(|counts| {
            let lines = counts.breakers.iter();
            let standing = |(line, breaker): (&Line, &Breaker)| {
                let budget = counts.budgets.get(&line.partner);
                let under_way = counts.under_way.get(&line.partner);
                Standing {
                    partner: line.partner.clone(),
                    operation: line.operation,
                    breaker: breaker.state(now),
                    open_until: breaker.open_until(now),
                    retries_left: budget.map_or(0, RetryBudget::left),
                    under_way: under_way.copied().unwrap_or_default(),
                    failures_in_a_row: breaker.failures_in_a_row(),
                }
            };
            lines.map(standing).collect()
        })
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.change(|counts| {
            counts.breakers.clear();
            counts.budgets.clear();
        });
        self.limiters.clear();
    }

    fn change<T>(&self, with: impl FnOnce(&mut Counts) -> T) -> T {
        with(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Line {
    fn of(wish: &Wish<'_>) -> Self {
        Self {
            partner: wish.partner.id.clone(),
            endpoint: wish.partner.base_url.clone(),
            operation: wish.operation,
        }
    }
}

impl Counts {
    /// Is there a place for one more call?
    fn place(&self, policy: &RetryPolicy, partner: &PartnerId) -> Result<(), Barred> {
        let limits = &policy.limits;
        let here = self.under_way.get(partner).copied().unwrap_or_default();
        let in_all: u32 = self.under_way.values().sum();
        if here < limits.calls_per_partner && in_all < limits.calls_in_all {
            return Ok(());
        }
        Err(Barred {
            hold: Hold::Throttled,
            code: Code::PartnerThrottled,
            wait: Duration::from_millis(limits.busy_wait_ms),
            paused: None,
        })
    }
}

fn barred_until(until: Timestamp, now: Timestamp) -> Barred {
    let wait = until.signed_duration_since(now).to_std();
    Barred {
        hold: Hold::BreakerOpen,
        code: Code::BreakerOpen,
        wait: wait.unwrap_or_default(),
        paused: None,
    }
}

/// The right to make one call. One that is dropped without an outcome was given up, and counts for nothing.
pub(crate) struct Permit {
    guard: Arc<Guard>,
    policy: RetryPolicy,
    line: Line,
    pass: Pass,
    /// A retry of the budget was spent on it.
    spent: bool,
    at: Timestamp,
    is_over: bool,
}

impl Permit {
    /// Tells how the call ended: by a failure of this code, or with an answer.
    pub(crate) fn ended(mut self, failure: Option<Code>, now: Timestamp) -> Option<Turn> {
        self.over(Outcome::of(failure), failure.is_none(), now)
    }

    fn over(&mut self, outcome: Outcome, was_of_use: bool, now: Timestamp) -> Option<Turn> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        self.guard.change(|counts| {
            if let Some(under_way) = counts.under_way.get_mut(&self.line.partner) {
                *under_way = under_way.saturating_sub(1);
            }
            if let Some(budget) = counts.budgets.get_mut(&self.line.partner)
                && self.spent
                && was_of_use
            {
                budget.give_back(&self.policy.budget);
            }
            let breaker = counts.breakers.get_mut(&self.line)?;
            breaker.record(&self.policy.breaker, self.pass, outcome, now)
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.over(Outcome::GivenUp, false, self.at);
    }
}

#[cfg(test)]
mod tests;

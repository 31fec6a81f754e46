//! How many calls may be second calls: earned by first ones, so that a partner that is down is not asked much more often.
//! Refuses to drop anything: an empty budget says only that a retry has to wait.

use crate::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What fills a budget, and what it holds at most.
///
/// Source: AWS SDK standard retry mode (quota of retries); Finagle RetryBudget (a share of the first calls)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BudgetRule {
    /// Thousandths of a retry that each first call earns.
    pub earn_thousandths: u32,
    /// Retries that the budget starts with, and holds at most.
    pub reserve: u32,
    /// How long a retry waits that finds the budget empty. Once in that time one goes out all the same: with no new
    /// work to earn from, the rest would wait for ever.
    pub wait_ms: u64,
}

/// What one retry costs, in the thousandths that are counted.
const COST: u64 = 1_000;

/// The retries that are left for one partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    thousandths: u64,
    /// When the last retry went out.
    last: Option<Timestamp>,
}

impl RetryBudget {
    /// A budget that holds its reserve.
    #[must_use]
    pub fn new(rule: &BudgetRule) -> Self {
        Self {
            thousandths: capacity(rule),
            last: None,
        }
    }

    /// A first call goes out.
    pub fn earn(&mut self, rule: &BudgetRule) {
        self.add(rule, u64::from(rule.earn_thousandths));
    }

    /// A retry wants to go out. Is there one left? Then it is taken.
    pub fn spend(&mut self, rule: &BudgetRule, now: Timestamp) -> bool {
        let left = self.thousandths.checked_sub(COST);
        if left.is_none() && !self.has_rested(rule, now) {
            return false;
        }
        self.thousandths = left.unwrap_or(self.thousandths);
        self.last = Some(now);
        true
    }

    fn has_rested(&self, rule: &BudgetRule, now: Timestamp) -> bool {
        let rest = self.last.map(|last| now.signed_duration_since(last));
        let wait = i64::try_from(rule.wait_ms).unwrap_or(i64::MAX);
        rest.is_none_or(|rest| rest.num_milliseconds() >= wait)
    }

    /// A retry was of use: it costs nothing.
    pub fn give_back(&mut self, rule: &BudgetRule) {
        self.add(rule, COST);
    }

    /// Whole retries that are left.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.thousandths / COST
    }

    fn add(&mut self, rule: &BudgetRule, thousandths: u64) {
        let sum = self.thousandths.saturating_add(thousandths);
        self.thousandths = sum.min(capacity(rule));
    }
}

fn capacity(rule: &BudgetRule) -> u64 {
    u64::from(rule.reserve).saturating_mul(COST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: BudgetRule = BudgetRule {
        earn_thousandths: 100,
        reserve: 10,
        wait_ms: 1_000,
    };

    fn at(ms: i64) -> Timestamp {
        let start: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap_or_default();
        start + chrono::TimeDelta::milliseconds(ms)
    }

    #[test]
    fn an_empty_budget_lets_one_retry_through_in_each_wait() {
        let mut budget = RetryBudget::new(&RULE);
        while budget.spend(&RULE, at(0)) {}
        let gone = (0..5_000).filter(|ms| budget.spend(&RULE, at(*ms)));
        assert_eq!(gone.count(), 4);
    }

    #[test]
    fn ten_first_calls_earn_one_retry() {
        let mut budget = RetryBudget::new(&RULE);
        while budget.spend(&RULE, at(0)) {}
        for _ in 0..9 {
            budget.earn(&RULE);
        }
        assert!(!budget.spend(&RULE, at(0)));
        budget.earn(&RULE);
        assert!(budget.spend(&RULE, at(0)));
    }

    #[test]
    fn a_quiet_time_saves_no_more_than_the_reserve() {
        let mut budget = RetryBudget::new(&RULE);
        for _ in 0..10_000 {
            budget.earn(&RULE);
        }
        assert_eq!(budget.left(), 10);
    }

    #[test]
    fn a_retry_that_was_of_use_is_given_back() {
        let mut budget = RetryBudget::new(&RULE);
        assert!(budget.spend(&RULE, at(0)));
        budget.give_back(&RULE);
        assert_eq!(budget.left(), 10);
    }

    proptest! {
        /// Whatever the order of first calls, wished retries and pauses: retries <= the reserve, a tenth of the first
        /// calls, and one in each wait.
        #[test]
        fn retries_never_exceed_what_was_earned(deeds in proptest::collection::vec((any::<bool>(), 0i64..300), 0..2_000)) {
            let mut budget = RetryBudget::new(&RULE);
            let (mut first, mut again, mut now) = (0i32, 0i32, 0i64);
            for (retry, pause) in deeds {
                now += pause;
                if !retry {
                    first += 1;
                    budget.earn(&RULE);
                } else if budget.spend(&RULE, at(now)) {
                    again += 1;
                }
                let waits = i32::try_from(now / 1_000).unwrap_or(i32::MAX);
                prop_assert!(again <= 10 + first / 10 + waits, "{again} retries of {first} calls in {now} ms");
            }
        }
    }
}

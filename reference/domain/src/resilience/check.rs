//! What makes a document of retries, breakers and limits unfit, although each of its members reads well.
//! Refuses to repair it: a document is taken whole or not at all.

use super::{RetryPolicy, RetryRule};
use crate::failure::{Code, RetryClass};
use crate::workflow::State;

vocabulary! {
    /// What is wrong.
    Fault {
        /// A business error, or another code that is never tried again, is named as retryable.
        NeverRetried = "never-retried",
        /// A code stands under the rule of another class.
        OtherClass = "other-class",
        /// Two rules claim the same failure.
        Claimed = "claimed-twice",
        /// The rule of a class is for every state.
        StateOfClass = "state-of-class",
        /// A number with which the rule could not work.
        Number = "number",
    }
}

/// A fault with the path of the member that has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct Unfit {
    pub path: String,
    pub fault: Fault,
}

/// The most attempts that any document may grant.
///
/// Source: ours; at the cap of five minutes they take longer than any total that is in use
const MOST_ATTEMPTS: u32 = 50;

impl RetryPolicy {
    /// Everything that is wrong with the document, in its order.
    #[must_use]
    pub fn faults(&self) -> Vec<Unfit> {
        let mut found = Vec::new();
        let classes = [
            ("/transient", &self.transient, RetryClass::Transient),
            ("/throttled", &self.throttled, RetryClass::Throttled),
            ("/auth-refresh", &self.auth_refresh, RetryClass::AuthRefresh),
        ];
        for (path, rule, class) in classes {
            numbers(path, rule, &mut found);
            if !rule.states.is_empty() {
                found.push(unfit(format!("{path}/states"), Fault::StateOfClass));
            }
            let other = |code: &Code| code.meaning().class != class;
            if rule.errors.iter().any(other) {
                found.push(unfit(format!("{path}/errors"), Fault::OtherClass));
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let path = format!("/rule/{index}");
            numbers(&path, rule, &mut found);
            if rule.errors.iter().any(|code| !code.is_retryable()) {
                found.push(unfit(format!("{path}/errors"), Fault::NeverRetried));
            }
            let mut earlier = self.rules.iter().take(index);
            if earlier.any(|other| collide(other, rule)) {
                found.push(unfit(path, Fault::Claimed));
            }
        }
        self.bounds(&mut found);
        found
    }

    fn bounds(&self, found: &mut Vec<Unfit>) {
        let (breaker, limits) = (&self.breaker, &self.limits);
        let rates = limits.inbound.values().chain(limits.outbound.values());
        let mut rates = rates.map(|rate| rate.calls.min(rate.per_seconds).min(rate.burst));
        let wanted = [
            ("/breaker/probes", breaker.probes > 0),
            (
                "/breaker/least-calls",
                (1..=breaker.ring).contains(&breaker.least_calls),
            ),
            (
                "/breaker/open-at-per-cent",
                (1..=100).contains(&breaker.open_at_per_cent),
            ),
            (
                "/breaker/wait-ms",
                (1..=breaker.longest_wait_ms).contains(&breaker.wait_ms),
            ),
            ("/breaker/probing-wait-ms", breaker.probing_wait_ms > 0),
            ("/budget/wait-ms", self.budget.wait_ms > 0),
            ("/limits/calls-per-partner", limits.calls_per_partner > 0),
            (
                "/limits/calls-in-all",
                limits.calls_in_all >= limits.calls_per_partner,
            ),
            ("/limits/busy-wait-ms", limits.busy_wait_ms > 0),
            ("/limits/paused-wait-ms", limits.paused_wait_ms > 0),
            ("/limits/open-exchanges", limits.open_exchanges > 0),
            ("/limits/replay-batch", limits.replay_batch > 0),
            ("/limits", rates.all(|least| least > 0)),
        ];
        let wrong = wanted.into_iter().filter(|(_, fits)| !fits);
        found.extend(wrong.map(|(path, _)| unfit(path.to_owned(), Fault::Number)));
    }
}

fn numbers(path: &str, rule: &RetryRule, found: &mut Vec<Unfit>) {
    let fits = (1..=MOST_ATTEMPTS).contains(&rule.attempts)
        && rule.factor > 0
        && rule.base_ms <= rule.cap_ms
        && rule.cap_ms <= rule.total_ms;
    if !fits {
        found.push(unfit(path.to_owned(), Fault::Number));
    }
}

fn collide(one: &RetryRule, other: &RetryRule) -> bool {
    let code = one.errors.iter().any(|code| other.errors.contains(code));
    let same = |state: &State| other.states.contains(state);
    let everywhere = one.states.is_empty() && other.states.is_empty();
    code && (everywhere || one.states.iter().any(same))
}

fn unfit(path: String, fault: Fault) -> Unfit {
    Unfit { path, fault }
}

//! How calls to a partner are kept from doing harm: when to try again, when to stop calling, how much at once.
//! Refuses to wait, to count calls itself, and to draw chance: time and chance are handed in, the data plane keeps the values.

mod breaker;
mod budget;
mod check;
mod headroom;
mod limits;
mod operation;
mod replay;
mod retry;

pub use breaker::{Admission, Breaker, BreakerRule, BreakerState, Outcome, Pass, Turn};
pub use budget::{BudgetRule, RetryBudget};
pub use check::{Fault, Unfit};
pub use headroom::{Bound, Headroom};
pub use limits::{Limits, Rate};
pub use operation::Operation;
pub use replay::{Declared, Letter, Selection, Unreplayable, Verdict, select};
pub use retry::{Failed, Jitter, RetryRule};

use crate::failure::{Code, RetryClass};
use crate::ids::DocumentNumber;
use crate::workflow::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One numbered document of the control plane. A code that no rule names is never retried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryPolicy {
    /// The number under which decisions name the document.
    pub number: DocumentNumber,
    /// For whoever reads the file.
    pub title: String,
    /// What passes by itself: connections, timeouts, a partner that is down.
    pub transient: RetryRule,
    /// What the partner asks us to wait for.
    pub throttled: RetryRule,
    /// A token that has ended: refreshed, and tried with the new one.
    pub auth_refresh: RetryRule,
    /// Rules for single codes and states. They go before the three rules of the classes.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RetryRule>,
    pub budget: BudgetRule,
    pub breaker: BreakerRule,
    pub limits: Limits,
}

impl RetryPolicy {
    /// Time until the next attempt; `unit` spreads it.
    ///
    /// Shape:  attempt from 1; unit in 0.0..1.0
    /// Errors: none when no rule names the code, or attempts or time are spent
    /// Source: RFC 9110 10.2.3 (Retry-After is a floor); AWS architecture blog, exponential backoff with full jitter
    #[must_use]
    pub fn next(&self, failed: &Failed, unit: f64) -> Option<Duration> {
        self.rule(failed.code, failed.state)?.next(failed, unit)
    }

    /// The most calls that a failure of this class can lead to, unless a code or state has a rule of its own.
    #[must_use]
    pub fn attempts(&self, class: RetryClass) -> u32 {
        self.of_class(class).map_or(1, |rule| rule.attempts)
    }

    /// The rule for a failure: one of the code in this state, else one of the code, else that of its class.
    #[must_use]
    pub fn rule(&self, code: Code, state: State) -> Option<&RetryRule> {
        let class = code.meaning().class;
        // A class that is never retried has no rule, whatever a document says.
        let general = self.of_class(class)?;
        let own = || self.rules.iter().filter(|rule| rule.names(code));
        own()
            .find(|rule| rule.states.contains(&state))
            .or_else(|| own().find(|rule| rule.states.is_empty()))
            .or_else(|| Some(general).filter(|rule| rule.names(code)))
    }

    fn of_class(&self, class: RetryClass) -> Option<&RetryRule> {
        match class {
            RetryClass::Transient => Some(&self.transient),
            RetryClass::Throttled => Some(&self.throttled),
            RetryClass::AuthRefresh => Some(&self.auth_refresh),
            RetryClass::Permanent | RetryClass::Hold | RetryClass::Escalate | RetryClass::None => {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;

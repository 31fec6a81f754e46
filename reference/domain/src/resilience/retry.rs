//! When a failed call may be tried again, by the class of the failure.
//! Refuses to wait, and to draw the chance that spreads the waits: both are handed in.

use crate::failure::Code;
use crate::workflow::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

vocabulary! {
    /// How a wait is spread, so that callers do not return all at once.
    Jitter {
        /// Anything from nothing to the whole wait.
        Full = "full",
        /// The whole wait and up to a quarter more.
        Upward = "upward",
        None = "none",
    }
}

/// The largest share that [`Jitter::Upward`] adds (ours: a partner's wait is never shortened).
const UPWARD_SHARE: f64 = 0.25;

/// How some failures are retried: which, how often, after what waits, spread how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryRule {
    /// What may be tried again. A code that is not named is not.
    pub errors: Vec<Code>,
    /// Only while the exchange is in one of these; everywhere when none is named.
    #[serde(default)]
    pub states: Vec<State>,
    /// Calls in all, the first one included.
    pub attempts: u32,
    pub base_ms: u64,
    pub factor: u32,
    /// The longest wait that we choose ourselves.
    pub cap_ms: u64,
    /// The longest time from the first call to the last.
    pub total_ms: u64,
    pub jitter: Jitter,
}

/// Where a call stands when it has just failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    pub code: Code,
    /// Where the exchange was.
    pub state: State,
    /// Failures so far, this one included.
    pub attempt: u32,
    /// Since the first call.
    pub elapsed: Duration,
    /// What the partner asked us to wait.
    pub retry_after: Option<Duration>,
}

impl RetryRule {
    pub(super) fn names(&self, code: Code) -> bool {
        self.errors.contains(&code)
    }

    /// Time until the next attempt, as [`super::RetryPolicy::next`] gives it for the code that this rule is for.
    pub(super) fn next(&self, failed: &Failed, unit: f64) -> Option<Duration> {
        if failed.attempt >= self.attempts {
            return None;
        }
        let own = spread(self.backoff(failed.attempt), self, unit);
        let wait = match failed.retry_after {
            Some(asked) if self.jitter == Jitter::Upward => stretch(asked, unit),
            Some(asked) => own.max(asked),
            None => own,
        };
        let within = failed.elapsed.checked_add(wait)? <= Duration::from_millis(self.total_ms);
        within.then_some(wait)
    }

    /// The wait before it is spread: grows by the factor, up to the cap.
    fn backoff(&self, attempt: u32) -> Duration {
        let grown = u64::from(self.factor)
            .saturating_pow(attempt.saturating_sub(1))
            .saturating_mul(self.base_ms);
        Duration::from_millis(grown.min(self.cap_ms))
    }
}

fn spread(wait: Duration, rule: &RetryRule, unit: f64) -> Duration {
    match rule.jitter {
        Jitter::Full => wait.mul_f64(bounded(unit)),
        Jitter::Upward => stretch(wait, unit).min(Duration::from_millis(rule.cap_ms)),
        Jitter::None => wait,
    }
}

fn stretch(wait: Duration, unit: f64) -> Duration {
    let longer = wait.as_secs_f64() * (1.0 + UPWARD_SHARE * bounded(unit));
    Duration::try_from_secs_f64(longer).unwrap_or(Duration::MAX)
}

fn bounded(unit: f64) -> f64 {
    if unit.is_nan() {
        0.0
    } else {
        unit.clamp(0.0, 1.0)
    }
}

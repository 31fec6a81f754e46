//! When a failed call may be tried again, by the class of the failure.
//! Refuses to wait, and to draw the chance that spreads the waits: both are handed in.

use crate::failure::RetryClass;
use serde::Deserialize;
use std::time::Duration;

/// How a wait is spread, so that callers do not return all at once.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Anything from nothing to the whole wait.
    Full,
    /// The whole wait and up to a quarter more.
    Upward,
    None,
}

/// The largest share that [`Jitter::Upward`] adds (ours: a partner's wait is never shortened).
const UPWARD_SHARE: f64 = 0.25;

/// How one class of failure is retried.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryRule {
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

/// One numbered document of the control plane. A class without a rule is never retried.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryPolicy {
    pub number: crate::ids::DocumentNumber,
    pub title: String,
    pub transient: RetryRule,
    pub throttled: RetryRule,
    pub auth_refresh: RetryRule,
}

/// Where a call stands when it has just failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failed {
    pub class: RetryClass,
    /// Failures so far, this one included.
    pub attempt: u32,
    /// Since the first call.
    pub elapsed: Duration,
    /// What the partner asked us to wait.
    pub retry_after: Option<Duration>,
}

impl RetryPolicy {
    /// Time until the next attempt; `unit` spreads it.
    ///
    /// Shape:  attempt from 1; unit in 0.0..1.0
    /// Errors: none when the class is not retryable, or attempts or time are spent
    /// Source: RFC 9110 10.2.3 (Retry-After is a floor); AWS architecture blog, exponential backoff with full jitter
    #[must_use]
    pub fn next(&self, failed: &Failed, unit: f64) -> Option<Duration> {
        let rule = self.rule(failed.class)?;
        if failed.attempt >= rule.attempts {
            return None;
        }
        let own = spread(rule.backoff(failed.attempt), rule, unit);
        let wait = match failed.retry_after {
            Some(asked) if rule.jitter == Jitter::Upward => stretch(asked, unit),
            Some(asked) => own.max(asked),
            None => own,
        };
        let within = failed.elapsed.checked_add(wait)? <= Duration::from_millis(rule.total_ms);
        within.then_some(wait)
    }

    /// The most calls that a failure of this class can lead to.
    #[must_use]
    pub fn attempts(&self, class: RetryClass) -> u32 {
        self.rule(class).map_or(1, |rule| rule.attempts)
    }

    fn rule(&self, class: RetryClass) -> Option<&RetryRule> {
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

impl RetryRule {
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
    wait.mul_f64(1.0 + UPWARD_SHARE * bounded(unit))
}

fn bounded(unit: f64) -> f64 {
    if unit.is_nan() {
        0.0
    } else {
        unit.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::DocumentNumber;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    fn rule(attempts: u32, base_ms: u64, cap_ms: u64, total_ms: u64, jitter: Jitter) -> RetryRule {
        RetryRule {
            attempts,
            base_ms,
            factor: 2,
            cap_ms,
            total_ms,
            jitter,
        }
    }

    fn policy() -> RetryPolicy {
        RetryPolicy {
            number: DocumentNumber(NonZeroU32::MIN),
            title: "test".to_owned(),
            transient: rule(6, 2_000, 60_000, 600_000, Jitter::Full),
            throttled: rule(8, 5_000, 300_000, 3_600_000, Jitter::Upward),
            auth_refresh: rule(2, 0, 0, 60_000, Jitter::None),
        }
    }

    fn failed(class: RetryClass, attempt: u32) -> Failed {
        Failed {
            class,
            attempt,
            elapsed: Duration::ZERO,
            retry_after: None,
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end_after_the_last_attempt() {
        let next = |attempt| policy().next(&failed(RetryClass::Transient, attempt), 1.0);
        let seconds: Vec<_> = (1..=6)
            .map(|n| next(n).map(|wait| wait.as_secs()))
            .collect();
        assert_eq!(
            seconds,
            [Some(2), Some(4), Some(8), Some(16), Some(32), None]
        );
        let throttled = policy().next(&failed(RetryClass::Throttled, 7), 0.0);
        assert_eq!(throttled, Some(Duration::from_secs(300)));
    }

    #[test]
    fn full_jitter_reaches_down_to_nothing() {
        let wait = policy().next(&failed(RetryClass::Transient, 3), 0.0);
        assert_eq!(wait, Some(Duration::ZERO));
    }

    #[test]
    fn a_wait_that_the_partner_asked_for_is_never_shortened() {
        for class in [RetryClass::Transient, RetryClass::Throttled] {
            let asked = Failed {
                retry_after: Some(Duration::from_secs(400)),
                ..failed(class, 1)
            };
            assert!(policy().next(&asked, 0.0).unwrap() >= Duration::from_secs(400));
        }
    }

    #[test]
    fn the_total_time_is_a_limit() {
        let late = Failed {
            elapsed: Duration::from_secs(599),
            ..failed(RetryClass::Transient, 2)
        };
        assert_eq!(policy().next(&late, 1.0), None);
        assert!(policy().next(&late, 0.1).is_some());
    }

    #[test]
    fn business_failures_have_no_next_attempt() {
        for class in [
            RetryClass::Permanent,
            RetryClass::Hold,
            RetryClass::Escalate,
            RetryClass::None,
        ] {
            assert_eq!(policy().next(&failed(class, 1), 0.5), None);
            assert_eq!(policy().attempts(class), 1);
        }
    }

    #[test]
    fn an_expired_token_is_refreshed_once_and_tried_once() {
        let next = |attempt| policy().next(&failed(RetryClass::AuthRefresh, attempt), 0.5);
        assert_eq!((next(1), next(2)), (Some(Duration::ZERO), None));
    }

    proptest! {
        #[test]
        fn every_wait_stays_inside_its_envelope(attempt in 1u32..6, unit in 0.0f64..1.0) {
            let wait = policy().next(&failed(RetryClass::Transient, attempt), unit).unwrap();
            let ceiling = 2_000 * 2u64.pow(attempt - 1);
            prop_assert!(wait <= Duration::from_millis(ceiling.min(60_000)));
        }

        #[test]
        fn no_input_makes_a_wait_panic(attempt: u32, unit: f64, elapsed: u32, after: Option<u32>) {
            for class in RetryClass::ALL {
                let failed = Failed {
                    class: *class,
                    attempt,
                    elapsed: Duration::from_secs(u64::from(elapsed)),
                    retry_after: after.map(|s| Duration::from_secs(u64::from(s))),
                };
                let _ = policy().next(&failed, unit);
            }
        }
    }
}

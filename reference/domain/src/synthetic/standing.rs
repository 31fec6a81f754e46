//! How a check stands: from its runs, as the store has them, to one word.
//! Refuses to call a check well that has not run, or not for long.

use super::Check;
use crate::Timestamp;
use crate::failure::Code;
use crate::ids::ExchangeId;
use crate::trace::Stage;
use crate::workflow::State;
use chrono::TimeDelta;
use std::time::Duration;

vocabulary! {
    /// How a check stands.
    Verdict {
        Ok = "ok",
        /// The last run did not get what it had to, or not in time.
        Failed = "failed",
        /// The last run was well, and the next one should have come since.
        Stale = "stale",
        /// No run has ended yet.
        NotRun = "not-run",
    }
}

/// What a run has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    UnderWay,
    Passed {
        at: Timestamp,
    },
    Failed {
        at: Timestamp,
        stage: Stage,
        code: Option<Code>,
    },
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub begun_at: Timestamp,
    /// None where no exchange could be made.
    pub exchange: Option<ExchangeId>,
    pub outcome: Outcome,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    pub verdict: Verdict,
    /// The last run that has ended.
    pub last: Option<&'a Run>,
}

impl Run {
    /// When it ended.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self.outcome {
            Outcome::UnderWay => None,
            Outcome::Passed { at } | Outcome::Failed { at, .. } => Some(at),
        }
    }

    /// The stage that it failed in, and by what.
    #[must_use]
    pub const fn failed(&self) -> Option<(Stage, Option<Code>)> {
        match self.outcome {
            Outcome::UnderWay | Outcome::Passed { .. } => None,
            Outcome::Failed { stage, code, .. } => Some((stage, code)),
        }
    }

    /// How long it took.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        let took = self.ended_at()?.signed_duration_since(self.begun_at);
        Some(took.to_std().unwrap_or_default())
    }
}

impl<'a> Standing<'a> {
    /// From the runs of the check, newest first.
    #[must_use]
    pub fn of(check: &Check, runs: &'a [Run], now: Timestamp) -> Self {
        let last = runs.iter().find(|run| run.ended_at().is_some());
        let verdict = match last.map(|run| (run, run.outcome)) {
            None | Some((_, Outcome::UnderWay)) => Verdict::NotRun,
            Some((_, Outcome::Failed { .. })) => Verdict::Failed,
            Some((run, Outcome::Passed { .. })) if run.took() > Some(check.within()) => {
                Verdict::Failed
            }
            // One round that is missed may be a start anew; two are not.
            Some((run, Outcome::Passed { .. })) => {
                let age = now.signed_duration_since(run.begun_at).to_std();
                match age.unwrap_or_default() > check.every().saturating_mul(2) {
                    true => Verdict::Stale,
                    false => Verdict::Ok,
                }
            }
        };
        Self { verdict, last }
    }
}

/// The stage in which an exchange failed that was in `from` before, by this code.
#[must_use]
pub const fn failed_stage(from: State, code: Option<Code>) -> Stage {
    match (from, code) {
        (State::Created, _) => Stage::SchemaValidation,
        (State::Validated, Some(Code::Consent(_))) => Stage::AccessPolicy,
        (State::Validated, _) => Stage::IdentityResolution,
        // The answer is there, and cannot be brought into our own form.
        (State::Routed | State::Acknowledged, Some(Code::BadResponse | Code::Unmapped)) => {
            Stage::Transformation
        }
        (State::Matched | State::Routed | State::Acknowledged, _) => Stage::SourceRetrieval,
        (State::Fulfilled | State::Failed | State::DeadLettered, _) => Stage::Egress,
    }
}

/// When the round began that `now` is in. Rounds count from the same moment in every process and after every start.
#[must_use]
pub fn slot(check: &Check, now: Timestamp) -> Timestamp {
    let every = i64::try_from(check.every_ms).unwrap_or(i64::MAX).max(1);
    let into = now.timestamp_millis().checked_rem_euclid(every);
    now.checked_sub_signed(TimeDelta::milliseconds(into.unwrap_or_default()))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::document::tests::{WHOLE, parse};
    use super::*;
    use crate::synthetic::Checks;

    fn check() -> Check {
        let checks = Checks::read([("7", WHOLE)], parse).unwrap();
        checks.iter().next().unwrap().clone()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_790_000_100 + seconds, 0).unwrap()
    }

    fn run(begun: i64, outcome: Outcome) -> Run {
        Run {
            begun_at: at(begun),
            exchange: None,
            outcome,
        }
    }

    fn verdict(runs: &[Run], now: i64) -> Verdict {
        Standing::of(&check(), runs, at(now)).verdict
    }

    #[test]
    fn only_a_run_that_passed_lately_and_in_time_is_well() {
        let passed = run(0, Outcome::Passed { at: at(60) });
        assert_eq!(verdict(&[], 0), Verdict::NotRun);
        assert_eq!(verdict(&[run(0, Outcome::UnderWay)], 30), Verdict::NotRun);
        let lately = [passed];
        assert_eq!(verdict(&lately, 1800), Verdict::Ok);
        assert_eq!(verdict(&lately, 1801), Verdict::Stale);
        let [passed] = lately;
        let slow = run(0, Outcome::Passed { at: at(61) });
        assert_eq!(verdict(&[slow], 61), Verdict::Failed);
        let failed = Outcome::Failed {
            at: at(910),
            stage: Stage::Transformation,
            code: Some(Code::BadResponse),
        };
        let runs = [run(1800, Outcome::UnderWay), run(900, failed), passed];
        assert_eq!(
            verdict(&runs, 1810),
            Verdict::Failed,
            "until one has passed"
        );
    }

    #[test]
    fn rounds_begin_at_the_same_moments_whoever_counts() {
        let check = check();
        let first = slot(&check, at(0));
        let next = first + TimeDelta::seconds(900);
        assert_eq!(slot(&check, first), first);
        assert_eq!(slot(&check, next - TimeDelta::milliseconds(1)), first);
        assert_eq!(slot(&check, next), next);
    }

    #[test]
    fn a_failure_belongs_to_the_stage_that_it_stopped_in() {
        let consent = Code::Consent(crate::consent::Refusal::Absent);
        for (from, code, stage) in [
            (State::Created, Code::SchemaInvalid, Stage::SchemaValidation),
            (State::Validated, consent, Stage::AccessPolicy),
            (
                State::Validated,
                Code::MissingIdentifier,
                Stage::IdentityResolution,
            ),
            (State::Matched, Code::NoRoute, Stage::SourceRetrieval),
            (
                State::Routed,
                Code::TransportRefused,
                Stage::SourceRetrieval,
            ),
            (State::Routed, Code::BadResponse, Stage::Transformation),
            (
                State::Acknowledged,
                Code::CompletionMissing,
                Stage::SourceRetrieval,
            ),
        ] {
            assert_eq!(failed_stage(from, Some(code)), stage);
        }
    }
}

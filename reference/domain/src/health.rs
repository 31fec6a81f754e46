//! What makes a part of the service degraded or down, and by which cause, from facts that somebody else has gathered.
//! Refuses to ask anybody, and to name a partner or a member: a cause is a word of a closed list.

use crate::ids::DocumentNumber;
use crate::resilience::BreakerState;
use schemars::JsonSchema;
use serde::Deserialize;

vocabulary! {
    /// How a part of the service is; the worst part decides for the whole.
    Status {
        Ok = "ok",
        /// Something is wrong, and calls are still answered.
        Degraded = "degraded",
        Down = "down",
    }
}

vocabulary! {
    /// What is looked at.
    Part {
        Store = "store",
        Schemas = "schemas",
        Partners = "partners",
        TokenService = "token-service",
        RouteTable = "route-table",
        IdentityStore = "identity-store",
        PartnerConnectivity = "partner-connectivity",
        QueueDepth = "queue-depth",
        Audit = "audit",
        EventLoop = "event-loop",
        Worker = "worker",
    }
}

vocabulary! {
    /// What is wrong with a part.
    Cause {
        NoAnswer = "no-answer",
        NoSchema = "no-schema-of-match-requests",
        SchemaMissing = "schema-of-a-partner-missing",
        NoPartner = "no-partner-known",
        AllPaused = "every-partner-paused",
        OnePaused = "a-partner-paused",
        /// The files of the secrets do not fit together: the former ones are in use.
        SecretsRefused = "newer-secrets-refused",
        NoPartnerToken = "a-partner-gives-no-token",
        /// The former document is in force.
        DocumentRefused = "newer-document-refused",
        NoRoute = "a-partner-without-a-route",
        Behind = "not-the-newest-snapshot",
        NotIndexed = "members-without-index",
        CallsFail = "calls-to-a-partner-fail",
        NotCalled = "a-partner-is-not-called",
        NobodyCalled = "no-partner-is-called",
        Filling = "queue-filling",
        OverLimit = "queue-over-limit",
        HeadsNotCopied = "heads-not-copied",
        Stands = "stands-still",
        StepHangs = "a-step-hangs",
    }
}

/// One numbered document: where the bounds are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HealthPolicy {
    pub number: DocumentNumber,
    /// For whoever reads the file.
    pub title: String,
    /// How long somebody who is alive may take to answer, or to compute a step.
    pub hung_ms: u64,
    /// How long a dependency may take to answer.
    pub check_ms: u64,
    /// So many steps wait: worth telling.
    pub queue_filling: u32,
    /// So many steps wait: nobody should send more.
    pub queue_full: u32,
    /// So many calls to a partner have failed, one after the other.
    pub failures_in_a_row: usize,
    /// How long an index that was found whole is believed to be.
    pub index_look_ms: u64,
}

/// A bound with which nothing could be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot work")]
pub struct UnfitBound(pub &'static str);

impl HealthPolicy {
    /// Can the bounds be kept?
    ///
    /// Errors: the first that cannot
    pub fn check(&self) -> Result<(), UnfitBound> {
        let wanted = [
            ("/hung-ms", self.hung_ms > 0),
            ("/check-ms", self.check_ms > 0),
            ("/queue-filling", self.queue_filling > 0),
            ("/queue-full", self.queue_full >= self.queue_filling),
            ("/failures-in-a-row", self.failures_in_a_row > 0),
        ];
        let unfit = wanted.into_iter().find(|(_, fits)| !fits);
        unfit.map_or(Ok(()), |(path, _)| Err(UnfitBound(path)))
    }
}

/// How one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub part: Part,
    pub status: Status,
    /// None where nothing is wrong.
    pub cause: Option<Cause>,
}

impl Finding {
    #[must_use]
    pub const fn well(part: Part) -> Self {
        Self {
            part,
            status: Status::Ok,
            cause: None,
        }
    }

    #[must_use]
    pub const fn degraded(part: Part, cause: Cause) -> Self {
        Self {
            part,
            status: Status::Degraded,
            cause: Some(cause),
        }
    }

    #[must_use]
    pub const fn down(part: Part, cause: Cause) -> Self {
        Self {
            part,
            status: Status::Down,
            cause: Some(cause),
        }
    }

    /// Degraded by the first of these causes that holds, else well.
    #[must_use]
    pub fn first_of(part: Part, causes: &[(bool, Cause)]) -> Self {
        let found = causes.iter().find(|(holds, _)| *holds);
        found.map_or(Self::well(part), |(_, cause)| Self::degraded(part, *cause))
    }
}

/// The worst of all; nothing that was looked at is nothing that is known to be well.
#[must_use]
pub fn worst(findings: &[Finding]) -> Status {
    let worst = findings.iter().map(|finding| finding.status).max();
    worst.unwrap_or(Status::Down)
}

/// How it is with so many steps that wait.
#[must_use]
pub fn queue(policy: &HealthPolicy, waiting: u32) -> Finding {
    let part = Part::QueueDepth;
    if waiting >= policy.queue_full {
        Finding::down(part, Cause::OverLimit)
    } else if waiting >= policy.queue_filling {
        Finding::degraded(part, Cause::Filling)
    } else {
        Finding::well(part)
    }
}

/// How calls to one partner, of one kind, fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub breaker: BreakerState,
    pub failures_in_a_row: usize,
}

/// How it is with these lines of partners. Never down: whoever asks us is still answered.
#[must_use]
pub fn connectivity(policy: &HealthPolicy, lines: &[Line]) -> Finding {
    let shut = |line: &&Line| line.breaker != BreakerState::Closed;
    let count = lines.iter().filter(shut).count();
    let fails = |line: &Line| line.failures_in_a_row >= policy.failures_in_a_row;
    Finding::first_of(
        Part::PartnerConnectivity,
        &[
            (count > 0 && count == lines.len(), Cause::NobodyCalled),
            (count > 0, Cause::NotCalled),
            (lines.iter().any(fails), Cause::CallsFail),
        ],
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn policy() -> HealthPolicy {
        toml::from_str(include_str!("../../config/health/1.toml")).unwrap()
    }

    #[test]
    fn the_shipped_bounds_work_and_turned_around_they_do_not() {
        assert_eq!(policy().check(), Ok(()));
        let turned = HealthPolicy {
            queue_full: 1,
            queue_filling: 2,
            ..policy()
        };
        assert_eq!(turned.check(), Err(UnfitBound("/queue-full")));
        let never = HealthPolicy {
            hung_ms: 0,
            ..policy()
        };
        assert_eq!(never.check(), Err(UnfitBound("/hung-ms")));
    }

    #[test]
    fn a_queue_is_told_of_before_it_is_over_its_limit() {
        let policy = HealthPolicy {
            queue_filling: 2,
            queue_full: 4,
            ..policy()
        };
        let told: Vec<_> = (0..5).map(|waiting| queue(&policy, waiting)).collect();
        let statuses: Vec<_> = told.iter().map(|finding| finding.status).collect();
        use Status::{Degraded, Down, Ok};
        assert_eq!(statuses, [Ok, Ok, Degraded, Degraded, Down]);
        assert_eq!(told[4].cause, Some(Cause::OverLimit));
    }

    #[test]
    fn calls_that_fail_are_told_before_the_breaker_opens_and_one_partner_from_all() {
        let line = |breaker, failures_in_a_row| Line {
            breaker,
            failures_in_a_row,
        };
        let cause = |lines: &[Line]| connectivity(&policy(), lines).cause;
        let closed = BreakerState::Closed;
        assert_eq!(cause(&[line(closed, 2)]), None);
        assert_eq!(cause(&[]), None);
        assert_eq!(cause(&[line(closed, 3)]), Some(Cause::CallsFail));
        let open = line(BreakerState::Open, 0);
        assert_eq!(cause(&[line(closed, 3), open]), Some(Cause::NotCalled));
        let probing = line(BreakerState::HalfOpen, 0);
        assert_eq!(cause(&[open, probing]), Some(Cause::NobodyCalled));
    }

    #[test]
    fn the_worst_part_decides_and_nothing_looked_at_is_not_well() {
        let well = Finding::well(Part::Audit);
        let degraded = Finding::degraded(Part::Audit, Cause::HeadsNotCopied);
        let down = Finding::down(Part::Store, Cause::NoAnswer);
        assert_eq!(worst(&[well]), Status::Ok);
        assert_eq!(worst(&[degraded, well]), Status::Degraded);
        assert_eq!(worst(&[degraded, down, well]), Status::Down);
        assert_eq!(worst(&[]), Status::Down);
    }
}

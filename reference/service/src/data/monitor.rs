//! What an acknowledged exchange needs next: asking, fetching, judging. One act a step, so that a crash repeats one.
//! Refuses to call anything a success before it is here and checked.

use super::Plane;
use super::ask;
use super::call::{Line, OnTheWay};
use super::credentials::Right;
use super::guard::{Permit, Wish};
use super::poll::Poll;
use super::reading::Reading;
use super::retrieve::Retrieve;
use super::roster::answer::Answers;
use super::step::{self, Done};
use crate::store::{Changes, Exchange, Fulfilment, Note, Rest, StoreError};
use crate::telemetry::{self, Context, Stage};
use chrono::TimeDelta;
use domain::Timestamp;
use domain::deadlines::{Deadline, Duty};
use domain::failure::{Code, RetryClass};
use domain::fulfilment::{Limits, Phase, Progress, progress};
use domain::idempotency::outbound_key;
use domain::ports::{Failure, PartnerAdapter, WireResponse};
use domain::record::Kind;
use domain::resilience::{Failed, Operation};
use domain::snapshot::{KeyHandling, Partner, Snapshot};
use domain::workflow::{Event, Hold, StopSignal, Work};
use serde_json::Value;
use std::time::Duration;
use tracing::Instrument;

/// An exchange that a partner took on, in the hands of a step.
pub(super) struct Watch<'a> {
    pub plane: &'a Plane,
    pub snapshot: &'a Snapshot,
    pub exchange: &'a Exchange,
    /// What was asked about one member; of a question about many nothing.
    pub request: &'a Value,
    pub partner: &'a Partner,
    pub adapter: Box<dyn PartnerAdapter>,
    pub line: Line<'a>,
    pub kept: Fulfilment,
    pub stop: &'a dyn StopSignal,
    pub deadline: Timestamp,
}

/// Does the next act for an acknowledged exchange.
pub(crate) async fn monitor(
    plane: &Plane,
    snapshot: &Snapshot,
    exchange: &Exchange,
    (context, way, stop): (&Context, &OnTheWay, &dyn StopSignal),
    request: &Value,
) -> Result<Result<Done, Code>, StoreError> {
    let kept = plane.store.fulfilment(&exchange.id).await?;
    let Some(kept) = kept.filter(|kept| kept.opened_at.is_some()) else {
        return Ok(Ok(step::complete().into()));
    };
    let partner = match super::route::taken(plane, snapshot, exchange).await? {
        Ok(partner) => partner,
        Err(code) => return Ok(Err(code)),
    };
    let partner = &partner;
    let Some(dialect) = plane.dialect(partner) else {
        return Ok(Err(Code::NoRoute));
    };
    let asking = match kept.phase {
        Phase::Matching | Phase::Exporting => context.polling(),
        Phase::KickOff | Phase::Retrieving | Phase::Reading | Phase::Delivering => context.clone(),
    };
    let watch = Watch {
        plane,
        snapshot,
        exchange,
        request,
        partner,
        adapter: crate::adapters::adapter(dialect),
        line: Line {
            plane,
            partner,
            context: &asking,
            way,
        },
        deadline: deadline(snapshot, partner, exchange.since).ends,
        kept,
        stop,
    };
    let stage = match watch.kept.phase {
        Phase::Matching
        | Phase::KickOff
        | Phase::Exporting
        | Phase::Retrieving
        | Phase::Reading => Stage::SourceRetrieval,
        // What is read then is who the members are: their data are still to come.
        Phase::Delivering if watch.is_matching() => Stage::SourceRetrieval,
        Phase::Delivering => Stage::Transformation,
    };
    let span = telemetry::stage(stage, context);
    let begun = plane.now();
    let done = watch.act().instrument(span.clone()).await?;
    let code = done.as_ref().err().copied();
    if let Some(code) = code {
        telemetry::failed(&span, code);
    }
    if stage == Stage::Transformation {
        context.passed(stage, (begun, plane.now()), code);
    } else if let Some(code) = code {
        context.call_failed(code);
    }
    Ok(done)
}

/// By when a partner that took a request on at `taken_on` has to have done what was asked.
pub(crate) fn deadline(snapshot: &Snapshot, partner: &Partner, taken_on: Timestamp) -> Deadline {
    let silence = snapshot.fulfilment.silence(&partner.terms);
    let length = TimeDelta::from_std(silence).unwrap_or(TimeDelta::MAX);
    Deadline::after(Duty::Fulfil, taken_on, length)
}

/// By when a request that began at `now` has to be taken on by a partner; people who have to decide, what is missing and
/// a feed that is paused do not stop this clock.
pub(crate) fn unacknowledged(snapshot: &Snapshot, now: Timestamp) -> Deadline {
    let waiting = i64::try_from(snapshot.fulfilment.waiting_ms).ok();
    let length = waiting.and_then(TimeDelta::try_milliseconds);
    Deadline::after(Duty::Acknowledge, now, length.unwrap_or(TimeDelta::MAX))
}

/// Before when a partner that took work on at `now` is not asked. A wait that it named is kept.
pub(super) fn first_asked(
    snapshot: &Snapshot,
    now: Timestamp,
    named: Option<Duration>,
) -> Option<Timestamp> {
    let wait = snapshot.fulfilment.poll.next(0, named);
    now.checked_add_signed(TimeDelta::from_std(wait).ok()?)
}

impl Watch<'_> {
    async fn act(&self) -> Result<Result<Done, Code>, StoreError> {
        if self.plane.now() >= self.deadline {
            let code = Code::CompletionMissing;
            return Ok(Ok((Event::Exhausted { code }, Changes::default()).into()));
        }
        if self.plane.store.is_paused(&self.partner.id).await? {
            let wait = Duration::from_millis(self.snapshot.resilience.limits.paused_wait_ms);
            let mut done = self.later(wait, Some(Hold::Paused), Vec::new());
            if let Done::Stays(_, changes) = &mut done {
                changes.paused = Some(self.partner.id.clone());
            }
            return Ok(Ok(done));
        }
        match self.kept.phase {
            Phase::Matching | Phase::Exporting => Poll(self).act().await,
            Phase::KickOff => Retrieve(self).kick_off().await,
            Phase::Retrieving => Retrieve(self).next_file().await,
            Phase::Reading => Reading(self).next_page().await,
            Phase::Delivering if self.is_matching() => Answers(self).read().await,
            Phase::Delivering => Retrieve(self).deliver().await,
        }
    }

    /// How much of what the partner gives is read.
    pub(super) fn limits(&self) -> Limits {
        let limits = &self.snapshot.fulfilment.limits;
        match self.exchange.kind {
            Kind::Single => limits.clone(),
            Kind::Bulk => limits.of_many(),
        }
    }

    /// Is it still the answer about many members that is fetched, and not their data?
    pub(super) fn is_matching(&self) -> bool {
        self.exchange.kind == Kind::Bulk && self.kept.list.is_none()
    }

    /// What lets us in where the partner matches, and from then on where it has made a list.
    pub(super) fn right(&self) -> Right<'_> {
        match (self.kept.phase, self.kept.list.as_deref()) {
            (Phase::Matching, _) | (_, None) => ask::right(self.exchange.kind),
            (_, Some(list)) => Right::List(list),
        }
    }

    /// The key of a call that changes something at the partner.
    pub(super) fn key(&self, work: Work) -> String {
        let generation = self.exchange.generation;
        outbound_key(&self.partner.id, &self.exchange.id, work, generation)
    }

    /// Where the partner may tell us, if that was agreed.
    pub(super) fn callback(&self) -> Option<String> {
        step::callback(self.plane, self.partner, self.exchange)
    }

    /// The right to call the partner once, or a wait that uses no attempt.
    pub(super) fn admit(&self, operation: Operation) -> Result<Permit, Done> {
        let wish = Wish {
            partner: self.partner,
            operation,
            is_retry: self.kept.failures > 0,
        };
        let policy = &self.snapshot.resilience;
        let admitted = self.plane.guard.admit(policy, &wish, self.plane.now());
        admitted.map_err(|barred| self.later(barred.wait, Some(barred.hold), Vec::new()))
    }

    /// Gives the right back, with what the call has shown of the partner's health.
    pub(super) fn settle(&self, permit: Permit, answer: &Result<WireResponse, Failure>) {
        let failure = match answer {
            Err(failure) => Some(failure.code),
            Ok(answer) => match progress(answer) {
                Progress::AskLater { code, .. } => Some(code),
                Progress::Working { .. } | Progress::Done | Progress::Lost | Progress::Failed => {
                    None
                }
            },
        };
        // Whoever submits is told that a breaker has opened; asking has nothing to add.
        let _ = permit.ended(failure, self.plane.now());
    }

    /// Before when a partner that has just taken work on is not asked.
    pub(super) fn first_asked(&self, named: Option<Duration>) -> Option<Timestamp> {
        first_asked(self.snapshot, self.plane.now(), named)
    }

    /// The next act follows at once.
    pub(super) fn on(&self, notes: Vec<Note>) -> Done {
        self.later(Duration::ZERO, None, notes)
    }

    /// The next act follows after a wait, and not after the deadline.
    pub(super) fn later(&self, wait: Duration, hold: Option<Hold>, notes: Vec<Note>) -> Done {
        let now = self.plane.now();
        let at = TimeDelta::from_std(wait)
            .ok()
            .and_then(|wait| now.checked_add_signed(wait))
            .unwrap_or(self.deadline);
        let again = Some(at.min(self.deadline));
        let changes = Changes {
            notes,
            ..Changes::default()
        };
        Done::Stays(Rest { again, hold }, Box::new(changes))
    }

    /// Another try of a call that failed, or the code by which the exchange ends.
    pub(super) fn again(&self, failure: &Failure, changes_something: bool) -> Result<Done, Code> {
        let code = failure.code;
        tracing::warn!(code = %code, phase = self.kept.phase.word(), "the partner call failed");
        // The call has got itself another token and was made once more: who refuses that one refuses us.
        if code.meaning().class == RetryClass::AuthRefresh {
            return Err(code);
        }
        let twice = changes_something && self.partner.keys == KeyHandling::Ignores;
        if twice && code.leaves_outcome_unknown() {
            return Err(code);
        }
        let since = self.kept.failing_since;
        let elapsed =
            since.and_then(|since| self.plane.now().signed_duration_since(since).to_std().ok());
        let failed = Failed {
            code,
            state: self.exchange.state,
            attempt: self.kept.failures.saturating_add(1),
            elapsed: elapsed.unwrap_or_default(),
            retry_after: failure.retry_after,
        };
        let unit = self.plane.chance.unit();
        let wait = self.snapshot.resilience.next(&failed, unit).ok_or(code)?;
        let hold = match code.meaning().class {
            RetryClass::Throttled => Hold::Throttled,
            RetryClass::Transient
            | RetryClass::AuthRefresh
            | RetryClass::Permanent
            | RetryClass::Hold
            | RetryClass::Escalate
            | RetryClass::None => Hold::Backoff,
        };
        Ok(self.later(wait, Some(hold), vec![Note::Failing]))
    }
}

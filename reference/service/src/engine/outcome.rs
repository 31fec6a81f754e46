//! What a step came to, written down in one transaction with what follows from it.
//! Refuses to let anything happen that the audit log does not take.

use super::walk::Walk;
use super::worker::{later, wait};
use crate::data::step::{self, Done, Moved};
use crate::identity::desk;
use crate::store::{Changes, Ended, Exchange, Lease, NewReview, Rest, Seen, StoreError, Taken};
use crate::telemetry::{self, Stage};
use domain::Timestamp;
use domain::failure::{Code, Ending};
use domain::identity::Attribute;
use domain::ports::Carried;
use domain::snapshot::Snapshot;
use domain::workflow::{Event, Hold, Rejection, State};
use tracing::{Instrument, Span};

impl Walk<'_> {
    /// Writes down what a step came to, and how its call ended if it made one.
    pub(super) async fn write(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        ended: Option<Ended>,
        done: Result<Done, Code>,
    ) -> Result<Carried, StoreError> {
        let now = self.plane.now();
        let lease = self.held_from(now);
        let done = done.unwrap_or_else(|code| self.without(snapshot, exchange, code));
        let seen = self.context.seen(matches!(done, Done::Moved(_)));
        let taken = self.taken(exchange, (ended, now), &lease, seen.as_ref());
        match self.written(snapshot, &taken, done).await {
            Err(error) if error.code() == Code::AuditUnavailable => {
                self.unaudited(snapshot, &taken, &error).await
            }
            written => written,
        }
    }

    fn held_from(&self, now: Timestamp) -> Lease {
        Lease {
            owner: self.leased.owner.clone(),
            until: later(now, self.lease),
        }
    }

    fn taken<'b>(
        &'b self,
        exchange: &'b Exchange,
        (ended, now): (Option<Ended>, Timestamp),
        lease: &'b Lease,
        seen: Option<&'b Seen>,
    ) -> Taken<'b> {
        Taken {
            exchange,
            leased: self.leased,
            lease,
            ended,
            on_the_way: self.way.so_far(),
            seen,
            now,
        }
    }

    async fn written(
        &self,
        snapshot: &Snapshot,
        taken: &Taken<'_>,
        done: Done,
    ) -> Result<Carried, StoreError> {
        let carried = match done {
            Done::Moved(moved) => {
                let moved = alone(taken.exchange, *moved);
                self.moved(snapshot, taken, moved).await?
            }
            Done::Stays(rest, mut changes) => {
                changes.snapshot = Some(snapshot.number);
                self.plane.store.rest(taken, &rest, &changes).await?;
                Carried::Rests(rest.hold)
            }
        };
        self.plane.traces.ring();
        Ok(carried)
    }

    /// What the audit log does not take has not happened: the step waits and runs again. How its call ended stays
    /// untold, too, so that nobody repeats one that a partner would act on twice.
    async fn unaudited(
        &self,
        snapshot: &Snapshot,
        taken: &Taken<'_>,
        error: &StoreError,
    ) -> Result<Carried, StoreError> {
        tracing::error!(cause = %error, code = %Code::AuditUnavailable, "the step is not written down");
        let rest = Rest {
            again: Some(later(taken.now, wait(self.leased.attempt))),
            hold: Some(Hold::Backoff),
        };
        let changes = Changes {
            snapshot: Some(snapshot.number),
            code: Some(Code::AuditUnavailable),
            ..Changes::default()
        };
        let taken = Taken {
            ended: None,
            ..*taken
        };
        self.plane.store.rest(&taken, &rest, &changes).await?;
        Ok(Carried::Rests(rest.hold))
    }

    async fn moved(
        &self,
        snapshot: &Snapshot,
        taken: &Taken<'_>,
        (event, mut changes): Moved,
    ) -> Result<Carried, StoreError> {
        changes.snapshot = Some(snapshot.number);
        let (to, next) = self.plane.store.move_on(taken, &event, &changes).await?;
        let from = taken.exchange.state.word();
        tracing::info!(from, to = to.word(), "the exchange moved");
        Ok(match next {
            Some(next) => Carried::On(next),
            None if to.is_open() => Carried::Rests(None),
            None => Carried::Ended,
        })
    }

    /// What is complete goes out when it is written down that it does, and not otherwise.
    pub(super) async fn deliver(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        done: Result<Done, Code>,
    ) -> Result<Carried, StoreError> {
        let event = match &done {
            Ok(Done::Moved(moved)) => Some(&moved.0),
            Ok(Done::Stays(..)) | Err(_) => None,
        };
        let code = event.and_then(Event::code);
        let now = self.plane.now();
        let span = if matches!(event, Some(Event::Completed(_))) {
            self.context.passed(Stage::Transformation, (now, now), None);
            self.context.passed(Stage::Egress, (now, now), None);
            telemetry::stage(Stage::Egress, &self.context)
        } else {
            Span::none()
        };
        let lease = self.held_from(now);
        let done = done.unwrap_or_else(|code| self.without(snapshot, exchange, code));
        let seen = self.context.seen(matches!(done, Done::Moved(_)));
        let taken = self.taken(exchange, (None, now), &lease, seen.as_ref());
        let written = self.written(snapshot, &taken, done);
        match written.instrument(span.clone()).await {
            Err(error) if error.code() == Code::AuditUnavailable => {
                telemetry::failed(&span, Code::AuditUnavailable);
                self.unaudited(snapshot, &taken, &error).await
            }
            written => Ok(self.ended(Stage::SourceRetrieval, code, written?)),
        }
    }

    /// Tells where an exchange ended, once: of two that would end it one has lost.
    pub(super) fn ended(&self, stage: Stage, code: Option<Code>, carried: Carried) -> Carried {
        if let (Carried::Ended, Some(code)) = (&carried, code) {
            let _: Result<(), Code> = self.stage(stage, || Err(code));
        }
        carried
    }

    /// What becomes of an exchange whose step ended in this code: it waits for a person where one may still decide, and
    /// for what is missing while nothing has been sent.
    fn without(&self, snapshot: &Snapshot, exchange: &Exchange, code: Code) -> Done {
        if exchange.synthetic.is_some() {
            return (step::rejected(code), Changes::default()).into();
        }
        let unsent = matches!(exchange.state, State::Created | State::Validated);
        let numbers = [Attribute::MemberId, Attribute::SubscriberId];
        let (hold, missing) = match code.meaning().ending {
            Ending::Held(hold) => (hold, Vec::new()),
            Ending::As(_) | Ending::NotCreated if code == Code::MissingIdentifier && unsent => {
                (Hold::MoreData, numbers.to_vec())
            }
            Ending::As(_) | Ending::NotCreated => {
                let who = (&exchange.id, &exchange.partner);
                let changes = Changes {
                    dispute: desk::disputed(self.plane, snapshot, who, code).map(Box::new),
                    ..Changes::default()
                };
                return (step::rejected(code), changes).into();
            }
        };
        let changes = Changes {
            code: Some(code),
            review: Some(Box::new(self.review(snapshot, exchange, missing))),
            ..Changes::default()
        };
        let rest = Rest {
            again: None,
            hold: Some(hold),
        };
        Done::Stays(rest, Box::new(changes))
    }

    /// The review that the exchange waits for.
    pub(super) fn review(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        missing: Vec<Attribute>,
    ) -> NewReview {
        let who = (&exchange.id, &exchange.partner);
        let transaction = &exchange.business_transaction;
        desk::of_exchange(self.plane, snapshot, who, transaction, missing)
    }
}

/// Nobody replays a run of a check: where another exchange would wait for that, it has failed.
fn alone(exchange: &Exchange, (event, changes): Moved) -> Moved {
    match event {
        Event::Exhausted { code } if exchange.synthetic.is_some() => {
            let why = Rejection::Refused;
            (Event::Rejected { code, why }, changes)
        }
        event => (event, changes),
    }
}

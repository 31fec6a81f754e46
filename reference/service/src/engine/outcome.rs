//! What a step came to, written down in one transaction with what follows from it.
//! Refuses to let anything happen that the audit log does not take.

use super::attempt::acts_twice;
use super::walk::Walk;
use super::worker::wait;
use crate::clock::later;
use crate::data::patience::patiently;
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
        let done = self.decided(snapshot, exchange, done);
        let seen = self.context.seen(matches!(done, Done::Moved(_)));
        let taken = self.taken(exchange, (ended, now), &lease, seen.as_ref());
        match self.kept(snapshot, &taken, &done).await {
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

    /// What is written down of a step, under the snapshot that it has read.
    fn decided(&self, snapshot: &Snapshot, exchange: &Exchange, done: Result<Done, Code>) -> Done {
        match done.unwrap_or_else(|code| self.without(snapshot, exchange, code)) {
            Done::Moved(moved) => {
                let mut moved = alone(exchange, *moved);
                moved.1.snapshot = Some(snapshot.number);
                Done::Moved(Box::new(moved))
            }
            Done::Stays(rest, mut changes) => {
                changes.snapshot = Some(snapshot.number);
                Done::Stays(rest, changes)
            }
        }
    }

    /// Writes a step down. What a partner has answered to a call that changes something nobody else knows: it is kept in
    /// hand until the store takes it, also from a log that cannot be written where the call cannot be made again.
    async fn kept(
        &self,
        snapshot: &Snapshot,
        taken: &Taken<'_>,
        done: &Done,
    ) -> Result<Carried, StoreError> {
        if !self.way.has_acted() {
            return self.written(taken, done).await;
        }
        let twice = acts_twice(snapshot, taken.exchange);
        let waits = |error: &StoreError| {
            error.is_hiccup() && (twice || error.code() != Code::AuditUnavailable)
        };
        patiently(self.stop, waits, || self.written(taken, done)).await
    }

    /// Waits for a store that is away.
    pub(super) async fn patiently<T, F>(&self, act: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        patiently(self.stop, StoreError::is_hiccup, act).await
    }

    async fn written(&self, taken: &Taken<'_>, done: &Done) -> Result<Carried, StoreError> {
        let carried = match done {
            Done::Moved(moved) => self.moved(taken, moved).await?,
            Done::Stays(rest, changes) => {
                self.plane.store.rest(taken, rest, changes).await?;
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
        taken: &Taken<'_>,
        (event, changes): &Moved,
    ) -> Result<Carried, StoreError> {
        let (to, next) = self.plane.store.move_on(taken, event, changes).await?;
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
        let done = self.decided(snapshot, exchange, done);
        let seen = self.context.seen(matches!(done, Done::Moved(_)));
        let taken = self.taken(exchange, (None, now), &lease, seen.as_ref());
        let written = self.kept(snapshot, &taken, &done);
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
        if exchange.waits_for_nobody() {
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

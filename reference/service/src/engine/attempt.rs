//! One call to the partner, and what follows from how it ended: the answer, another try, or the end.
//! Refuses to try again on its own: the policy says whether and when, the step table waits.

use super::walk::Walk;
use crate::clock::later;
use crate::data::ask::{self, Called};
use crate::data::longest;
use crate::data::step::{self, Done};
use crate::data::synthetic::answer::of_match;
use crate::store::{Begun, Changes, Ended, Exchange, Rest, StoreError};
use crate::telemetry::metrics::{Count, Told};
use crate::telemetry::{self, Stage};
use domain::failure::{Code, RetryClass};
use domain::ids::CorrelationId;
use domain::ports::{Carried, Failure};
use domain::resilience::Failed;
use domain::snapshot::{KeyHandling, Snapshot};
use domain::workflow::Hold;
use serde_json::Value;
use std::time::Duration;
use tracing::Instrument;

impl Walk<'_> {
    /// Calls the partner once, and takes what follows from how that ended.
    pub(super) async fn submit(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Carried, StoreError> {
        let plane = self.plane;
        if let Some(by) = self.withdrawn_by(exchange).await? {
            return self.leave(snapshot, exchange, by).await;
        }
        if self.may_have_acted(snapshot, exchange).await? {
            return self.unseen(snapshot, exchange).await;
        }
        let asking = ask::ready(plane, snapshot, exchange, request).await?;
        let partner = asking.as_ref().ok().map(|asking| &asking.partner);
        let permit = match self.admit(snapshot, exchange, partner).await? {
            Ok(permit) => permit,
            Err(barred) => return self.stand_aside(snapshot, exchange, &barred).await,
        };
        if self.stop.is_set() {
            return Ok(Carried::Lost);
        }
        self.way.acts();
        let attempt = self.context.next_attempt(plane.now());
        let lasts = partner.map(longest).unwrap_or_default();
        let Some(exchange) = self.begin(exchange, &attempt.correlation, lasts).await? else {
            return Ok(Carried::Lost);
        };
        let span = telemetry::stage(Stage::SourceRetrieval, &attempt);
        let call = ask::call(plane, &asking, (&attempt, &self.way)).instrument(span.clone());
        let called = tokio::select! {
            called = call => called,
            // Nobody will have seen the end of this call: whoever goes on finds that out.
            () = self.stop.at_once() => return Ok(Carried::Lost),
        };
        self.settle(permit, &exchange, &called).await?;
        if exchange.submissions > 1 && exchange.synthetic.is_none() {
            let who = Told::Partner(&exchange.partner);
            plane.metrics.count(Count::Retries, &[who]);
        }
        match &called.result {
            Ok(answer) => {
                let moved = self.stage(Stage::Transformation, || {
                    let partner = step::partner(snapshot, &exchange)?;
                    of_match(request, answer, partner.terms.retrieval)?;
                    step::acknowledged(snapshot, &exchange, answer, plane.now())
                });
                if moved
                    .as_ref()
                    .is_ok_and(|(_, changes)| !changes.notes.is_empty())
                {
                    // The partner has only begun: what there is to transform is still to come.
                    self.context.forget(Stage::Transformation);
                }
                let ended = Some(ended(&called, None));
                self.write(snapshot, &exchange, ended, moved.map(Done::from))
                    .await
            }
            Err(failure) => {
                telemetry::failed(&span, failure.code);
                attempt.call_failed(failure.code);
                self.after_failure(snapshot, &exchange, &called, failure)
                    .await
            }
        }
    }

    /// Writes down that the call goes out, and gives the exchange as it is then; none when somebody else was faster. Nothing
    /// is sent before it is known to be written down, and nothing stays written down as sent that was not.
    async fn begin(
        &self,
        exchange: &Exchange,
        correlation: &CorrelationId,
        lasts: Duration,
    ) -> Result<Option<Exchange>, StoreError> {
        let (store, now) = (&self.plane.store, self.plane.now());
        let begun = Begun {
            exchange,
            leased: self.leased,
            correlation,
            now,
            until: later(now, self.lease.saturating_add(lasts)),
        };
        if let Err(error) = store.begin_attempt(&begun).await {
            if !error.is_hiccup() {
                return Err(error);
            }
            let attempts = self.patiently(|| store.attempts(&exchange.id)).await?;
            let last = attempts.last();
            if last.is_none_or(|last| last.correlation != *correlation) {
                return Err(error);
            }
        }
        let begun = self.patiently(|| store.exchange(&exchange.id)).await?;
        let next = exchange.submissions.saturating_add(1);
        // Whoever was faster with a signal has ended what this call was for.
        Ok(begun.filter(|begun| begun.state == exchange.state && begun.submissions == next))
    }

    /// Nobody knows whether the partner has acted, and it would act again: whoever may still know is given time to say
    /// so, and then a person decides.
    async fn unseen(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
    ) -> Result<Carried, StoreError> {
        if let Some(rests) = self.leave_to_others(exchange).await? {
            return Ok(rests);
        }
        let unknown = (step::rejected(Code::TransportReset), Changes::default());
        self.write(snapshot, exchange, None, Ok(unknown.into()))
            .await
    }

    /// A call of a former process whose end nobody saw, to a partner that would act twice.
    async fn may_have_acted(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
    ) -> Result<bool, StoreError> {
        if !acts_twice(snapshot, exchange) {
            return Ok(false);
        }
        let attempts = self.plane.store.attempts(&exchange.id).await?;
        let last = attempts.last();
        Ok(last.is_some_and(|last| last.status.is_none() && last.code.is_none()))
    }

    async fn after_failure(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        called: &Called,
        failure: &Failure,
    ) -> Result<Carried, StoreError> {
        let code = failure.code;
        let class = code.meaning().class;
        tracing::warn!(code = %code, attempt = exchange.submissions, "the partner call failed");
        if code == Code::Unmapped && exchange.synthetic.is_none() {
            let who = Told::Partner(&exchange.partner);
            self.plane.metrics.count(Count::UnmappedErrors, &[who]);
            let (store, now) = (&self.plane.store, self.plane.now());
            self.patiently(|| store.note_unmapped(exchange, called.status, now))
                .await?;
        }
        let unsafe_to_repeat = code.leaves_outcome_unknown() && acts_twice(snapshot, exchange);
        let wait = self
            .next_wait(snapshot, exchange, failure)
            .filter(|_| !unsafe_to_repeat);
        let hold = match (class, wait) {
            (RetryClass::Hold, _) if !exchange.waits_for_nobody() => Some(Hold::Review),
            (RetryClass::Throttled, Some(_)) => Some(Hold::Throttled),
            (_, Some(_)) => Some(Hold::Backoff),
            (_, None) => None,
        };
        let done = match hold {
            None => Err(code),
            Some(_) => {
                let again = wait.map(|wait| later(self.plane.now(), wait));
                let mut changes = Changes::default();
                if hold == Some(Hold::Review) {
                    changes.review = Some(Box::new(self.review(snapshot, exchange, Vec::new())));
                }
                Ok(Done::Stays(Rest { again, hold }, Box::new(changes)))
            }
        };
        let ended = Some(ended(called, wait));
        self.write(snapshot, exchange, ended, done).await
    }

    fn next_wait(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        failure: &Failure,
    ) -> Option<Duration> {
        let class = failure.code.meaning().class;
        if class == RetryClass::AuthRefresh {
            // The call has got itself another token and was made once more: who refuses that one refuses us.
            return None;
        }
        let elapsed = exchange
            .first_attempt_at
            .and_then(|first| self.plane.now().signed_duration_since(first).to_std().ok());
        let failed = Failed {
            code: failure.code,
            state: exchange.state,
            attempt: exchange.submissions.saturating_sub(exchange.forgiven),
            elapsed: elapsed.unwrap_or_default(),
            retry_after: failure.retry_after,
        };
        snapshot.resilience.next(&failed, self.plane.chance.unit())
    }
}

fn ended(called: &Called, wait: Option<Duration>) -> Ended {
    Ended {
        status: called.status,
        code: called.result.as_ref().err().map(|failure| failure.code),
        wait,
    }
}

/// Would the partner act twice if it were called twice?
pub(super) fn acts_twice(snapshot: &Snapshot, exchange: &Exchange) -> bool {
    step::partner(snapshot, exchange).is_ok_and(|partner| partner.keys == KeyHandling::Ignores)
}

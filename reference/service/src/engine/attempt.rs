//! One call to the partner, and what follows from how it ended: the answer, another try, or the end.
//! Refuses to try again on its own: the policy says whether and when, the walk waits.

use super::walk::{Next, Walk};
use crate::data::step::{self, Called};
use crate::store::{Ended, Exchange, StoreError};
use crate::telemetry::{self, Stage};
use domain::failure::{Code, RetryClass};
use domain::ports::Failure;
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
    ) -> Result<Next, StoreError> {
        let plane = self.plane;
        if self.may_have_acted(snapshot, exchange).await? {
            let unknown = step::rejected(Code::TransportReset);
            return self
                .apply(snapshot, exchange, (unknown, Default::default()))
                .await;
        }
        let attempt = self.context.next_attempt(plane.now());
        plane
            .store
            .begin_attempt(exchange, &attempt.correlation, plane.now())
            .await?;
        let Some(exchange) = plane.store.exchange(&exchange.id).await? else {
            return Ok(Next::Rest);
        };
        let span = telemetry::stage(Stage::SourceRetrieval, &attempt);
        let called = step::call(plane, snapshot, &exchange, &attempt, request)
            .instrument(span.clone())
            .await;
        match &called.result {
            Ok(canonical) => {
                self.end_attempt(&exchange, &called, None, None).await?;
                let moved = self.stage(Stage::Transformation, || Ok(step::acknowledged(canonical)));
                self.take_again(snapshot, &exchange, moved).await
            }
            Err(failure) => {
                telemetry::failed(&span, failure.code);
                self.after_failure(snapshot, &exchange, &called, failure)
                    .await
            }
        }
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
    ) -> Result<Next, StoreError> {
        let code = failure.code;
        let class = code.meaning().class;
        tracing::warn!(code = %code, attempt = exchange.submissions, "the partner call failed");
        if class == RetryClass::Hold {
            self.end_attempt(exchange, called, Some(Hold::Review), None)
                .await?;
            return Ok(Next::Rest);
        }
        let unsafe_to_repeat = code.leaves_outcome_unknown() && acts_twice(snapshot, exchange);
        let wait = self
            .next_wait(snapshot, exchange, failure)
            .filter(|_| !unsafe_to_repeat);
        if let Some(wait) = wait {
            let hold = match class {
                RetryClass::Throttled => Hold::Throttled,
                _ => Hold::Backoff,
            };
            self.end_attempt(exchange, called, Some(hold), Some(wait))
                .await?;
            return Ok(Next::Go);
        }
        self.end_attempt(exchange, called, None, None).await?;
        self.take_again(snapshot, exchange, Err(code)).await
    }

    fn next_wait(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        failure: &Failure,
    ) -> Option<Duration> {
        let class = failure.code.meaning().class;
        if class == RetryClass::AuthRefresh {
            // Tokens of partners are fixed in this slice: there is nothing to refresh.
            return None;
        }
        let elapsed = exchange
            .first_attempt_at
            .and_then(|first| self.plane.now().signed_duration_since(first).to_std().ok());
        let failed = Failed {
            class,
            attempt: exchange.submissions,
            elapsed: elapsed.unwrap_or_default(),
            retry_after: failure.retry_after,
        };
        snapshot.resilience.next(&failed, self.plane.chance.unit())
    }

    async fn end_attempt(
        &self,
        exchange: &Exchange,
        called: &Called,
        hold: Option<Hold>,
        wait: Option<Duration>,
    ) -> Result<(), StoreError> {
        let ended = Ended {
            status: called.status,
            code: called.result.as_ref().err().map(|failure| failure.code),
            hold,
            wait,
        };
        let now = self.plane.now();
        self.plane.store.end_attempt(exchange, &ended, now).await
    }
}

/// Would the partner act twice if it were called twice?
fn acts_twice(snapshot: &Snapshot, exchange: &Exchange) -> bool {
    step::partner(snapshot, exchange).is_ok_and(|partner| partner.keys == KeyHandling::Ignores)
}

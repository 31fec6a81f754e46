//! One exchange from step to step: carries each out, takes the event that follows, waits where it must.
//! Refuses to decide what a step means, and to move an exchange past the transition table.

use crate::data::Plane;
use crate::data::step::{self, Called, Moved};
use crate::store::{Ended, Exchange, StoreError};
use crate::telemetry::{self, Context, Dependency, RequestType, Stage};
use domain::failure::{Code, RetryClass};
use domain::ids::{CorrelationId, ExchangeId};
use domain::ports::Failure;
use domain::resilience::Failed;
use domain::snapshot::{KeyHandling, Snapshot};
use domain::workflow::{Event, Hold, State};
use serde_json::Value;
use std::time::Duration;
use tracing::{Instrument, Span};

/// What every step of one walk shares.
struct Walk<'a> {
    plane: &'a Plane,
    context: Context,
    root: Span,
}

/// What is to be done after a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Go,
    /// It has ended, or it waits for a person.
    Rest,
}

/// Walks an exchange until it rests.
pub(super) async fn walk(plane: &Plane, id: &ExchangeId) -> Result<(), StoreError> {
    let Some(exchange) = plane.store.exchange(id).await? else {
        return Ok(());
    };
    let context = Context {
        business_transaction: exchange.business_transaction.clone(),
        correlation: CorrelationId::new(crate::id::fresh(plane.now())),
    };
    let root = telemetry::root(&context, RequestType::ExchangeSingle);
    root.record("matchmark.partner", exchange.partner.as_str());
    let walk = Walk {
        plane,
        context,
        root: root.clone(),
    };
    walk.steps(id).instrument(root).await
}

impl Walk<'_> {
    async fn steps(&self, id: &ExchangeId) -> Result<(), StoreError> {
        while let Some(exchange) = self.plane.store.exchange(id).await? {
            if !exchange.state.is_open() {
                self.record_end(&exchange);
                return Ok(());
            }
            self.wait_until_due(&exchange).await;
            match self.step(&exchange).await {
                Ok(Next::Go) => {}
                Ok(Next::Rest) => return Ok(()),
                Err(StoreError::LostRace) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A wait that was begun, by this process or a former one, is finished here.
    async fn wait_until_due(&self, exchange: &Exchange) {
        let now = self.plane.now();
        let rest = exchange
            .next_attempt_at
            .and_then(|due| due.signed_duration_since(now).to_std().ok())
            .filter(|rest| !rest.is_zero());
        if let Some(rest) = rest {
            self.plane.clock.wait(rest).await;
        }
    }

    async fn step(&self, exchange: &Exchange) -> Result<Next, StoreError> {
        let plane = self.plane;
        let snapshot = plane.snapshot();
        let kept = plane.store.payload(&exchange.request).await?;
        let request: Value =
            serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("request"))?;
        let moved = match exchange.state {
            State::Created => self.stage(Stage::Ingestion, || Ok(())).and_then(|()| {
                self.stage(Stage::SchemaValidation, || {
                    step::validate(plane, &snapshot, exchange, &request)
                })
            }),
            State::Validated => self.resolve(&snapshot, exchange, &request),
            State::Matched => step::choose_route(&snapshot, exchange),
            State::Routed => return self.submit(&snapshot, exchange, &request).await,
            State::Acknowledged => self.stage(Stage::Egress, || Ok(step::complete())),
            State::Fulfilled | State::Failed | State::DeadLettered => return Ok(Next::Rest),
        };
        self.take(&snapshot, exchange, moved).await
    }

    fn resolve(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Moved, Code> {
        let tier = self.stage(Stage::IdentityResolution, || {
            step::identify(snapshot, exchange, request)
        })?;
        let consent = self.stage(Stage::AccessPolicy, || {
            step::consent(self.plane, snapshot, exchange, request, &self.root)
        })?;
        let changes = crate::store::Changes {
            consent: Some(consent),
            ..Default::default()
        };
        Ok((Event::MemberResolved { tier, consent }, changes))
    }

    /// Calls the partner once, and takes what follows from how that ended.
    async fn submit(
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
        let attempt = Context {
            business_transaction: self.context.business_transaction.clone(),
            correlation: CorrelationId::new(crate::id::fresh(plane.now())),
        };
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

    /// Takes a step's event on the row as it stands after its call.
    async fn take_again(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        moved: Result<Moved, Code>,
    ) -> Result<Next, StoreError> {
        match self.plane.store.exchange(&exchange.id).await? {
            Some(exchange) => self.take(snapshot, &exchange, moved).await,
            None => Ok(Next::Rest),
        }
    }

    async fn take(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        moved: Result<Moved, Code>,
    ) -> Result<Next, StoreError> {
        let moved = moved.unwrap_or_else(|code| (step::rejected(code), Default::default()));
        self.apply(snapshot, exchange, moved).await
    }

    async fn apply(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (event, mut changes): Moved,
    ) -> Result<Next, StoreError> {
        changes.snapshot = Some(snapshot.number);
        let now = self.plane.now();
        let to = self
            .plane
            .store
            .apply(exchange, &event, &changes, now)
            .await?;
        tracing::info!(
            from = exchange.state.word(),
            to = to.word(),
            "the exchange moved"
        );
        Ok(Next::Go)
    }

    /// Runs a stage in its span, and marks the span when the stage fails.
    fn stage<T>(&self, stage: Stage, run: impl FnOnce() -> Result<T, Code>) -> Result<T, Code> {
        let span = telemetry::stage(stage, &self.context);
        let result = span.in_scope(run);
        if let Err(code) = &result {
            telemetry::failed(&span, *code);
        }
        result
    }

    fn record_end(&self, exchange: &Exchange) {
        let root = &self.root;
        root.record("matchmark.disposition", exchange.disposition.word());
        root.record(
            "matchmark.retry_count",
            exchange.submissions.saturating_sub(1),
        );
        if let Some(schema) = &exchange.schema_version {
            root.record("matchmark.schema_version", schema.as_str());
        }
        if exchange.submissions > 0 {
            root.record("matchmark.dependency", Dependency::Partner.word());
        }
        if let Some(code) = exchange.code {
            telemetry::failed(root, code);
        }
    }
}

/// Would the partner act twice if it were called twice?
fn acts_twice(snapshot: &Snapshot, exchange: &Exchange) -> bool {
    step::partner(snapshot, exchange).is_ok_and(|partner| partner.keys == KeyHandling::Ignores)
}

//! One exchange from step to step: carries each out, takes the event that follows, waits where it must.
//! Refuses to decide what a step means, and to move an exchange past the transition table.

use crate::data::Plane;
use crate::data::step::{self, Moved};
use crate::store::{Exchange, StoreError};
use crate::telemetry::{self, Context, Dependency, RequestType, Stage};
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::snapshot::Snapshot;
use domain::workflow::{Event, State};
use serde_json::Value;
use tracing::{Instrument, Span};

/// What every step of one walk shares.
pub(super) struct Walk<'a> {
    pub plane: &'a Plane,
    pub context: Context,
    root: Span,
}

/// What is to be done after a step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Go,
    /// It has ended, or it waits for a person.
    Rest,
}

/// Walks an exchange until it rests.
pub(super) async fn walk(plane: &Plane, id: &ExchangeId) -> Result<(), StoreError> {
    let Some(exchange) = plane.store.exchange(id).await? else {
        return Ok(());
    };
    let context = Context::of_exchange(exchange.business_transaction.clone(), plane.now());
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
        let kept = plane.store.payload(exchange.request.as_str()).await?;
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

    /// Takes a step's event on the row as it stands after its call.
    pub(super) async fn take_again(
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

    pub(super) async fn apply(
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
    pub(super) fn stage<T>(
        &self,
        stage: Stage,
        run: impl FnOnce() -> Result<T, Code>,
    ) -> Result<T, Code> {
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

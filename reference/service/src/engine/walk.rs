//! One step of an exchange: carried out, and what it came to written down, in one transaction.
//! Refuses to decide what a step means, and to move an exchange past the transition table.

use super::unseen::Unseen;
use crate::config::Pace;
use crate::data::{OnTheWay, Plane};
use crate::store::{Changes, Exchange, StoreError};
use crate::telemetry::metrics::{Count, Lasting, Told};
use crate::telemetry::{self, Context, Dependency, Stage};
use domain::Timestamp;
use domain::failure::Code;
use domain::fulfilment::SlaStage;
use domain::ids::ExchangeId;
use domain::ports::{Boxed, Carried, Leased, Steps, Unavailable};
use domain::record::Kind;
use domain::snapshot::Snapshot;
use domain::workflow::{Hold, Notice, State, StopSignal, Work, overdue};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tracing::{Instrument, Span};

/// How many exchanges that wait keep their root span open in memory; the others get a new one (ours).
const MOST_ROOTS: usize = 10_000;

/// Carries the steps of exchanges out.
pub(super) struct Walker {
    plane: Arc<Plane>,
    lease: Duration,
    /// Places for judging questions about many.
    places: Semaphore,
    stop: Arc<dyn StopSignal>,
    unseen: Unseen,
    /// Roots of exchanges that wait for their next step in this process.
    roots: Mutex<BTreeMap<ExchangeId, (Context, Span)>>,
}

/// How often a step has been taken when somebody is told that it stops (ours): what passes by itself has passed by then.
const STOPS: u32 = 3;

/// What every part of one step shares.
pub(super) struct Walk<'a> {
    pub plane: &'a Plane,
    pub context: Context,
    pub leased: &'a Leased,
    pub lease: Duration,
    pub places: &'a Semaphore,
    pub stop: &'a dyn StopSignal,
    pub unseen: &'a Unseen,
    /// The calls of this step.
    pub way: OnTheWay,
    pub root: Span,
}

impl Steps for Walker {
    fn carry_out<'a>(&'a self, leased: &'a Leased) -> Boxed<'a, Result<Carried, Unavailable>> {
        Box::pin(async move {
            match self.carry(leased).await {
                Ok(carried) => Ok(carried),
                Err(StoreError::LostRace) => Ok(Carried::Lost),
                Err(error) => {
                    tracing::error!(cause = %error, exchange = %leased.exchange, "the step stopped");
                    self.told(leased, &error).await;
                    Err(Unavailable)
                }
            }
        })
    }
}

impl Walker {
    pub(super) fn new(plane: Arc<Plane>, pace: Pace, stop: Arc<dyn StopSignal>) -> Self {
        Self {
            plane,
            lease: pace.lease,
            places: Semaphore::new(pace.judged),
            stop,
            unseen: Unseen::default(),
            roots: Mutex::default(),
        }
    }

    /// Tells somebody, once, of a step that will not end by being carried out again.
    async fn told(&self, leased: &Leased, error: &StoreError) {
        let passes = error.is_hiccup() || matches!(error, StoreError::Illegal(_));
        if passes || leased.attempt < STOPS {
            return;
        }
        let (store, now) = (&self.plane.store, self.plane.now());
        let told = store.tell_once(&leased.exchange, Notice::StepStopped, now);
        if let Err(error) = told.await {
            tracing::error!(cause = %error, "nobody could be told of it");
        }
    }

    async fn carry(&self, leased: &Leased) -> Result<Carried, StoreError> {
        let store = &self.plane.store;
        let found = store.exchange(&leased.exchange).await?;
        let Some(exchange) = found.filter(|found| leased.work.fits(found.state)) else {
            store.drop_step(leased).await?;
            return Ok(Carried::Rests(None));
        };
        if exchange.paused_at.is_some() && leased.work != Work::Deadline {
            store.give_back(leased, None).await?;
            return Ok(Carried::Rests(Some(Hold::Paused)));
        }
        let (mut context, root) = self.root(&exchange);
        let traces = &self.plane.traces;
        context.recorder = traces.recorder(store, &exchange.id).await?;
        let walk = Walk {
            plane: &self.plane,
            context: context.clone(),
            leased,
            lease: self.lease,
            places: &self.places,
            stop: self.stop.as_ref(),
            unseen: &self.unseen,
            way: OnTheWay::default(),
            root: root.clone(),
        };
        let carried = walk.step(&exchange).instrument(root.clone()).await?;
        match &carried {
            Carried::On(_) => self.keep(exchange.id, (context, root)),
            // Whoever waits for a person waits too long for a span in memory.
            Carried::Rests(hold) if !hold.is_some_and(Hold::waits_for_a_person) => {
                self.keep(exchange.id, (context, root));
            }
            Carried::Ended => walk.record_end().await?,
            Carried::Rests(_) | Carried::Lost => {}
        }
        Ok(carried)
    }

    fn root(&self, exchange: &Exchange) -> (Context, Span) {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        roots.remove(&exchange.id).unwrap_or_else(|| {
            let transaction = exchange.business_transaction.clone();
            let context = Context::of_exchange(transaction, self.plane.now());
            let root = telemetry::root(&context, exchange.request_type());
            root.record("matchmark.partner", exchange.partner.as_str());
            (context, root)
        })
    }

    fn keep(&self, id: ExchangeId, root: (Context, Span)) {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        if roots.len() < MOST_ROOTS {
            roots.insert(id, root);
        }
    }
}

impl Walk<'_> {
    async fn step(&self, exchange: &Exchange) -> Result<Carried, StoreError> {
        let snapshot = self.plane.snapshot();
        match self.leased.work {
            // A deadline reads no request, and ends an exchange whose request cannot be read any more.
            Work::Deadline => self.watch(&snapshot, exchange).await,
            // A question about many is long: what follows reads it where it needs it, and most acts do not.
            Work::Monitor if exchange.kind == Kind::Bulk => {
                self.follow(&snapshot, exchange, &Value::Null).await
            }
            Work::Monitor => {
                let (request, _) = self.question(exchange).await?;
                self.follow(&snapshot, exchange, &request).await
            }
            Work::Submit => {
                let (request, _) = self.question(exchange).await?;
                self.submit(&snapshot, exchange, &request).await
            }
            Work::Validate
            | Work::ResolveMember
            | Work::ChooseRoute
            | Work::Poll
            | Work::Retrieve
            | Work::Deliver => self.judge(&snapshot, exchange).await,
        }
    }

    /// Ends what has passed a deadline, and tells that one comes near.
    async fn watch(&self, snapshot: &Snapshot, exchange: &Exchange) -> Result<Carried, StoreError> {
        let now = self.plane.now();
        let deadlines = self.plane.store.deadlines(&exchange.id).await?;
        if deadlines.iter().any(|deadline| deadline.due_at <= now) {
            let event = overdue(&exchange.for_table());
            let code = event.code();
            let done = Ok((event, Changes::default()).into());
            let written = self.write(snapshot, exchange, None, done).await?;
            return Ok(self.ended(stage_of(exchange.state), code, written));
        }
        self.plane.store.alert(exchange, now).await?;
        Ok(Carried::Rests(None))
    }

    /// Runs a stage in its span, and marks the span when the stage fails.
    pub(super) fn stage<T>(
        &self,
        stage: Stage,
        run: impl FnOnce() -> Result<T, Code>,
    ) -> Result<T, Code> {
        let span = telemetry::stage(stage, &self.context);
        let begun = self.plane.now();
        let result = span.in_scope(run);
        self.passed(stage, (&span, begun), result.as_ref().err().copied());
        result
    }

    /// Writes down how a stage ended that began then.
    pub(super) fn passed(
        &self,
        stage: Stage,
        (span, begun): (&Span, Timestamp),
        code: Option<Code>,
    ) {
        if let Some(code) = code {
            telemetry::failed(span, code);
        }
        self.context.passed(stage, (begun, self.plane.now()), code);
    }

    async fn record_end(&self) -> Result<(), StoreError> {
        let Some(exchange) = self.plane.store.exchange(&self.leased.exchange).await? else {
            return Ok(());
        };
        let root = &self.root;
        root.record("matchmark.disposition", exchange.disposition.word());
        let retries = exchange.submissions.saturating_sub(1);
        root.record("matchmark.retry_count", retries);
        if let Some(schema) = &exchange.schema_version {
            root.record("matchmark.schema_version", schema.as_str());
        }
        if exchange.submissions > 0 {
            root.record("matchmark.dependency", Dependency::Partner.word());
        }
        if let Some(code) = exchange.code {
            telemetry::failed(root, code);
        }
        if exchange.synthetic.is_some() {
            return Ok(());
        }
        self.count_end(&exchange);
        self.judge_clocks(&exchange).await
    }

    /// Holds the time that each stage took against what was promised.
    async fn judge_clocks(&self, exchange: &Exchange) -> Result<(), StoreError> {
        let (plane, snapshot) = (self.plane, self.plane.snapshot());
        let clocks = plane.store.clocks(exchange, plane.now()).await?;
        let policy = &snapshot.fulfilment;
        let breaches = clocks.breaches(&policy.allowed);
        for breach in &breaches {
            let stage = breach.stage.word();
            tracing::warn!(stage, "a promised time was not kept");
        }
        if clocks.acknowledged.is_some() {
            let what = Told::RequestType(exchange.request_type());
            let took = clocks.took(SlaStage::Acknowledgement);
            let labels = [Told::Partner(&exchange.partner), what];
            plane.metrics.took(Lasting::Ack, &labels, took);
        }
        let store = &plane.store;
        store.note_breaches(exchange, &breaches, policy).await
    }

    fn count_end(&self, exchange: &Exchange) {
        let metrics = &self.plane.metrics;
        let who = Told::Partner(&exchange.partner);
        let what = Told::RequestType(exchange.request_type());
        let outcome = Told::Outcome(exchange.disposition);
        metrics.count(Count::Requests, &[who, what, outcome]);
        if exchange.state == State::DeadLettered {
            let code = exchange.code.map(Told::Code);
            let told: Vec<Told<'_>> = code.into_iter().chain([who]).collect();
            metrics.count(Count::DeadLetters, &told);
        }
        let lasted = exchange.since.signed_duration_since(exchange.created_at);
        metrics.took(
            Lasting::Fulfilment,
            &[who, what, outcome],
            lasted.to_std().unwrap_or_default(),
        );
    }
}

/// The stage in which an exchange waits.
const fn stage_of(state: State) -> Stage {
    match state {
        State::Created => Stage::SchemaValidation,
        State::Validated => Stage::IdentityResolution,
        State::Matched | State::Routed | State::Acknowledged => Stage::SourceRetrieval,
        State::Fulfilled | State::Failed | State::DeadLettered => Stage::Egress,
    }
}

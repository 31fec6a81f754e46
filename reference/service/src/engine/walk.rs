//! One step of an exchange: carried out, and what it came to written down, in one transaction.
//! Refuses to decide what a step means, and to move an exchange past the transition table.

use super::unseen::Unseen;
use crate::data::step::{self, Done};
use crate::data::{OnTheWay, Plane, roster, route};
use crate::store::{Changes, Exchange, Rest, StoreError};
use crate::telemetry::metrics::{Count, Lasting, Told};
use crate::telemetry::{self, Context, Dependency, Stage};
use domain::Timestamp;
use domain::bulk::Roster;
use domain::consent::{ConsentStatus, Grant};
use domain::failure::Code;
use domain::fulfilment::SlaStage;
use domain::ids::ExchangeId;
use domain::ports::{Boxed, Carried, Leased, Steps, Unavailable};
use domain::record::Kind;
use domain::snapshot::Snapshot;
use domain::trace::Said;
use domain::workflow::{Event, Hold, Notice, State, StopSignal, Work, overdue};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::{Instrument, Span};

/// How many exchanges that wait keep their root span open in memory; the others get a new one (ours).
const MOST_ROOTS: usize = 10_000;

/// Carries the steps of exchanges out.
pub(super) struct Walker {
    plane: Arc<Plane>,
    lease: Duration,
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
    pub(super) fn new(plane: Arc<Plane>, lease: Duration, stop: Arc<dyn StopSignal>) -> Self {
        Self {
            plane,
            lease,
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
        let plane = self.plane;
        let snapshot = plane.snapshot();
        // A deadline reads no request, and ends an exchange whose request cannot be read any more.
        if self.leased.work == Work::Deadline {
            return self.watch(&snapshot, exchange).await;
        }
        if self.leased.work == Work::Monitor && exchange.kind == Kind::Bulk {
            // A question about many is long: what follows reads it where it needs it, and most acts do not.
            return self.follow(&snapshot, exchange, &Value::Null).await;
        }
        let kept = plane.store.payload(exchange.request.as_str()).await?;
        let mut request: Value =
            serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("request"))?;
        let members = match exchange.kind {
            Kind::Single => None,
            Kind::Bulk => self.members(exchange, &mut request).await?,
        };
        if self.leased.work == Work::Submit {
            return self.submit(&snapshot, exchange, &request).await;
        }
        if self.leased.work == Work::Monitor {
            return self.follow(&snapshot, exchange, &request).await;
        }
        let done = tokio::select! {
            biased;
            done = self.judged(&snapshot, exchange, (&request, members)) => done,
            // Nothing of it is written down yet: whoever goes on judges again.
            () = self.stop.wait() => return Ok(Carried::Lost),
        };
        self.write(&snapshot, exchange, None, done).await
    }

    /// What the steps before the first call come to.
    async fn judged(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        match self.leased.work {
            Work::Validate => self.validate(snapshot, exchange, request).await,
            Work::ResolveMember => self.resolve(snapshot, exchange, (request, members)).await,
            Work::ChooseRoute => self.choose(snapshot, exchange, (request, members)).await,
            // Calls are judged by nobody; and what a partner answers later is monitored: nobody schedules the others.
            Work::Submit
            | Work::Monitor
            | Work::Poll
            | Work::Retrieve
            | Work::Deliver
            | Work::Deadline => Ok(Done::Stays(Rest::default(), Box::default())),
        }
    }

    async fn validate(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Done, Code> {
        self.stage(Stage::Ingestion, || Ok(()))?;
        let validated = async {
            match exchange.kind {
                Kind::Single => step::validate(self.plane, snapshot, exchange, request),
                Kind::Bulk => roster::validate(self.plane, snapshot, exchange, request).await,
            }
        };
        let moved = self.moving(Stage::SchemaValidation, validated).await?;
        Ok(moved.into())
    }

    async fn resolve(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        if let Some(members) = members {
            let judged = (request, members);
            return self.resolve_all(snapshot, exchange, judged).await;
        }
        let tier = self.stage(Stage::IdentityResolution, || {
            step::identify(snapshot, exchange, request)
        })?;
        let found = step::found(snapshot, tier);
        if let Some(found) = &found.found {
            self.context.says(Said::Confidence(found.band));
        }
        let consent = self.stage(Stage::AccessPolicy, || {
            step::consent(self.plane, snapshot, exchange, request, &self.root)
        });
        if let Some(status) = standing(&consent) {
            self.context.says(Said::Consent(status));
        }
        let consent = consent?;
        let changes = Changes {
            consent: Some(consent),
            told: found,
            ..Changes::default()
        };
        Ok((Event::MemberResolved { tier, consent }, changes).into())
    }

    /// Chooses the route. That there is none ends the exchange before any call, with what was chosen from kept.
    async fn choose(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        let chosen = match members {
            None => route::choose(snapshot, exchange, request),
            Some(members) => roster::choose(snapshot, exchange, (request, members)).await,
        };
        let failed = match &chosen {
            Ok((event, _)) => event.code(),
            Err(code) => Some(*code),
        };
        if let Some(code) = failed {
            let _: Result<(), Code> = self.stage(Stage::SourceRetrieval, || Err(code));
        }
        chosen.map(Done::from)
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

/// How the consent stands; nothing where something else failed.
const fn standing(judged: &Result<Grant, Code>) -> Option<ConsentStatus> {
    match judged {
        Ok(_) => Some(ConsentStatus::Granted),
        Err(Code::Consent(refusal)) => Some(refusal.status()),
        Err(_) => None,
    }
}

//! Is the service alive, and is it ready? Open to everybody on loopback.
//! Refuses to say anything about members or partners beyond a count.

use super::Shared;
use crate::data::headroom::headroom;
use crate::data::synthetic::standings;
use crate::health::{self, Around};
use crate::telemetry::metrics::{Level, Metrics, Told};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use domain::Timestamp;
use domain::health::{Finding, Status, worst};
use domain::record::{Instant, RequestType};
use domain::resilience::{Bound, BreakerState, Headroom, Operation};
use domain::synthetic::{Check, Run, Standing, Verdict};
use serde_json::{Value, json};
use std::sync::Arc;

/// Source: OpenMetrics 1.0, section on content types
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/health/synthetic", get(synthetic))
        .route("/metrics", get(metrics))
        .with_state(shared)
}

/// Nothing but this process is asked: a dependency that is down comes back without a restart.
async fn live(State(shared): State<Arc<Shared>>) -> (StatusCode, Json<Value>) {
    told(&shared.plane.health.pulse.ask())
}

/// Everything that is counted, with the levels of this moment.
async fn metrics(State(shared): State<Arc<Shared>>) -> ([(HeaderName, &'static str); 1], String) {
    let plane = &shared.plane;
    let metrics = &plane.metrics;
    for standing in plane.guard.standings(plane.now()) {
        let who = [Told::Partner(&standing.partner)];
        let state = match standing.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        };
        metrics.set(Level::BreakerState, &who, state);
        let left = f64::from(u32::try_from(standing.retries_left).unwrap_or(u32::MAX));
        metrics.set(Level::RetryBudgetLeft, &who, left);
    }
    // A depth that cannot be read is not told: a gap is seen, a zero is believed.
    if let Ok(depth) = plane.store.queue_depth(plane.now()).await {
        metrics.set(Level::QueueDepth, &[], f64::from(depth));
    }
    for one in headroom(plane).await.unwrap_or_default() {
        left(metrics, &one);
    }
    crate::data::reviews::measure(plane).await;
    ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text())
}

/// What is left below a bound. An operation that is no request of its own is told at the admin listener only.
fn left(metrics: &Metrics, one: &Headroom) {
    let request = one.operation.and_then(request_of);
    let level = match one.bound {
        Bound::OpenExchanges => Level::OpenExchangesLeft,
        Bound::QueueDepth => Level::QueueLeft,
        Bound::DatabaseConnections => Level::ConnectionsLeft,
        Bound::BodyBytes => Level::BodyBytesLeft,
        Bound::CallsInAll | Bound::CallsPerPartner => Level::CallsLeft,
        Bound::Inbound if request.is_none() => return,
        Bound::Inbound => Level::InboundLeft,
    };
    let partner = one.partner.as_ref().map(Told::Partner);
    let request = request.map(Told::RequestType);
    let told: Vec<Told<'_>> = partner.into_iter().chain(request).collect();
    let left = u32::try_from(one.left()).unwrap_or(u32::MAX);
    metrics.set(level, &told, f64::from(left));
}

const fn request_of(operation: Operation) -> Option<RequestType> {
    match operation {
        Operation::MemberMatch => Some(RequestType::MemberMatch),
        Operation::BulkMemberMatch => Some(RequestType::BulkMemberMatch),
        Operation::DataExport => Some(RequestType::DataExport),
        Operation::Retrieve => Some(RequestType::MemberRead),
        Operation::Poll | Operation::Token | Operation::Callback => None,
    }
}

async fn ready(State(shared): State<Arc<Shared>>) -> (StatusCode, Json<Value>) {
    let secrets = shared.gate.security.secrets.as_ref();
    let around = Around {
        refused: shared.control.refused(),
        secrets_refused: secrets.is_some_and(|secrets| secrets.are_refused()),
        heads_not_copied: shared.keeper.is_behind(),
    };
    told(&health::ready(&shared.plane, &around).await)
}

/// How the checks stand that go the whole way. That there is none, or that one has not run, is not well.
async fn synthetic(State(shared): State<Arc<Shared>>) -> (StatusCode, Json<Value>) {
    let told = |check: &Check, _: &[Run], standing: &Standing<'_>, now| {
        let view = of_check(standing, now);
        (check.number.to_string(), view, standing.verdict)
    };
    let Ok(standings) = standings(&shared.plane, told).await else {
        let nobody_knows = json!({"status": "unknown", "checks": {}});
        return (StatusCode::SERVICE_UNAVAILABLE, Json(nobody_knows));
    };
    let verdicts = || standings.iter().map(|(_, _, verdict)| *verdict);
    let worst = [Verdict::Failed, Verdict::Stale, Verdict::NotRun];
    let worst = worst
        .into_iter()
        .find(|word| verdicts().any(|it| it == *word));
    let (status, word) = match worst {
        Some(worst) => (StatusCode::SERVICE_UNAVAILABLE, worst.word()),
        None if standings.is_empty() => (StatusCode::SERVICE_UNAVAILABLE, "no-check"),
        None => (StatusCode::OK, Verdict::Ok.word()),
    };
    let checks = standings
        .into_iter()
        .map(|(number, view, _)| (number, view));
    let checks: serde_json::Map<String, Value> = checks.collect();
    (status, Json(json!({"status": word, "checks": checks})))
}

/// The last run of a check; its partner and its exchange are told at the admin listener only.
fn of_check(standing: &Standing<'_>, now: Timestamp) -> Value {
    let last = standing.last;
    let age = |run: &Run| now.signed_duration_since(run.begun_at).num_seconds().max(0);
    let failed = last.and_then(Run::failed);
    let took = last.and_then(Run::took);
    json!({
        "status": standing.verdict,
        "last_run": last.map(|run| Instant::new(run.begun_at)),
        "age_seconds": last.map(age),
        "took_ms": took.and_then(|took| u64::try_from(took.as_millis()).ok()),
        "stage": failed.map(|(stage, _)| stage),
        "code": failed.and_then(|(_, code)| code),
    })
}

/// Who is degraded still answers.
fn told(findings: &[Finding]) -> (StatusCode, Json<Value>) {
    let worst = worst(findings);
    let status = match worst {
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    let checks: serde_json::Map<String, Value> = findings
        .iter()
        .map(|finding| {
            let told = json!({"status": finding.status, "cause": finding.cause});
            (finding.part.word().to_owned(), told)
        })
        .collect();
    (status, Json(json!({"status": worst, "checks": checks})))
}

//! Synthetic checks for operators: how each stands, and a run of one on demand.
//! Refuses to run a check that no document describes.

use super::{Called, JSON, admitted, ordered, read};
use crate::data::synthetic::{Begun, begin, standings};
use crate::http::Shared;
use crate::http::asked::unfit;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{again, context, key, reply};
use crate::store::Kept;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::ids::DocumentNumber;
use domain::operator::Role;
use domain::record::{Instant, Slug};
use domain::synthetic::{Check, Run, Standing};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/synthetic", get(list))
        .route("/synthetic/{number}/runs", post(run))
}

/// Why a run is wanted now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: Slug,
}

async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let listed = async {
        admitted(&shared, &headers, Role::Control)?;
        let told =
            |check: &Check, runs: &[Run], standing: &Standing<'_>, _| view(check, runs, standing);
        let items: Vec<Value> = standings(&shared.plane, told).await?;
        Ok(reply(200, JSON, &json!({ "items": items })))
    };
    finish(listed.await, &context)
}

fn view(check: &Check, runs: &[Run], standing: &Standing<'_>) -> Value {
    json!({
        "number": check.number,
        "title": check.title,
        "partner": check.partner,
        "every_ms": check.every_ms,
        "within_ms": check.within_ms,
        "status": standing.verdict,
        "runs": runs.iter().map(of_run).collect::<Vec<Value>>(),
    })
}

fn of_run(run: &Run) -> Value {
    let stage = run.failed();
    json!({
        "exchange": run.exchange,
        "begun_at": Instant::new(run.begun_at),
        "ended_at": run.ended_at().map(Instant::new),
        "stage": stage.map(|(stage, _)| stage),
        "code": stage.and_then(|(_, code)| code),
    })
}

async fn run(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(number): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let called = (&*shared, &context, &headers);
    finish(asked(called, &number, body).await, &context)
}

async fn asked(
    (shared, _, headers): Called<'_>,
    number: &str,
    body: Body,
) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Control)?;
    let key = key(headers, "idempotency-key")?.ok_or(Code::KeyMissing)?;
    let number = number.parse().map(DocumentNumber).ok();
    let check = number.and_then(|number| shared.plane.checks.get(number));
    let check = check.ok_or(Code::NotYourResource)?;
    let (reason, _) = read::<Reason>(body).await?;
    let order = ("synthetic-run", &reason.reason);
    let event = ordered(shared, &acting, order, Some(&check.partner))?;
    shared.plane.store.record(event).await?;
    let key = format!("asked/{}/{}/{key}", check.number, acting.actor.id);
    let answer = |id: &_| {
        let body = json!({"check": check.number, "exchange": id, "state": "created"});
        reply(202, JSON, &body)
    };
    let engine = shared.workflow.as_ref();
    match begin(&shared.plane, engine, (check, &key), answer).await? {
        Begun::Run(id) => Ok(answer(&id)),
        Begun::Before(Some(kept)) => Ok(again(kept)),
        Begun::Before(None) => Err(unfit("header idempotency-key")),
        Begun::Failed(code) => Err(code.into()),
    }
}

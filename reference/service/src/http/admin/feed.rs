//! The feed of a partner for operators: how its lines stand, stopping every call to it, letting them go on.
//! Refuses a partner that the registry does not know.

use super::{JSON, admitted, ordered, read, said};
use crate::http::Shared;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply};
use crate::store::Kept;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::operator::Role;
use domain::record::{Instant, Slug};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/partners/{id}/feed", get(show))
        .route("/control/partners/{id}/pause", post(pause))
        .route("/control/partners/{id}/resume", post(resume))
}

/// Why a feed is stopped, or goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: Slug,
}

fn known(shared: &Shared, id: &str) -> Result<PartnerId, Refusal> {
    let id = PartnerId::new(id);
    let known = shared.plane.snapshot().partners.contains_key(&id);
    known
        .then_some(id)
        .ok_or_else(|| Code::NotYourResource.into())
}

async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(shown(&shared, &headers, &id).await, &context)
}

async fn shown(shared: &Shared, headers: &HeaderMap, id: &str) -> Result<Kept, Refusal> {
    admitted(shared, headers, Role::Control)?;
    let partner = known(shared, id)?;
    told(shared, &partner).await
}

/// How the partner stands with us.
async fn told(shared: &Shared, partner: &PartnerId) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let paused = plane.store.is_paused(partner).await?;
    let standings = plane.guard.standings(plane.now()).into_iter();
    let lines: Vec<Value> = standings
        .filter(|line| line.partner == *partner)
        .map(|line| {
            json!({
                "operation": line.operation,
                "breaker": line.breaker,
                "open_until": line.open_until.map(Instant::new),
                "retries_left": line.retries_left,
                "calls_under_way": line.under_way,
            })
        })
        .collect();
    let body = json!({"partner": partner, "paused": paused, "lines": lines});
    Ok(reply(200, JSON, &body))
}

async fn pause(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(paused(&shared, &headers, &id, body).await, &context)
}

async fn paused(
    shared: &Shared,
    headers: &HeaderMap,
    id: &str,
    body: Body,
) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Control)?;
    let partner = known(shared, id)?;
    let (reason, _) = read::<Reason>(body).await?;
    let said = said(shared, &acting, &reason.reason);
    let order = ("feed-paused", &reason.reason);
    let event = ordered(shared, &acting, order, Some(&partner))?;
    if shared.plane.store.pause(&partner, &said, event).await? {
        tracing::info!(actor = %acting.actor.id, why = %acting.why, partner = %partner, "the feed is paused");
    }
    told(shared, &partner).await
}

async fn resume(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(resumed(&shared, &headers, &id, body).await, &context)
}

async fn resumed(
    shared: &Shared,
    headers: &HeaderMap,
    id: &str,
    body: Body,
) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Control)?;
    let partner = known(shared, id)?;
    let (reason, _) = read::<Reason>(body).await?;
    let order = ("feed-resumed", &reason.reason);
    let event = ordered(shared, &acting, order, Some(&partner))?;
    let plane = &shared.plane;
    if let Some(woken) = plane.store.unpause(&partner, plane.now(), event).await? {
        tracing::info!(actor = %acting.actor.id, why = %acting.why, partner = %partner, woken, "the feed goes on");
        shared.engine.wake();
    }
    told(shared, &partner).await
}

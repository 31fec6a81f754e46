//! Which causes of death are gone, by an operator's word: only their dead letters may be started again.
//! Refuses free text: a reason is a word of a fixed form.

use super::{JSON, admitted, ordered, read, said};
use crate::http::Shared;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply};
use crate::store::Kept;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::operator::Role;
use domain::record::Slug;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    let fixed = post(declare).get(declared).delete(withdraw);
    Router::new().route("/dlq/fixed", fixed)
}

/// A word that a cause is gone, or that it is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    code: Code,
    partner: Option<PartnerId>,
    reason: Slug,
}

async fn declare(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(declare_fixed(&shared, &headers, body).await, &context)
}

async fn declare_fixed(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Replay)?;
    let (word, _) = read::<Word>(body).await?;
    let said = said(shared, &acting, &word.reason);
    let store = &shared.plane.store;
    let partner = word.partner.as_ref();
    let mut event = ordered(shared, &acting, ("cause-gone", &word.reason), partner)?;
    event.code = Some(word.code);
    store
        .declare_fixed((word.code, partner), &said, event)
        .await?;
    tracing::info!(actor = %acting.actor.id, code = %word.code, "a cause is declared gone");
    everything_declared(shared).await
}

async fn everything_declared(shared: &Shared) -> Result<Kept, Refusal> {
    let declared = shared.plane.store.declared().await?;
    let items: Vec<Value> = declared
        .iter()
        .map(|word| json!({"code": word.code, "partner": word.partner, "at": word.at}))
        .collect();
    Ok(reply(200, JSON, &json!({ "items": items })))
}

async fn declared(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let answered = match admitted(&shared, &headers, Role::Replay) {
        Ok(_) => everything_declared(&shared).await,
        Err(refusal) => Err(refusal),
    };
    finish(answered, &context)
}

async fn withdraw(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(withdrawn(&shared, &headers, body).await, &context)
}

async fn withdrawn(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Replay)?;
    let (word, _) = read::<Word>(body).await?;
    let store = &shared.plane.store;
    let partner = word.partner.as_ref();
    let mut event = ordered(shared, &acting, ("cause-not-gone", &word.reason), partner)?;
    event.code = Some(word.code);
    store.declare_broken(word.code, partner, event).await?;
    tracing::info!(actor = %acting.actor.id, code = %word.code, "a cause is not gone after all");
    everything_declared(shared).await
}

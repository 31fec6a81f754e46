//! What our own systems add to an exchange that waits for more: parts of the request, said anew.
//! Refuses to add to an exchange that waits for nothing, and to show what was said.

use super::super::Shared;
use super::super::asked::document;
use super::super::problem::{Refusal, conflict, finish};
use super::super::reply::{context, key, reply, with_header};
use super::{JSON, PATH};
use crate::data::reviews::completed;
use crate::security::token::EXCHANGES;
use crate::store::Kept;
use crate::telemetry::Context;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::ids::ExchangeId;
use serde_json::json;
use std::sync::Arc;

/// Why nothing is added.
const NOT_ASKED: &str = "nothing-is-missing";

pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let called = (&*shared, &context, &headers);
    finish(added(called, &ExchangeId::new(id), body).await, &context)
}

async fn added(
    (shared, context, headers): (&Shared, &Context, &HeaderMap),
    id: &ExchangeId,
    body: Body,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let client = shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let key = key(headers, "idempotency-key")?.ok_or(Code::KeyMissing)?;
    let key = format!("{client}/evidence/{key}");
    let said = document(body).await?;
    let exchange = plane.store.exchange(id).await?;
    let exchange = exchange.ok_or(Code::NotYourResource)?;
    let before = plane.store.payload(exchange.request.as_str()).await?;
    let request = completed(&before, &said).map_err(|unfit| Refusal {
        code: unfit.code,
        fields: unfit.fields,
    })?;
    let under = (key.as_str(), plane.snapshot().number);
    let store = &plane.store;
    let heard = store
        .add_evidence(&exchange, &request, under, plane.now())
        .await?;
    let Some(heard) = heard else {
        return Ok(conflict(NOT_ASKED, context, Vec::new()));
    };
    shared.engine.wake();
    let view = json!({"id": id, "signal": "evidence", "came_to": heard.came_to});
    let place = format!("{PATH}/{id}");
    Ok(with_header(reply(202, JSON, &view), "location", place))
}

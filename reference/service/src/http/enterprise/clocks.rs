//! How long an exchange took, stage by stage, and which promises were not kept: the way apart from the work.
//! Refuses to show anything of the member.

use super::super::Shared;
use super::super::asked::{Words, only, word};
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply};
use super::JSON;
use crate::security::token::EXCHANGES;
use crate::store::{Broken, Kept, MOST_BROKEN};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::fulfilment::SlaStage;
use domain::ids::ExchangeId;
use domain::record::Instant;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn clocks_of(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let told = clocks(&shared, &headers, &ExchangeId::new(id)).await;
    finish(told, &context)
}

async fn clocks(shared: &Shared, headers: &HeaderMap, id: &ExchangeId) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let now = plane.now();
    shared.gate.admit(headers, EXCHANGES, now)?;
    let exchange = plane.store.exchange(id).await?;
    // Nobody was promised anything about a run of a check.
    let own = exchange.filter(|exchange| exchange.synthetic.is_none());
    let exchange = own.ok_or(Code::NotYourResource)?;
    let clocks = plane.store.clocks(&exchange, now).await?;
    let snapshot = plane.snapshot();
    let policy = &snapshot.fulfilment;
    let breaches = clocks.breaches(&policy.allowed);
    let stages: Vec<Value> = SlaStage::ALL
        .iter()
        .map(|stage| {
            json!({
                "stage": stage,
                "took_ms": millis(clocks.took(*stage)),
                "allowed_ms": millis(policy.allowed.of(*stage)),
                "kept": breaches.iter().all(|breach| breach.stage != *stage),
            })
        })
        .collect();
    let view = json!({
        "id": exchange.id,
        "business_transaction_id": exchange.business_transaction,
        "partner": exchange.partner,
        "state": exchange.state,
        "asked_at": Instant::new(clocks.asked),
        "acknowledged_at": clocks.acknowledged.map(Instant::new),
        "until": Instant::new(clocks.ended),
        "policy": policy.number,
        "stages": stages,
    });
    Ok(reply(200, JSON, &view))
}

pub(super) async fn breaches(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(broken(&shared, &headers, &query).await, &context)
}

async fn broken(shared: &Shared, headers: &HeaderMap, query: &Words) -> Result<Kept, Refusal> {
    shared.gate.admit(headers, EXCHANGES, shared.plane.now())?;
    only(query, &["partner", "since"])?;
    let since = word(query, "since")?;
    let partner = query.get("partner").map(String::as_str);
    let broken = shared.plane.store.broken(partner, since).await?;
    let more = broken.len() == MOST_BROKEN;
    let items: Vec<Value> = broken.iter().map(told).collect();
    Ok(reply(200, JSON, &json!({"items": items, "more": more})))
}

fn told(broken: &Broken) -> Value {
    json!({
        "exchange": broken.exchange,
        "partner": broken.partner,
        "at": Instant::new(broken.at),
        "stage": broken.stage,
        "took_ms": broken.took_ms,
        "allowed_ms": broken.allowed_ms,
        "policy": broken.policy,
    })
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

//! Why an exchange stands where it stands: the stage, what that depends on, the retries, the code, and one sentence.
//! Refuses to read a log or a protected body for it: what the rows say is enough.

use super::super::Shared;
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply};
use super::JSON;
use crate::security::token::EXCHANGES;
use crate::store::{Fulfilment, Kept};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::fulfilment::Phase;
use domain::ids::ExchangeId;
use domain::record::{Attempt, WorkflowRequest};
use domain::trace::{Account, CallEnd};
use domain::workflow::Move;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let told = explained(&shared, &headers, &ExchangeId::new(id)).await;
    finish(told, &context)
}

async fn explained(shared: &Shared, headers: &HeaderMap, id: &ExchangeId) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let Some(view) = shared.workflow.get(id).await? else {
        return Err(Code::NotYourResource.into());
    };
    let exchange = &view.record;
    let later = plane.store.fulfilment(id).await?;
    let account = account(exchange, later.as_ref());
    let found = account.diagnosis();
    let view = json!({
        "id": exchange.id,
        "business_transaction_id": exchange.business_transaction_id,
        "partner": exchange.partner,
        "state": exchange.state,
        "since": exchange.since,
        "disposition": exchange.disposition,
        "hold": exchange.hold,
        "failed": found.failed,
        "stage": found.stage,
        "dependency": found.dependency,
        "retries": found.retries,
        "code": found.code,
        "sentence": account.sentence(),
    });
    Ok(reply(200, JSON, &view))
}

fn account(exchange: &WorkflowRequest, later: Option<&Fulfilment>) -> Account {
    let moves = exchange.history.iter().rev();
    // Whoever closes a dead letter explains nothing: what killed it does.
    let end = moves.clone().find(|past| past.by != Move::Close);
    let left = end.filter(|end| !end.to.is_open()).map(|end| end.from);
    // What was tried before a replay counts for nothing any more.
    let begun = moves.clone().find(|past| past.by == Move::Replay);
    let counts = |call: &&Attempt| begun.is_none_or(|begun| call.at >= begun.at);
    let calls = exchange.attempts.iter().filter(counts).count();
    let opened = later.filter(|later| later.opened_at.is_some());
    Account {
        state: exchange.state,
        disposition: exchange.disposition,
        code: exchange.code.or_else(|| end.and_then(|end| end.code)),
        left,
        calls: u32::try_from(calls).unwrap_or(u32::MAX),
        last_call: exchange.attempts.last().map(|call| CallEnd {
            status: call.status,
            code: call.code,
        }),
        failures: opened.map_or(0, |later| later.failures),
        is_delivering: opened.is_some_and(|later| later.phase == Phase::Delivering),
    }
}

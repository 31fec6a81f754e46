//! Where an exchange is now, and everything that happened to it, in order: answers that nobody has to look up in a log.
//! Refuses to show anything of the member.

use super::super::Shared;
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply};
use super::JSON;
use crate::security::token::EXCHANGES;
use crate::store::Kept;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::record::{Attempt, Instant, Transition};
use domain::workflow::{DueBy, OpenWork, RequestView, Spoken};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn place_of(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let told = whereabouts(&shared, &headers, &ExchangeId::new(id)).await;
    finish(told, &context)
}

pub(super) async fn timeline_of(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let told = timeline(&shared, &headers, &ExchangeId::new(id)).await;
    finish(told, &context)
}

async fn known(
    shared: &Shared,
    headers: &HeaderMap,
    id: &ExchangeId,
) -> Result<RequestView, Refusal> {
    shared.gate.admit(headers, EXCHANGES, shared.plane.now())?;
    let found = shared.workflow.get(id).await?;
    found.ok_or_else(|| Code::NotYourResource.into())
}

async fn whereabouts(
    shared: &Shared,
    headers: &HeaderMap,
    id: &ExchangeId,
) -> Result<Kept, Refusal> {
    let view = told(&known(shared, headers, id).await?);
    Ok(reply(200, JSON, &view))
}

fn told(view: &RequestView) -> Value {
    let found = view.place();
    let exchange = &view.record;
    let attempts = &exchange.attempts;
    json!({
        "id": exchange.id,
        "business_transaction_id": exchange.business_transaction_id,
        "partner": exchange.partner,
        "asked_by": exchange.owner,
        "state": exchange.state,
        "since": exchange.since,
        "next_action": {"act": found.next, "at": found.at.map(at)},
        "owner": found.owner,
        "holds": found.holds,
        "disposition": exchange.disposition,
        "code": exchange.code,
        "attempts": {
            "count": attempts.len(),
            "last": attempts.last().map(called),
        },
        "open_work": view.open.iter().map(work).collect::<Vec<_>>(),
        "deadlines": view.deadlines.iter().map(deadline).collect::<Vec<_>>(),
    })
}

fn at(at: Timestamp) -> Instant {
    Instant::new(at)
}

fn work(open: &OpenWork) -> Value {
    json!({"work": open.work, "at": at(open.run_after), "taken": open.taken})
}

fn deadline(deadline: &DueBy) -> Value {
    json!({
        "deadline": deadline.name,
        "alert_at": at(deadline.alert_at),
        "due_at": at(deadline.due_at),
        "alerted_at": deadline.alerted_at.map(at),
    })
}

fn called(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "at": attempt.at,
        "correlation_id": attempt.correlation_id,
        "status": attempt.status,
        "code": attempt.code,
        "wait_ms": attempt.wait_ms,
    })
}

async fn timeline(shared: &Shared, headers: &HeaderMap, id: &ExchangeId) -> Result<Kept, Refusal> {
    let view = known(shared, headers, id).await?;
    let record = &view.record;
    let mut happened = vec![(record.asked_at.get(), json!({"what": "created"}))];
    happened.extend(record.history.iter().map(moved));
    happened.extend(record.attempts.iter().map(|call| {
        let mut entry = called(call);
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("what".to_owned(), json!("called"));
        }
        (call.at.get(), entry)
    }));
    happened.extend(view.spoken.iter().map(signalled));
    happened.extend(view.deadlines.iter().filter_map(alerted));
    // A stable sort: what happened at the same time stays in the order of cause and effect.
    happened.sort_by_key(|(when, _)| *when);
    let items: Vec<Value> = happened
        .into_iter()
        .map(|(when, mut entry)| {
            if let Some(entry) = entry.as_object_mut() {
                entry.insert("at".to_owned(), json!(at(when)));
            }
            entry
        })
        .collect();
    Ok(reply(200, JSON, &json!({"id": id, "items": items})))
}

fn moved(past: &Transition) -> (Timestamp, Value) {
    let entry = json!({
        "what": "moved", "from": past.from, "to": past.to, "move": past.by, "code": past.code,
    });
    (past.at.get(), entry)
}

fn signalled(said: &Spoken) -> (Timestamp, Value) {
    let entry = json!({"what": "signalled", "signal": said.signal, "came_to": said.came_to});
    (said.at, entry)
}

fn alerted(deadline: &DueBy) -> Option<(Timestamp, Value)> {
    let when = deadline.alerted_at?;
    Some((when, json!({"what": "alerted", "deadline": deadline.name})))
}

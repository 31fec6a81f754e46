//! The protected result of an exchange, for a system of ours that says what it wants it for.
//! Refuses to hand out a byte before it is written down who reads it, and why, and to tell it without how the exchange
//! stands.

use super::{EXCHANGES, JSON};
use crate::data::doorstep::{One, Taken};
use crate::data::roster::given::hold_back;
use crate::http::Shared;
use crate::http::admin::PURPOSE;
use crate::http::body::in_room;
use crate::http::listener::Peer;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply, text};
use crate::store::audit::act;
use crate::store::{Kept, StoreError};
use crate::telemetry::Context;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::ids::{ExchangeId, PartnerId};
use domain::masked::Masked;
use domain::operator::Why;
use domain::record::{Action, Actor, ActorKind, AuditEvent, WorkflowRequest};
use domain::workflow;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) async fn result(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let called = (&headers, &peer.one());
    match read(&shared, called, &context, &ExchangeId::new(id)).await {
        Ok((kept, room)) => in_room(finish(Ok(kept), &context), room),
        Err(refusal) => finish(Err(refusal), &context),
    }
}

async fn read(
    shared: &Shared,
    (headers, one): (&HeaderMap, &One),
    context: &Context,
    id: &ExchangeId,
) -> Result<(Kept, Taken), Refusal> {
    let plane = &shared.plane;
    let client = shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let why = text(headers, PURPOSE).and_then(|word| word.parse::<Why>().ok());
    let why = why.ok_or_else(|| Refusal {
        fields: vec![format!("header {PURPOSE}")],
        ..Code::SchemaInvalid.into()
    })?;
    let found = shared.workflow.get(id).await?;
    let exchange = found.ok_or(Code::NotYourResource)?.record;
    let event = reading(shared, (&client, why), context, &exchange)?;
    // There is a result once the partner has answered, and until its time is over.
    let absent = if exchange.state.is_open() {
        Code::InFlight
    } else {
        Code::NotYourResource
    };
    let bytes = plane.store.result_bytes(id).await?.ok_or(absent)?;
    let room = plane.doorstep.room_to_read(one, bytes)?;
    let body = plane.store.read_result(id, event).await?;
    let body = told(&body.ok_or(absent)?, &exchange)?;
    Ok((reply(200, JSON, &body), room))
}

/// A result with the state and the end of its exchange beside it: what an exchange has that is not fulfilled, the partner
/// has said, and nothing more came of it.
fn told(result: &Masked<Vec<u8>>, exchange: &WorkflowRequest) -> Result<Value, StoreError> {
    let read: Option<Map<String, Value>> = serde_json::from_slice(result.expose()).ok();
    let mut told = read.ok_or(StoreError::Row("result"))?;
    told.insert("state".to_owned(), json!(exchange.state));
    told.insert("disposition".to_owned(), json!(exchange.disposition));
    let mut told = Value::Object(told);
    if exchange.state != workflow::State::Fulfilled {
        hold_back(&mut told);
    }
    Ok(told)
}

/// Who reads the result of which exchange, and why.
fn reading(
    shared: &Shared,
    (client, why): (&PartnerId, Why),
    context: &Context,
    exchange: &WorkflowRequest,
) -> Result<AuditEvent, Refusal> {
    let plane = &shared.plane;
    let actor = Actor {
        kind: ActorKind::Client,
        id: client.as_str().parse().map_err(|_| Code::TokenInvalid)?,
        role: "enterprise".parse().map_err(|_| Code::TokenInvalid)?,
    };
    let number = plane.snapshot().number;
    Ok(AuditEvent {
        exchange: Some(exchange.id.clone()),
        business_transaction_id: Some(exchange.business_transaction_id.clone()),
        correlation_id: Some(context.correlation.clone()),
        partner: Some(exchange.partner.clone()),
        disposition: Some(exchange.disposition),
        rule: format!("result/{why}").parse().ok(),
        ..act(plane.now(), actor, Action::PayloadRead, number)?
    })
}

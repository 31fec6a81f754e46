//! The protected result of an exchange, for a system of ours that says what it wants it for.
//! Refuses to hand out a byte before it is written down who reads it, and why.

use super::EXCHANGES;
use crate::http::Shared;
use crate::http::admin::PURPOSE;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, text};
use crate::store::Kept;
use crate::store::audit::act;
use crate::telemetry::Context;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::ids::{ExchangeId, PartnerId};
use domain::operator::Why;
use domain::record::{Action, Actor, ActorKind, AuditEvent, WorkflowRequest};
use std::sync::Arc;

pub(super) async fn result(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let read = read(&shared, &headers, &context, &ExchangeId::new(id)).await;
    finish(read, &context)
}

async fn read(
    shared: &Shared,
    headers: &HeaderMap,
    context: &Context,
    id: &ExchangeId,
) -> Result<Kept, Refusal> {
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
    let body = plane.store.read_result(id, event).await?;
    // There is a result once the partner has answered, and until its time is over.
    let absent = if exchange.state.is_open() {
        Code::InFlight
    } else {
        Code::NotYourResource
    };
    let body = body.ok_or(absent)?;
    Ok(Kept {
        status: 200,
        headers: vec![("content-type".to_owned(), super::JSON.to_owned())],
        body,
    })
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

//! The listener for operators: policies, dead letters, the audit log. Every call says who acts, in which role, and why.
//! Refuses a partner's token, and a call without a purpose.

mod audit;
mod control;
mod dlq;
mod feed;
mod fixed;
mod headroom;
mod hold;
mod synthetic;

use super::Shared;
use super::asked::{document, unfit};
use super::problem::Refusal;
use super::reply::text;
use super::witness::witnessed;
use crate::security::refusals::Door;
use crate::security::token::role_scope;
use crate::store::Said;
use crate::store::audit::act;
use crate::telemetry::Context;
use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::operator::{Role, Why};
use domain::record::{Action, Actor, ActorId, ActorKind, AuditEvent, Slug};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use wire::json::Document;

/// Why somebody acts, on every call of this listener.
pub(super) const PURPOSE: &str = "x-purpose";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let router = Router::new()
        .merge(control::routes())
        .merge(audit::router())
        .merge(hold::router())
        .merge(dlq::routes())
        .merge(feed::routes())
        .merge(fixed::routes())
        .merge(headroom::routes())
        .merge(synthetic::routes())
        .with_state(Arc::clone(&shared));
    witnessed(router, shared, Door::Operator)
}

const JSON: &str = "application/json";

/// What most calls are answered from.
type Called<'a> = (&'a Shared, &'a Context, &'a HeaderMap);

/// Who acts, in which role, and why.
pub(crate) struct Acting {
    pub actor: Actor,
    pub why: Why,
}

/// The caller, when its token carries the role and it says why it calls.
pub(super) fn admitted(
    shared: &Shared,
    headers: &HeaderMap,
    role: Role,
) -> Result<Acting, Refusal> {
    let client = shared
        .gate
        .admit(headers, &role_scope(role), shared.plane.now())?;
    let why = text(headers, PURPOSE).and_then(|word| word.parse().ok());
    let why = why.ok_or_else(|| unfit(format!("header {PURPOSE}")))?;
    let id: ActorId = client.as_str().parse().map_err(|_| Code::TokenInvalid)?;
    let role: Slug = role.word().parse().map_err(|_| Code::ScopeMissing)?;
    Ok(Acting {
        actor: Actor {
            kind: ActorKind::Client,
            id,
            role,
        },
        why,
    })
}

/// Reads a body as one of our own types; what does not fit is not repeated.
async fn read<T: DeserializeOwned>(body: Body) -> Result<(T, Document), Refusal> {
    let document = document(body).await?;
    let read = serde_json::from_value(document.value().clone());
    Ok((read.map_err(|_| unfit(""))?, document))
}

fn said<'a>(shared: &Shared, acting: &'a Acting, reason: &'a Slug) -> Said<'a> {
    Said {
        actor: acting.actor.id.as_str(),
        reason: reason.as_str(),
        at: shared.plane.now(),
    }
}

/// What the log is told of an order that changes no document: what it did, and the operator's reason.
fn ordered(
    shared: &Shared,
    acting: &Acting,
    (what, reason): (&str, &Slug),
    partner: Option<&PartnerId>,
) -> Result<AuditEvent, Refusal> {
    let plane = &shared.plane;
    let number = plane.snapshot().number;
    let rule = format!("{what}/{reason}").parse();
    Ok(AuditEvent {
        partner: partner.cloned(),
        // A reason that the log cannot hold is a reason that cannot be given.
        rule: Some(rule.map_err(|_| unfit("/reason"))?),
        ..act(
            plane.now(),
            acting.actor.clone(),
            Action::PolicyPublished,
            number,
        )?
    })
}

//! The listener for other payers: matches of one member and of many, lists, and the data of matched members.
//! Refuses to look into a body before the caller is known.

pub(super) mod bulk;
mod export;
mod group;
mod job;
mod member;
mod member_match;
mod metadata;
mod question;
mod token;

use super::Shared;
use super::body::whole;
use super::outcome::{FHIR, refusal};
use super::reply::{reply, with_header, write};
use super::witness::witnessed;
use crate::data::export::kick_off::Taken;
use crate::data::respond::Refused;
use crate::data::{Hindered, Outage, schema};
use crate::security::refusals::Door;
use crate::store::Kept;
use crate::telemetry::{self, Context};
use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::ids::{ExportId, PartnerId};
use domain::masked::Masked;
use domain::record::AsyncStatus;
use domain::resilience::Operation;
use domain::workflow::Disposition;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use wire::json::{Document, Limits, Position};

/// Line and column at which a text stops being a document.
///
/// Source: ours; an OperationOutcome names elements only
const MALFORMED_AT: &str = "x-malformed-at";

/// The edition of PDex that a caller chooses for its answer.
const SPEC_VERSION: &str = "x-pdex-spec-version";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let router = Router::new()
        .route(member_match::PATH, post(member_match::member_match))
        .route(
            "/Group/{group}/$davinci-data-export",
            post(export::kick_off),
        )
        .route(bulk::PATH, post(bulk::kick_off))
        .route(bulk::ALIAS, post(bulk::kick_off))
        .route("/Group", get(group::search))
        .route("/Group/{group}", get(group::one))
        .route("/Patient/{patient}/$everything", get(member::everything))
        .route(metadata::PATH, get(metadata::metadata))
        .route("/{kind}", get(member::of_kind))
        .route("/async/{export}", get(job::status).delete(job::cancel))
        .route("/async/{export}/{file}", get(job::file))
        .merge(super::callbacks::router())
        .merge(token::routes())
        .with_state(Arc::clone(&shared));
    witnessed(router, shared, Door::Partner)
}

/// A refusal with what the caller has to wait.
pub(super) struct Turned {
    refused: Refused,
    retry_after: Option<Duration>,
    /// Where a text stops being a document: there is no element yet that could be named.
    at: Option<Position>,
}

impl<T: Into<Refused>> From<T> for Turned {
    fn from(refused: T) -> Self {
        Self {
            refused: refused.into(),
            retry_after: None,
            at: None,
        }
    }
}

impl From<Hindered> for Turned {
    fn from(hindered: Hindered) -> Self {
        Self {
            refused: Refused::new(hindered.code),
            retry_after: hindered.retry_after,
            at: None,
        }
    }
}

/// The caller, when it is a partner with this right and may call now.
pub(super) fn admitted(
    shared: &Shared,
    headers: &HeaderMap,
    scope: &str,
) -> Result<PartnerId, Turned> {
    let plane = &shared.plane;
    let client = shared.gate.admit(headers, scope, plane.now())?;
    if !plane.snapshot().partners.contains_key(&client) {
        return Err(Code::TokenInvalid.into());
    }
    plane.conditions.count_call()?;
    plane.conditions.check(Outage::Store)?;
    Ok(client)
}

/// Counts a call of a partner: it may ask for this so often, whatever the others do.
pub(super) fn counted(
    shared: &Shared,
    client: &PartnerId,
    operation: Operation,
) -> Result<(), Turned> {
    let plane = &shared.plane;
    let policy = &plane.snapshot().resilience;
    let counted = plane.guard.inbound(policy, client, operation);
    counted.map_err(|wait| Turned {
        refused: Refused::new(Code::Rate),
        retry_after: Some(wait),
        at: None,
    })
}

/// The caller, when it has one of these rights.
fn admitted_for(
    shared: &Shared,
    headers: &HeaderMap,
    scopes: [&str; 2],
) -> Result<PartnerId, Turned> {
    let now = shared.plane.now();
    let [first, _] = scopes;
    // Not to have one of them is no refusal: nobody counts it.
    let mut held = scopes.into_iter();
    let held = held.find(|scope| shared.gate.may(headers, scope, now));
    admitted(shared, headers, held.unwrap_or(first))
}

/// What a kick-off has come to: the place where its progress is told, or its refusal.
fn kicked(shared: &Shared, taken: Result<Taken, Refused>) -> Kept {
    match taken {
        Ok(taken) => {
            if taken.is_new {
                shared.engine.ring_for_jobs();
            }
            accepted(shared, &taken.id)
        }
        Err(refused) => refuse(&refused.into(), &Span::current()),
    }
}

/// The place where progress is told, as the answer to a kick-off.
fn accepted(shared: &Shared, id: &ExportId) -> Kept {
    let address = format!("{}/async/{id}", shared.base);
    let told = address
        .parse()
        .map(|content_location| AsyncStatus::KickedOff { content_location });
    let headers = told.iter().flat_map(AsyncStatus::headers);
    let kept = Kept {
        status: 202,
        headers: Vec::new(),
        body: Masked::new(Vec::new()),
    };
    headers.fold(kept, |kept, (name, value)| with_header(kept, name, value))
}

/// The body as a document, as long as it keeps within these limits.
async fn document_within(body: Body, limits: &Limits) -> Result<Document, Turned> {
    let bytes = whole(body, limits.bytes).await?;
    Document::parse(&bytes, limits).map_err(|fault| Turned {
        at: Some(fault.position),
        ..schema::of_fault(&fault).into()
    })
}

fn refuse(turned: &Turned, root: &Span) -> Kept {
    root.record("matchmark.disposition", Disposition::Rejected.word());
    telemetry::failed(root, turned.refused.code);
    let kept = refusal(&turned.refused, turned.retry_after);
    match turned.at {
        Some(at) => with_header(kept, MALFORMED_AT, at.to_string()),
        None => kept,
    }
}

/// What was found, as the answer to whoever looked for it.
fn found(told: &Value, root: &Span) -> Kept {
    root.record("matchmark.disposition", Disposition::Complete.word());
    reply(200, FHIR, told)
}

/// Writes an answer, or what a refusal becomes, and tells of it in the span of its call.
pub(super) fn finish(answered: Result<Kept, Turned>, context: &Context, root: &Span) -> Response {
    let kept = answered.unwrap_or_else(|turned| refuse(&turned, root));
    root.in_scope(|| tracing::info!(status = kept.status, "the call is answered"));
    write(kept, context)
}

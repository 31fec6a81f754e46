//! The listener for other payers: `$member-match`, and the export of data of matched members.
//! Refuses to look into a body before the caller is known.

mod export;
mod job;
mod member_match;

use super::Shared;
use super::outcome::refusal;
use crate::data::respond::Refused;
use crate::data::{Hindered, Outage, schema};
use crate::store::Kept;
use crate::telemetry;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::ids::PartnerId;
use domain::workflow::Disposition;
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use wire::json::{Document, Limits};

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(member_match::PATH, post(member_match::member_match))
        .route(
            "/Group/{group}/$davinci-data-export",
            post(export::kick_off),
        )
        .route("/async/{export}", get(job::status).delete(job::cancel))
        .route("/async/{export}/{file}", get(job::file))
        .with_state(shared)
}

/// A refusal with what the caller has to wait.
struct Turned {
    refused: Refused,
    retry_after: Option<Duration>,
}

impl<T: Into<Refused>> From<T> for Turned {
    fn from(refused: T) -> Self {
        Self {
            refused: refused.into(),
            retry_after: None,
        }
    }
}

impl From<Hindered> for Turned {
    fn from(hindered: Hindered) -> Self {
        Self {
            refused: Refused::new(hindered.code),
            retry_after: hindered.retry_after,
        }
    }
}

/// The caller, when it is a partner with this right and may call now.
fn admitted(shared: &Shared, headers: &HeaderMap, scope: &str) -> Result<PartnerId, Turned> {
    let plane = &shared.plane;
    let client = shared.gate.admit(headers, scope, plane.now())?;
    if !plane.snapshot().partners.contains_key(&client) {
        return Err(Code::TokenInvalid.into());
    }
    plane.conditions.count_call()?;
    plane.conditions.check(Outage::Store)?;
    Ok(client)
}

/// The body as a document.
async fn document(body: Body) -> Result<Document, Turned> {
    let limits = Limits::MATCH_BODY;
    let bytes = to_bytes(body, limits.bytes)
        .await
        .map_err(|_| Code::TooLarge)?;
    let document = Document::parse(&bytes, &limits).map_err(|fault| schema::of_fault(&fault))?;
    Ok(document)
}

fn refuse(turned: &Turned, root: &Span) -> Kept {
    root.record("matchmark.disposition", Disposition::Rejected.word());
    telemetry::failed(root, turned.refused.code);
    refusal(&turned.refused, turned.retry_after)
}

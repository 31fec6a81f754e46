//! `$bulk-member-match`: taken on once per key, and answered with the place where its progress is told.
//! Refuses to answer at once: that is what the place is for.

use super::question::{Called, Question};
use super::{SPEC_VERSION, Turned, finish, kicked};
use crate::data::Plane;
use crate::data::bulk::kick_off::{self, Call};
use crate::data::bulk::reads_envelope_alone;
use crate::http::Shared;
use crate::http::reply::{context, text, with_header};
use crate::security::token::BULK_MEMBER_MATCH;
use crate::store::Kept;
use crate::telemetry::{self, RequestType};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::idempotency::{Asked, fingerprint};
use domain::record::HttpDate;
use domain::resilience::Operation;
use std::sync::Arc;
use tracing::Instrument;
use wire::json::Limits;

pub(in crate::http) const PATH: &str = "/Group/$bulk-member-match";
/// The other name of the same operation.
///
/// Source: PDex 2.2.0 uses both
pub(in crate::http) const ALIAS: &str = "/Group/$multi-member-match";

/// The body of one bulk match.
///
/// Source: capacity limits of the reference service: 10,000 members and 32 MiB, 64 levels
pub(in crate::http) const BODY: Limits = Limits {
    bytes: 32 * 1024 * 1024,
    depth: 64,
    nodes: 4_000_000,
};

const QUESTION: Question = Question {
    scope: BULK_MEMBER_MATCH,
    operation: Operation::BulkMemberMatch,
    body: BODY,
    comes_later: true,
};

pub(super) async fn kick_off(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::BulkMemberMatch);
    let answered = answer((&shared, &context, &headers), body)
        .instrument(root.clone())
        .await;
    finish(answered, &context, &root)
}

async fn answer(called: Called<'_>, body: Body) -> Result<Kept, Turned> {
    let (shared, context, headers) = called;
    let (client, document) = QUESTION.ingested(called, body).await?;
    let version = text(headers, SPEC_VERSION);
    let print = fingerprint(&Asked {
        method: "POST",
        path: PATH,
        headers: &[(SPEC_VERSION, version.unwrap_or_default())],
        body: &document,
    });
    let call = Call {
        context,
        client: &client,
        document: &document,
        fingerprint: &print,
        version,
    };
    let work = async { kicked(shared, kick_off::take_on(&shared.plane, &call).await) };
    let under = (&client, || print.clone());
    let kept = QUESTION.once(called, under, work).await?;
    let snapshot = shared.plane.snapshot();
    let partner = snapshot.partners.get(&client);
    let is_older = partner.is_some_and(|one| reads_envelope_alone(&shared.plane, one, version));
    Ok(if is_older {
        ending(&shared.plane, kept)
    } else {
        kept
    })
}

/// An answer about the form of PDex 2.1.0 says when that form ends, or has ended.
///
/// Source: RFC 8594
pub(super) fn ending(plane: &Plane, kept: Kept) -> Kept {
    let ends = HttpDate::of(plane.snapshot().overlap.ends);
    with_header(kept, "sunset", ends.to_string())
}

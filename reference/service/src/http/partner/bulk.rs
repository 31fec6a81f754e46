//! `$bulk-member-match`: taken on once per key, and answered with the place where its progress is told.
//! Refuses to answer at once: that is what the place is for.

use super::{Turned, accepted, admitted, counted, document_within, is_async, refuse};
use crate::data::Plane;
use crate::data::bulk::kick_off::{self, Call};
use crate::data::bulk::reads_envelope_alone;
use crate::data::once::{Answered, once};
use crate::http::Shared;
use crate::http::reply::{context, key, text, with_header, write};
use crate::security::token::BULK_MEMBER_MATCH;
use crate::store::{Kept, Scope};
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::PartnerId;
use domain::record::HttpDate;
use domain::resilience::Operation;
use std::sync::Arc;
use tracing::{Instrument, Span};
use wire::json::{Document, Limits};

pub(in crate::http) const PATH: &str = "/Group/$bulk-member-match";
/// The other name of the same operation.
///
/// Source: PDex 2.2.0 uses both
pub(in crate::http) const ALIAS: &str = "/Group/$multi-member-match";
pub(super) const SPEC_VERSION: &str = "x-pdex-spec-version";

/// The body of one bulk match.
///
/// Source: capacity limits of the reference service: 10,000 members and 32 MiB, 64 levels
pub(in crate::http) const BODY: Limits = Limits {
    bytes: 32 * 1024 * 1024,
    depth: 64,
    nodes: 4_000_000,
};

pub(super) async fn kick_off(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::BulkMemberMatch);
    let answered = answer(&shared, &context, &headers, body)
        .instrument(root.clone())
        .await;
    let kept = answered.unwrap_or_else(|turned| refuse(&turned, &root));
    root.in_scope(|| tracing::info!(status = kept.status, "the call is answered"));
    write(kept, &context)
}

async fn answer(
    shared: &Shared,
    context: &Context,
    headers: &HeaderMap,
    body: Body,
) -> Result<Kept, Turned> {
    let span = telemetry::stage(Stage::Ingestion, context);
    let ingested = ingest(shared, headers, body).instrument(span.clone()).await;
    let ingested = ingested.inspect_err(|turned| telemetry::failed(&span, turned.refused.code));
    let (client, document) = ingested?;
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
    let kept = match key(headers, "idempotency-key")? {
        None => carry_out(shared, &call).await,
        Some(key) => under_key(shared, &call, key).await?,
    };
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

async fn ingest(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<(PartnerId, Document), Turned> {
    let client = admitted(shared, headers, BULK_MEMBER_MATCH)?;
    counted(shared, &client, Operation::BulkMemberMatch)?;
    if !is_async(headers) {
        // The table of codes has no finer word for a header that is missing.
        return Err(Code::NotJson.into());
    }
    Ok((client, document_within(body, &BODY).await?))
}

async fn under_key(shared: &Shared, call: &Call<'_>, key: &str) -> Result<Kept, Turned> {
    let scope = Scope {
        client: call.client.as_str(),
        operation: "bulk-member-match",
        key,
    };
    let work = carry_out(shared, call);
    match once(&shared.plane, scope, call.fingerprint, work).await? {
        Answered::First(kept) => Ok(kept),
        Answered::Again(kept) => Ok(with_header(kept, "idempotency-replayed", "true")),
        Answered::Refused(code) => Err(code.into()),
    }
}

async fn carry_out(shared: &Shared, call: &Call<'_>) -> Kept {
    match kick_off::take_on(&shared.plane, call).await {
        Ok(taken) => {
            if taken.is_new {
                shared.engine.ring_for_jobs();
            }
            accepted(shared, &taken.id)
        }
        Err(refused) => refuse(&refused.into(), &Span::current()),
    }
}

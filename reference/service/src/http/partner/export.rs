//! `$davinci-data-export`: taken on once per key, and answered with the place where its progress is told.
//! Refuses to answer with data: that is what the place is for.

use super::{Turned, accepted, admitted, counted, document, is_async, refuse};
use crate::data::export::kick_off::{self, Call};
use crate::data::once::{Answered, once};
use crate::http::Shared;
use crate::http::reply::{context, key, with_header, write};
use crate::security::token::DATA_EXPORT;
use crate::store::{Kept, Scope};
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::PartnerId;
use domain::resilience::Operation;
use std::sync::Arc;
use tracing::{Instrument, Span};
use wire::json::Document;

pub(super) async fn kick_off(
    State(shared): State<Arc<Shared>>,
    Path(group): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    let answered = answer(&shared, &context, &group, &headers, body)
        .instrument(root.clone())
        .await;
    let kept = answered.unwrap_or_else(|turned| refuse(&turned, &root));
    root.in_scope(|| tracing::info!(status = kept.status, "the call is answered"));
    write(kept, &context)
}

async fn answer(
    shared: &Shared,
    context: &Context,
    group: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Kept, Turned> {
    let span = telemetry::stage(Stage::Ingestion, context);
    let ingested = ingest(shared, headers, body).instrument(span.clone()).await;
    let ingested = ingested.inspect_err(|turned| telemetry::failed(&span, turned.refused.code));
    let (client, document) = ingested?;
    let path = format!("/Group/{group}/$davinci-data-export");
    let print = fingerprint(&Asked {
        method: "POST",
        path: &path,
        headers: &[],
        body: &document,
    });
    let call = Call {
        context,
        client: &client,
        group,
        document: &document,
        fingerprint: &print,
    };
    match key(headers, "idempotency-key")? {
        None => Ok(carry_out(shared, &call).await),
        Some(key) => under_key(shared, &call, key).await,
    }
}

async fn ingest(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<(PartnerId, Document), Turned> {
    let client = admitted(shared, headers, DATA_EXPORT)?;
    counted(shared, &client, Operation::DataExport)?;
    if !is_async(headers) {
        // The table of codes has no finer word for a header that is missing.
        return Err(Code::NotJson.into());
    }
    Ok((client, document(body).await?))
}

async fn under_key(shared: &Shared, call: &Call<'_>, key: &str) -> Result<Kept, Turned> {
    let scope = Scope {
        client: call.client.as_str(),
        operation: "data-export",
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

//! `$member-match`: taken in, answered once per key, and the list that the match makes is named beside the answer.
//! Refuses to look into a body before the caller is known.

use super::{Turned, admitted, counted, document, refuse};
use crate::data::once::{Answered, once};
use crate::data::respond::{self, Call};
use crate::http::Shared;
use crate::http::outcome::FHIR;
use crate::http::reply::{context, key, reply, text, with_header, write};
use crate::security::token::MEMBER_MATCH;
use crate::store::{Kept, Scope};
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::PartnerId;
use domain::resilience::Operation;
use domain::workflow::Disposition;
use std::sync::Arc;
use tracing::{Instrument, Span};
use wire::json::Document;

pub(super) const PATH: &str = "/Patient/$member-match";
const SPEC_VERSION: &str = "x-pdex-spec-version";

pub(super) async fn member_match(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::MemberMatch);
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
    let (client, document) = ingested(shared, context, headers, body).await?;
    let call = Call {
        context,
        client: &client,
        document: &document,
        pdex_version: text(headers, SPEC_VERSION),
    };
    match key(headers, "idempotency-key")? {
        None => Ok(carry_out(shared, &call).await),
        Some(key) => under_key(shared, &call, key).await,
    }
}

/// Takes the call in, in the span of its stage.
async fn ingested(
    shared: &Shared,
    context: &Context,
    headers: &HeaderMap,
    body: Body,
) -> Result<(PartnerId, Document), Turned> {
    let span = telemetry::stage(Stage::Ingestion, context);
    let ingested = ingest(shared, headers, body).instrument(span.clone()).await;
    ingested.inspect_err(|turned| telemetry::failed(&span, turned.refused.code))
}

/// Who calls, and what; nothing of it has been judged but its form.
async fn ingest(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<(PartnerId, Document), Turned> {
    let client = admitted(shared, headers, MEMBER_MATCH)?;
    counted(shared, &client, Operation::MemberMatch)?;
    Ok((client, document(body).await?))
}

async fn under_key(shared: &Shared, call: &Call<'_>, key: &str) -> Result<Kept, Turned> {
    let version = call.pdex_version.unwrap_or_default();
    let print = fingerprint(&Asked {
        method: "POST",
        path: PATH,
        headers: &[(SPEC_VERSION, version)],
        body: call.document,
    });
    let scope = Scope {
        client: call.client.as_str(),
        operation: "member-match",
        key,
    };
    match once(&shared.plane, scope, &print, carry_out(shared, call)).await? {
        Answered::First(kept) => Ok(kept),
        Answered::Again(kept) => Ok(with_header(kept, "idempotency-replayed", "true")),
        Answered::Refused(code) => Err(code.into()),
    }
}

async fn carry_out(shared: &Shared, call: &Call<'_>) -> Kept {
    let root = Span::current();
    match respond::member_match(&shared.plane, call).await {
        Ok(matched) => {
            root.record("matchmark.disposition", Disposition::Complete.word());
            let group = collection(&shared.base, &matched.group);
            with_header(reply(200, FHIR, &matched.parameters), "link", group)
        }
        Err(refused) => refuse(&refused.into(), &root),
    }
}

/// Where the list is that a match made, seen from the place where partners reach us.
///
/// Source: RFC 8288 section 3; RFC 3986 section 4.2
fn collection(base: &str, group: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let path = rest.split_once('/').map(|(_, path)| path);
    let path = path.map(|path| format!("/{}", path.trim_end_matches('/')));
    let path = path.filter(|path| path.len() > 1).unwrap_or_default();
    format!("<{path}/Group/{group}>; rel=\"collection\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_where_partners_reach_us() {
        for (base, path) in [
            ("https://payer.example", ""),
            ("https://payer.example/", ""),
            ("https://payer.example:8443/p2p/r4", "/p2p/r4"),
            ("http://127.0.0.1:9/p2p/", "/p2p"),
        ] {
            let link = format!("<{path}/Group/g-1>; rel=\"collection\"");
            assert_eq!(collection(base, "g-1"), link, "{base}");
        }
    }
}

//! `$member-match`: taken in, answered once per key, and the list that the match makes is named beside the answer.
//! Refuses to look into a body before the caller is known.

use super::question::{Called, Question};
use super::{SPEC_VERSION, Turned, finish, refuse};
use crate::data::respond::{self, Call};
use crate::http::Shared;
use crate::http::outcome::FHIR;
use crate::http::reply::{context, reply, text, with_header};
use crate::security::token::MEMBER_MATCH;
use crate::store::Kept;
use crate::telemetry::{self, RequestType};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::idempotency::{Asked, fingerprint};
use domain::resilience::Operation;
use domain::workflow::Disposition;
use std::sync::Arc;
use tracing::{Instrument, Span};
use wire::json::Limits;

pub(super) const PATH: &str = "/Patient/$member-match";

const QUESTION: Question = Question {
    scope: MEMBER_MATCH,
    operation: Operation::MemberMatch,
    body: Limits::MATCH_BODY,
    comes_later: false,
};

pub(super) async fn member_match(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::MemberMatch);
    let answered = answer((&shared, &context, &headers), body)
        .instrument(root.clone())
        .await;
    finish(answered, &context, &root)
}

async fn answer(called: Called<'_>, body: Body) -> Result<Kept, Turned> {
    let (shared, context, headers) = called;
    let (client, document) = QUESTION.ingested(called, body).await?;
    let version = text(headers, SPEC_VERSION);
    let call = Call {
        context,
        client: &client,
        document: &document,
        pdex_version: version,
    };
    let print = || {
        fingerprint(&Asked {
            method: "POST",
            path: PATH,
            headers: &[(SPEC_VERSION, version.unwrap_or_default())],
            body: &document,
        })
    };
    let work = carry_out(shared, &call);
    QUESTION.once(called, (&client, print), work).await
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

//! The lists of those who were found: read by id, or searched.
//! Refuses everybody but the partner that they were made for, with the answer of a list that does not exist.

use super::{Turned, admitted_for, counted, finish, found};
use crate::data::lists::{self, Search};
use crate::http::Shared;
use crate::http::reply::context;
use crate::security::token::{BULK_MEMBER_MATCH, DATA_EXPORT};
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::ids::PartnerId;
use domain::resilience::Operation;
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use tracing::Instrument;

pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Path(group): Path<String>,
    headers: HeaderMap,
) -> Response {
    let shared = &shared;
    answered(shared, &headers, |client, context| async move {
        Ok(lists::one(&shared.plane, &context, &client, &group).await?)
    })
    .await
}

pub(super) async fn search(
    State(shared): State<Arc<Shared>>,
    Query(words): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let shared = &shared;
    let word = |name: &str| {
        let found = words.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let search = Search {
        identifier: word("identifier"),
        characteristic: word("characteristic"),
        after: word("_after").unwrap_or_default(),
    };
    answered(shared, &headers, |client, context| async move {
        let (plane, base) = (&shared.plane, &shared.base);
        Ok(lists::search(plane, &context, &client, &search, base).await?)
    })
    .await
}

/// Admits the caller, answers the call, and tells of it.
async fn answered<F, A>(shared: &Shared, headers: &HeaderMap, answer: F) -> Response
where
    F: FnOnce(PartnerId, Context) -> A,
    A: Future<Output = Result<Value, Turned>>,
{
    let context = context(headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::BulkMemberMatch);
    let admitted = root.in_scope(|| {
        let span = telemetry::stage(Stage::Ingestion, &context);
        let scopes = [BULK_MEMBER_MATCH, DATA_EXPORT];
        let admitted = span.in_scope(|| {
            let client = admitted_for(shared, headers, scopes)?;
            counted(shared, &client, Operation::Retrieve)?;
            Ok(client)
        });
        admitted.inspect_err(|turned: &Turned| telemetry::failed(&span, turned.refused.code))
    });
    let answered = match admitted {
        Ok(client) => {
            root.record("matchmark.partner", client.as_str());
            answer(client, context.clone())
                .instrument(root.clone())
                .await
        }
        Err(turned) => Err(turned),
    };
    finish(answered.map(|told| found(&told, &root)), &context, &root)
}

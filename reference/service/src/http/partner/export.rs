//! `$davinci-data-export`: taken on once per key, and answered with the place where its progress is told.
//! Refuses to answer with data: that is what the place is for.

use super::question::{Called, Question};
use super::{Turned, finish, kicked};
use crate::data::export::kick_off::{self, Call};
use crate::http::Shared;
use crate::http::reply::context;
use crate::security::token::DATA_EXPORT;
use crate::store::Kept;
use crate::telemetry::{self, RequestType};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::idempotency::{Asked, fingerprint};
use domain::resilience::Operation;
use std::sync::Arc;
use tracing::Instrument;
use wire::json::Limits;

const QUESTION: Question = Question {
    scope: DATA_EXPORT,
    operation: Operation::DataExport,
    body: Limits::MATCH_BODY,
    comes_later: true,
};

pub(super) async fn kick_off(
    State(shared): State<Arc<Shared>>,
    Path(group): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    let answered = answer((&shared, &context, &headers), &group, body)
        .instrument(root.clone())
        .await;
    finish(answered, &context, &root)
}

async fn answer(called: Called<'_>, group: &str, body: Body) -> Result<Kept, Turned> {
    let (shared, context, _) = called;
    let (client, document) = QUESTION.ingested(called, body).await?;
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
    let work = async { kicked(shared, kick_off::take_on(&shared.plane, &call).await) };
    let under = (&client, || print.clone());
    QUESTION.once(called, under, work).await
}

//! Where partners tell us about work that they took on: taken once per event, answered at once.
//! Refuses a caller that was not told the address, with the same words as an address that does not exist.

use super::Shared;
use super::body::whole;
use super::partner::{Turned, admitted, counted, finish};
use super::reply::{context, key};
use crate::data::callback::{self, Taken, Told, Untaken};
use crate::security::token::CALLBACKS;
use crate::store::Kept;
use crate::telemetry::{self, Context, RequestType};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use domain::failure::Code;
use domain::masked::Masked;
use domain::resilience::Operation;
use std::sync::Arc;
use tracing::Instrument;

/// Names the event, so that one that comes twice is taken once.
///
/// Source: ours; PDex has no callbacks
const EVENT: &str = "x-event-id";

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/callbacks/{handle}", post(told))
}

async fn told(
    State(shared): State<Arc<Shared>>,
    Path(handle): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let root = telemetry::root(&context, RequestType::DataExport);
    let taken = take(&shared, &handle, (&headers, &context), body)
        .instrument(root.clone())
        .await;
    finish(taken, &context, &root)
}

async fn take(
    shared: &Shared,
    handle: &str,
    (headers, context): (&HeaderMap, &Context),
    body: Body,
) -> Result<Kept, Turned> {
    let client = admitted(shared, headers, CALLBACKS)?;
    counted(shared, &client, Operation::Callback)?;
    let event = key(headers, EVENT)?.ok_or(Code::KeyMissing)?;
    let body = whole(body, callback::LARGEST).await?;
    let told = Told {
        client: &client,
        correlation: &context.correlation,
        handle,
        event,
        body: &body,
    };
    let status = match callback::take(&shared.plane, &told).await {
        Ok(Taken::Woke) => {
            shared.engine.wake();
            202
        }
        Ok(Taken::Noted(_)) => 202,
        Ok(Taken::Again) => 200,
        Err(Untaken::Refused(code)) => return Err(code.into()),
        Err(Untaken::Store(error)) => return Err(error.into()),
    };
    Ok(Kept {
        status,
        headers: Vec::new(),
        body: Masked::new(Vec::new()),
    })
}

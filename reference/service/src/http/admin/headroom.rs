//! How much is left below each bound of the service, for operators.
//! Refuses anybody who may not change the bounds.

use super::{JSON, admitted};
use crate::data::headroom::headroom;
use crate::http::Shared;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply};
use crate::store::Kept;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use domain::operator::Role;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/control/headroom", get(show))
}

async fn show(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(shown(&shared, &headers).await, &context)
}

async fn shown(shared: &Shared, headers: &HeaderMap) -> Result<Kept, Refusal> {
    admitted(shared, headers, Role::Control)?;
    let told = headroom(&shared.plane).await?;
    let bounds: Vec<Value> = told
        .iter()
        .map(|one| {
            json!({
                "bound": one.bound,
                "partner": one.partner,
                "operation": one.operation,
                "used": one.used,
                "most": one.most,
                "left": one.left(),
            })
        })
        .collect();
    Ok(reply(200, JSON, &json!({ "bounds": bounds })))
}

//! The listener through which a test sets the scene: clock, members, consents, limits, outages. Loopback, and only on demand.
//! Refuses states outside its vocabulary, and says which of them it does not build yet.

mod state;

use super::Shared;
use crate::config::{Member, TestControl};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use domain::Timestamp;
use domain::snapshot::Snapshot;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use state::Unset;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What the control listener works with.
pub(crate) struct Stage {
    pub shared: Arc<Shared>,
    pub control: TestControl,
    /// The persons that states may name, by reference.
    pub book: BTreeMap<String, Member>,
    /// What `reset` goes back to.
    pub first: Snapshot,
}

pub(crate) fn router(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/_control/reset", post(reset))
        .route("/_control/states", put(states))
        .route("/_control/effects", get(effects))
        .route("/_control/advance", post(advance))
        .route("/_control/fault", post(fault))
        .with_state(stage)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reset {
    as_of: Option<Timestamp>,
}

/// Empties every store, sets the clock, and ends every condition.
async fn reset(State(stage): State<Arc<Stage>>, Json(reset): Json<Reset>) -> Response {
    let shared = &stage.shared;
    shared.engine.drop_all().await;
    shared.plane.conditions.clear();
    shared.plane.guard.clear();
    shared.plane.publish(stage.first.clone());
    if let Some(at) = reset.as_of {
        stage.control.clock.set(at);
    }
    if let Err(error) = shared.plane.store.clear().await {
        return unavailable(&error);
    }
    match shared.control.settle().await {
        Ok(()) => {
            // Whoever submits only rings: somebody has to be there to hear it.
            shared.engine.wake();
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => {
            tracing::error!(cause = %error, "the control plane could not begin again");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    #[serde(default)]
    params: Map<String, Value>,
}

/// Sets states in their order. Nothing is set when one of the names is unknown.
async fn states(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Json(wanted): Json<Vec<Wanted>>,
) -> Response {
    let unknown: Vec<&str> = wanted
        .iter()
        .map(|state| state.name.as_str())
        .filter(|name| name.parse::<state::Name>().is_err())
        .collect();
    if !unknown.is_empty() {
        return unset(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({ "unknown": unknown }),
        );
    }
    let consumer = headers
        .get("x-consumer")
        .and_then(|value| value.to_str().ok());
    let mut values = Map::new();
    for state in &wanted {
        match state::set(&stage, &state.name, &state.params, consumer).await {
            Ok(given) => values.extend(given),
            Err(Unset::Unhandled) => {
                return unset(
                    StatusCode::NOT_IMPLEMENTED,
                    &json!({"unhandled": [state.name]}),
                );
            }
            Err(Unset::Invalid(param)) => {
                let body = json!({"invalid": [state.name], "param": param});
                return unset(StatusCode::UNPROCESSABLE_ENTITY, &body);
            }
            Err(Unset::Store(error)) => return unavailable(&error),
        }
    }
    Json(json!({ "values": values })).into_response()
}

/// Counts what calls have left behind since the last reset.
async fn effects(State(stage): State<Arc<Stage>>) -> Response {
    match stage.shared.plane.store.effects().await {
        Ok(effects) => Json(effects).into_response(),
        Err(error) => unavailable(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: u64,
}

async fn advance(State(stage): State<Arc<Stage>>, Json(advance): Json<Advance>) -> StatusCode {
    stage
        .control
        .clock
        .advance(Duration::from_millis(advance.ms));
    StatusCode::NO_CONTENT
}

async fn fault() -> StatusCode {
    StatusCode::NOT_IMPLEMENTED
}

fn unset(status: StatusCode, body: &Value) -> Response {
    (status, Json(body.clone())).into_response()
}

fn unavailable(error: &crate::store::StoreError) -> Response {
    tracing::error!(cause = %error, "the store failed");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

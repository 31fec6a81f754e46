//! Is the service alive, and is it ready? Open to everybody on loopback.
//! Refuses to say anything about members or partners beyond a count.

use super::Shared;
use crate::data::{Outage, schema};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// How a part of the service is; the worst part decides for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Health {
    Ok,
    Degraded,
    Down,
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(shared)
}

async fn live() -> Json<Value> {
    Json(json!({"status": Health::Ok}))
}

async fn ready(State(shared): State<Arc<Shared>>) -> (StatusCode, Json<Value>) {
    let checks = [
        ("store", store(&shared).await),
        ("schemas", schemas(&shared)),
        ("partners", partners(&shared)),
    ];
    let worst = checks.iter().map(|(_, (health, _))| *health).max();
    let worst = worst.unwrap_or(Health::Down);
    let status = match worst {
        Health::Ok | Health::Degraded => StatusCode::OK,
        Health::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    let checks: serde_json::Map<String, Value> = checks
        .into_iter()
        .map(|(name, (health, cause))| (name.to_owned(), json!({"status": health, "cause": cause})))
        .collect();
    (status, Json(json!({"status": worst, "checks": checks})))
}

type Check = (Health, Option<&'static str>);

async fn store(shared: &Shared) -> Check {
    let there = shared.plane.conditions.check(Outage::Store).is_ok();
    if there && shared.plane.store.ping().await.is_ok() {
        (Health::Ok, None)
    } else {
        (Health::Down, Some("the database does not answer"))
    }
}

/// Without the schema of any version no request can be judged; without that of one, some cannot.
fn schemas(shared: &Shared) -> Check {
    let snapshot = shared.plane.snapshot();
    let mut partners = snapshot.partners.values();
    let judged = |partner| {
        let dialect = shared.plane.edition(partner);
        dialect.is_some_and(|d| {
            snapshot
                .schema(schema::REQUEST, &d.schema_version)
                .is_some()
        })
    };
    if !snapshot
        .schemas
        .keys()
        .any(|name| name.starts_with(schema::REQUEST))
    {
        (Health::Down, Some("there is no schema of match requests"))
    } else if partners.all(judged) {
        (Health::Ok, None)
    } else {
        (
            Health::Degraded,
            Some("a partner's schema version is missing"),
        )
    }
}

fn partners(shared: &Shared) -> Check {
    let snapshot = shared.plane.snapshot();
    let enabled = snapshot.partners.values().filter(|p| p.enabled).count();
    match (enabled, snapshot.partners.len()) {
        (0, 0) => (Health::Down, Some("no partner is known")),
        // We still answer those who ask us.
        (0, _) => (Health::Degraded, Some("every partner is paused")),
        (some, all) if some < all => (Health::Degraded, Some("a partner is paused")),
        _ => (Health::Ok, None),
    }
}

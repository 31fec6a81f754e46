//! Legal holds, and the removal of what is due, for auditors.
//! Refuses to remove what is not due, whoever asks.

use super::{Acting, admitted};
use crate::audit::retention::sweep;
use crate::http::Shared;
use crate::http::body::whole;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply, with_header};
use crate::store::audit::act;
use crate::store::{Hold, Kept};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::Timestamp;
use domain::audit::Scope;
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, ExchangeId, PartnerId};
use domain::operator::Role;
use domain::record::{Action, AuditEvent, Instant, RuleId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const JSON: &str = "application/json";

/// No wish for a hold comes near this size, in bytes.
const LONGEST: usize = 4096;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/audit/holds", get(list).post(place))
        .route("/audit/retention", post(retention))
}

/// A hold that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    scope: Scope,
    #[serde(default)]
    value: String,
    /// Why: the case or the order, as a rule.
    rule: RuleId,
    ends_at: Option<Instant>,
}

async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let listed = async {
        admitted(&shared, &headers, Role::Audit)?;
        let holds = shared.plane.store.holds().await?;
        let items: Vec<Value> = holds.iter().map(view).collect();
        Ok(reply(200, JSON, &json!({ "items": items })))
    };
    finish(listed.await, &context)
}

fn view(hold: &Hold) -> Value {
    json!({
        "id": hold.id,
        "scope": hold.scope,
        "value": hold.value,
        "rule": hold.rule,
        "placed_at": Instant::new(hold.placed_at),
        "placed_by": hold.placed_by,
        "ends_at": hold.ends_at.map(Instant::new),
    })
}

async fn place(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(placed(&shared, &headers, body).await, &context)
}

async fn placed(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Audit)?;
    let bytes = whole(body, LONGEST).await?;
    let wanted: Wanted = serde_json::from_slice(&bytes).map_err(|_| Code::SchemaInvalid)?;
    if !names_something(&wanted) {
        return Err(Refusal {
            fields: vec!["/value".to_owned()],
            ..Code::SchemaInvalid.into()
        });
    }
    let now = shared.plane.now();
    let hold = Hold {
        id: crate::id::fresh(now),
        scope: wanted.scope,
        value: wanted.value,
        rule: wanted.rule,
        placed_at: now,
        placed_by: acting.actor.id.clone(),
        ends_at: wanted.ends_at.map(Instant::get),
    };
    let event = told(shared, acting, &hold, now)?;
    shared.plane.store.place_hold(&hold, event).await?;
    let place = format!("/audit/holds/{}", hold.id);
    Ok(with_header(
        reply(201, JSON, &view(&hold)),
        "location",
        place,
    ))
}

/// A hold on one thing has to say which; its name is written into the log, so it has to be one.
fn names_something(wanted: &Wanted) -> bool {
    match wanted.scope {
        Scope::Request => wanted.value.parse::<ExchangeId>().is_ok(),
        Scope::Partner => wanted.value.parse::<PartnerId>().is_ok(),
        Scope::Everything => wanted.value.is_empty(),
    }
}

fn told(
    shared: &Shared,
    acting: Acting,
    hold: &Hold,
    now: Timestamp,
) -> Result<AuditEvent, Refusal> {
    let number = shared.plane.snapshot().number;
    let mut event = act(now, acting.actor, Action::HoldPlaced, number)?;
    event.rule = Some(hold.rule.clone());
    match hold.scope {
        Scope::Request => {
            event.business_transaction_id = Some(BusinessTransactionId::new(hold.value.clone()));
        }
        Scope::Partner => event.partner = Some(PartnerId::new(hold.value.clone())),
        Scope::Everything => {}
    }
    Ok(event)
}

/// Removes now what is due now; the keeper does the same every hour.
async fn retention(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let removed = async {
        let acting = admitted(&shared, &headers, Role::Audit)?;
        let swept = sweep(&shared.plane, &acting.actor).await?;
        Ok(reply(200, JSON, &swept))
    };
    finish(removed.await, &context)
}

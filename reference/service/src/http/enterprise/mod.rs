//! The listener for our own systems: starting exchanges and asking where they are.
//! Refuses to show a protected body.

mod view;

use super::Shared;
use super::problem::problem;
use super::reply::{context, reply, text, with_header, write};
use crate::data::submit::{self, Keyed};
use crate::data::{Outage, schema};
use crate::security::token::EXCHANGES;
use crate::store::{Filter, Kept, StoreError};
use crate::telemetry::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::idempotency::{Asked, Lookup, fingerprint};
use domain::ids::{ExchangeId, PartnerId};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::json::{Document, Limits};

const PATH: &str = "/exchanges";
const JSON: &str = "application/json";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(PATH, post(start).get(list))
        .route("/exchanges/{id}", get(show))
        .with_state(shared)
}

/// A refusal: the code, and the paths concerned.
struct Refusal {
    code: Code,
    fields: Vec<String>,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self {
            code,
            fields: Vec::new(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %error, "the store failed");
        Code::StoreUnavailable.into()
    }
}

fn finish(answered: Result<Kept, Refusal>, context: &Context) -> Response {
    let kept = answered.unwrap_or_else(|refusal| problem(refusal.code, context, refusal.fields));
    write(kept, context)
}

async fn start(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(take_on(&shared, &context, &headers, body).await, &context)
}

async fn take_on(
    shared: &Shared,
    context: &Context,
    headers: &HeaderMap,
    body: Body,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let client: PartnerId = shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let key = text(headers, "idempotency-key")
        .filter(|key| !key.is_empty())
        .ok_or(Code::KeyMissing)?;
    let document = document(shared, body).await?;
    let wanted = submit::read(&document).map_err(|unfit| Refusal {
        fields: unfit.fields,
        ..unfit.code.into()
    })?;
    let print = fingerprint(&Asked {
        method: "POST",
        path: PATH,
        headers: &[],
        body: &document,
    });
    let keyed = Keyed {
        client: client.as_str(),
        key,
        fingerprint: &print,
    };
    let id = ExchangeId::new(crate::id::fresh(plane.now()));
    let answer = accepted(&id, context, &wanted.partner);
    match submit::submit(plane, context, &keyed, wanted, &id, &answer).await? {
        None => {
            shared.engine.start(id);
            Ok(answer)
        }
        Some(lookup) => known(lookup),
    }
}

async fn document(shared: &Shared, body: Body) -> Result<Document, Refusal> {
    shared.plane.conditions.check(Outage::Store)?;
    let limits = Limits::MATCH_BODY;
    let bytes = to_bytes(body, limits.bytes)
        .await
        .map_err(|_| Code::TooLarge)?;
    Ok(Document::parse(&bytes, &limits).map_err(|fault| schema::of_fault(&fault))?)
}

/// What the enterprise is told at once; the rest is asked for at `Location`.
fn accepted(id: &ExchangeId, context: &Context, partner: &str) -> Kept {
    let view = json!({
        "id": id,
        "business_transaction_id": context.business_transaction,
        "kind": "single",
        "partner": partner,
        "state": "created",
        "disposition": "queued",
    });
    with_header(reply(202, JSON, &view), "location", format!("{PATH}/{id}"))
}

fn known(lookup: Lookup<Kept>) -> Result<Kept, Refusal> {
    match lookup {
        Lookup::Repeated(kept) => Ok(with_header(kept, "idempotency-replayed", "true")),
        Lookup::Reused => Err(Code::KeyReused.into()),
        Lookup::InFlight | Lookup::New => Err(Code::InFlight.into()),
    }
}

async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(
        shown(&shared, &headers, &ExchangeId::new(id)).await,
        &context,
    )
}

async fn shown(shared: &Shared, headers: &HeaderMap, id: &ExchangeId) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let Some(exchange) = plane.store.exchange(id).await? else {
        return Err(Code::NotYourResource.into());
    };
    let history = plane.store.history(id).await?;
    let attempts = plane.store.attempts(id).await?;
    Ok(reply(
        200,
        JSON,
        &view::whole(&exchange, &history, &attempts),
    ))
}

async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(listed(&shared, &headers, &query).await, &context)
}

async fn listed(
    shared: &Shared,
    headers: &HeaderMap,
    query: &BTreeMap<String, String>,
) -> Result<Kept, Refusal> {
    shared.gate.admit(headers, EXCHANGES, shared.plane.now())?;
    let unfit = |field: &str| Refusal {
        fields: vec![format!("?{field}")],
        ..Code::SchemaInvalid.into()
    };
    if query
        .keys()
        .any(|name| name != "state" && name != "partner")
    {
        return Err(unfit("*"));
    }
    let state = query.get("state").map(|word| word.parse()).transpose();
    let filter = Filter {
        state: state.map_err(|_| unfit("state"))?,
        partner: query.get("partner").cloned(),
    };
    let exchanges = shared.plane.store.exchanges(&filter).await?;
    let items: Vec<_> = exchanges.iter().map(view::summary).collect();
    Ok(reply(200, JSON, &json!({ "items": items })))
}

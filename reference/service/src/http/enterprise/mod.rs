//! The listener for our own systems: starting exchanges and asking where they are.
//! Refuses to show a protected body.

mod act;
mod clocks;
mod disputes;
mod duties;
mod evidence;
mod explain;
mod members;
mod place;
mod result;
mod reviews;
mod route;
pub(super) mod view;

use super::Shared;
use super::asked::{Words, only, word};
use super::body::{longest, whole};
use super::boundary::LONGEST;
use super::partner::bulk::BODY as BULK_BODY;
use super::problem::{Refusal, finish, later};
use super::reply::{again, context, key, reply, with_header};
use super::witness::witnessed;
use crate::data::submit::{self, Keyed, TakenOn, Wanted};
use crate::data::{Outage, schema};
use crate::security::refusals::Door;
use crate::security::token::EXCHANGES;
use crate::store::Kept;
use crate::telemetry::{self, Context, RequestType, Stage};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::flags::Flag;
use domain::idempotency::{Asked, Lookup, fingerprint};
use domain::ids::{ExchangeId, PartnerId};
use domain::record::Kind;
use domain::workflow::{Disposition, Query as Question};
use serde_json::json;
use std::sync::Arc;
use wire::json::{Document, Limits};

pub(super) const PATH: &str = "/exchanges";
const JSON: &str = "application/json";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let router = Router::new()
        .route(PATH, post(start).get(list))
        .route("/exchanges/{id}", get(show))
        .route("/exchanges/{id}/where", get(place::place_of))
        .route("/exchanges/{id}/timeline", get(place::timeline_of))
        .route("/exchanges/{id}/cancel", post(act::cancel))
        .route("/exchanges/{id}/pause", post(act::pause))
        .route("/exchanges/{id}/resume", post(act::resume))
        .route("/exchanges/{id}/members", get(members::list))
        .route("/exchanges/{id}/result", get(result::result))
        .route("/exchanges/{id}/route", get(route::show))
        .route("/exchanges/{id}/clocks", get(clocks::clocks_of))
        .route("/breaches", get(clocks::breaches))
        .route("/exchanges/{id}/explain", get(explain::show))
        .route("/duties", get(duties::list))
        .route("/exchanges/{id}/evidence", post(evidence::add))
        .route("/disputes", post(disputes::open).get(disputes::list))
        .route("/disputes/{id}", get(disputes::show))
        .route("/disputes/{id}/resolution", post(disputes::resolve))
        .route("/reviews", get(reviews::list))
        .route("/reviews/figures", get(reviews::measured))
        .route("/reviews/{id}", get(reviews::show))
        .route("/reviews/{id}/decision", post(reviews::decide))
        .with_state(Arc::clone(&shared));
    witnessed(router, shared, Door::Enterprise)
}

async fn start(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    let mut kind = Kind::Single;
    let taken = take_on(&shared, &context, (&headers, body), &mut kind).await;
    if let Err(refusal) = &taken {
        turned_away(&context, kind, refusal.code);
    }
    finish(taken, &context)
}

/// Tells where a request ended that became no exchange: before anybody was known, or before it could be read.
fn turned_away(context: &Context, kind: Kind, code: Code) {
    let request = match kind {
        Kind::Single => RequestType::ExchangeSingle,
        Kind::Bulk => RequestType::ExchangeBulk,
    };
    let root = telemetry::root(context, request);
    root.record("matchmark.disposition", Disposition::Rejected.word());
    telemetry::failed(&root, code);
    root.in_scope(|| {
        let ingestion = telemetry::stage(Stage::Ingestion, context);
        let unreadable = code.to_string().starts_with("schema/");
        let place = if unreadable {
            drop(ingestion);
            telemetry::stage(Stage::SchemaValidation, context)
        } else {
            ingestion
        };
        telemetry::failed(&place, code);
    });
}

async fn take_on(
    shared: &Shared,
    context: &Context,
    (headers, body): (&HeaderMap, Body),
    kind: &mut Kind,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let client: PartnerId = shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let key = key(headers, "idempotency-key")?.ok_or(Code::KeyMissing)?;
    let document = document(shared, body, kind).await?;
    let wanted = submit::read(&document).map_err(|unfit| Refusal {
        fields: unfit.fields,
        ..unfit.code.into()
    })?;
    takes_on(shared, &wanted.partner)?;
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
    let answer = accepted(&id, context, &wanted);
    let engine = (plane.as_ref(), shared.workflow.as_ref());
    match submit::submit(engine, context, &keyed, wanted, &id, &answer).await? {
        TakenOn::New => Ok(answer),
        TakenOn::Known(lookup) => known(lookup),
        TakenOn::Refused(full) => Ok(later(full.code, context, full.retry_after)),
    }
}

/// Are new exchanges with this partner switched on?
fn takes_on(shared: &Shared, partner: &str) -> Result<(), Code> {
    let flags = &shared.plane.snapshot().flags;
    if flags.is_on(Flag::NewExchanges, &PartnerId::new(partner)) {
        Ok(())
    } else {
        Err(Code::PartnerDisabled)
    }
}

/// Reads the body. Only one about many members may be longer than that of a match, and what is longer and cannot be read
/// is too large.
async fn document(shared: &Shared, body: Body, kind: &mut Kind) -> Result<Document, Refusal> {
    shared.plane.conditions.check(Outage::Store)?;
    let most = longest(&body, BULK_BODY.bytes, LONGEST);
    let bytes = whole(body, most).await?;
    let usual = Limits::MATCH_BODY;
    let is_long = bytes.len() > usual.bytes;
    let parsed = Document::parse(&bytes, if is_long { &BULK_BODY } else { &usual });
    let document = parsed.map_err(|fault| match is_long {
        true => Code::TooLarge,
        false => schema::of_fault(&fault),
    })?;
    *kind = document
        .value()
        .as_object()
        .map_or(Kind::Single, submit::kind);
    match (*kind, is_long) {
        (Kind::Single, true) => Err(Code::TooLarge.into()),
        (Kind::Single, false) | (Kind::Bulk, _) => Ok(document),
    }
}

/// What the enterprise is told at once; the rest is asked for at `Location`.
fn accepted(id: &ExchangeId, context: &Context, wanted: &Wanted) -> Kept {
    let view = json!({
        "id": id,
        "business_transaction_id": context.business_transaction,
        "kind": wanted.kind,
        "partner": wanted.partner,
        "state": "created",
        "disposition": "queued",
    });
    with_header(reply(202, JSON, &view), "location", format!("{PATH}/{id}"))
}

fn known(lookup: Lookup<Kept>) -> Result<Kept, Refusal> {
    match lookup {
        Lookup::Repeated(kept) => Ok(again(kept)),
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
    shared.gate.admit(headers, EXCHANGES, shared.plane.now())?;
    let found = shared.workflow.get(id).await?;
    let found = found.ok_or(Code::NotYourResource)?;
    Ok(reply(200, JSON, &found.record))
}

async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(listed(&shared, &headers, &query).await, &context)
}

async fn listed(shared: &Shared, headers: &HeaderMap, query: &Words) -> Result<Kept, Refusal> {
    shared.gate.admit(headers, EXCHANGES, shared.plane.now())?;
    only(query, &QUESTIONS)?;
    let wanted = Question {
        state: word(query, "state")?,
        partner: query.get("partner").cloned(),
        hold: word(query, "hold")?,
        kind: word(query, "kind")?,
        since: word(query, "since")?,
        after: query.get("cursor").cloned(),
    };
    let found = shared.workflow.list(&wanted).await?;
    let items: Vec<_> = found.items.iter().map(view::summary).collect();
    let mut page = json!({ "items": items });
    if let (Some(last), Some(page)) = (found.next, page.as_object_mut()) {
        page.insert("cursor".to_owned(), json!(last));
    }
    Ok(reply(200, JSON, &page))
}

/// What a list may be asked for.
const QUESTIONS: [&str; 6] = ["state", "partner", "hold", "kind", "since", "cursor"];

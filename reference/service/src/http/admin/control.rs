//! The control plane as operators call it: documents in and out, approvals, route sets on a share.
//! Refuses a change whose author has not seen what is in force, or gives no reason.

use super::admitted;
use crate::control::{Author, LONGEST, Offer, Put, Unpublished};
use crate::http::Shared;
use crate::http::body::whole;
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply, text, with_header, write};
use crate::store::{Kept, KeptDocument};
use crate::telemetry::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::control::Kind;
use domain::failure::Code;
use domain::operator::Role;
use domain::phase::exceptions;
use domain::record::Instant;
use domain::routing::Share;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const JSON: &str = "application/json";
/// Why somebody changes something, in their own words. It is kept with the change and told to operators only.
const REASON: &str = "x-reason";
/// The longest reason (ours).
const LONGEST_REASON: usize = 500;
/// A body that says how a set is tried is a few numbers.
const LONGEST_TRIAL: usize = 4 * 1024;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/rollout", get(rollout))
        .route("/control/snapshots/{number}", get(snapshot))
        .route("/control/{kind}", get(show).put(put))
        .route("/control/{kind}/{number}/{act}", post(act))
}

/// A refusal that has no code of the exchange: a title of its own, and a sentence.
enum No {
    Coded(Refusal),
    Unpublished(Unpublished),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Coded(refusal)
    }
}

impl From<Code> for No {
    fn from(code: Code) -> Self {
        Self::Coded(code.into())
    }
}

impl From<Unpublished> for No {
    fn from(unpublished: Unpublished) -> Self {
        match unpublished {
            Unpublished::Store(error) => Self::Coded(error.into()),
            other => Self::Unpublished(other),
        }
    }
}

fn answer(result: Result<Kept, No>, context: &Context) -> Response {
    match result {
        Ok(kept) => finish(Ok(kept), context),
        Err(No::Coded(refusal)) => finish(Err(refusal), context),
        Err(No::Unpublished(why)) => write(refused(&why, context), context),
    }
}

/// Source: RFC 9457; RFC 9110 15.5.13 (412)
fn refused(why: &Unpublished, context: &Context) -> Kept {
    let (status, word) = match why {
        Unpublished::Stale(_) | Unpublished::Overtaken => (412, "stale"),
        Unpublished::Refused(_) => (422, "refused"),
        Unpublished::SamePerson => (403, "same-person"),
        Unpublished::Nothing => (404, "nothing-waits"),
        Unpublished::Store(_) => (503, "store"),
    };
    let problem = json!({
        "type": format!("https://payer-exchange.example/problems/control/{word}"),
        "title": word,
        "status": status,
        "code": format!("control/{word}"),
        "retryable": false,
        "correlation_id": context.correlation,
        "detail": why.to_string(),
    });
    reply(status, "application/problem+json", &problem)
}

fn author(shared: &Shared, headers: &HeaderMap) -> Result<Author, No> {
    let acting = admitted(shared, headers, Role::Control)?;
    let reason = text(headers, REASON).unwrap_or_default().trim();
    if reason.is_empty() || reason.len() > LONGEST_REASON {
        return Err(missing(&format!("header {REASON}")));
    }
    Ok(Author {
        actor: acting.actor,
        reason: reason.to_owned(),
    })
}

fn missing(field: &str) -> No {
    No::Coded(Refusal {
        code: Code::SchemaInvalid,
        fields: vec![field.to_owned()],
    })
}

fn kind_of(word: &str) -> Result<Kind, No> {
    word.parse().map_err(|_| Code::NotYourResource.into())
}

async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(kind): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(shown(&shared, &headers, &kind).await, &context)
}

async fn shown(shared: &Shared, headers: &HeaderMap, kind: &str) -> Result<Kept, No> {
    admitted(shared, headers, Role::Control)?;
    let kind = kind_of(kind)?;
    let shown = shared.control.shown(kind).await;
    let shown = shown.map_err(Unpublished::from)?;
    let in_force = shown.in_force.ok_or(Code::NotYourResource)?;
    let view = json!({
        "kind": kind,
        "snapshot": shared.plane.snapshot().number,
        "in_force": told(&in_force),
        "waiting": shown.waiting.as_ref().map(told),
        "canary": shown.canary,
    });
    let tag = format!("\"{kind}-{}\"", in_force.number);
    Ok(with_header(reply(200, JSON, &view), "etag", tag))
}

fn told(document: &KeptDocument) -> Value {
    json!({
        "number": document.number,
        "origin": document.origin,
        "standing": document.standing,
        "at": Instant::new(document.at),
        "author": document.author,
        "reason": document.reason,
        "approver": document.approver,
        "decided_at": document.decided_at.map(Instant::new),
        "document": document.body,
    })
}

async fn put(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(kind): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let done = taken(&shared, &headers, (&kind, &query), body).await;
    answer(done, &context)
}

async fn taken(
    shared: &Shared,
    headers: &HeaderMap,
    (kind, query): (&str, &BTreeMap<String, String>),
    body: Body,
) -> Result<Kept, No> {
    let author = author(shared, headers)?;
    let kind = kind_of(kind)?;
    let candidate = match query.get("as").map(String::as_str) {
        None if query.is_empty() => false,
        Some("candidate") if query.len() == 1 => true,
        _ => return Err(missing("?as")),
    };
    let instead_of = seen(headers, kind)?;
    let bytes = whole(body, LONGEST).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| missing(""))?;
    let offer = Offer {
        kind,
        text,
        instead_of,
        candidate,
    };
    Ok(became(shared.control.put(&author, &offer).await?))
}

/// The document that the author has seen, by its tag.
fn seen(headers: &HeaderMap, kind: Kind) -> Result<i64, No> {
    let tag = text(headers, "if-match").ok_or_else(|| missing("header if-match"))?;
    let number = tag
        .trim()
        .strip_prefix(&format!("\"{kind}-"))
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|number| number.parse().ok());
    number.ok_or_else(|| missing("header if-match"))
}

fn became(put: Put) -> Kept {
    match put {
        Put::Published(number) => reply(200, JSON, &json!({ "snapshot": number })),
        Put::Kept => reply(200, JSON, &json!({ "standing": "admitted" })),
        Put::Waits => reply(202, JSON, &json!({ "standing": "waiting" })),
    }
}

/// How a set is tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    /// Of ten thousand exchanges.
    share: Share,
    soak_ms: Option<u64>,
}

async fn act(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path((kind, number, act)): Path<(String, i64, String)>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let done = acted(&shared, &headers, (&kind, number, &act), body).await;
    shared.engine.wake();
    answer(done, &context)
}

async fn acted(
    shared: &Shared,
    headers: &HeaderMap,
    (kind, number, act): (&str, i64, &str),
    body: Body,
) -> Result<Kept, No> {
    let author = author(shared, headers)?;
    let (control, kind) = (&shared.control, kind_of(kind)?);
    let put = match (kind, act) {
        (_, "approve") => control.approve(&author, kind, number).await?,
        (_, "deny") => {
            control.deny(&author, kind, number).await?;
            return Ok(reply(200, JSON, &json!({ "standing": "denied" })));
        }
        (Kind::Routing, "canary") => {
            let bytes = whole(body, LONGEST_TRIAL).await?;
            let trial: Trial = serde_json::from_slice(&bytes).map_err(|_| missing("/share"))?;
            let tried = control.try_set(&author, number, trial.share, trial.soak_ms);
            Put::Published(tried.await?)
        }
        (Kind::Routing, "promote") => Put::Published(control.promote(&author, number).await?),
        (Kind::Routing, "rollback") => {
            Put::Published(control.roll_back(&author, number, "by-hand").await?)
        }
        _ => return Err(Code::NotYourResource.into()),
    };
    Ok(became(put))
}

async fn rollout(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(rolled_out(&shared, &headers).await, &context)
}

/// Where the rollout stands, and who deals with which exception.
async fn rolled_out(shared: &Shared, headers: &HeaderMap) -> Result<Kept, No> {
    admitted(shared, headers, Role::Control)?;
    let exceptions: Vec<Value> = exceptions()
        .into_iter()
        .map(|(code, handling)| json!({"code": code, "handled": handling}))
        .collect();
    let present = shared.plane.snapshot();
    let (measured, short) = shared.control.earned(&present).await?;
    let view = json!({
        "phase": present.flags.phase,
        "measured": measured,
        "short_of": short,
        "exceptions": exceptions,
    });
    Ok(reply(200, JSON, &view))
}

async fn snapshot(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(number): Path<i64>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    answer(rebuilt(&shared, &headers, number).await, &context)
}

/// What was in force under this number, which can still be built from it.
async fn rebuilt(shared: &Shared, headers: &HeaderMap, number: i64) -> Result<Kept, No> {
    admitted(shared, headers, Role::Control)?;
    let (snapshot, documents) = shared.control.rebuild(number).await?;
    let documents: BTreeMap<&str, Value> = documents
        .iter()
        .map(|document| (document.kind.word(), told(document)))
        .collect();
    let view = json!({
        "snapshot": snapshot.number,
        "at": Instant::new(snapshot.at),
        "author": snapshot.author,
        "cause": snapshot.cause,
        "canary": snapshot.state.canary,
        "documents": documents,
    });
    Ok(reply(200, JSON, &view))
}

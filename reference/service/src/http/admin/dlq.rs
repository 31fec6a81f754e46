//! Dead letters for operators: what lies there and why, starting again, closing.
//! Refuses to start a letter whose cause nobody has declared gone, and free text: reasons and rules are words of a fixed form.

use super::{Acting, Called, JSON, admitted, read};
use crate::data::once::once;
use crate::data::replay::{self, Order, Replayed, Which};
use crate::http::Shared;
use crate::http::asked::{Words, only, unfit, word};
use crate::http::problem::{Refusal, conflict, finish, problem};
use crate::http::reply::{context, given, key, reply};
use crate::store::{Changes, DeadFilter, Exchange, Kept, Place, Scope, StoreError};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use domain::failure::Code;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::{ExchangeId, PartnerId};
use domain::operator::Role;
use domain::record::{Actor, DeadLetter, Instant, RuleId, Slug};
use domain::resilience::{Selection, Unreplayable, Verdict};
use domain::workflow::{Event, State as Stage};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const REPLAY: &str = "/dlq/replay";

/// Letters of one page (ours).
const PAGE: u32 = 100;

/// The longest list of ids in one order (ours: the bound of a batch is the policy's).
const MOST_IDS: usize = 1_000;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/dlq", get(list))
        .route(REPLAY, post(start))
        .route("/dlq/{id}", get(show))
        .route("/dlq/{id}/close", post(close))
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
    admitted(shared, headers, Role::Replay)?;
    let filter = asked_for(query)?;
    let store = &shared.plane.store;
    let dead = store.dead_letters(&filter, PAGE).await?;
    let mut items = Vec::new();
    for exchange in &dead {
        items.push(letter(shared, exchange).await?);
    }
    let whole = u32::try_from(dead.len()).is_ok_and(|count| count >= PAGE);
    let next = dead.last().filter(|_| whole).map(|last| &last.id);
    Ok(reply(200, JSON, &json!({"items": items, "next": next})))
}

fn asked_for(query: &Words) -> Result<DeadFilter, Refusal> {
    only(query, &["code", "partner", "after"])?;
    Ok(DeadFilter {
        code: word(query, "code")?,
        partner: word(query, "partner")?,
        after: word(query, "after")?,
        ..DeadFilter::default()
    })
}

async fn letter(shared: &Shared, exchange: &Exchange) -> Result<DeadLetter, Refusal> {
    let found = shared.workflow.get(&exchange.id).await?;
    let whole = found.ok_or(Code::NotYourResource)?.record;
    // It died between the two looks; whoever asks again is told.
    DeadLetter::of(&whole).map_err(|_| Code::NotYourResource.into())
}

async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(shown(&shared, &headers, id).await, &context)
}

async fn shown(shared: &Shared, headers: &HeaderMap, id: String) -> Result<Kept, Refusal> {
    admitted(shared, headers, Role::Replay)?;
    let exchange = dead(shared, &ExchangeId::new(id)).await?;
    Ok(reply(200, JSON, &letter(shared, &exchange).await?))
}

async fn dead(shared: &Shared, id: &ExchangeId) -> Result<Exchange, Refusal> {
    let found = shared.plane.store.exchange(id).await?;
    let dead = found.filter(|found| found.state == Stage::DeadLettered);
    dead.ok_or_else(|| Code::NotYourResource.into())
}

/// An order to start letters again: these, or those like this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    ids: Option<Vec<ExchangeId>>,
    filter: Option<Like>,
    #[serde(default)]
    dry_run: bool,
    limit: Option<u32>,
    /// Of a filter, only those behind this place: `next` of an answer.
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Like {
    code: Option<Code>,
    partner: Option<PartnerId>,
}

async fn start(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    let context = context(&headers, shared.plane.now());
    let called = (&*shared, &context, &headers);
    finish(started(called, body).await, &context)
}

async fn started(called: Called<'_>, body: Body) -> Result<Kept, Refusal> {
    let (shared, _, headers) = called;
    let acting = admitted(shared, headers, Role::Replay)?;
    let key = key(headers, "idempotency-key")?.ok_or(Code::KeyMissing)?;
    let (wanted, document) = read::<Wanted>(body).await?;
    let order = order(wanted, &acting.actor)?;
    let print = fingerprint(&Asked {
        method: "POST",
        path: REPLAY,
        headers: &[],
        body: &document,
    });
    let scope = Scope {
        client: acting.actor.id.as_str(),
        operation: "dlq-replay",
        key,
    };
    let work = async {
        let carried = carry_out(called, &acting, &order).await;
        carried.unwrap_or_else(|error| {
            tracing::error!(cause = %error, "the replay stopped");
            problem(Code::StoreUnavailable, called.1, Vec::new())
        })
    };
    Ok(given(once(&shared.plane, scope, &print, work).await?)?)
}

fn order(wanted: Wanted, by: &Actor) -> Result<Order, Refusal> {
    if wanted.limit == Some(0) {
        return Err(unfit("/limit"));
    }
    let after = match &wanted.after {
        Some(text) => Some(place(text).ok_or_else(|| unfit("/after"))?),
        None => None,
    };
    let which = match (wanted.ids, wanted.filter, after) {
        (Some(_), None, Some(_)) => return Err(unfit("/after")),
        (Some(ids), None, None) if (1..=MOST_IDS).contains(&ids.len()) => Which::These(ids),
        (None, Some(like), beyond) => Which::Like(DeadFilter {
            code: like.code,
            partner: like.partner,
            beyond,
            ..DeadFilter::default()
        }),
        (Some(_), _, _) => return Err(unfit("/ids")),
        (None, None, _) => return Err(unfit("/filter")),
    };
    Ok(Order {
        which,
        by: by.clone(),
        dry_run: wanted.dry_run,
        limit: wanted.limit,
    })
}

/// Where an order goes on, as it is told and ordered.
fn place(text: &str) -> Option<Place> {
    let (died_at, id) = text.split_once(',')?;
    Some((died_at.parse().ok()?, id.parse().ok()?))
}

/// Letters that are named have to be startable, all of them: nothing is started when the cause of one is not gone.
async fn carry_out(
    (shared, context, _): Called<'_>,
    acting: &Acting,
    order: &Order,
) -> Result<Kept, StoreError> {
    let plane = &shared.plane;
    if let Which::These(ids) = &order.which {
        let dry = Order {
            dry_run: true,
            ..order.clone()
        };
        let judged = replay::replay(plane, &dry).await?;
        let not_fixed = Verdict::Stays(Unreplayable::NotFixed);
        let is_unfit = |id: &ExchangeId| {
            let mut letters = judged.letters.iter();
            letters.any(|chosen| chosen.letter.exchange == *id && chosen.verdict == not_fixed)
        };
        let unfit = ids.iter().enumerate().filter(|(_, id)| is_unfit(id));
        let fields: Vec<String> = unfit.map(|(index, _)| format!("/ids/{index}")).collect();
        if !fields.is_empty() {
            return Ok(conflict(Unreplayable::NotFixed.word(), context, fields));
        }
    }
    let replayed = replay::replay(plane, order).await?;
    let count = started_in(&replayed);
    tracing::info!(actor = %acting.actor.id, why = %acting.why, dry_run = order.dry_run, count, "dead letters were started again");
    if !order.dry_run {
        shared.engine.wake();
    }
    let items: Vec<Value> = replayed.letters.iter().map(item).collect();
    let status = if order.dry_run { 200 } else { 202 };
    let next = replayed.next.as_ref();
    let next = next.map(|(died_at, id)| format!("{},{id}", Instant::new(*died_at)));
    let body = json!({"dry_run": order.dry_run, "replayed": count, "looked_at": replayed.looked_at,
        "limit": replayed.limit, "next": next, "items": items});
    Ok(reply(status, JSON, &body))
}

fn started_in(replayed: &Replayed) -> usize {
    let letters = replayed.letters.iter();
    letters
        .filter(|chosen| chosen.verdict == Verdict::Replay)
        .count()
}

fn item(chosen: &Selection) -> Value {
    let (verdict, why) = match chosen.verdict {
        Verdict::Replay => ("replay", None),
        Verdict::Stays(why) => ("stays", Some(why)),
    };
    let letter = &chosen.letter;
    json!({"exchange": letter.exchange, "partner": letter.partner, "code": letter.code, "verdict": verdict, "why": why})
}

/// Why a letter is given up, and by which rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    reason: Slug,
    rule: RuleId,
}

async fn close(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let called = (&*shared, &context, &headers);
    finish(closed(called, id, body).await, &context)
}

async fn closed(
    (shared, context, headers): Called<'_>,
    id: String,
    body: Body,
) -> Result<Kept, Refusal> {
    let acting = admitted(shared, headers, Role::Replay)?;
    let (closing, _) = read::<Closing>(body).await?;
    let exchange = dead(shared, &ExchangeId::new(id)).await?;
    let event = Event::Closed {
        operator: acting.actor.id.to_string(),
        reason: closing.reason.to_string(),
        rule: closing.rule.to_string(),
    };
    let changes = Changes::default();
    let store = &shared.plane.store;
    match store
        .apply(&exchange, &event, &changes, shared.plane.now())
        .await
    {
        Ok(to) => {
            tracing::info!(actor = %acting.actor.id, rule = %closing.rule, exchange = %exchange.id, "a dead letter is closed");
            let body = json!({"exchange": exchange.id, "state": to.word()});
            Ok(reply(200, JSON, &body))
        }
        Err(StoreError::LostRace | StoreError::Illegal(_)) => {
            Ok(conflict(Unreplayable::NotDead.word(), context, Vec::new()))
        }
        Err(error) => Err(error.into()),
    }
}

//! What came of each member of an exchange about many: its place in the request and a word, page by page.
//! Refuses to show anything of a member, and to call one given before the whole has been judged.

use super::{EXCHANGES, JSON};
use crate::data::roster::told;
use crate::http::Shared;
use crate::http::asked::{Words, only, word};
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply};
use crate::store::Kept;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::record::Kind;
use domain::workflow;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Members in one page (ours).
const PAGE: usize = 1000;

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let listed = listed(&shared, &headers, &ExchangeId::new(id), &query).await;
    finish(listed, &context)
}

async fn listed(
    shared: &Shared,
    headers: &HeaderMap,
    id: &ExchangeId,
    query: &Words,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let from = from(query)?;
    let found = shared.workflow.get(id).await?;
    let exchange = found.ok_or(Code::NotYourResource)?.record;
    let roster = plane.store.roster(id).await.map_err(|error| error.code())?;
    // An exchange about one member never has any.
    let absent = match exchange.kind {
        Kind::Bulk if exchange.state.is_open() => Code::InFlight,
        Kind::Bulk | Kind::Single => Code::NotYourResource,
    };
    let mut roster = roster.ok_or(absent)?;
    if exchange.state != workflow::State::Fulfilled {
        roster.hold_back();
    }
    let counts: BTreeMap<&str, usize> = roster
        .counts()
        .into_iter()
        .map(|(outcome, count)| (outcome.word(), count))
        .collect();
    let mut page = json!({
        "state": exchange.state,
        "disposition": exchange.disposition,
        "counts": counts,
        "items": told(&roster, from, PAGE),
    });
    let next = from.saturating_add(PAGE);
    if let (true, Some(page)) = (next < roster.seats().len(), page.as_object_mut()) {
        page.insert("cursor".to_owned(), json!(next.to_string()));
    }
    Ok(reply(200, JSON, &page))
}

fn from(query: &Words) -> Result<usize, Refusal> {
    only(query, &["cursor"])?;
    Ok(word(query, "cursor")?.unwrap_or_default())
}

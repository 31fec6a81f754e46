//! What has to be done by when, as the regulation wants it: asked, asked again, answered.
//! Refuses to show anything of the member.

use super::super::Shared;
use super::super::asked::{Words, only, word};
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply};
use super::JSON;
use crate::security::token::EXCHANGES;
use crate::store::{Kept, MOST_OWED, Owed, OwedFilter};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Timestamp;
use domain::deadlines::Standing;
use domain::record::Instant;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(listed(&shared, &headers, &query).await, &context)
}

async fn listed(shared: &Shared, headers: &HeaderMap, query: &Words) -> Result<Kept, Refusal> {
    let now = shared.plane.now();
    shared.gate.admit(headers, EXCHANGES, now)?;
    only(query, &["duty", "partner", "all"])?;
    let filter = OwedFilter {
        duty: word(query, "duty")?,
        partner: query.get("partner").cloned(),
        all: word(query, "all")?.unwrap_or(false),
    };
    let owed = shared.plane.store.owed(&filter).await?;
    let more = owed.len() == MOST_OWED;
    let items: Vec<Value> = owed.iter().map(|one| told(one, now)).collect();
    Ok(reply(200, JSON, &json!({"items": items, "more": more})))
}

fn told(owed: &Owed, now: Timestamp) -> Value {
    let deadline = &owed.deadline;
    // What is done stands as it stood then.
    let at = owed.ended.map_or(now, |(at, _)| at);
    let standing = match deadline.stands(at) {
        Standing::Open => "open",
        Standing::Pressing => "pressing",
        Standing::Passed => "passed",
    };
    json!({
        "about": owed.subject,
        "partner": owed.partner,
        "duty": deadline.duty,
        "starts_at": Instant::new(deadline.starts),
        "alert_at": Instant::new(deadline.warns),
        "due_at": Instant::new(deadline.ends),
        "standing": standing,
        "alerted_at": owed.alerted_at.map(Instant::new),
        "ended_at": owed.ended.map(|(at, _)| Instant::new(at)),
        "ended": owed.ended.map(|(_, how)| how),
    })
}

//! Why an exchange went where it went: every choice with its inputs, worked out again from the set of that time.
//! Refuses to show anything of a member: the inputs are words of closed vocabularies, and of many members it counts.

use super::super::Shared;
use super::super::asked::{Words, only, word};
use super::super::problem::{Refusal, finish};
use super::super::reply::{context, reply};
use crate::control::Unpublished;
use crate::security::token::EXCHANGES;
use crate::store::{Kept, KeptChoice};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::ExchangeId;
use domain::record::Instant;
use domain::routing::Inputs;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<Words>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let shown = shown(&shared, &headers, &ExchangeId::new(id), &query).await;
    finish(shown, &context)
}

async fn shown(
    shared: &Shared,
    headers: &HeaderMap,
    id: &ExchangeId,
    query: &Words,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let at = asked_at(query)?;
    if shared.workflow.get(id).await?.is_none() {
        return Err(Code::NotYourResource.into());
    }
    let choices = plane.store.choices(id).await?;
    let inputs = choices.last().map(|last| last.choice.inputs.clone());
    let mut told = Vec::new();
    for kept in &choices {
        told.push(explained(shared, kept).await?);
    }
    let then = match (at, inputs) {
        (Some(at), Some(inputs)) => Some(at_time(shared, at, &inputs).await?),
        (Some(_) | None, _) => None,
    };
    let view = json!({"id": id, "choices": told, "at": then});
    Ok(reply(200, "application/json", &view))
}

fn asked_at(query: &Words) -> Result<Option<Timestamp>, Refusal> {
    only(query, &["at"])?;
    word(query, "at")
}

/// A choice as it was kept, and whether the set of that number still says the same.
async fn explained(shared: &Shared, kept: &KeptChoice) -> Result<Value, Refusal> {
    let choice = &kept.choice;
    let reproduced = shared.control.repeats(choice).await.map_err(of)?;
    let mut told = json!({
        "at": Instant::new(kept.at),
        "snapshot": kept.snapshot,
        "set": choice.set,
        "by": choice.by,
        "inputs": choice.inputs,
        "decision": choice.decision,
        "code": choice.code,
        "reproduced": reproduced,
    });
    if let (Some(shares), Some(told)) = (&kept.shares, told.as_object_mut()) {
        told.insert("shares".to_owned(), json!(shares));
    }
    Ok(told)
}

/// What the set in force at that time says to the same inputs.
async fn at_time(shared: &Shared, at: Timestamp, inputs: &Inputs) -> Result<Value, Refusal> {
    let then = shared.control.otherwise(at, inputs).await.map_err(of)?;
    Ok(then.map_or(Value::Null, |then| {
        json!({
            "at": Instant::new(at),
            "snapshot": then.snapshot,
            "set": then.set,
            "decision": then.decision,
        })
    }))
}

fn of(unpublished: Unpublished) -> Refusal {
    match unpublished {
        Unpublished::Store(error) => error.into(),
        Unpublished::Stale(_)
        | Unpublished::Refused(_)
        | Unpublished::SamePerson
        | Unpublished::Overtaken
        | Unpublished::Nothing => Code::NotYourResource.into(),
    }
}

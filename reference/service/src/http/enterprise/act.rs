//! What our own systems say to an exchange that is under way: take it back, hold it, let it go on.
//! Refuses to decide what follows, and to say the same thing twice under one key.

use super::super::Shared;
use super::super::problem::{Refusal, conflict, finish, problem};
use super::super::reply::{context, given, key, reply, with_header};
use super::{JSON, PATH};
use crate::data::once::once;
use crate::security::token::EXCHANGES;
use crate::store::{Kept, Scope};
use crate::telemetry::Context;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::failure::Code;
use domain::idempotency::{Asked, fingerprint};
use domain::ids::{ExchangeId, PartnerId};
use domain::record::{Actor, ActorKind};
use domain::workflow::{CameTo, EngineError, Signal, Signalled, Speaker};
use serde_json::json;
use std::sync::Arc;
use wire::json::{Document, Limits};

/// What may be asked of an exchange, and the signal that it becomes.
#[derive(Clone, Copy, Debug)]
struct Act {
    word: &'static str,
    signal: Signal,
}

/// Why nothing follows from a signal to an exchange that has ended.
const ENDED: &str = "ended";

const CANCEL: Act = Act {
    word: "cancel",
    signal: Signal::Cancel,
};
const PAUSE: Act = Act {
    word: "pause",
    signal: Signal::Pause,
};
const RESUME: Act = Act {
    word: "resume",
    signal: Signal::Resume,
};

pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    act(&shared, &headers, ExchangeId::new(id), CANCEL).await
}

pub(super) async fn pause(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    act(&shared, &headers, ExchangeId::new(id), PAUSE).await
}

pub(super) async fn resume(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    act(&shared, &headers, ExchangeId::new(id), RESUME).await
}

async fn act(shared: &Shared, headers: &HeaderMap, id: ExchangeId, act: Act) -> Response {
    let context = context(headers, shared.plane.now());
    let answered = acted(shared, &context, headers, &id, act).await;
    finish(answered, &context)
}

async fn acted(
    shared: &Shared,
    context: &Context,
    headers: &HeaderMap,
    id: &ExchangeId,
    act: Act,
) -> Result<Kept, Refusal> {
    let plane = &shared.plane;
    let client: PartnerId = shared.gate.admit(headers, EXCHANGES, plane.now())?;
    let key = key(headers, "idempotency-key")?.ok_or(Code::KeyMissing)?;
    let nothing = Document::parse(b"{}", &Limits::MATCH_BODY).map_err(|_| Code::NotJson)?;
    let print = fingerprint(&Asked {
        method: "POST",
        path: &format!("{PATH}/{id}/{}", act.word),
        headers: &[],
        body: &nothing,
    });
    let scope = Scope {
        client: client.as_str(),
        operation: act.word,
        key,
    };
    let heard_under = format!("{client}/{}/{key}", act.word);
    let speaker = Speaker {
        actor: Actor {
            kind: ActorKind::Client,
            id: client.as_str().parse().map_err(|_| Code::TokenInvalid)?,
            role: "enterprise".parse().map_err(|_| Code::ScopeMissing)?,
        },
        correlation: context.correlation.clone(),
    };
    let work = said(shared, context, id, (act, &heard_under, &speaker));
    Ok(given(once(plane, scope, &print, work).await?)?)
}

async fn said(
    shared: &Shared,
    context: &Context,
    id: &ExchangeId,
    (act, key, by): (Act, &str, &Speaker),
) -> Kept {
    let heard = shared.workflow.signal(id, (act.signal, by), key).await;
    told(heard, context, id, act)
}

fn told(
    heard: Result<Option<Signalled>, EngineError>,
    context: &Context,
    id: &ExchangeId,
    act: Act,
) -> Kept {
    match heard {
        Ok(Some(heard)) => match heard.came_to {
            CameTo::Late | CameTo::OffersReplay => conflict(ENDED, context, Vec::new()),
            CameTo::Moved
            | CameTo::Paused
            | CameTo::Resumed
            | CameTo::Woken
            | CameTo::Early
            | CameTo::Already
            | CameTo::NotAsked => {
                let view = json!({"id": id, "signal": act.word, "came_to": heard.came_to});
                let kept = reply(202, JSON, &view);
                with_header(kept, "location", format!("{PATH}/{id}"))
            }
        },
        Ok(None) => problem(Code::NotYourResource, context, Vec::new()),
        Err(EngineError(code)) => problem(code, context, Vec::new()),
    }
}

//! The audit log for auditors: searched, answered from, proved, exported; and holds that keep records and bodies.
//! Refuses to change it: there is no route that edits or removes an event.

use super::{Acting, admitted};
use crate::audit::{answer, consistency, inclusion};
use crate::http::Shared;
use crate::http::asked::{Words, only, unfit, word};
use crate::http::problem::{Refusal, finish};
use crate::http::reply::{context, reply, with_header};
use crate::store::Kept;
use crate::store::audit::{Search, When};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use domain::Timestamp;
use domain::failure::Code;
use domain::masked::Masked;
use domain::operator::Role;
use domain::record::Instant;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

type Asked = Query<Words>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/audit", get(search))
        .route("/audit/answer/{id}", get(answered))
        .route("/audit/head", get(head))
        .route("/audit/heads", get(heads))
        .route("/audit/proof/{seq}", get(proof))
        .route("/audit/consistency", get(consistent))
        .route("/audit/export", get(export))
}

/// The caller, when it may read the log.
fn auditor(shared: &Shared, headers: &HeaderMap) -> Result<Acting, Refusal> {
    admitted(shared, headers, Role::Audit)
}

fn told(value: &impl Serialize) -> Kept {
    reply(200, JSON, value)
}

async fn search(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(asked): Asked,
) -> Response {
    let context = context(&headers, shared.plane.now());
    finish(searched(&shared, &headers, &asked).await, &context)
}

async fn searched(shared: &Shared, headers: &HeaderMap, asked: &Words) -> Result<Kept, Refusal> {
    auditor(shared, headers)?;
    let search = wanted(asked)?;
    let records = shared.plane.store.audited(&search).await?;
    let next = records.last().map(|record| record.seq);
    Ok(told(&json!({ "items": records, "next": next })))
}

fn wanted(asked: &Words) -> Result<Search, Refusal> {
    let known = ["request", "partner", "actor", "since", "until", "after"];
    only(asked, &known)?;
    // In the one spelling that the log knows.
    let moment = |name| {
        let at: Option<Timestamp> = word(asked, name)?;
        Ok::<_, Refusal>(at.map(|at| Instant::new(at).to_string()))
    };
    Ok(Search {
        request: asked.get("request").cloned(),
        partner: asked.get("partner").cloned(),
        actor: asked.get("actor").cloned(),
        since: moment("since")?,
        until: moment("until")?,
        after: word(asked, "after")?.unwrap_or_default(),
    })
}

async fn answered(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let answer = answer(&shared.plane.store, &id).await?;
        answer.map(|answer| told(&answer)).ok_or(NOT_THERE)
    };
    finish(found.await, &context)
}

const NOT_THERE: Refusal = Refusal {
    code: Code::NotYourResource,
    fields: Vec::new(),
};

/// The head over everything that is there, signed now if it has not been.
async fn head(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let head = shared.keeper.sign(&shared.plane, When::Now).await?;
        let head = head.ok_or(NOT_THERE)?;
        let key = shared.keeper.public_key();
        Ok(told(
            &json!({ "size": head.size, "head": head.signed, "key": key }),
        ))
    };
    finish(found.await, &context)
}

/// Every head, one a line, oldest first.
async fn heads(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let heads = shared.plane.store.heads_after(0).await?;
        let lines: String = heads
            .iter()
            .map(|head| format!("{}\n", head.signed))
            .collect();
        Ok(lines_of(lines, None))
    };
    finish(found.await, &context)
}

fn lines_of(lines: String, next: Option<u64>) -> Kept {
    let kept = Kept {
        status: 200,
        headers: vec![("content-type".to_owned(), NDJSON.to_owned())],
        body: Masked::new(lines.into_bytes()),
    };
    match next {
        Some(next) => with_header(
            kept,
            "link",
            format!("</audit/export?after={next}>; rel=\"next\""),
        ),
        None => kept,
    }
}

/// A page of the log as `audit_verify` reads it, with a link to the next one while there is one.
async fn export(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(asked): Asked,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let after = word(&asked, "after")?.unwrap_or_default();
        let entries = shared.plane.store.audit_page(after).await?;
        let mut lines = String::new();
        for entry in &entries {
            let line = serde_json::to_string(entry).map_err(|_| Code::StoreUnavailable)?;
            lines.push_str(&line);
            lines.push('\n');
        }
        Ok(lines_of(lines, entries.last().map(|entry| entry.seq())))
    };
    finish(found.await, &context)
}

async fn proof(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(seq): Path<u64>,
    Query(asked): Asked,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let size = whole(&shared, word(&asked, "size")?).await?;
        let proof = inclusion(&shared.plane.store, seq, size).await?;
        proof.map(|proof| told(&proof)).ok_or(NOT_THERE)
    };
    finish(found.await, &context)
}

/// The size that is asked about; the present one when none is.
async fn whole(shared: &Shared, asked: Option<u64>) -> Result<u64, Refusal> {
    if let Some(size) = asked {
        return Ok(size);
    }
    Ok(shared.plane.store.audit_size().await?)
}

async fn consistent(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(asked): Asked,
) -> Response {
    let context = context(&headers, shared.plane.now());
    let found = async {
        auditor(&shared, &headers)?;
        let first = word(&asked, "first")?.ok_or_else(|| unfit("?first"))?;
        let size = whole(&shared, word(&asked, "size")?).await?;
        let proof = consistency(&shared.plane.store, first, size).await?;
        proof.map(|proof| told(&proof)).ok_or(NOT_THERE)
    };
    finish(found.await, &context)
}

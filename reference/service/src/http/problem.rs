//! Errors towards our own systems: RFC 9457 problem documents.
//! Refuses values: a field is named by its path.

use super::outcome::wait;
use super::reply::{REFUSED, reply, with_header, with_retry_after, write};
use crate::store::{Kept, StoreError};
use crate::telemetry::Context;
use axum::response::Response;
use domain::failure::Code;
use domain::workflow::EngineError;
use serde::Serialize;
use std::time::Duration;

/// Where the problems are explained.
const BASE: &str = "https://payer-exchange.example/problems/";

/// Source: RFC 9457, with the members `code`, `retryable`, `correlation_id` and `fields` of ours
#[derive(Debug, Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: String,
    retryable: bool,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
}

/// The answer that a code becomes; `fields` are paths of the request.
pub(super) fn problem(code: Code, context: &Context, fields: Vec<String>) -> Kept {
    let meaning = code.meaning();
    let (outcome, status) = (meaning.outcome, meaning.status);
    let problem = Problem {
        r#type: format!("{BASE}{code}"),
        title: outcome.word(),
        status,
        code: code.to_string(),
        retryable: outcome.is_retryable(status),
        correlation_id: context.correlation.as_str(),
        fields,
    };
    let kept = reply(status, "application/problem+json", &problem);
    let kept = with_header(kept, REFUSED, code.to_string());
    with_retry_after(kept, wait(code))
}

/// The answer to an order that the state of things forbids; `what` is a word of a closed vocabulary.
pub(super) fn conflict(what: &'static str, context: &Context, fields: Vec<String>) -> Kept {
    let problem = Problem {
        r#type: format!("{BASE}conflict/{what}"),
        title: what,
        status: 409,
        code: format!("conflict/{what}"),
        retryable: false,
        correlation_id: context.correlation.as_str(),
        fields,
    };
    reply(409, "application/problem+json", &problem)
}

/// The answer to a call that may come again after `wait`.
pub(super) fn later(code: Code, context: &Context, wait: Option<Duration>) -> Kept {
    let mut kept = problem(code, context, Vec::new());
    if wait.is_some() {
        kept.headers.retain(|(name, _)| name != "retry-after");
    }
    with_retry_after(kept, wait)
}

/// A refusal: the code, and the paths concerned.
pub(super) struct Refusal {
    pub code: Code,
    pub fields: Vec<String>,
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
        error.code().into()
    }
}

impl From<EngineError> for Refusal {
    fn from(EngineError(code): EngineError) -> Self {
        code.into()
    }
}

/// Writes an answer, or what a refusal becomes.
pub(super) fn finish(answered: Result<Kept, Refusal>, context: &Context) -> Response {
    let kept = answered.unwrap_or_else(|refusal| problem(refusal.code, context, refusal.fields));
    write(kept, context)
}

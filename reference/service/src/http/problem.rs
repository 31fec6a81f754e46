//! Errors towards our own systems: RFC 9457 problem documents.
//! Refuses values: a field is named by its path.

use super::outcome::wait;
use super::reply::{reply, with_retry_after};
use crate::store::Kept;
use crate::telemetry::Context;
use domain::failure::Code;
use serde::Serialize;

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
    with_retry_after(
        reply(status, "application/problem+json", &problem),
        wait(code),
    )
}

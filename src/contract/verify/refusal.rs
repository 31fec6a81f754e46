//! A request that must be refused: it is, for the declared reason, and tells nothing.
//! Refuses to accept a refusal for another reason.

use super::echo::echoes;
use super::{Answer, Check};
use crate::model::Finding;
use serde_json::Value;
use wire::outcome::{CODE_SYSTEM, Code};

/// Whether the provider served what it had to refuse. A partial answer is served, and says so.
pub fn is_served(check: &Check<'_>, answer: &Answer<'_>) -> bool {
    let partial = check
        .interaction
        .terms
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.code == Code::Partial);
    answer.response.status < 400 && !partial
}

pub fn served(check: &Check<'_>) -> Finding {
    let pointer = format!("{}/response/status", check.interaction.pointer);
    check
        .finding(
            "contract/negative-accepted",
            check.contract.place(&pointer),
            "status",
        )
        .pointer("/status")
        .message("the provider served a request that it must refuse")
}

/// Everything that is wrong with a refusal.
pub fn judged(check: &Check<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = code(check, answer).into_iter().collect();
    findings.extend(echoes(check, answer));
    findings.extend(patient(check, answer));
    findings
}

/// The body carries the declared code: in an OperationOutcome, or in problem details.
fn code(check: &Check<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let outcome = check.interaction.terms.outcome.as_ref()?;
    let body = answer.body.as_ref().map(wire::json::Document::value);
    let found = body.and_then(bound_code);
    let message = match found {
        Some(code) if code == outcome.code => return None,
        Some(code) => format!(
            "the refusal says `{code}`, the contract expects `{}`",
            outcome.code
        ),
        None => format!(
            "the refusal carries no bound code, the contract expects `{}`",
            outcome.code
        ),
    };
    let place = check.contract.place(&format!("{}/code", outcome.pointer));
    Some(
        check
            .finding("contract/outcome-mismatch", place, "answer")
            .pointer("/body")
            .message(message),
    )
}

/// The first bound code of a refusal; a word outside the table is none.
fn bound_code(body: &Value) -> Option<Code> {
    let issues = body
        .get("issue")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let codings = issues
        .filter_map(|issue| issue.pointer("/details/coding")?.as_array())
        .flatten();
    let mut bound = codings
        .filter(|coding| coding.get("system").and_then(Value::as_str) == Some(CODE_SYSTEM))
        .filter_map(|coding| coding.get("code")?.as_str());
    let problem = || body.get("code").and_then(Value::as_str);
    bound.next().or_else(problem)?.parse().ok()
}

/// A refused consent gives no Patient id back.
///
/// Source: PDex 2.1.0 pdex-203, pdex-207
fn patient(check: &Check<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let outcome = check.interaction.terms.outcome.as_ref()?;
    let document = answer.body.as_ref()?;
    if outcome.code != Code::ConsentConstraint {
        return None;
    }
    let place = super::super::path::everything("", document.value())
        .into_iter()
        .find(|(_, value)| names_patient(value))?;
    Some(
        check
            .finding(
                "contract/forbidden-present",
                check.response_place(""),
                "patient-id",
            )
            .pointer(format!("/body{}", check.shown(&place.0)))
            .message("a refused consent gives back something that names a patient"),
    )
}

fn names_patient(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split_once("Patient/").is_some_and(|(before, id)| {
            (before.is_empty() || before.ends_with('/')) && !id.is_empty()
        }),
        Value::Object(members) => {
            let kind = members.get("resourceType").and_then(Value::as_str);
            kind == Some("Patient")
                || ["valueIdentifier", "valueReference", "patient"]
                    .iter()
                    .any(|key| members.contains_key(*key))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

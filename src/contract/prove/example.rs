//! Examples against every version in range: what is sent must be valid, what is read must be declared.
//! Refuses to ask an example of a response for what its consumer does not read.

use super::super::declared::Declared;
use super::super::interaction::{Body, Json};
use super::super::path::below;
use super::super::terms::{Edge, Polarity, Side};
use super::super::versions::Ready;
use super::confirm::whole;
use super::relax::relaxed;
use super::{Case, shown};
use crate::model::Finding;
use serde_json::Value;
use wire::payload::{Problem, Schema};

const INVALID: &str = "contract/example-invalid";

/// Whether the example of one side fits a version.
pub fn valid(case: &Case<'_>, side: Side, ready: &Ready) -> Vec<Finding> {
    match (side, &case.content(side).body) {
        (Side::Request, Body::Json(json)) => request(case, ready, json),
        (Side::Response, Body::Json(json)) => response(case, ready, json),
        // What is no JSON is valid under no version; a malformed request is meant to be so.
        (Side::Request, Body::Text(_)) if is_malformed(case) => Vec::new(),
        (_, Body::Absent) => Vec::new(),
        (_, Body::Empty | Body::Text(_) | Body::Form(_) | Body::Unsupported) => {
            vec![invalid(case, side, ready, "", "the example is not JSON")]
        }
    }
}

fn is_malformed(case: &Case<'_>) -> bool {
    case.interaction
        .terms
        .edges
        .contains(&Edge::MalformedPayload)
}

fn request(case: &Case<'_>, ready: &Ready, json: &Json) -> Vec<Finding> {
    let Some(example) = whole(json.value()) else {
        return Vec::new();
    };
    let problems = ready.schema.problems(&example.document);
    if is_malformed(case) {
        let message = "the example is valid, but the interaction says that it is malformed";
        return if problems.is_empty() {
            vec![invalid(case, Side::Request, ready, "", message)]
        } else {
            Vec::new()
        };
    }
    let terms = &case.interaction.terms;
    let meant = terms.outcome.as_ref().map(|outcome| outcome.code);
    if terms.polarity == Polarity::Negative
        && meant.is_some()
        && Problem::code_of(&problems) == meant
    {
        return Vec::new();
    }
    problems
        .iter()
        .map(|problem| told(case, Side::Request, ready, problem))
        .collect()
}

fn response(case: &Case<'_>, ready: &Ready, json: &Json) -> Vec<Finding> {
    let mut undeclared_at = Vec::new();
    undeclared(&ready.declared, json.value(), "", &mut undeclared_at);
    let mut findings: Vec<Finding> = undeclared_at
        .iter()
        .map(|pointer| {
            let message = "the example shows a member that the version does not declare";
            invalid(case, Side::Response, ready, pointer, message)
        })
        .collect();
    if !findings.is_empty() {
        return findings;
    }
    let relaxed = Schema::compile(&relaxed(&ready.bundle));
    let example = whole(json.value());
    if let (Ok(schema), Some(example)) = (relaxed, example) {
        let problems = schema.problems(&example.document);
        findings.extend(
            problems
                .iter()
                .map(|problem| told(case, Side::Response, ready, problem)),
        );
    }
    findings
}

fn told(case: &Case<'_>, side: Side, ready: &Ready, problem: &Problem) -> Finding {
    let message = format!(
        "the example is not valid under {}: {}",
        ready.id, problem.message
    );
    let schema = case
        .question
        .versions
        .place(&ready.id, &problem.schema_pointer);
    invalid(case, side, ready, &problem.pointer, &message).note("schema", schema.to_string())
}

fn invalid(case: &Case<'_>, side: Side, ready: &Ready, pointer: &str, message: &str) -> Finding {
    let place = case.body_place(side, pointer);
    case.finding(INVALID, place, &ready.id.to_string())
        .pointer(format!("/{}{}", case.part(side), shown(pointer, ready)))
        .message(message)
}

/// Every member of `value` that is not declared in its place.
fn undeclared(declared: &Declared, value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let at = below(pointer, key);
                match declared.member(key) {
                    Some(known) => undeclared(&known.declared, member, &at, found),
                    None if declared.open => {}
                    None => found.push(at),
                }
            }
        }
        Value::Array(items) => {
            let nothing = Declared::default();
            let declared = declared.items.as_deref().unwrap_or(&nothing);
            for (index, item) in items.iter().enumerate() {
                undeclared(declared, item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

//! An answer against everything but the example: closed and forbidden places, its schema, what the reader bears.
//! Refuses to know refusals.

use super::super::compile::shape;
use super::super::masked::masked;
use super::super::path::{Key, Path, children};
use super::super::terms::{FieldOrder, Side, UnknownFields};
use super::super::versions::Ready;
use super::{Answer, Check};
use crate::model::Finding;
use serde_json::Value;
use std::sync::Arc;

/// The header in which a provider says which version its answer follows: `entry@version`.
const CLAIM: &str = "x-schema-version";

/// Everything that is wrong with an answer beside what the matcher says.
pub fn judged(check: &Check<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    let mut findings = forbidden_headers(check, answer);
    let Some(document) = &answer.body else {
        return findings;
    };
    let value = document.value();
    findings.extend(closed(check, value));
    findings.extend(forbidden(check, value));
    findings.extend(reader(check, value));
    findings.extend(invalid(check, answer));
    findings
}

/// At a closed place an object holds no member but those of the example.
fn closed(check: &Check<'_>, value: &Value) -> Vec<Finding> {
    let Some(example) = check.interaction.response.content.body.json() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for scope in check.interaction.terms.closed_on(Side::Response) {
        let shown = scope.path.select(example.value());
        for (pointer, actual) in scope.path.select(value) {
            let extra = actual
                .as_object()
                .into_iter()
                .flatten()
                .find(|(key, _)| !shown.iter().any(|(_, example)| example.get(*key).is_some()));
            if extra.is_some() {
                let place = check.contract.place(&scope.pointer);
                let finding = check
                    .finding("contract/closed-broken", place, "closed")
                    .pointer(format!("/body{}", check.shown(&pointer)))
                    .message("the answer holds a member that the example does not show, at a closed place");
                findings.push(finding);
            }
        }
    }
    findings
}

fn forbidden(check: &Check<'_>, value: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for scope in &check.interaction.terms.forbidden {
        if scope.side == Side::Request {
            continue;
        }
        for (pointer, _) in scope.path.select(value) {
            let place = check.contract.place(&scope.pointer);
            let finding = check
                .finding("contract/forbidden-present", place, "forbidden")
                .pointer(format!("/body{}", check.shown(&pointer)))
                .message("the answer holds what the contract forbids");
            findings.push(finding);
        }
    }
    findings
}

fn forbidden_headers(check: &Check<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    let names = &check.interaction.terms.forbidden_headers;
    let present = names.iter().filter(|name| answer.header(name).is_some());
    present
        .map(|name| {
            let pointer = format!(
                "{}/comments/references/matchmark/forbiddenHeaders",
                check.interaction.pointer
            );
            check
                .finding(
                    "contract/forbidden-present",
                    check.contract.place(&pointer),
                    "header",
                )
                .pointer(format!("/header/{name}"))
                .message("the answer has a header that the contract forbids")
        })
        .collect()
}

/// What the consumer's parser does not bear.
fn reader(check: &Check<'_>, value: &Value) -> Vec<Finding> {
    let Some(example) = check.interaction.response.content.body.json() else {
        return Vec::new();
    };
    let reader = check.contract.reader(check.interaction);
    let mut findings = Vec::new();
    if reader.unknown_fields == UnknownFields::Reject {
        let shape = shape(&[example.value()]);
        if let Some(pointer) = super::super::prove::unknown_member(&shape, value, "") {
            let finding = check
                .finding("contract/closed-broken", check.response_place(""), "reader")
                .pointer(format!("/body{}", check.shown(&pointer)))
                .message("the answer holds a member that this reader does not know, and it rejects those");
            findings.push(finding);
        }
    }
    if reader.field_order == FieldOrder::Fixed {
        let mut keys = Vec::new();
        if let Some(pointer) = out_of_order(example.value(), value, "", &mut keys) {
            let finding = check
                .finding(
                    "contract/reader-order-broken",
                    check.response_place(&pointer),
                    "answer",
                )
                .pointer(format!("/body{}", check.shown(&pointer)))
                .message(
                    "the members of the answer come in another order than this reader goes by",
                );
            findings.push(finding);
        }
    }
    findings
}

/// The pointer of the first object whose members are not in the order of the example's object at that place.
fn out_of_order(
    example: &Value,
    value: &Value,
    pointer: &str,
    keys: &mut Vec<Key>,
) -> Option<String> {
    if let Value::Object(members) = value {
        let orders = alike(example, keys);
        let mut orders = orders.iter().filter_map(|shown| shown.as_object());
        let fits = |order: &serde_json::Map<String, Value>| {
            let mut rest = order.keys();
            members.keys().all(|key| rest.any(|known| known == key))
        };
        if orders.clone().next().is_some() && !orders.any(fits) {
            return Some(pointer.to_owned());
        }
    }
    for (key, pointer, child) in children(pointer, value) {
        keys.push(key);
        let found = out_of_order(example, child, &pointer, keys);
        keys.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The values of the example at the place that `keys` lead to, items of an array taken alike.
fn alike<'v>(example: &'v Value, keys: &[Key]) -> Vec<&'v Value> {
    let mut path = Path::default();
    for key in keys {
        path = path.then(match key {
            Key::Name(name) => super::super::path::Step::Name(name.clone()),
            Key::Index(_) => super::super::path::Step::AnyIndex,
            Key::Unnamed => super::super::path::Step::Any,
        });
    }
    path.select(example)
        .into_iter()
        .map(|(_, value)| value)
        .collect()
}

/// The answer is valid under the version that it claims or that was spoken, or else under one of those in range.
fn invalid(check: &Check<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    let Some(document) = &answer.body else {
        return Vec::new();
    };
    let claim = answer.header(CLAIM);
    let versions: Vec<&Arc<Ready>> = check
        .response_versions
        .iter()
        .filter(|ready| claim.is_none_or(|claim| claim == ready.id.to_string()))
        .filter(|ready| answer.replay.admits(&ready.id))
        .collect();
    if versions.is_empty() && !check.response_versions.is_empty() {
        let finding = check
            .finding("contract/answer-invalid", check.response_place(""), "claim")
            .message("the answer is of a version outside the range of the contract");
        return vec![finding];
    }
    if versions
        .iter()
        .any(|ready| ready.schema.accepts(document.value()))
    {
        return Vec::new();
    }
    // The newest released one says what is wrong; the draft only where there is nothing else.
    let released = versions
        .iter()
        .rev()
        .find(|ready| ready.id.version.number().is_some());
    let Some(ready) = released.or(versions.last()) else {
        return Vec::new();
    };
    ready
        .schema
        .problems(document)
        .iter()
        .map(|problem| {
            let pointer = masked(&problem.pointer, &ready.names);
            check
                .finding(
                    "contract/answer-invalid",
                    check.response_place(&pointer),
                    problem.id,
                )
                .pointer(format!("/body{pointer}"))
                .message(format!(
                    "the answer is not valid under {}: {}",
                    ready.id, problem.message
                ))
        })
        .collect()
}

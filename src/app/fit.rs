//! How well a payload fits the marks of one entry.
//! Refuses to know the other entries, and to let a wrong value hide what a payload is meant to be: what contradicts a
//! mark only weighs, so that the value is judged and not the payload lost.

use serde_json::Value;
use std::collections::BTreeSet;
use wire::payload::{Marks, Pin};

/// Top-level members by which a resource says of what kind it is.
///
/// Source: FHIR R4 (Bundle.type, Group.code and type, ExplanationOfBenefit.type and use)
const KINDS: [&str; 3] = ["type", "code", "use"];

/// The resource that can hold anything: without a claim, only one that has every required name is meant.
///
/// Source: FHIR R4, Bundle
const CONTAINER: &str = "Bundle";

/// A weight; the greater fits better. Fields weigh in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// Whether the resource type is the one that the entry describes.
    kind: bool,
    /// Parts that the entry knows, less those that it does not.
    parts: isize,
    /// The same of the parts inside them.
    inner_parts: isize,
    /// Fixed values that are there, less those that differ.
    pins: isize,
    /// Required names that are there, less those that are not.
    required: isize,
    /// Names that the entry does not declare, counted down.
    declared: isize,
}

impl Fit {
    /// Whether the payload may be meant for the entry at all.
    pub(super) fn admits(marks: &Marks, payload: &Value) -> bool {
        let kind = payload.get("resourceType").and_then(Value::as_str);
        match (&marks.resource_type, kind) {
            (Some(described), Some(kind)) => {
                let is_whole = || {
                    marks
                        .required
                        .iter()
                        .all(|name| payload.get(name).is_some())
                };
                described == kind
                    && (kind != CONTAINER || is_whole())
                    && shares_a_part(marks, payload)
                    && is_of_the_kind(marks, payload)
            }
            (None, None) => has_the_names(marks, payload),
            _ => false,
        }
    }

    pub(super) fn of(marks: &Marks, payload: &Value) -> Self {
        let kind = payload.get("resourceType").and_then(Value::as_str);
        let parts = payload.get("parameter");
        let inner = inner(parts);
        let top: Vec<&str> = members(payload).collect();
        let required = marks
            .required
            .iter()
            .map(|name| top.contains(&name.as_str()));
        Self {
            kind: kind == marks.resource_type.as_deref(),
            parts: balance(
                names(parts, "name")
                    .iter()
                    .map(|name| marks.parts.contains(*name)),
            ),
            inner_parts: balance(inner.iter().map(|name| marks.inner_parts.contains(*name))),
            pins: balance(marks.pins.iter().filter_map(|pin| pin.holds(payload))),
            required: balance(required),
            declared: balance(top.iter().map(|name| marks.declared.contains(*name))).min(0),
        }
    }
}

/// A Parameters resource has a part that the entry knows, or none that has a name.
fn shares_a_part(marks: &Marks, payload: &Value) -> bool {
    let names = names(payload.get("parameter"), "name");
    let knows = names.iter().any(|name| marks.parts.contains(*name));
    names.is_empty() || marks.parts.is_empty() || knows
}

/// Not everything by which the resource says its kind is something else.
fn is_of_the_kind(marks: &Marks, payload: &Value) -> bool {
    let tells = |pin: &&Pin| {
        let first = pin
            .path
            .first()
            .is_some_and(|first| KINDS.contains(&first.as_str()));
        first || pin.path.last().is_some_and(|last| last == "resourceType")
    };
    let told = marks.pins.iter().filter(tells);
    let mut told = told.filter_map(|pin| pin.holds(payload)).peekable();
    told.peek().is_none() || told.any(|holds| holds)
}

/// What speaks for it, less what speaks against it.
fn balance(answers: impl Iterator<Item = bool>) -> isize {
    answers.map(|yes| if yes { 1 } else { -1 }).sum()
}

fn members(payload: &Value) -> impl Iterator<Item = &str> {
    let members = payload.as_object().into_iter();
    members.flat_map(serde_json::Map::keys).map(String::as_str)
}

/// More than half of what the entry requires is there; where it requires nothing, of what the payload has.
fn has_the_names(marks: &Marks, payload: &Value) -> bool {
    let top: BTreeSet<&str> = members(payload).collect();
    if marks.required.is_empty() {
        let known = top
            .iter()
            .filter(|name| marks.declared.contains(**name))
            .count();
        return known * 2 > top.len();
    }
    let there = marks
        .required
        .iter()
        .filter(|name| top.contains(name.as_str()))
        .count();
    there * 2 > marks.required.len()
}

/// The different words that the items of a list have under `member`.
fn names<'a>(list: Option<&'a Value>, member: &str) -> BTreeSet<&'a str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.get(member)?.as_str())
        .collect()
}

/// The names of the parts inside the parts.
fn inner(parts: Option<&Value>) -> BTreeSet<&str> {
    let items = parts.and_then(Value::as_array).into_iter().flatten();
    items
        .flat_map(|item| names(item.get("part"), "name"))
        .collect()
}

//! Which of the 13 HRex items a schema lets a consent travel without: asked of the schema itself, not of its text.
//! Refuses to take a schema's word for it: an item counts as required only when a payload without it is rejected.

use crate::catalogue::{BASE, Catalogue, ConsentNeed, SchemaVersion};
use crate::policy::input::ConsentFacts;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::pointer_escape;
use wire::payload::Schema;

/// One way to leave an item out of a consent.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// Delete what stands at this path; `*` is every item of a list.
    At(&'static str),
    /// Delete every member whose name begins like this (`source[x]`).
    Named(&'static str),
    /// Delete the actors that play this role.
    Role(&'static str),
}

/// The items that a consent must carry, each with every way to leave it out.
///
/// Source: HL7 Da Vinci HRex 1.2.0, profile hrex-consent
const ITEMS: [(&str, &[Cut]); 13] = [
    ("status", &[Cut::At("status")]),
    ("scope", &[Cut::At("scope")]),
    ("category", &[Cut::At("category")]),
    ("patient", &[Cut::At("patient")]),
    ("performer", &[Cut::At("performer")]),
    ("source", &[Cut::Named("source")]),
    ("policy.uri", &[Cut::At("policy"), Cut::At("policy/*/uri")]),
    (
        "provision.type",
        &[Cut::At("provision"), Cut::At("provision/type")],
    ),
    (
        "provision.period.start",
        &[
            Cut::At("provision"),
            Cut::At("provision/period"),
            Cut::At("provision/period/start"),
        ],
    ),
    (
        "provision.period.end",
        &[
            Cut::At("provision"),
            Cut::At("provision/period"),
            Cut::At("provision/period/end"),
        ],
    ),
    (
        "provision.actor.source",
        &[
            Cut::At("provision"),
            Cut::At("provision/actor"),
            Cut::Role("performer"),
        ],
    ),
    (
        "provision.actor.recipient",
        &[
            Cut::At("provision"),
            Cut::At("provision/actor"),
            Cut::Role("IRCP"),
        ],
    ),
    (
        "provision.action",
        &[Cut::At("provision"), Cut::At("provision/action")],
    ),
];

/// What `version` demands of the consent in its payloads.
pub(super) fn of(
    catalogue: &Catalogue,
    version: &SchemaVersion,
    schema: Option<&Schema>,
    bearing: bool,
) -> ConsentFacts {
    ConsentFacts {
        bearing,
        missing: if bearing {
            missing(version, schema)
        } else {
            Vec::new()
        },
        anchor: anchor(catalogue, version.schema.value()),
    }
}

/// Items that a payload may lack, in the order of the profile; all of them when no example shows otherwise.
fn missing(version: &SchemaVersion, schema: Option<&Schema>) -> Vec<String> {
    let examples = version.accepted.iter();
    let payloads: Vec<&Value> = examples.map(|example| example.document.value()).collect();
    let told = schema.and_then(|schema| tell(schema, &payloads));
    ITEMS
        .iter()
        .map(|(item, _)| *item)
        .filter(|item| told.as_ref().is_none_or(|told| told.contains(item)))
        .map(str::to_owned)
        .collect()
}

/// The items that the schema does not insist on; `None` when no payload with a consent is accepted at all.
fn tell(schema: &Schema, payloads: &[&Value]) -> Option<BTreeSet<&'static str>> {
    let mut told: Option<BTreeSet<&'static str>> = None;
    for payload in payloads {
        let Some(consent) = consent_in(payload, String::new()) else {
            continue;
        };
        let mut found = accepted_without(schema, payload, &consent);
        if !schema.accepts(payload) {
            // A schema that no longer knows an item may reject the whole payload, but not the shorter one.
            let Some((_, shorter)) = found.first() else {
                continue;
            };
            found.extend(accepted_without(schema, &shorter.clone(), &consent));
        }
        let items = found.into_iter().map(|(item, _)| item);
        told.get_or_insert_default().extend(items);
    }
    told
}

/// Each item with a payload that the schema accepts although the item is cut out of it.
fn accepted_without(schema: &Schema, payload: &Value, consent: &str) -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    for (item, cuts) in &ITEMS {
        let accepted = cuts
            .iter()
            .filter_map(|cut| cut.applied(payload, consent))
            .find(|shorter| schema.accepts(shorter));
        found.extend(accepted.map(|shorter| (*item, shorter)));
    }
    found
}

impl Cut {
    /// The payload without the item; `None` when it had none.
    fn applied(self, payload: &Value, consent: &str) -> Option<Value> {
        let mut shorter = payload.clone();
        let consent = shorter.pointer_mut(consent)?;
        let cut = match self {
            Self::At(path) => {
                let path: Vec<&str> = path.split('/').collect();
                delete(consent, &path)
            }
            Self::Named(prefix) => {
                let members = consent.as_object_mut()?;
                let before = members.len();
                members.retain(|name, _| !name.starts_with(prefix));
                members.len() < before
            }
            Self::Role(code) => {
                let actors = consent.pointer_mut("/provision/actor")?.as_array_mut()?;
                let before = actors.len();
                actors.retain(|actor| !plays(actor, code));
                actors.len() < before
            }
        };
        cut.then_some(shorter)
    }
}

fn delete(value: &mut Value, path: &[&str]) -> bool {
    match (path, value) {
        ([name], Value::Object(members)) => members.shift_remove(*name).is_some(),
        (["*", rest @ ..], Value::Array(items)) => {
            let deleted = items
                .iter_mut()
                .filter_map(|item| delete(item, rest).then_some(()));
            deleted.count() > 0
        }
        ([name, rest @ ..], Value::Object(members)) => members
            .get_mut(*name)
            .is_some_and(|member| delete(member, rest)),
        _ => false,
    }
}

fn plays(actor: &Value, code: &str) -> bool {
    actor
        .pointer("/role/coding")
        .and_then(Value::as_array)
        .is_some_and(|codings| {
            let codes = codings.iter().filter_map(|coding| coding.get("code"));
            codes.into_iter().any(|found| found == code)
        })
}

/// The pointer of the first consent in a payload.
fn consent_in(value: &Value, pointer: String) -> Option<String> {
    if value
        .get("resourceType")
        .is_some_and(|kind| kind == "Consent")
    {
        return Some(pointer);
    }
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            consent_in(member, format!("{pointer}/{}", pointer_escape(name)))
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| consent_in(item, format!("{pointer}/{index}"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Where a schema refers to an entry that bears the consent, or what it requires when it describes the consent itself.
fn anchor(catalogue: &Catalogue, schema: &Value) -> String {
    let bears = |target: &str| {
        target
            .strip_prefix(BASE)
            .and_then(|path| path.split('/').next())
            .and_then(|entry| catalogue.entry(entry))
            .is_some_and(|entry| entry.file.consent == ConsentNeed::Bearing)
    };
    let mut open = vec![(String::new(), schema)];
    let mut found = BTreeSet::new();
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let pointer = format!("{pointer}/{}", pointer_escape(name));
                    if name == "$ref" && member.as_str().is_some_and(bears) {
                        found.insert(pointer);
                    } else {
                        open.push((pointer, member));
                    }
                }
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let own = || schema.get("required").map(|_| "/required".to_owned());
    found.pop_first().or_else(own).unwrap_or_default()
}

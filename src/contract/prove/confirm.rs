//! Witnesses, judged once more by the matcher and by the validator before they count.
//! Refuses to trust the prover alone.

use super::super::compile::shape;
use super::super::interaction::{Contract, Interaction, Json};
use super::super::matching::{self, Mismatch};
use super::super::path::{below, everything};
use super::super::rule::Part;
use super::super::terms::{Side, UnknownFields};
use super::super::versions::{Ready, scalar};
use super::Case;
use crate::inclusion::{Origin, Witness as Found};
use crate::model::{Place, Witness, WitnessSource, digest};
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::{Document, Limits};

/// A value as a document of its own, so that matchers can read its numbers.
pub fn whole(value: &Value) -> Option<Json> {
    let text = value.to_string();
    let document = Document::parse(text.as_bytes(), &Limits::FILE).ok()?;
    Some(Json::whole(document))
}

/// What keeps a consumer from reading an answer.
#[derive(Clone, Debug)]
pub enum Obstacle {
    /// The matcher refuses it.
    Mismatch(Mismatch),
    /// Its reader refuses a member: pointer of that member in the answer.
    Unknown(String),
}

/// The first thing that keeps one interaction's consumer from reading `value`.
pub fn obstacle(contract: &Contract, interaction: &Interaction, value: &Value) -> Option<Obstacle> {
    let expected = interaction.response.content.body.json()?;
    let actual = whole(value)?;
    let rules = interaction.response.rules.of(Part::Body);
    let mismatch = matching::body(expected, rules, &interaction.terms, Side::Response, &actual)
        .into_iter()
        .next();
    if let Some(mismatch) = mismatch {
        return Some(Obstacle::Mismatch(mismatch));
    }
    match contract.reader(interaction).unknown_fields {
        UnknownFields::Ignore => None,
        UnknownFields::Reject => {
            unknown_member(&shape(&[expected.value()]), value, "").map(Obstacle::Unknown)
        }
    }
}

/// The pointer of the first member that a strict reader does not know.
pub fn unknown_member(shape: &Value, value: &Value, pointer: &str) -> Option<String> {
    match value {
        Value::Object(members) => {
            let known = shape.get("properties").and_then(Value::as_object)?;
            members.iter().find_map(|(key, member)| {
                let at = below(pointer, key);
                match known.get(key) {
                    Some(shape) => unknown_member(shape, member, &at),
                    None => Some(at),
                }
            })
        }
        Value::Array(items) => {
            let shape = shape.get("items")?;
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| {
                unknown_member(shape, item, &format!("{pointer}/{index}"))
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Who accepts a witness and who rejects it.
pub struct Judges {
    pub accepted_by: String,
    pub rejected_by: String,
}

/// A witness for the report: shown only when it holds nothing of an example.
pub fn witness(case: &Case<'_>, ready: &Ready, found: &Found, judges: Judges) -> Witness {
    let text = wire::json::canonical(&found.value);
    let example = |path: &str| WitnessSource::Example {
        place: Place::start(path),
        digest: digest(text.as_bytes()),
    };
    let from_version = judges.accepted_by == ready.id.to_string();
    let source = match found.origin {
        Origin::Known(index) | Origin::Grown(index) if from_version => {
            example(ready.accepted_at.get(index).map_or("", String::as_str))
        }
        Origin::Generated if from_version && !tells(case, ready, &found.value) => {
            WitnessSource::Generated
        }
        _ => example(&case.contract.path),
    };
    let value = matches!(source, WitnessSource::Generated).then(|| found.value.clone());
    Witness {
        source,
        accepted_by: judges.accepted_by,
        rejected_by: judges.rejected_by,
        bytes: text.len(),
        value,
    }
}

/// Whether a value holds anything of the contract's examples that no schema fixes.
fn tells(case: &Case<'_>, ready: &Ready, value: &Value) -> bool {
    let bodies = case.contract.interactions.iter().flat_map(|interaction| {
        let (request, response) = (&interaction.request, &interaction.response);
        [request.content.body.json(), response.content.body.json()]
    });
    let mut texts = BTreeSet::new();
    for body in bodies.flatten() {
        words(body.value(), &mut texts);
    }
    let mut told = BTreeSet::new();
    words(value, &mut told);
    told.iter().any(|text| {
        texts.contains(text) && !ready.fixed.contains(text) && !ready.names.contains(text)
    })
}

/// Every scalar and every key.
fn words(value: &Value, found: &mut BTreeSet<String>) {
    for (_, value) in everything("", value) {
        found.extend(scalar(value));
        found.extend(
            value
                .as_object()
                .into_iter()
                .flat_map(|o| o.keys().cloned()),
        );
    }
}

/// The place in the catalogue of the deepest declared member on the way to `pointer`.
pub fn schema_pointer(ready: &Ready, pointer: &str) -> String {
    let mut declared = &ready.declared;
    let mut at = String::new();
    for segment in wire::json::pointer_segments(pointer).unwrap_or_default() {
        if let Some(member) = declared.member(&segment) {
            at.clone_from(&member.at);
            declared = &member.declared;
        } else if let Some(items) = &declared.items {
            declared = items;
        } else {
            break;
        }
    }
    at
}

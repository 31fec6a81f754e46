//! What travels beside the contents of a message.
//! Refuses to know the contents.

use super::super::interaction::Json;
use super::super::path::Key;
use super::super::rule::Part;
use super::Judge;
use super::http::{broken, media_fits};
use super::mismatch::{Mismatch, kind};
use super::scalar::{Habitat, same_scalar};
use super::walk::{Extra, Origin, Pair, Step, Trail, Walk};
use serde_json::{Map, Value};

/// The media type that metadata name.
pub fn media(metadata: &Json) -> Option<&str> {
    let members = metadata.value().as_object()?;
    members
        .iter()
        .find(|(key, _)| is_media(key))
        .and_then(|(_, value)| value.as_str())
}

/// Source: tools write `contentType`, brokers `content-type`
fn is_media(key: &str) -> bool {
    key.replace('-', "").eq_ignore_ascii_case("contenttype")
}

/// Every expected key is there, equal or by its rule; more keys are borne.
pub fn compare(judge: &Judge<'_>, expected: Option<&Json>, actual: Option<&Json>) -> Vec<Mismatch> {
    let Some(expected) = expected else {
        return Vec::new();
    };
    let Some(members) = expected.value().as_object() else {
        return Vec::new();
    };
    let nothing = Map::new();
    let seen = actual.and_then(|json| json.value().as_object());
    let seen = seen.unwrap_or(&nothing);
    let mut found = Vec::new();
    for (key, wanted) in members {
        let value = seen.get(key).or_else(|| {
            seen.iter()
                .find(|(name, _)| is_media(key) && is_media(name))
                .map(|(_, v)| v)
        });
        let mut walk = walk(judge, expected, actual.unwrap_or(expected));
        walk.keys.push(Key::Name(key.clone()));
        walk.trail.step(&Step::same(key));
        match value {
            Some(value) => one(
                &mut walk,
                key,
                Pair {
                    example: wanted,
                    actual: value,
                },
            ),
            None => walk.found.push(missing(&walk, wanted)),
        }
        found.append(&mut walk.found);
    }
    found
}

fn walk<'a>(judge: &'a Judge<'a>, expected: &'a Json, actual: &'a Json) -> Walk<'a> {
    Walk {
        part: Part::Metadata,
        rules: judge.rules.of(Part::Metadata),
        extra: Extra::Refused,
        optional: &[],
        habitat: Habitat::Text,
        example: Origin::Json(expected),
        actual: Origin::Json(actual),
        seal: judge.seal,
        prefix: Vec::new(),
        keys: Vec::new(),
        trail: Trail::default(),
        found: Vec::new(),
    }
}

fn one<'a>(walk: &mut Walk<'a>, key: &str, pair: Pair<'a>) {
    let force = walk.rules.in_force(&walk.keys);
    match (force, pair.example, pair.actual) {
        (None, Value::String(wanted), Value::String(seen)) if is_media(key) => {
            if !media_fits(wanted, seen) {
                walk.report("equality", pair, None);
            }
        }
        (Some(force), Value::String(_), _) => {
            if let Some(rule) = broken(force, pair.example, pair.actual) {
                walk.report(rule, pair, Some(force.rule.pointer.clone()));
            }
        }
        (None, Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_), _) => {
            if !same_scalar(walk.example_seen(pair), walk.actual_seen(pair)) {
                walk.report("equality", pair, None);
            }
        }
        _ => walk.value(pair),
    }
}

fn missing(walk: &Walk<'_>, wanted: &Value) -> Mismatch {
    Mismatch {
        part: Part::Metadata,
        pointer: walk.trail.shown.clone(),
        rule: "presence",
        expected: kind(wanted),
        actual: "absent",
        mark: None,
        at: walk.example.place(&walk.trail.example),
        rule_at: None,
    }
}

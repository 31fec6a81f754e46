//! One matcher as a file writes it.
//! Refuses every attribute that the matcher does not have.

use super::desk::{Desk, Members, Node};
use super::rules::variant_rules;
use crate::contract::datetime::Format;
use crate::contract::matcher::{Matcher, Pattern, StatusClass, Variant};
use serde_json::Value;

const UNKNOWN: &str = "contract/unknown-matcher";

/// The matcher that `node` writes.
pub fn matcher<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Matcher> {
    let members = desk.object(node)?;
    let word = match members.get("match") {
        Some(node) => desk.text(&node)?,
        // The second edition wrote `{"min": 1}` for a type with bounds.
        None if members.get("min").is_some() || members.get("max").is_some() => "type",
        None if members.get("regex").is_some() => "regex",
        None => {
            desk.reject(UNKNOWN, &node.pointer, "the attribute `match` is missing");
            return None;
        }
    };
    desk.only(&members, UNKNOWN, attributes(word));
    match word {
        "equality" => Some(Matcher::Equality),
        "regex" => regex(desk, &members),
        "type" | "min" | "max" => bounds(desk, &members),
        "include" => Some(Matcher::Include(
            attribute(desk, &members, "value")?.to_owned(),
        )),
        "semver" => Some(Matcher::Semver),
        "number" => Some(Matcher::Number),
        "integer" => Some(Matcher::Integer),
        "decimal" | "real" => Some(Matcher::Decimal),
        "boolean" => Some(Matcher::Boolean),
        "null" => Some(Matcher::Null),
        "date" => temporal(desk, &members, "date", "yyyy-MM-dd"),
        "time" => temporal(desk, &members, "time", "HH:mm:ss"),
        "datetime" | "timestamp" => {
            temporal(desk, &members, "datetime", "yyyy-MM-dd'T'HH:mm:ssXXX")
        }
        "values" => Some(Matcher::Values),
        "arrayContains" => variants(desk, &members),
        "statusCode" => status(desk, &members),
        "notEmpty" => Some(Matcher::NotEmpty),
        "contentType" => {
            desk.unsupported(&node.pointer, "a matcher that looks into binary");
            attribute(desk, &members, "value").map(|_| Matcher::ContentType)
        }
        "eachKey" => Some(Matcher::EachKey(inner(desk, &members)?)),
        "eachValue" => Some(Matcher::EachValue(inner(desk, &members)?)),
        _ => {
            let pointer = format!("{}/match", node.pointer);
            desk.reject(UNKNOWN, &pointer, "no matcher has this name");
            None
        }
    }
}

fn attributes(word: &str) -> &'static [&'static str] {
    match word {
        "regex" => &["match", "regex"],
        "type" | "min" | "max" => &["match", "min", "max"],
        "include" | "contentType" => &["match", "value"],
        "date" => &["match", "format", "date"],
        "time" => &["match", "format", "time"],
        "datetime" => &["match", "format", "datetime"],
        "timestamp" => &["match", "format", "timestamp"],
        "arrayContains" => &["match", "variants"],
        "statusCode" => &["match", "status"],
        "eachKey" | "eachValue" => &["match", "rules", "value"],
        _ => &["match"],
    }
}

fn attribute<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<&'d str> {
    let Some(node) = members.get(key) else {
        missing(desk, members, key);
        return None;
    };
    desk.text(&node)
}

fn missing<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) {
    let message = format!("the attribute `{key}` is missing");
    desk.reject(UNKNOWN, &members.pointer, &message);
}

fn regex<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Matcher> {
    let source = attribute(desk, members, "regex")?;
    let pattern = Pattern::parse(source);
    if pattern.is_none() {
        let pointer = format!("{}/regex", members.pointer);
        let message = "this is no regular expression of the dialect that is judged";
        desk.reject("contract/bad-regex", &pointer, message);
    }
    pattern.map(Matcher::Regex)
}

fn bounds<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Matcher> {
    let mut bound = |key: &str| -> Result<Option<u64>, ()> {
        let Some(node) = members.get(key) else {
            return Ok(None);
        };
        let number = match node.value {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        if number.is_none() {
            desk.wrong_type(&node.pointer, "a whole number, zero or more");
        }
        number.map(Some).ok_or(())
    };
    let (min, max) = (bound("min"), bound("max"));
    Some(Matcher::Type {
        min: min.ok()?,
        max: max.ok()?,
    })
}

fn temporal<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    word: &'static str,
    default: &str,
) -> Option<Matcher> {
    let node = ["format", word, "timestamp"]
        .iter()
        .find_map(|key| members.get(key));
    let text = match &node {
        Some(node) => desk.text(node)?,
        None => default,
    };
    let format = Format::parse(text);
    if format.is_none() {
        let pointer = node.map_or_else(|| members.pointer.clone(), |node| node.pointer);
        let message = "the pattern holds a letter that cannot be judged";
        desk.reject("contract/bad-format", &pointer, message);
    }
    Some(Matcher::Temporal {
        word,
        format: format?,
    })
}

fn variants<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Matcher> {
    let Some(list) = members.get("variants") else {
        missing(desk, members, "variants");
        return None;
    };
    let before = desk.count();
    let mut variants = Vec::new();
    for node in desk.items(&list) {
        variants.extend(variant(desk, &node));
    }
    if variants.is_empty() && desk.count() == before {
        desk.reject(
            UNKNOWN,
            &list.pointer,
            "an array contains at least one variant",
        );
    }
    (!variants.is_empty()).then_some(Matcher::ArrayContains(variants))
}

fn variant<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<Variant> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN, &["index", "rules", "generators"]);
    let Some(index) = members.get("index") else {
        missing(desk, &members, "index");
        return None;
    };
    let Some(number) = index.value.as_u64().and_then(|n| usize::try_from(n).ok()) else {
        desk.wrong_type(&index.pointer, "a whole number, zero or more");
        return None;
    };
    if let Some(generators) = members.get("generators") {
        no_generators(desk, &generators);
    }
    let rules = members
        .get("rules")
        .map(|node| variant_rules(desk, &node))
        .unwrap_or_default();
    Some(Variant {
        index: number,
        rules,
    })
}

/// An item that a variant names has no place of its own, so nothing could be planted there.
fn no_generators<'d>(desk: &mut Desk<'d>, node: &Node<'d>) {
    let empty = desk
        .object(node)
        .is_none_or(|members| members.each().next().is_none());
    if !empty && !desk.bears_unsupported() {
        let message = "generators inside a variant are not run";
        desk.reject_key("contract/unsupported-content", &node.pointer, message);
    }
}

fn status<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Matcher> {
    let Some(node) = members.get("status") else {
        missing(desk, members, "status");
        return None;
    };
    let class = match node.value {
        Value::String(word) => StatusClass::named(word),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_u64().and_then(|code| u16::try_from(code).ok()))
            .collect::<Option<Vec<u16>>>()
            .map(StatusClass::Codes),
        _ => None,
    };
    if class.is_none() {
        let message = "a class of status codes or a list of codes must stand here";
        desk.reject(UNKNOWN, &node.pointer, message);
    }
    class.map(Matcher::StatusCode)
}

fn inner<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Vec<Matcher>> {
    let Some(list) = members.get("rules") else {
        missing(desk, members, "rules");
        return None;
    };
    let nodes = desk.items(&list);
    let matchers: Vec<_> = nodes
        .iter()
        .filter_map(|node| matcher(desk, node))
        .collect();
    (!matchers.is_empty() && matchers.len() == nodes.len()).then_some(matchers)
}

//! Schemas of single matchers and single values.
//! Refuses to know paths and rules.

use super::Bound;
use crate::contract::matcher::Matcher;
use crate::contract::matching::kind;
use serde_json::{Map, Value, json};

/// Source: semver.org, the suggested regular expression, anchored
const SEMVER: &str = concat!(
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)",
    r"(-((0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)",
    r"(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?",
    r"(\+([0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*))?$"
);

/// The schema of a member name under a rule of `eachKey`.
pub fn key(rule: &Matcher, bound: Bound) -> Value {
    match rule {
        Matcher::Type { .. } => Value::Bool(true),
        Matcher::NotEmpty => json!({ "minLength": 1 }),
        Matcher::Regex(pattern) => json!({ "pattern": whole(&pattern.source) }),
        Matcher::Include(part) => json!({ "pattern": escaped(part) }),
        Matcher::Temporal { .. } | Matcher::Semver => scalar(rule, &Value::from(""), bound),
        _ => Value::Bool(bound == Bound::Wide),
    }
}

/// The schema of a matcher that looks at the value alone.
pub fn scalar(matcher: &Matcher, example: &Value, bound: Bound) -> Value {
    let scalars = json!({ "type": ["string", "number", "boolean", "null"] });
    let alone = json!({ "const": example });
    match (matcher, bound) {
        (Matcher::Regex(_) | Matcher::Include(_), Bound::Wide) => scalars,
        (Matcher::Regex(pattern), Bound::Narrow) => {
            json!({ "type": "string", "pattern": whole(&pattern.source) })
        }
        (Matcher::Include(part), Bound::Narrow) => {
            json!({ "type": "string", "pattern": escaped(part) })
        }
        (Matcher::Semver, _) => json!({ "type": "string", "pattern": SEMVER }),
        (Matcher::Number, _) | (Matcher::Decimal, Bound::Wide) => json!({ "type": "number" }),
        (Matcher::Integer, Bound::Wide) => json!({ "type": "integer" }),
        (Matcher::Temporal { format, .. }, Bound::Wide) => {
            json!({ "type": "string", "pattern": format.pattern() })
        }
        (Matcher::Boolean, _) => json!({ "enum": [true, false, "true", "false"] }),
        (Matcher::Null, _) => json!({ "const": null }),
        (_, Bound::Wide) => Value::Bool(true),
        (_, Bound::Narrow) => alone,
    }
}

pub fn mark(name: &str, value: &Value) -> Value {
    let properties = Map::from_iter([(name.to_owned(), json!({ "const": value }))]);
    let item = json!({ "type": "object", "required": [name], "properties": properties });
    json!({ "contains": item, "minContains": 1, "maxContains": 1 })
}

pub fn holds_object(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(holds_object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

pub fn sized(example: &Value, own: bool, min: Option<u64>, max: Option<u64>) -> Value {
    let mut schema = json!({ "type": kind(example) });
    if let (Some(map), true, true) = (schema.as_object_mut(), own, example.is_array()) {
        map.extend(min.map(|min| ("minItems".to_owned(), min.into())));
        map.extend(max.map(|max| ("maxItems".to_owned(), max.into())));
    }
    schema
}

pub fn not_empty(example: &Value) -> Value {
    let kind = kind(example);
    match example {
        Value::Null => Value::Bool(false),
        Value::String(_) => json!({ "type": kind, "minLength": 1 }),
        Value::Array(_) => json!({ "type": kind, "minItems": 1 }),
        Value::Object(_) => json!({ "type": kind, "minProperties": 1 }),
        Value::Bool(_) | Value::Number(_) => json!({ "type": kind }),
    }
}

/// The pattern that matches where `source` matches a text whole.
fn whole(source: &str) -> String {
    if source.contains('|') {
        return format!("^(?:{source})$");
    }
    let start = if source.starts_with('^') { "" } else { "^" };
    let end = if source.ends_with('$') { "" } else { "$" };
    format!("{start}{source}{end}")
}

fn escaped(text: &str) -> String {
    regex::escape(text)
}

/// A schema that accepts what both accept.
pub fn both(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Object(mut left), Value::Object(right))
            if right
                .iter()
                .all(|(key, value)| left.get(key).is_none_or(|known| known == value)) =>
        {
            left.extend(right);
            Value::Object(left)
        }
        (left, right) => json!({ "allOf": [left, right] }),
    }
}

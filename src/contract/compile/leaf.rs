//! Schemas of single matchers and single values.
//! Refuses to know paths and rules.

use super::Bound;
use crate::contract::matcher::Matcher;
use crate::contract::matching::kind;
use crate::contract::pattern::{SEMVER, found};
use serde_json::{Map, Value, json};

/// The schema of a member name under a rule of `eachKey`.
pub fn key(rule: &Matcher, bound: Bound) -> Value {
    match rule {
        Matcher::Type { .. } => Value::Bool(true),
        Matcher::NotEmpty => json!({ "minLength": 1 }),
        Matcher::Regex(pattern) => match pattern.portable() {
            Some(pattern) => json!({ "pattern": pattern }),
            None => Value::Bool(bound == Bound::Wide),
        },
        Matcher::Include(part) => json!({ "pattern": found(part) }),
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
        (Matcher::Regex(pattern), Bound::Narrow) => match pattern.portable() {
            Some(pattern) => json!({ "type": "string", "pattern": pattern }),
            None => alone,
        },
        (Matcher::Include(part), Bound::Narrow) => {
            json!({ "type": "string", "pattern": found(part) })
        }
        (Matcher::Semver, _) => json!({ "type": "string", "pattern": SEMVER }),
        (Matcher::Number, _) | (Matcher::Decimal, Bound::Wide) => json!({ "type": "number" }),
        (Matcher::Integer, Bound::Wide) => json!({ "type": "integer" }),
        // A schema cannot tell 7 from 7.0, and these two matchers do nothing else.
        (Matcher::Integer | Matcher::Decimal, Bound::Narrow) => Value::Bool(false),
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

//! A schema with `required` set aside: an example of a response shows only what its consumer reads.
//! Refuses to touch what decides between branches.

use serde_json::{Map, Value};

/// `schema` without `required`, except where it tells branches apart or counts items.
#[must_use]
pub fn relaxed(schema: &Value) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let kept = members
        .iter()
        .filter(|(key, _)| *key != "required")
        .map(|(key, value)| (key.clone(), keyword(key, value)));
    Value::Object(kept.collect())
}

fn keyword(key: &str, value: &Value) -> Value {
    match key {
        "properties" | "patternProperties" | "$defs" | "dependentSchemas" => named(value),
        "allOf" | "anyOf" | "prefixItems" => match value {
            Value::Array(items) => Value::Array(items.iter().map(relaxed).collect()),
            other => other.clone(),
        },
        "items" | "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => {
            relaxed(value)
        }
        // `oneOf`, `if`, `then`, `else`, `contains`, `not` stay whole; so does everything that is no schema.
        _ => value.clone(),
    }
}

fn named(value: &Value) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let kept: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| (name.clone(), relaxed(schema)))
        .collect();
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn required_goes_but_not_where_it_tells_branches_apart() {
        let schema = json!({
            "required": ["a"],
            "properties": { "required": { "required": ["b"], "enum": [{ "required": 1 }] } },
            "oneOf": [{ "required": ["c"] }],
            "allOf": [{ "required": ["d"], "if": { "required": ["e"] } }]
        });
        assert_eq!(
            relaxed(&schema),
            json!({
                "properties": { "required": { "enum": [{ "required": 1 }] } },
                "oneOf": [{ "required": ["c"] }],
                "allOf": [{ "if": { "required": ["e"] } }]
            })
        );
    }
}

//! The second opinion: an evaluator of our own over the respelt schema.
//! Refuses to share code with a prover; where it cannot tell, it says so instead of guessing.

mod array;
mod blame;
mod compile;
mod node;
mod object;
mod run;

pub(super) use node::{At, Id, Keyword, Kind, Lengths, Node, Program};
pub(super) use run::Judgement;

use serde_json::Value;

/// Whether two JSON values are the same value: 1 is 1.0, the order of members is free.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    use super::number::Decimal;
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || Decimal::of(a) == Decimal::of(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{Reading, Schema, Stop};
    use serde_json::json;

    /// Both validators must say this of each value.
    fn agree(schema: Value, accepted: &[Value], rejected: &[Value]) {
        let ready = Schema::read(&schema, Reading::default(), &Stop::default()).unwrap();
        for (values, wanted) in [(accepted, true), (rejected, false)] {
            for value in values {
                let judged = ready.program().root().judge(value);
                assert_eq!(judged, Judgement::of(wanted), "{schema} {value}");
                assert_eq!(ready.accepts(value), wanted, "{schema} {value}");
            }
        }
    }

    #[test]
    fn numbers_and_texts() {
        agree(
            json!({"type": "integer"}),
            &[json!(1), json!(1.0)],
            &[json!(1.5), json!("1")],
        );
        agree(
            json!({"multipleOf": 0.1}),
            &[json!(0.3), json!("x")],
            &[json!(0.35)],
        );
        agree(
            json!({"exclusiveMinimum": 1, "maximum": 2}),
            &[json!(2)],
            &[json!(1), json!(2.1)],
        );
        agree(
            json!({"maxLength": 1, "pattern": "."}),
            &[json!("\u{1f600}")],
            &[json!(""), json!("ab")],
        );
        agree(
            json!({"const": {"a": [1, 2.0]}}),
            &[json!({"a": [1.0, 2]})],
            &[json!({"a": [2, 1]})],
        );
    }

    #[test]
    fn lists() {
        agree(
            json!({"prefixItems": [{"type": "null"}], "items": {"type": "integer"}}),
            &[json!([]), json!([null, 1])],
            &[json!([1]), json!([null, "x"])],
        );
        agree(
            json!({"contains": {"const": 1}, "minContains": 2, "maxContains": 2, "uniqueItems": false}),
            &[json!([1, 1]), json!([1, 0, 1])],
            &[json!([1]), json!([1, 1, 1])],
        );
        agree(
            json!({"uniqueItems": true}),
            &[json!([1, true])],
            &[json!([1, 1.0]), json!([{"a": 1}, {"a": 1}])],
        );
        agree(
            json!({"contains": {"type": "string"}, "unevaluatedItems": {"type": "null"}}),
            &[json!(["a", null])],
            &[json!(["a", 1])],
        );
    }

    #[test]
    fn objects() {
        agree(
            json!({"properties": {"a": {"type": "null"}}, "patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false}),
            &[json!({"a": null, "xy": "1"})],
            &[json!({"b": 1}), json!({"x": 1})],
        );
        agree(
            json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"maxProperties": 1}}, "propertyNames": {"maxLength": 1}}),
            &[json!({"a": 1, "b": 1}), json!({"c": 1})],
            &[json!({"a": 1}), json!({"c": 1, "b": 1}), json!({"long": 1})],
        );
        agree(
            json!({"anyOf": [{"properties": {"a": true}, "required": ["a"]}, {"properties": {"b": true}}], "unevaluatedProperties": false}),
            &[json!({"a": 1, "b": 1}), json!({"b": 1})],
            &[json!({"a": 1, "c": 1})],
        );
        agree(
            json!({"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"properties": {"a": true}}, "unevaluatedProperties": false}),
            &[json!({"k": 1, "a": 2}), json!({})],
            &[json!({"a": 2}), json!({"k": 2})],
        );
    }

    #[test]
    fn branches_and_references() {
        agree(
            json!({"oneOf": [{"minimum": 0}, {"maximum": 5}], "not": {"const": 7}}),
            &[json!(-1), json!(6)],
            &[json!(3), json!(7)],
        );
        agree(
            json!({"$id": "https://a.example/r", "$ref": "inner#x", "$defs": {"i": {"$id": "inner", "$defs": {"d": {"$anchor": "x", "items": {"$ref": "#/$defs/e"}}, "e": {"type": "null"}}}}}),
            &[json!([null])],
            &[json!([1])],
        );
        agree(
            json!({"properties": {"next": {"$ref": "#"}}, "additionalProperties": false}),
            &[json!({"next": {"next": {}}})],
            &[json!({"next": {"other": 1}})],
        );
    }

    #[test]
    fn what_cannot_be_told_stays_open() {
        let schema =
            Schema::new(&json!({"anyOf": [{"pattern": "(?=a)"}, {"maxLength": 1}]})).unwrap();
        let root = schema.program().root();
        assert_eq!(root.judge(&json!("a")), Judgement::Accepts);
        assert_eq!(
            root.judge(&json!("aa")),
            Judgement::Open(crate::inclusion::Code::Pattern)
        );
    }
}

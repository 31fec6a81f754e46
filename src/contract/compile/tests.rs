//! Compiled schemas against the matcher: on which side of the truth they lie.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::contract::interaction::{Content, Edition};
use crate::contract::matching;
use crate::contract::read::{read_request, read_response};
use crate::contract::rule::{Part, Rules};
use crate::contract::terms::Terms;
use wire::json::{Document, Limits};

fn document(value: &Value) -> Document {
    Document::parse(value.to_string().as_bytes(), &Limits::FILE).unwrap()
}

pub(super) fn side(side: Side, example: &Value, rules: &Value) -> (Content, Rules) {
    let text = json!({
        "body": { "content": example },
        "matchingRules": { "body": rules },
    });
    let document = document(&text);
    match side {
        Side::Request => {
            let read = read_request(&document, "", Edition::V4);
            let request = read.unwrap_or_else(|findings| panic!("{findings:?}"));
            (request.content, request.rules)
        }
        Side::Response => {
            let read = read_response(&document, "", Edition::V4);
            let response = read.unwrap_or_else(|findings| panic!("{findings:?}"));
            (response.content, response.rules)
        }
    }
}

/// Values near an example: itself, parts of it replaced, dropped or doubled.
fn near(example: &Value) -> Vec<Value> {
    let pool = [
        json!(null),
        json!(true),
        json!("true"),
        json!(""),
        json!("x"),
        json!("1.2.3"),
        json!("2026-02-28"),
        json!("2026-02-30"),
        json!(7),
        json!(7.5),
        json!([]),
        json!({}),
        json!({ "other": 1 }),
        json!(["x", 7]),
    ];
    let mut found = vec![example.clone()];
    found.extend(pool.iter().cloned());
    for (pointer, _) in crate::contract::path::everything("", example) {
        for value in &pool {
            let mut changed = example.clone();
            *changed.pointer_mut(&pointer).unwrap() = value.clone();
            found.push(changed);
        }
        let mut changed = example.clone();
        match changed.pointer_mut(&pointer) {
            Some(Value::Object(members)) => {
                members.insert("more".to_owned(), json!("x"));
                found.push(changed.clone());
                let members = changed.pointer_mut(&pointer).and_then(Value::as_object_mut);
                let members = members.unwrap();
                let first = members.keys().next().unwrap().clone();
                members.shift_remove(&first);
            }
            Some(Value::Array(items)) => {
                items.extend(items.first().cloned());
                found.push(changed.clone());
                changed
                    .pointer_mut(&pointer)
                    .and_then(Value::as_array_mut)
                    .map(Vec::clear);
            }
            _ => {}
        }
        found.push(changed);
    }
    found
}

/// Every matcher with an example, and whether its schema is exact.
fn cases() -> Vec<(Value, Value, bool)> {
    let rule = |matcher: Value| json!({ "$.a": { "matchers": [matcher] } });
    let word = |word: &str| json!({ "match": word });
    let list = json!([{ "n": "x", "v": 1 }, { "n": "y", "v": 2 }]);
    let values = [
        (word("equality"), json!({ "b": [1, "x"] }), true),
        (word("type"), json!({ "b": 1, "c": [{ "d": "x" }] }), true),
        (
            json!({ "match": "type", "min": 1, "max": 2 }),
            json!(["x"]),
            true,
        ),
        (
            json!({ "match": "regex", "regex": "x|[0-9.]+" }),
            json!("x"),
            false,
        ),
        (
            json!({ "match": "include", "value": "2" }),
            json!("1.2.3"),
            false,
        ),
        (word("semver"), json!("1.2.3"), true),
        (word("number"), json!(7), true),
        (word("integer"), json!(7), false),
        (word("decimal"), json!(7.5), false),
        (word("boolean"), json!(true), true),
        (word("null"), json!(null), true),
        (word("date"), json!("2026-02-28"), false),
        (word("notEmpty"), json!(["x"]), true),
        (word("values"), json!({ "b": 1, "c": 2 }), true),
        (
            json!({ "match": "eachKey", "rules": [{ "match": "regex", "regex": "[a-z]" }] }),
            json!({ "b": 1 }),
            true,
        ),
        (
            json!({ "match": "eachValue", "rules": [word("type")] }),
            json!({ "b": 1 }),
            true,
        ),
        (
            json!({ "match": "eachValue", "rules": [word("type")] }),
            json!(["x"]),
            true,
        ),
        (
            json!({ "match": "arrayContains", "variants": [
                { "index": 0, "rules": { "$.v": { "matchers": [word("number")] } } },
                { "index": 1, "rules": {} } ] }),
            list.clone(),
            true,
        ),
    ];
    let mut cases: Vec<_> = values
        .into_iter()
        .map(|(matcher, example, exact)| (rule(matcher), json!({ "a": example, "z": "x" }), exact))
        .collect();
    cases.push((json!({}), json!({ "a": list }), true));
    cases.push((
        json!({ "$.a[*].n": { "matchers": [word("type")] }, "$.a[0].v": { "matchers": [word("null"), word("number")], "combine": "OR" } }),
        json!({ "a": [{ "n": "x", "v": 1 }, { "n": "y", "v": 2 }] }),
        true,
    ));
    cases
}

#[test]
fn a_schema_lies_on_its_side_of_what_the_matcher_accepts() {
    let mut judged = 0;
    for (rules, example, exact) in cases() {
        for kind in [Side::Request, Side::Response] {
            let (content, parsed) = side(kind, &example, &rules);
            let json = content.body.json().unwrap();
            let rules_of = parsed.of(Part::Body);
            let source = Source {
                example: json,
                rules: rules_of,
                optional: &[],
                side: kind,
            };
            let compiled =
                |bound| wire::payload::Schema::compile(&compile(&source, bound)).unwrap();
            let (wide, narrow) = (compiled(Bound::Wide), compiled(Bound::Narrow));
            for value in near(&example) {
                let actual = Json::whole(document(&value));
                let fits =
                    matching::body(json, rules_of, &Terms::default(), kind, &actual).is_empty();
                let what = format!("{kind:?} {rules} {value}");
                assert!(
                    !narrow.accepts(&value) || fits,
                    "narrow accepts too much: {what}"
                );
                assert!(
                    !fits || wide.accepts(&value),
                    "wide accepts too little: {what}"
                );
                if exact {
                    assert_eq!(wide.accepts(&value), fits, "not exact: {what}");
                    assert_eq!(narrow.accepts(&value), fits, "not exact: {what}");
                }
                judged += 1;
            }
        }
    }
    assert!(judged > 3000, "{judged}");
}

#[test]
fn a_shape_knows_the_members_of_all_items() {
    let example = json!({ "a": [{ "b": 1 }, { "c": { "d": 1 } }] });
    let schema = wire::payload::Schema::compile(&shape(&[&example])).unwrap();
    assert!(schema.accepts(&json!({ "a": [{ "b": "x", "c": 7 }], })));
    assert!(schema.accepts(&json!(7)));
    assert!(!schema.accepts(&json!({ "a": [{ "e": 1 }] })));
    assert!(!schema.accepts(&json!({ "a": [{ "c": { "e": 1 } }] })));
}

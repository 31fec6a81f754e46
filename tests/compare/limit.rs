//! Documents that are broken, deep, circular or endless: every comparison ends, and says what it could not judge.

use crate::{json_of, mutant, own};
use matchmark::contract::compare::{Comparison, compare};
use serde_json::{Value, json};

#[test]
fn no_mutant_of_our_cases_brings_it_down() {
    let mut seed = mutant::Seed::new(41);
    let (mut judged, mut refused) = (0, 0);
    let cases: Vec<_> = own()
        .iter()
        .map(|folder| ["openapi.json", "pact.json"].map(|file| json_of(&folder.join(file))))
        .collect();
    for round in 0..150 {
        for [openapi, pact] in &cases {
            let openapi = mutant::of(openapi, &mut seed, 1 + round % 3);
            let pact = mutant::of(pact, &mut seed, round % 3);
            match compare(&openapi, &pact) {
                Ok(_) => judged += 1,
                Err(found) => {
                    assert!(!found.is_empty());
                    refused += 1;
                }
            }
        }
    }
    println!("{judged} mutants judged, {refused} refused");
    assert!(
        judged > 1_000 && refused > 300,
        "{judged} judged, {refused} refused"
    );
}

/// A document with one operation that answers with `schema`, and a contract that reads `body`.
fn answer(schema: &Value, schemas: Value, body: &Value) -> Comparison {
    let openapi = json!({
        "openapi": "3.1.0",
        "paths": { "/x": { "get": { "responses": { "200": { "content": { "application/json": { "schema": schema } } } } } } },
        "components": { "schemas": schemas }
    });
    let pact = json!({ "interactions": [{
        "description": "x", "request": { "path": "/x" }, "response": { "status": 200, "body": body }
    }]});
    compare(&openapi, &pact).unwrap()
}

#[test]
fn a_deep_example_and_a_long_chain_end_without_a_verdict_or_with_the_right_one() {
    let tree =
        json!({ "type": "object", "properties": { "n": { "$ref": "#/components/schemas/Tree" } } });
    let nested =
        |depth: usize, inner: Value| (0..depth).fold(inner, |inner, _| json!({ "n": inner }));
    let reference = json!({ "$ref": "#/components/schemas/Tree" });
    let deep = answer(
        &reference,
        json!({ "Tree": tree }),
        &nested(90, json!({ "m": 1 })),
    );
    assert_eq!(deep.found.len(), 1);
    let deeper = answer(
        &reference,
        json!({ "Tree": tree }),
        &nested(120, json!({ "m": 1 })),
    );
    assert_eq!((deeper.found.len(), deeper.open.len()), (0, 1));
    let chain: serde_json::Map<String, Value> = (0..3_000)
        .map(|index| {
            let next = json!({ "$ref": format!("#/components/schemas/S{}", index + 1) });
            (
                format!("S{index}"),
                json!({ "anyOf": [next, { "type": "string" }] }),
            )
        })
        .collect();
    let first = json!({ "$ref": "#/components/schemas/S0" });
    let long = answer(&first, Value::Object(chain), &json!({}));
    assert_eq!((long.found.len(), long.open.len()), (0, 1));
}

#[test]
fn alternatives_inside_alternatives_do_not_run_away() {
    let branch = |name: &str| json!({ "type": "object", "properties": { "n": { "$ref": "#/components/schemas/E" }, name: {} } });
    let each: Vec<Value> = ["a", "b", "c", "d", "e", "f"]
        .iter()
        .map(|name| branch(name))
        .collect();
    let reference = json!({ "$ref": "#/components/schemas/E" });
    let body = (0..20).fold(json!({ "z": 1 }), |inner, _| json!({ "n": inner }));
    let comparison = answer(&reference, json!({ "E": { "oneOf": each } }), &body);
    assert_eq!((comparison.found.len(), comparison.open.len()), (0, 1));
}

#[test]
fn what_is_looked_for_inside_an_array_may_hold_itself() {
    let list = |inner: Value| json!({ "type": "array", "contains": inner });
    let reference = json!({ "$ref": "#/components/schemas/E" });
    let tree = json!({ "E": { "type": "object", "properties": { "n": reference, "a": { "type": "integer" } }, "required": ["a"] } });
    let found = |body: &Value| {
        let comparison = answer(&list(reference.clone()), tree.clone(), body);
        (comparison.found.len(), comparison.open.len())
    };
    assert_eq!(found(&json!([{}, { "a": 1, "n": { "a": 2 } }])), (0, 0));
    assert_eq!(found(&json!([{ "a": 1, "n": { "a": "x" } }])), (1, 0));
    let circle = json!({ "E": { "anyOf": [{ "type": "string" }, { "not": reference }] } });
    let comparison = answer(&list(reference.clone()), circle, &json!([1]));
    assert_eq!((comparison.found.len(), comparison.open.len()), (0, 1));
    for (length, open) in [(60, 0), (3_000, 1)] {
        let chain: serde_json::Map<String, Value> = (0..length)
            .map(|index| {
                let next = json!({ "$ref": format!("#/components/schemas/S{}", index + 1) });
                (format!("S{index}"), json!({ "properties": { "n": next } }))
            })
            .chain([(format!("S{length}"), json!({}))])
            .collect();
        let first = list(json!({ "$ref": "#/components/schemas/S0" }));
        let comparison = answer(&first, Value::Object(chain), &json!([{ "n": {} }]));
        assert_eq!((comparison.found.len(), comparison.open.len()), (0, open));
    }
}

//! Plain Pact files of every edition, and messages: what the strict reader makes of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{ContractSource, Source};
use matchmark::contract::{Body, Contract, Edition, Generator, Part, Query, read, untried};
use serde_json::{Value, json};

fn contract(file: &Value) -> Contract {
    let source = ContractSource {
        consumer: "northwind".into(),
        source: Source::new("contract.json", file.to_string().into_bytes()),
    };
    read(&source).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn file(version: &str, list: &str, items: Value) -> Value {
    let mut file = json!({
        "consumer": { "name": "northwind" },
        "provider": { "name": "payer-exchange" },
        "metadata": { "pactSpecification": { "version": version } },
    });
    file[list] = items;
    file
}

#[test]
fn edition_2_has_flat_rules_and_a_query_as_text() {
    let contract = contract(&file(
        "2.0.0",
        "interactions",
        json!([{
            "description": "Ask for a  Member!",
            "request": {
                "method": "get", "path": "/members", "query": "a=1&b=x%20y&a=2",
                "headers": { "X-Trace": "t1" },
                "matchingRules": {
                    "$.headers.X-Trace": { "match": "regex", "regex": "t\\d" },
                    "$.query.b": { "match": "type" },
                    "$.path": { "match": "type" },
                },
            },
            "response": {
                "status": 200, "headers": { "Content-Type": "application/json" },
                "body": { "list": [{ "id": 1 }] },
                "matchingRules": { "$.body.list": { "min": 1 }, "$.body.list[*].id": { "match": "integer" } },
            },
        }]),
    ));
    assert_eq!((contract.edition, contract.is_plain), (Edition::V2, true));
    assert_eq!(contract.terms.owner, "northwind");
    let interaction = &contract.interactions[0];
    assert!(
        interaction.key.starts_with("ask-for-a-member-"),
        "{}",
        interaction.key
    );
    assert!(interaction.terms.names_no_schema());
    let request = &interaction.request;
    let keys = Query::ByKey(vec![
        ("a".into(), vec!["1".into(), "2".into()]),
        ("b".into(), vec!["x y".into()]),
    ]);
    assert_eq!(request.query, keys);
    let parts: Vec<Part> = request.rules.iter().map(|(part, _)| part).collect();
    assert_eq!(parts, [Part::Path, Part::Query, Part::Header]);
    assert_eq!(interaction.response.rules.iter().count(), 2);
}

#[test]
fn edition_3_has_rules_by_category_generators_and_states_with_parameters() {
    let contract = contract(&file(
        "3.0.0",
        "interactions",
        json!([{
            "description": "a member",
            "providerStates": [{ "name": "member", "params": { "ref": "p00", "matches": 1 } }],
            "request": {
                "path": "/members", "query": { "id": ["1"] },
                "generators": { "query": { "id": { "type": "RandomInt", "min": 1, "max": 9 } } },
            },
            "response": {
                "status": 200, "body": { "id": "x" },
                "matchingRules": { "body": { "$.id": { "combine": "AND", "matchers": [{ "match": "type" }] } } },
                "generators": { "body": { "$.id": { "type": "Uuid", "format": "simple" } } },
            },
        }]),
    ));
    let interaction = &contract.interactions[0];
    assert_eq!(interaction.states[0].name, "member");
    let planted = &interaction.request.generators.list[0];
    assert_eq!(planted.part, Part::Query);
    assert_eq!(planted.path.to_string(), "$.id");
    assert!(matches!(
        planted.generator,
        Generator::RandomInt { min: 1, max: 9 }
    ));
    assert_eq!(interaction.response.generators.of(Part::Body).count(), 1);
}

#[test]
fn every_generator_is_read_with_its_attributes() {
    let generators = json!({
        "$.a": { "type": "Date", "format": "yyyy-MM-dd" }, "$.b": { "type": "Time" }, "$.c": { "type": "DateTime" },
        "$.d": { "type": "RandomInt", "min": -1, "max": 1 }, "$.e": { "type": "RandomDecimal", "digits": 6 },
        "$.f": { "type": "RandomHexadecimal", "digits": 8 }, "$.g": { "type": "RandomString", "size": 20 },
        "$.h": { "type": "RandomBoolean" }, "$.i": { "type": "Regex", "regex": "[a-f]{3}" }, "$.j": { "type": "Uuid" },
        "$.k": { "type": "ProviderState", "expression": "/jobs/${id}", "dataType": "STRING" },
        "$.l": { "type": "MockServerURL", "example": "http://localhost:1/jobs", "regex": ".*(/jobs)" },
    });
    let body: Value = generators
        .as_object()
        .unwrap()
        .keys()
        .map(|path| (path.trim_start_matches("$.").to_owned(), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let contract = contract(&file(
        "4.0",
        "interactions",
        json!([{
            "type": "Synchronous/HTTP", "description": "everything is made new",
            "request": {
                "method": "POST", "path": "/jobs/1", "body": { "contentType": "application/json", "content": body },
                "generators": { "body": generators, "path": { "type": "ProviderState", "expression": "/jobs/${id}" } },
            },
            "response": { "status": 200 },
        }]),
    ));
    let words: Vec<_> = contract.interactions[0]
        .request
        .generators
        .list
        .iter()
        .map(|generated| generated.generator.word())
        .collect();
    assert_eq!(
        words.join(" "),
        "Date Time DateTime RandomInt RandomDecimal RandomHexadecimal RandomString RandomBoolean Regex Uuid \
         ProviderState MockServerURL ProviderState"
    );
}

#[test]
fn messages_are_read_in_both_of_their_forms() {
    let third = contract(&file(
        "3.0.0",
        "messages",
        json!([{
            "description": "a job is done",
            "contents": { "id": "x" },
            "metaData": { "contentType": "application/json", "topic": "jobs" },
            "matchingRules": {
                "body": { "$.id": { "matchers": [{ "match": "type" }] } },
                "metadata": { "topic": { "matchers": [{ "match": "regex", "regex": "jobs|tasks" }] } },
            },
        }]),
    ));
    let fourth = contract(&file(
        "4.0",
        "interactions",
        json!([{
            "type": "Asynchronous/Messages",
            "key": "done",
            "description": "a job is done",
            "contents": { "contentType": "application/json", "encoded": false, "content": { "id": "x" } },
            "metadata": { "topic": "jobs" },
            "matchingRules": {
                "contents": { "$.id": { "matchers": [{ "match": "type" }] } },
                "metadata": { "topic": { "matchers": [{ "match": "regex", "regex": "jobs|tasks" }] } },
            },
        }]),
    ));
    for contract in [&third, &fourth] {
        assert!(contract.interactions.is_empty());
        let event = &contract.messages[0].event;
        assert_eq!(event.content.media.as_deref(), Some("application/json"));
        assert_eq!(
            event.content.body.json().unwrap().value(),
            &json!({ "id": "x" })
        );
        assert_eq!(event.metadata.as_ref().unwrap().value()["topic"], "jobs");
        assert!(
            !event.rules.of(Part::Metadata).is_empty() && !event.rules.of(Part::Body).is_empty()
        );
    }
    assert_ne!(third.digest(), fourth.digest());
}

#[test]
fn a_form_is_read_as_values_by_key() {
    let contract = contract(&file(
        "4.0",
        "interactions",
        json!([{
            "type": "Synchronous/HTTP", "description": "a token",
            "request": {
                "method": "POST", "path": "/token",
                "body": { "contentType": "application/x-www-form-urlencoded", "content": "grant=a+b&scope=x&scope=y" },
                "matchingRules": { "body": { "$.scope": { "matchers": [{ "match": "type" }] } } },
            },
            "response": { "status": 200 },
        }]),
    ));
    let Body::Form(keys) = &contract.interactions[0].request.content.body else {
        panic!("a form")
    };
    assert_eq!(keys[0], ("grant".to_owned(), vec!["a b".to_owned()]));
    assert_eq!(keys[1].1, ["x", "y"]);
}

#[test]
fn interactions_without_keys_get_the_same_ones_every_time() {
    let items = |status: u16| {
        json!([
            { "description": "a", "request": {}, "response": { "status": status } },
            { "description": "\u{e9}", "request": {}, "response": {} },
        ])
    };
    let one = contract(&file("3.0.0", "interactions", items(200)));
    let two = contract(&file("3.0.0", "interactions", items(404)));
    let keys = |contract: &Contract| -> Vec<String> {
        contract
            .interactions
            .iter()
            .map(|interaction| interaction.key.clone())
            .collect()
    };
    assert_eq!(keys(&one), keys(&two));
    assert_ne!(keys(&one)[0], keys(&one)[1]);
}

#[test]
fn a_fault_that_somebody_else_promises_to_endure_is_told_to_be_untried() {
    let mut file = file(
        "4.0",
        "interactions",
        json!([{
            "type": "Synchronous/HTTP", "key": "late", "description": "a late answer",
            "request": {}, "response": {},
            "comments": { "references": { "matchmark": { "fault": {
                "kind": "delay", "delayMs": 10, "expect": { "class": "transient", "attempts": 1, "endState": "done" },
            } } } },
        }]),
    );
    file["metadata"]["matchmark"] = json!({ "formatVersion": "1.0", "owner": "northwind-intake" });
    let contract = contract(&file);
    assert!(untried(&contract, "northwind").is_empty());
    let findings = untried(&contract, "payer-exchange");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, "contract/not-verified");
}

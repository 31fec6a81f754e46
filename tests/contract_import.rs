//! Plain Pact files in and out: nothing is lost on the way, nothing is guessed, and every rule means what it meant.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{ContractSource, Source, StateMapFile};
use matchmark::contract::{Contract, Part, StateMap, export, import, read};
use matchmark::model::Finding;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn source(consumer: &str, text: &str) -> ContractSource {
    ContractSource {
        consumer: consumer.into(),
        source: Source::new("plain.json", text.as_bytes()),
    }
}

fn map(text: &str) -> StateMap {
    let file: StateMapFile = toml::from_str(text).unwrap();
    StateMap::of(&Source::new("states.toml", text.as_bytes()), &file).unwrap()
}

fn imported(file: &Value, states: &str, owner: Option<&str>) -> (String, Vec<Finding>) {
    let source = source("northwind", &file.to_string());
    let found = import(&source, &map(states), owner).unwrap_or_else(|f| panic!("{f:#?}"));
    (found.text, found.unmapped)
}

fn accepted(text: &str) -> Contract {
    read(&source("northwind", text)).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

/// Every contract file that ships, with its consumer.
fn shipped() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for consumer in std::fs::read_dir(folder("contracts")).unwrap() {
        let consumer = consumer.unwrap().path();
        for file in std::fs::read_dir(&consumer).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|end| end == "json") {
                let name = consumer.file_name().unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&file).unwrap()));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn without_groups(text: &str) -> Value {
    let mut file: Value = serde_json::from_str(text).unwrap();
    file["metadata"]
        .as_object_mut()
        .unwrap()
        .shift_remove("matchmark");
    for interaction in file["interactions"].as_array_mut().unwrap() {
        if let Some(Value::Object(references)) = interaction.pointer_mut("/comments/references") {
            references.shift_remove("matchmark");
        }
    }
    file
}

#[test]
fn what_is_exported_and_imported_again_is_the_contract_without_our_groups() {
    for (consumer, text) in shipped() {
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        let plain = export(&document);
        // Nothing but the two groups is gone, and every member stands where it stood.
        let expected = serde_json::to_string_pretty(&without_groups(&text)).unwrap();
        let found: Value = serde_json::from_str(&plain).unwrap();
        assert_eq!(serde_json::to_string_pretty(&found).unwrap(), expected);
        let back = import(&source(&consumer, &plain), &StateMap::default(), None).unwrap();
        assert_eq!(back.text, plain, "{consumer}");
        assert!(back.unmapped.is_empty());
        let contract = read(&source(&consumer, &back.text)).unwrap();
        assert!(contract.is_plain);
    }
}

#[test]
fn an_export_has_what_the_official_schema_of_edition_4_demands() {
    for (_, text) in shipped() {
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        let file: Value = serde_json::from_str(&export(&document)).unwrap();
        is_fourth_edition(&file);
    }
}

/// The members that the fourth edition requires, and the shapes of those that it knows.
fn is_fourth_edition(file: &Value) {
    assert_eq!(file["metadata"]["pactSpecification"]["version"], "4.0");
    assert!(file["consumer"]["name"].is_string() && file["provider"]["name"].is_string());
    for interaction in file["interactions"].as_array().unwrap() {
        for text in ["type", "key", "description"] {
            assert!(interaction[text].is_string(), "{text}");
        }
        for (side, body) in [("request", "body"), ("response", "body"), ("", "contents")] {
            let part = if side.is_empty() {
                interaction
            } else {
                &interaction[side]
            };
            if let Some(body) = part.get(body) {
                assert!(body["contentType"].is_string() && body["encoded"].is_boolean());
                assert!(body["contentTypeHint"].is_string() && body.get("content").is_some());
            }
            for lists in ["headers", "query"] {
                for (_, values) in part[lists].as_object().into_iter().flatten() {
                    assert!(values.is_array(), "{lists}");
                }
            }
            for (category, rules) in part["matchingRules"].as_object().into_iter().flatten() {
                let lists = match category.as_str() {
                    "path" | "status" => vec![rules],
                    _ => rules.as_object().unwrap().values().collect(),
                };
                assert!(
                    lists.iter().all(|rule| rule["matchers"].is_array()),
                    "{category}"
                );
            }
        }
    }
}

fn second(state: &str) -> Value {
    json!({
        "consumer": { "name": "Northwind App" },
        "provider": { "name": "payer-exchange" },
        "interactions": [{
            "description": "a member",
            "providerState": state,
            "request": {
                "method": "POST", "path": "/members/1", "query": "a=1&b=x%20y&a=2",
                "headers": { "Content-Type": "application/json", "X-Trace": "t1" },
                "body": { "amount": 1.5, "list": [{ "id": "a" }] },
                "matchingRules": {
                    "$.headers.X-Trace": { "match": "regex", "regex": "t\\d" },
                    "$.query.b": { "match": "type" },
                    "$.path": { "regex": "/members/\\d+" },
                    "$.body.list": { "min": 1 },
                    "$.body.list[*].id": { "match": "type" },
                },
            },
            "response": { "status": 200 },
        }],
        "metadata": { "pactSpecification": { "version": "2.0.0" }, "client": { "version": "1" } },
    })
}

const STATES: &str = r#"
    [[state]]
    pattern = 'a member (?<ref>\w+) exists'
    state = "member"
    params = { ref = "${ref}", matches = 1 }
"#;

#[test]
fn edition_2_becomes_edition_4_with_rules_by_category_and_mapped_states() {
    let (text, unmapped) = imported(
        &second("a member m1 exists"),
        STATES,
        Some("northwind-intake"),
    );
    assert_eq!(unmapped.len(), 0);
    let file: Value = serde_json::from_str(&text).unwrap();
    is_fourth_edition(&file);
    assert!(text.contains("\"amount\": 1.5,"));
    assert_eq!(file["metadata"]["client"]["version"], "1");
    let contract = accepted(&text);
    assert!(!contract.is_plain);
    assert_eq!(contract.terms.owner, "northwind-intake");
    let interaction = &contract.interactions[0];
    assert_eq!(interaction.states[0].params["ref"], "m1");
    let parts: Vec<Part> = interaction
        .request
        .rules
        .iter()
        .map(|(part, _)| part)
        .collect();
    assert_eq!(
        parts,
        [
            Part::Path,
            Part::Query,
            Part::Header,
            Part::Body,
            Part::Body
        ]
    );
    // The key is the one that the plain file is read under.
    let mut bare = second("");
    bare["consumer"]["name"] = json!("northwind");
    bare["interactions"][0]
        .as_object_mut()
        .unwrap()
        .shift_remove("providerState");
    let (text, _) = imported(&bare, "", None);
    let plain = read(&source("northwind", &bare.to_string())).unwrap();
    assert_eq!(
        plain.interactions[0].key,
        accepted(&text).interactions[0].key
    );
}

#[test]
fn a_state_that_nobody_mapped_is_told_with_its_line_and_stays_a_question() {
    let file = serde_json::to_string_pretty(&second("the moon is full")).unwrap();
    let found = import(&source("northwind", &file), &map(STATES), None).unwrap();
    assert_eq!(found.unmapped.len(), 1);
    let line = file
        .lines()
        .position(|line| line.contains("providerState"))
        .unwrap()
        + 1;
    assert_eq!(found.unmapped[0].place.line, u32::try_from(line).unwrap());
    assert!(!format!("{:?}", found.unmapped).contains("moon"));
    let rejected = read(&source("northwind", &found.text)).err().unwrap();
    assert_eq!(rejected[0].rule, "contract/state-unknown");
    assert_eq!(found.questions, ["/interactions/0/providerStates/0/name"]);
}

#[test]
fn messages_of_edition_3_become_interactions_of_their_own_type() {
    let file = json!({
        "consumer": { "name": "northwind" },
        "provider": { "name": "payer-exchange" },
        "messages": [{
            "description": "a job is done",
            "providerStates": [{ "name": "job done", "params": { "which": "j1" } }],
            "contents": { "id": "x" },
            "metaData": { "contentType": "application/json", "topic": "jobs" },
            "matchingRules": { "body": { "$.id": { "combine": "AND", "matchers": [{ "match": "type" }] } } },
        }],
        "metadata": { "pactSpecification": { "version": "3.0.0" } },
    });
    let states = "[[state]]\npattern = 'job done'\nstate = 'job'\nparams = { kind = '${which}', phase = 'complete' }\n";
    let (text, unmapped) = imported(&file, states, None);
    assert_eq!(unmapped.len(), 0);
    is_fourth_edition(&serde_json::from_str(&text).unwrap());
    let contract = accepted(&text);
    let message = &contract.messages[0];
    assert_eq!(message.states[0].params["kind"], "j1");
    assert_eq!(
        message.event.content.media.as_deref(),
        Some("application/json")
    );
}

#[test]
fn what_is_not_judged_is_carried_and_rejected_by_its_reader() {
    let mut file = second("");
    file["interactions"][0]["request"] = json!({
        "method": "POST", "path": "/a", "headers": { "Content-Type": "application/xml" }, "body": "<a/>",
    });
    file["interactions"][0]
        .as_object_mut()
        .unwrap()
        .shift_remove("providerState");
    let (text, _) = imported(&file, "", None);
    assert!(text.contains("\"content\": \"<a/>\""));
    let rejected = read(&source("northwind", &text)).err().unwrap();
    assert_eq!(rejected.len(), 1, "{rejected:#?}");
    assert_eq!(rejected[0].rule, "contract/unsupported-content");
}

#[test]
fn editions_that_are_not_read_and_text_that_is_no_json_are_not_imported() {
    let mut first = second("");
    first["metadata"]["pactSpecification"]["version"] = json!("1.0.0");
    for (text, rule) in [
        (first.to_string(), "contract/version-unsupported"),
        ("{".to_owned(), "contract/not-json"),
        ("{\"a\":1,\"a\":1}".to_owned(), "contract/duplicate-key"),
        ("[]".to_owned(), "contract/wrong-type"),
    ] {
        let findings = import(&source("northwind", &text), &StateMap::default(), None).unwrap_err();
        assert_eq!(findings[0].rule, rule);
    }
}

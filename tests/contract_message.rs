//! Messages and plain contracts against the shipped catalogue: proved, refuted, or told to prove nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use draft::{optional_field_added, rules, shipped};
use matchmark::catalogue::Workspace;
use matchmark::contract::{Contract, Question, Versions, gating, prove, read};
use matchmark::inclusion::{Budget, engine};
use matchmark::model::Finding;
use serde_json::{Value, json};

#[path = "support/draft.rs"]
mod draft;

/// The first answer that contoso reads, as a message that it waits for.
fn as_message(workspace: &Workspace) -> Contract {
    let source = workspace
        .contracts
        .iter()
        .find(|found| found.source.path == "contracts/contoso/member-match.json")
        .expect("the match contract of contoso");
    let mut file: Value = serde_json::from_slice(&source.source.bytes).unwrap();
    let answered = file["interactions"][0].take();
    let ours = &answered["comments"]["references"]["matchmark"];
    let optional = ours["optional"].as_array().unwrap().iter().map(|place| {
        let mut place = place.clone();
        place["part"] = json!("contents");
        place
    });
    file["interactions"] = json!([{
        "type": "Asynchronous/Messages",
        "key": "match-event",
        "description": "a member was matched",
        "contents": answered["response"]["body"],
        "metadata": { "topic": "matches" },
        "matchingRules": answered["response"]["matchingRules"],
        "comments": { "references": { "matchmark": {
            "contents": ours["response"],
            "optional": optional.collect::<Vec<_>>(),
        } } },
    }]);
    let source = matchmark::catalogue::ContractSource {
        consumer: "contoso".to_owned(),
        source: matchmark::catalogue::Source::new("message.json", file.to_string().into_bytes()),
    };
    read(&source).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn proved_message(workspace: &Workspace) -> Vec<Finding> {
    let versions = Versions::new(&workspace.catalogue);
    let prover = engine();
    let question = Question {
        versions: &versions,
        prover: &prover,
        budget: &Budget::default(),
    };
    prove(&as_message(workspace), &question)
}

#[test]
fn the_contents_of_a_message_are_proved_as_an_answer_is() {
    let findings = proved_message(&shipped());
    assert!(findings.is_empty(), "{findings:#?}");

    let broken = proved_message(&optional_field_added());
    assert_eq!(
        rules(&broken),
        ["contract/response-not-read"],
        "{broken:#?}"
    );
    assert!(broken[0].pointer.starts_with("/contents/"), "{broken:#?}");
    assert!(broken[0].witness.is_some());
    assert_eq!(broken[0].subject, "message.json#match-event");
}

#[test]
fn a_message_past_its_sunset_no_longer_gates() {
    let mut contract = as_message(&shipped());
    contract.messages[0].terms.sunset = "2026-10-31".parse().ok();
    let (kept, past) = gating(&contract, "2026-11-01".parse().unwrap());
    assert!(kept.is_empty());
    assert_eq!(rules(&past), ["contract/sunset"]);
    let (kept, past) = gating(&contract, "2026-10-31".parse().unwrap());
    assert!(past.is_empty() && kept.messages.len() == 1);
}

#[test]
fn a_contract_without_schemas_is_told_to_prove_nothing() {
    let workspace = shipped();
    let file = json!({
        "consumer": { "name": "contoso" },
        "provider": { "name": "payer-exchange" },
        "interactions": [{
            "description": "a request",
            "request": { "path": "/a" },
            "response": { "status": 200 },
        }],
        "metadata": { "pactSpecification": { "version": "2.0.0" } },
    });
    let source = matchmark::catalogue::ContractSource {
        consumer: "contoso".to_owned(),
        source: matchmark::catalogue::Source::new("plain.json", file.to_string().into_bytes()),
    };
    let versions = Versions::new(&workspace.catalogue);
    let prover = engine();
    let question = Question {
        versions: &versions,
        prover: &prover,
        budget: &Budget::default(),
    };
    let findings = prove(&read(&source).unwrap(), &question);
    assert_eq!(rules(&findings), ["contract/static-undecided"]);
    assert_eq!(findings[0].kind, "no-schema");
}

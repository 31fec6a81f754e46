//! The shipped contracts against the shipped catalogue, and against drafts that would hurt their consumers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use draft::{optional_field_added, rules, shipped, with_draft};
use matchmark::catalogue::{ContractSource, Workspace};
use matchmark::contract::{Contract, Question, Versions, gating, prove, read};
use matchmark::inclusion::{Budget, engine};
use matchmark::model::{Finding, WitnessSource};

#[path = "support/draft.rs"]
mod draft;

fn contract(workspace: &Workspace, consumer: &str) -> Contract {
    let source = workspace
        .contracts
        .iter()
        .find(|found| found.consumer == consumer && is_of_matches(found))
        .expect("the match contract of that consumer");
    read(source).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn is_of_matches(source: &ContractSource) -> bool {
    source.source.path.ends_with("member-match.json")
}

fn proved(workspace: &Workspace, consumer: &str) -> Vec<Finding> {
    let versions = Versions::new(&workspace.catalogue);
    let prover = engine();
    let question = Question {
        versions: &versions,
        prover: &prover,
        budget: &Budget::default(),
    };
    prove(&contract(workspace, consumer), &question)
}

const CONSUMERS: [&str; 3] = ["northwind", "contoso", "fabrikam"];

#[test]
fn every_shipped_contract_is_proved_on_the_shipped_catalogue() {
    let workspace = shipped();
    let versions = Versions::new(&workspace.catalogue);
    let prover = engine();
    let question = Question {
        versions: &versions,
        prover: &prover,
        budget: &Budget::default(),
    };
    assert!(workspace.contracts.len() > CONSUMERS.len());
    for source in &workspace.contracts {
        let contract = read(source).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let findings = prove(&contract, &question);
        assert!(findings.is_empty(), "{}: {findings:#?}", contract.path);
    }
}

#[test]
fn an_optional_field_breaks_strict_and_positional_readers() {
    let workspace = optional_field_added();
    let strict = proved(&workspace, "contoso");
    assert_eq!(
        rules(&strict),
        ["contract/response-not-read"],
        "{strict:#?}"
    );
    let finding = &strict[0];
    assert!(
        finding.message.contains("/valueIdentifier/use"),
        "{}",
        finding.message
    );
    assert_eq!(finding.hurts[0].who, "contoso");
    let place = "schemas/hrex-member-match-response/next/schema.json:";
    assert!(finding.notes[0].text.starts_with(place));
    let witness = finding.witness.as_ref().expect("a witness");
    assert_eq!(witness.accepted_by, "hrex-member-match-response@next");

    let positional = proved(&workspace, "fabrikam");
    assert_eq!(
        rules(&positional),
        ["contract/reader-order-broken"],
        "{positional:#?}"
    );
    assert_eq!(positional[0].hurts[0].who, "fabrikam");
    assert!(proved(&workspace, "northwind").is_empty());
}

#[test]
fn a_moved_field_breaks_positional_readers_only() {
    let workspace = with_draft(
        "hrex-member-match-response",
        "2.0.1",
        "2.1.0",
        &[(
            "\"name\": {\n            \"enum\"",
            "\"name\": {\n            \"x-moved\": true, \"enum\"",
        )],
    );
    assert!(proved(&workspace, "fabrikam").is_empty());
    let workspace = with_draft(
        "hrex-member-match-response",
        "2.0.1",
        "2.1.0",
        &[
            (
                "    \"id\": {",
                "    \"language\": {\n      \"type\": \"string\"\n    },\n    \"id\": {",
            ),
            (
                "    \"language\": {\n      \"type\": \"string\",\n      \"minLength\": 1,",
                "    \"x-language\": {\n      \"type\": \"string\",\n      \"minLength\": 1,",
            ),
        ],
    );
    let findings = proved(&workspace, "fabrikam");
    assert!(
        rules(&findings).contains(&"contract/reader-order-broken"),
        "{findings:#?}"
    );
}

#[test]
fn another_identifier_type_is_not_read_by_the_consumer_of_the_old_one() {
    let workspace = with_draft(
        "hrex-member-match-response",
        "1.0.0",
        "1.1.0",
        &[("\"const\": \"MB\"", "\"const\": \"UMB\"")],
    );
    let findings = proved(&workspace, "northwind");
    assert_eq!(
        rules(&findings),
        ["contract/example-invalid", "contract/response-not-read"],
        "{findings:#?}"
    );
    let finding = findings
        .iter()
        .find(|finding| finding.rule.ends_with("not-read"));
    let finding = finding.expect("a finding about the reader");
    assert_eq!(
        finding.subject,
        "contracts/northwind/member-match.json#nw-one-match"
    );
    assert_eq!(
        finding.pointer,
        "/response/body/parameter/0/valueIdentifier/type/coding/0/code"
    );
    assert!(finding.witness.is_some());
    for consumer in ["contoso", "fabrikam"] {
        assert!(proved(&workspace, consumer).is_empty());
    }
}

#[test]
fn a_narrowed_request_hurts_the_consumer_that_sends_it() {
    let workspace = with_draft(
        "hrex-member-match-request",
        "2.0.1",
        "2.1.0",
        &[("\"maxItems\": 4,", "\"maxItems\": 3,")],
    );
    let findings = proved(&workspace, "contoso");
    assert!(
        rules(&findings).contains(&"contract/example-invalid"),
        "{findings:#?}"
    );
}

#[test]
fn a_range_without_versions_is_told_at_its_place() {
    let mut workspace = shipped();
    workspace.catalogue.entries.remove("p2p-operation-outcome");
    let findings = proved(&workspace, "northwind");
    assert_eq!(rules(&findings), ["contract/range-empty"], "{findings:#?}");
    assert_eq!(findings.len(), 4);
}

#[test]
fn a_shown_witness_is_made_from_schemas_alone() {
    for workspace in [optional_field_added()] {
        for consumer in CONSUMERS {
            for finding in proved(&workspace, consumer) {
                if let Some(witness) = finding.witness {
                    let shown = witness.source == WitnessSource::Generated;
                    assert_eq!(witness.value.is_some(), shown);
                }
            }
        }
    }
}

#[test]
fn after_its_sunset_a_promise_is_told_and_no_longer_gates() {
    let workspace = shipped();
    let mut contract = contract(&workspace, "northwind");
    let day = |text: &str| text.parse().unwrap();
    let all = contract.interactions.len();
    contract.interactions[0].terms.sunset = Some(day("2026-11-20"));
    let (kept, past) = gating(&contract, day("2026-11-20"));
    assert_eq!((kept.interactions.len(), past.len()), (all, 0));
    let (kept, past) = gating(&contract, day("2026-11-21"));
    assert_eq!(
        (kept.interactions.len(), rules(&past)),
        (all - 1, vec!["contract/sunset"])
    );
    contract.terms.sunset = Some(day("2026-01-01"));
    assert!(
        gating(&contract, day("2026-11-21"))
            .0
            .interactions
            .is_empty()
    );
}

#[test]
fn canaries_in_an_example_are_not_told() {
    let workspace = shipped();
    let mut contracts = workspace.contracts.iter();
    let source = contracts.find(|found| is_of_matches(found)).unwrap();
    let text = source.source.text().unwrap();
    let text = text.replace("Testmember-", "canary-").replace(
        "\"resourceType\": \"Parameters\"",
        "\"resourceType\": \"Parameters\", \"canary\": \"canary\"",
    );
    let source = ContractSource {
        consumer: source.consumer.clone(),
        source: matchmark::catalogue::Source::new("contract.json", text.into_bytes()),
    };
    let contract = read(&source).unwrap();
    let versions = Versions::new(&workspace.catalogue);
    let prover = engine();
    let question = Question {
        versions: &versions,
        prover: &prover,
        budget: &Budget::default(),
    };
    let findings = prove(&contract, &question);
    assert!(rules(&findings).contains(&"contract/example-invalid"));
    for finding in findings {
        assert!(!format!("{finding:?}").contains("canary"), "{finding:#?}");
    }
}

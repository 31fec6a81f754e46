//! Verification of the shipped contracts against exchanges written by hand: a faithful provider, and faithless ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "contract_verify/command.rs"]
mod command;
#[path = "contract_verify/exported.rs"]
mod exported;
#[path = "contract_verify/histories.rs"]
mod histories;
#[path = "contract_verify/mutated.rs"]
mod mutated;
#[path = "contract_verify/remote.rs"]
mod remote;
#[path = "contract_verify/sequences.rs"]
mod sequences;
#[path = "contract_verify/shipped.rs"]
mod shipped;
#[path = "contract_verify/small.rs"]
mod small;
#[path = "contract_verify/variants.rs"]
mod variants;

use matchmark::contract::{Contract, Interaction, Polarity, plan, verify};
use matchmark::model::{Effects, Exchange, Finding, HttpResponse, Replay};
use serde_json::{Value, json};
use shipped::versions;

const CONSUMERS: [&str; 3] = ["northwind", "contoso", "fabrikam"];

/// The contract of `consumer` about finding a member.
fn contract(consumer: &str) -> Contract {
    let path = format!("contracts/{consumer}/member-match.json");
    let mut contracts = shipped::contracts().into_iter();
    contracts
        .find(|contract| contract.path == path)
        .expect("a contract of that consumer")
}

/// What a provider answers that does exactly what the contract shows.
fn faithful(interaction: &Interaction) -> HttpResponse {
    let body = interaction
        .response
        .content
        .body
        .json()
        .expect("a JSON answer");
    HttpResponse {
        status: interaction.response.status,
        headers: vec![(
            "Content-Type".into(),
            "application/fhir+json; charset=utf-8".into(),
        )],
        body: body.value().to_string().into_bytes(),
    }
}

fn exchanges(contract: &Contract) -> Vec<Exchange> {
    let planned = plan(contract);
    assert_eq!(planned.len(), contract.interactions.len());
    planned
        .into_iter()
        .zip(&contract.interactions)
        .map(|(planned, interaction)| Exchange {
            contract: planned.contract,
            interaction: planned.interaction,
            request: planned.request,
            answer: Ok(faithful(interaction)),
            effects: Some(Effects::default()),
            states_missing: Vec::new(),
            replay: Replay {
                variant: planned.variant,
                ..Replay::default()
            },
        })
        .collect()
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    let mut rules: Vec<_> = findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// What verification says when the exchange of one interaction is changed.
fn with(consumer: &str, key: &str, change: impl FnOnce(&mut Exchange)) -> Vec<Finding> {
    let contract = contract(consumer);
    let mut exchanges = exchanges(&contract);
    let exchange = exchanges
        .iter_mut()
        .find(|exchange| exchange.interaction.ends_with(key))
        .expect("an interaction of that key");
    change(exchange);
    let findings = verify(&contract, &exchanges, versions());
    for finding in &findings {
        assert!(finding.subject.ends_with(key), "{finding:#?}");
        assert_eq!(finding.hurts[0].who, consumer);
    }
    findings
}

fn body(exchange: &mut Exchange, change: impl FnOnce(&mut Value)) {
    let response = exchange.answer.as_mut().unwrap();
    let mut value: Value = serde_json::from_slice(&response.body).unwrap();
    change(&mut value);
    response.body = value.to_string().into_bytes();
}

#[test]
fn row_s0_41_a_faithful_provider_holds_every_contract() {
    for consumer in CONSUMERS {
        let contract = contract(consumer);
        let findings = verify(&contract, &exchanges(&contract), versions());
        assert!(findings.is_empty(), "{consumer}: {findings:#?}");
    }
}

#[test]
fn row_s0_42_a_provider_that_serves_any_negative_fails() {
    for consumer in CONSUMERS {
        let contract = contract(consumer);
        let negatives = contract
            .interactions
            .iter()
            .filter(|interaction| interaction.terms.polarity == Polarity::Negative);
        let keys: Vec<String> = negatives
            .map(|interaction| interaction.key.clone())
            .collect();
        assert_eq!(keys.len(), 4);
        for key in keys {
            let findings = with(consumer, &key, |exchange| {
                exchange.answer.as_mut().unwrap().status = 200;
            });
            assert_eq!(rules(&findings), ["contract/negative-accepted"]);
        }
    }
}

#[test]
fn row_s0_42_a_refusal_for_another_reason_fails() {
    for consumer in CONSUMERS {
        let findings = with(consumer, "no-match", |exchange| {
            body(exchange, |body| {
                body["issue"][0]["details"]["coding"][0]["code"] = json!("consent-constraint");
            });
        });
        assert_eq!(
            rules(&findings),
            ["contract/outcome-mismatch"],
            "{findings:#?}"
        );
    }
}

#[test]
fn row_s0_44_a_missing_identifier_is_refused_with_its_own_code() {
    for consumer in CONSUMERS {
        let findings = with(consumer, "missing-identifier", |exchange| {
            body(exchange, |body| {
                body["issue"][0]["details"]["coding"][0]["code"] = json!("no-match");
            });
        });
        assert_eq!(rules(&findings), ["contract/outcome-mismatch"]);
    }
}

#[test]
fn a_refused_consent_gives_no_patient_back() {
    let findings = with("northwind", "expired-consent", |exchange| {
        body(exchange, |body| {
            body["issue"][0]["diagnostics"] = json!("see Patient/4711");
            body["parameter"] = json!([{ "valueReference": { "reference": "Patient/4711" } }]);
        });
    });
    let rules = rules(&findings);
    assert!(
        rules.contains(&"contract/forbidden-present"),
        "{findings:#?}"
    );
    assert!(rules.contains(&"contract/answer-invalid"), "{findings:#?}");
    let told = |kind| findings.iter().any(|finding| finding.kind == kind);
    assert!(told("patient-id") && told("forbidden"));
}

#[test]
fn a_malformed_payload_is_refused_and_leaves_nothing() {
    let findings = with("contoso", "malformed", |exchange| {
        exchange.effects = Some(Effects {
            rows: 1,
            ..Effects::default()
        });
    });
    assert_eq!(rules(&findings), ["contract/effects-seen"]);
    let findings = with("contoso", "malformed", |exchange| {
        exchange.answer.as_mut().unwrap().status = 422;
    });
    assert_eq!(rules(&findings), ["contract/status-mismatch"]);
}

#[test]
fn a_refusal_that_repeats_the_request_fails_without_being_repeated_itself() {
    let findings = with("northwind", "no-match", |exchange| {
        let sent: Value = serde_json::from_slice(&exchange.request.body).unwrap();
        let family = sent["parameter"][0]["resource"]["name"][0]["family"].clone();
        body(exchange, |body| {
            body["issue"][0]["expression"] = json!([format!("no {}", family.as_str().unwrap())]);
        });
    });
    assert!(
        rules(&findings).contains(&"contract/error-echoes-input"),
        "{findings:#?}"
    );
    assert!(!format!("{findings:?}").contains("Testmember"));
}

#[test]
fn a_strict_reader_fails_on_a_member_that_it_does_not_know() {
    let more = |exchange: &mut Exchange| {
        body(exchange, |body| {
            body["parameter"][0]["valueIdentifier"]["canary"] = json!("canary");
        });
    };
    let findings = with("contoso", "one-match", more);
    assert_eq!(
        rules(&findings),
        ["contract/closed-broken"],
        "{findings:#?}"
    );
    assert!(!format!("{findings:?}").contains("canary"));
    assert_eq!(
        rules(&with("northwind", "one-match", more)),
        Vec::<&str>::new()
    );
}

#[test]
fn a_positional_reader_fails_on_another_order() {
    let findings = with("fabrikam", "one-match", |exchange| {
        body(exchange, |body| {
            let number = body["parameter"][0]["valueIdentifier"]
                .as_object_mut()
                .unwrap();
            let value = number.remove("type").unwrap();
            number.insert("type".into(), value);
        });
    });
    assert_eq!(
        rules(&findings),
        ["contract/reader-order-broken"],
        "{findings:#?}"
    );
}

#[test]
fn an_answer_in_another_shape_is_told_at_the_place_in_the_contract() {
    let findings = with("northwind", "one-match", |exchange| {
        body(exchange, |body| {
            body["parameter"][0]["valueIdentifier"]["type"]["coding"][0]["code"] = json!("UMB");
        });
    });
    assert_eq!(
        rules(&findings),
        ["contract/answer-invalid", "contract/body-mismatch"]
    );
    let finding = findings
        .iter()
        .find(|finding| finding.rule.ends_with("body-mismatch"));
    let finding = finding.unwrap();
    assert_eq!(
        finding.pointer,
        "/body/parameter/0/valueIdentifier/type/coding/0/code"
    );
    assert_eq!(finding.place.file, "contracts/northwind/member-match.json");
    assert!(finding.place.line > 150);
}

#[test]
fn what_was_not_seen_is_not_verified() {
    let contract = contract("northwind");
    let findings = verify(&contract, &[], versions());
    assert_eq!(findings.len(), contract.interactions.len());
    assert_eq!(rules(&findings), ["contract/not-verified"]);

    let findings = with("northwind", "no-match", |exchange| {
        exchange.answer = Err("connection refused".into());
    });
    assert_eq!(rules(&findings), ["contract/not-verified"]);
    let findings = with("northwind", "no-match", |exchange| exchange.effects = None);
    assert_eq!(rules(&findings), ["contract/not-verified"]);
    let findings = with("northwind", "no-match", |exchange| {
        exchange.states_missing = vec!["member".into()];
    });
    assert_eq!(rules(&findings), ["contract/state-handler-missing"]);
}

#[test]
fn another_request_than_the_planned_one_counts_for_nothing() {
    let findings = with("contoso", "one-match", |exchange| {
        exchange.request.path = "/Patient/$match".into();
    });
    assert_eq!(rules(&findings), ["contract/path-mismatch"]);
}

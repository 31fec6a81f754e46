//! An export of the reference as a sequence: taken on once however often it is asked for, told of, fetched, dated.

use crate::shipped::{driven, written};
use crate::small::judged;
use matchmark::contract::Contract;
use matchmark::model::{Effects, Provider, Sending};
use serde_json::{Value, json};

/// Kick-off, poll and fetch of the history of one member, that ends with the year before `to`.
fn contract(key: &str, history: &Value) -> Contract {
    let token = json!({"name": "authorization", "params": {"token": "valid", "scopes": ["http://hl7.org/fhir/us/davinci-atr/OperationDefinition/davinci-data-export"]}});
    let mut kick_off =
        json!({"sequence": {"id": "export", "step": "kick-off", "deliver": "at-least-once"}});
    kick_off["idempotencyKey"] = json!(key);
    let read = |key: &str, step: &str, after: &str, expression: &str, more: Value| {
        let mut terms = json!({"sequence": {"id": "export", "step": step, "after": [after], "withinMs": 60000}});
        for (key, value) in more.as_object().unwrap() {
            terms[key] = value.clone();
        }
        json!({"type": "Synchronous/HTTP", "key": key, "description": key, "providerStates": [token],
            "request": {"method": "GET", "path": "/async/1",
                "generators": {"path": {"type": "ProviderState", "expression": expression}}},
            "response": {"status": 200},
            "comments": {"references": {"matchmark": terms}}})
    };
    written(
        "northwind",
        &json!({
            "consumer": {"name": "northwind"},
            "provider": {"name": "payer-exchange"},
            "interactions": [
                {"type": "Synchronous/HTTP", "key": "kick-off", "description": "kick-off",
                 "providerStates": [token,
                    {"name": "member", "params": {"ref": "p03", "matches": 1}},
                    {"name": "history", "params": {"member": "p03", "from": "2024-01-01", "to": "2025-12-31"}},
                    {"name": "request", "params": {"member": "p03", "state": "matched"}}],
                 "request": {"method": "POST", "path": "/Group/1/$davinci-data-export",
                    "headers": {"Prefer": ["respond-async"], "Content-Type": ["application/fhir+json"]},
                    "generators": {"path": {"type": "ProviderState", "expression": "/Group/${group}/$davinci-data-export"}},
                    "body": {"contentType": "application/fhir+json", "encoded": false, "content": {"resourceType": "Parameters",
                        "parameter": [{"name": "exportType", "valueCanonical": "hl7.fhir.us.davinci-pdex#payertopayer"}]}}},
                 "response": {"status": 202},
                 "comments": {"references": {"matchmark": kick_off}}},
                read("poll", "poll", "kick-off", "${kick-off.header.content-location}", json!({})),
                read("fetch", "fetch", "poll", "${poll.body.output[0].url}", json!({"history": history})),
            ],
            "metadata": {"pactSpecification": {"version": "4.0"}, "matchmark": {"formatVersion": "1.0", "owner": "northwind-intake",
                "states": {"authorization": "^1", "history": "^1", "member": "^1", "request": "^1"}}},
        }),
    )
}

fn span(from: &str, to: &str) -> Value {
    json!({"from": from, "to": to, "complete": true})
}

#[test]
fn an_export_is_taken_on_once_however_often_it_is_asked_for_and_keeps_to_its_span() {
    let contract = contract("export-1", &span("2024-01-01", "2025-12-31"));
    let seen = driven(std::slice::from_ref(&contract), Provider::Reference);
    let told: Vec<(&str, Sending)> = seen
        .iter()
        .map(|one| (one.interaction.as_str(), one.replay.sending))
        .collect();
    assert_eq!(
        told,
        [
            ("kick-off", Sending::First),
            ("poll", Sending::First),
            ("kick-off", Sending::Again),
            ("fetch", Sending::First),
        ]
    );
    assert_ne!(seen[0].effects, Some(Effects::default()));
    assert_eq!(judged(&contract, &seen), []);
}

#[test]
fn row_s0_45_a_file_with_a_record_before_the_promised_span_is_caught() {
    let contract = contract("export-1", &span("2025-01-01", "2025-12-31"));
    let seen = driven(std::slice::from_ref(&contract), Provider::Reference);
    let findings = judged(&contract, &seen);
    assert!(!findings.is_empty());
    assert!(
        findings
            .iter()
            .all(|finding| finding.rule == "contract/history-broken"),
        "{findings:#?}"
    );
}

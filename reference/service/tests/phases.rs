//! A rollout in its first phase: low-risk data for few partners, and nothing else leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::Service;
use support::admin::shipped;
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, refusal, says, scene};

const DATA: &str = r#"["coverage", "claims", "prior-authorization", "clinical", "sensitive"]"#;

/// Flags with the rollout in its first phase, for contoso only; the gate opens after three decisions.
fn first_phase(number: u32) -> String {
    let edits = [
        ("name = \"general\"", "name = \"read-only\""),
        (DATA, "[\"coverage\"]"),
        ("partners = \"all\"", "partners = [\"contoso\"]"),
        ("least-decisions = 200", "least-decisions = 3"),
    ];
    shipped("flags", number, &edits)
}

fn second_phase(number: u32) -> String {
    first_phase(number)
        .replace("read-only", "limited")
        .replace("[\"coverage\"]", "[\"coverage\", \"claims\"]")
}

/// Starts an exchange that asks for coverage, and waits until it is so far.
async fn goes(service: &Service, key: &str, far: impl Fn(&Value) -> bool) {
    let mut request = exchange(&Person::number(5), "contoso");
    request["data_type"] = json!("coverage");
    let answer = service.start_exchange(key, &request).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    service.once(&id, far).await;
}

/// Why the next phase is refused.
async fn refused(service: &Service, text: &str) -> String {
    let answer = service.put_document("flags", text, "").await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn row_s2_74_phase_one_refuses_a_sensitive_type_and_promotion_needs_its_measurements() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), Some(3)).await;
        says(&stub, refusal(422, "no-match"), None).await;
        let service = scene.start().await;
        let wider = first_phase(2).replace("[\"coverage\"]", "[\"coverage\", \"sensitive\"]");
        assert!(refused(&service, &wider).await.contains("more sensitive"));
        service.publish("flags", 2, &first_phase(2)).await;

        let early = refused(&service, &second_phase(3)).await;
        for measure in [
            "decisions",
            "match-accuracy missing",
            "exception-share missing",
        ] {
            assert!(early.contains(measure), "{early}");
        }
        for key in ["a", "b", "c"] {
            goes(&service, key, |view| view["state"] == "fulfilled").await;
        }
        let over = second_phase(3).replace("\"limited\"", "\"general\"");
        assert!(refused(&service, &over).await.contains("does not follow"));
        goes(&service, "d", |view| view["state"] == "failed").await;
        let worse = refused(&service, &second_phase(3)).await;
        assert_eq!(
            worse,
            "the phase read-only is short of: match-accuracy beyond its threshold"
        );

        // The measurement begins anew with the document that is in force.
        service.clock.advance(std::time::Duration::from_secs(60));
        service.publish("flags", 3, &first_phase(3)).await;
        stub.reset().await;
        says(&stub, matched(), None).await;
        for key in ["e", "f", "g"] {
            goes(&service, key, |view| view["state"] == "fulfilled").await;
        }
        service.publish("flags", 4, &second_phase(4)).await;
        let shown = service.document("rollout").await.json();
        assert_eq!(shown["phase"]["name"], "limited", "{}", place.name);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_75_too_many_by_hand_keep_the_gate_shut_and_the_automated_are_listed() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), Some(3)).await;
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        service.publish("flags", 2, &first_phase(2)).await;
        for key in ["a", "b", "c"] {
            goes(&service, key, |view| view["state"] == "fulfilled").await;
        }
        goes(&service, "d", |view| view["hold"] == "review").await;
        let told = refused(&service, &second_phase(3)).await;
        assert_eq!(
            told,
            "the phase read-only is short of: manual-share beyond its threshold"
        );
        let shown = service.document("rollout").await.json();
        assert_eq!(shown["measured"]["manual-share"], 0.25, "{}", place.name);
        let exceptions = shown["exceptions"].as_array().unwrap();
        let by_hand = exceptions
            .iter()
            .filter(|one| one["handled"] == "manual")
            .count();
        assert_eq!(by_hand, 3);
        assert!(exceptions.len() - by_hand > 60);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn the_first_phase_lets_out_low_risk_data_to_few_partners_only() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    service.publish("flags", 2, &first_phase(2)).await;

    for (key, partner, data, state) in [
        ("low", "contoso", json!("coverage"), "fulfilled"),
        ("other", "northwind", json!("coverage"), "failed"),
        ("care", "contoso", json!("clinical"), "failed"),
        ("sensitive", "contoso", json!("sensitive"), "failed"),
        ("unsaid", "contoso", Value::Null, "failed"),
    ] {
        let mut request = exchange(&Person::number(5), partner);
        if !data.is_null() {
            request["data_type"] = data;
        }
        let answer = service.start_exchange(key, &request).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let view = service.until(&id, state).await;
        if state == "failed" {
            assert_eq!(view["code"], "routing/no-route", "{key}");
            assert!(view["attempts"].as_array().unwrap().is_empty());
        }
    }
    assert_eq!(stub.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_operator_sees_the_phase_and_who_deals_with_each_exception() {
    let (scene, _stub) = scene().await;
    let service = scene.start().await;
    let shown = service.document("rollout").await.json();
    assert_eq!(shown["phase"]["name"], "general");
    let exceptions = shown["exceptions"].as_array().unwrap();
    let handled = |code: &str| {
        let found = exceptions.iter().find(|one| one["code"] == code);
        found.unwrap()["handled"].clone()
    };
    assert_eq!(handled("identity/low-confidence"), "manual");
    assert_eq!(handled("transport/timeout"), "retried");
    assert_eq!(handled("consent/status-invalid"), "refused");
    assert!(exceptions.len() > 60);
}

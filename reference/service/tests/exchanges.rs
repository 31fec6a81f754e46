//! Exchanges that our own systems start, and what becomes of them by what the partner does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::snapshot::KeyHandling;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::request::{Person, exchange};
use support::stub::{matched, refusal, says, scene, started, states};
use wiremock::ResponseTemplate;

#[tokio::test]
async fn a_match_at_the_partner_fulfils_the_exchange() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(
        states(&view),
        [
            "validated",
            "matched",
            "routed",
            "acknowledged",
            "fulfilled"
        ]
    );
    assert_eq!(view["disposition"], "complete");
    assert_eq!(view["code"], Value::Null);
    assert_eq!(view["schema_version"], "hrex-member-match-request@2.0.1");
    assert!(!view.to_string().contains("their-number"));
}

#[tokio::test]
async fn two_503_and_then_success_waits_inside_the_envelope_and_keeps_its_key() {
    let (scene, stub) = scene().await;
    says(&stub, ResponseTemplate::new(503), Some(2)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "fulfilled").await;
    // Half of 2 s and half of 4 s: full jitter with a chance of 0.5.
    assert_eq!(
        service.clock.waits(),
        [Duration::from_secs(1), Duration::from_secs(2)]
    );
    let attempts = view["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 3);
    assert_eq!(attempts[0]["code"], "partner/unavailable");
    let requests = stub.received_requests().await.unwrap();
    let header = |name: &str| -> Vec<String> {
        let value = |r: &wiremock::Request| r.headers[name].to_str().unwrap().to_owned();
        requests.iter().map(value).collect()
    };
    let distinct = |name: &str| header(name).into_iter().collect::<BTreeSet<_>>().len();
    assert_eq!(distinct("idempotency-key"), 1);
    assert_eq!(distinct("x-business-transaction-id"), 1);
    assert_eq!(distinct("x-correlation-id"), 3);
    assert_eq!(
        header("x-business-transaction-id")[0],
        view["business_transaction_id"]
    );
}

#[tokio::test]
async fn row_s2_25_waits_grow_spread_up_to_a_cap_and_the_last_failure_is_a_dead_letter() {
    let (mut scene, stub) = scene().await;
    let mut policy = scene.first_retry_policy();
    policy.transient.cap_ms = 10_000;
    scene.config.resilience = Some(policy);
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "dead-lettered").await;
    assert_eq!(view["code"], "partner/unavailable");
    assert_eq!(
        (&view["disposition"], &view["resume_at"]),
        (&json!("exhausted"), &json!("routed"))
    );
    assert_eq!(stub.received_requests().await.unwrap().len(), 6);
    // Half of 2, 4, 8 s, and then half of the cap: full jitter with a chance of 0.5.
    assert_eq!(
        service.clock.waits(),
        [1, 2, 4, 5, 5].map(Duration::from_secs)
    );
}

#[tokio::test]
async fn the_wait_that_a_throttling_partner_asks_for_is_kept() {
    let (scene, stub) = scene().await;
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "30");
    says(&stub, throttled, Some(1)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "fulfilled").await;
    assert!(service.clock.waits()[0] >= Duration::from_secs(30));
}

#[tokio::test]
async fn business_refusals_are_never_asked_again() {
    for (status, word, code) in [
        (422, "no-match", "identity/no-match"),
        (422, "multiple-match", "identity/multiple-match"),
        (422, "consent-constraint", "consent/refused-by-partner"),
        (422, "bad-bundle", "partner/rejected"),
        (401, "auth", "auth/token-invalid"),
    ] {
        let (scene, stub) = scene().await;
        says(&stub, refusal(status, word), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, "failed").await;
        assert_eq!(
            (&view["code"], &view["disposition"]),
            (&json!(code), &json!("rejected"))
        );
        assert_eq!(stub.received_requests().await.unwrap().len(), 1, "{word}");
    }
}

#[tokio::test]
async fn a_timeout_is_tried_again_only_where_the_partner_honours_keys() {
    for (keys, state, calls) in [
        (KeyHandling::Honours, "fulfilled", 2..=6),
        (KeyHandling::Ignores, "dead-lettered", 1..=1),
    ] {
        let (mut scene, stub) = scene().await;
        let late = matched().set_delay(Duration::from_secs(30));
        says(&stub, late, Some(1)).await;
        says(&stub, matched(), None).await;
        // On a busy machine an answer that is not held back may be late too; it is then asked for once more.
        scene.config.partners[1].timeout = Duration::from_millis(250);
        scene.config.partners[1].keys = keys;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, state).await;
        assert_eq!(view["attempts"][0]["code"], "transport/timeout");
        assert!(calls.contains(&view["attempts"].as_array().unwrap().len()));
    }
}

#[tokio::test]
async fn what_cannot_go_out_fails_before_any_call() {
    let (scene, stub) = scene().await;
    let service = scene.start().await;
    let whole = exchange(&Person::number(5), "contoso");
    let edited = |pointer: &str, value: Value| {
        let mut request = whole.clone();
        *request.pointer_mut(pointer).unwrap() = value;
        request
    };
    let cases = [
        (
            edited("/attestation/opted_in", json!(false)),
            "schema/attestation-missing",
        ),
        (edited("/partner", json!("nobody")), "routing/no-route"),
        (
            edited("/consent/provision/period/end", json!("2026-09-30")),
            "consent/period-end-invalid",
        ),
        (
            edited(
                "/coverage_to_match/beneficiary/reference",
                json!("Patient/x"),
            ),
            "schema/reference-mismatch",
        ),
        (
            edited("/coverage_to_match/relationship", json!(7)),
            "schema/bad-bundle",
        ),
    ];
    for (number, (request, code)) in cases.iter().enumerate() {
        let answer = service
            .start_exchange(&format!("key-{number}"), request)
            .await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(service.until(&id, "failed").await["code"], *code);
    }
    assert!(stub.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_exchange_waits_while_a_person_at_the_partner_decides() {
    let (scene, stub) = scene().await;
    says(&stub, refusal(422, "match-under-review"), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until_held(&id, "review").await;
    assert_eq!(
        (&view["state"], &view["disposition"]),
        (&json!("routed"), &json!("queued"))
    );
    assert_eq!(view["attempts"][0]["code"], "identity/low-confidence");
    assert_eq!(stub.received_requests().await.unwrap().len(), 1);
}

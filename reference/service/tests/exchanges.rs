//! Exchanges that our own systems start, against a partner that a stub plays.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::StoreAt;
use reference::chance::FixedChance;
use reference::domain::snapshot::KeyHandling;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::request::{Person, exchange};
use support::{Scene, Service};
use wiremock::matchers::{header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MATCH: &str = "/Patient/$member-match";

/// A scene whose partner contoso answers at the stub.
async fn scene() -> (Scene, MockServer) {
    let stub = MockServer::start().await;
    let mut scene = Scene::new();
    for partner in &mut scene.config.partners {
        partner.base_url = stub.uri();
    }
    scene.config.chance = Arc::new(FixedChance(0.5));
    (scene, stub)
}

fn matched() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}},
    ]}))
}

fn refusal(status: u16, code: &str) -> ResponseTemplate {
    let coding = json!([{"system": "https://payer-exchange.example/error-codes", "code": code}]);
    ResponseTemplate::new(status).set_body_json(json!({"resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing", "details": {"coding": coding}}]}))
}

async fn says(stub: &MockServer, answer: ResponseTemplate, times: Option<u64>) {
    let mut mock = Mock::given(method("POST"))
        .and(path(MATCH))
        .and(header_exists("idempotency-key"))
        .respond_with(answer);
    if let Some(times) = times {
        mock = mock.up_to_n_times(times);
    }
    mock.mount(stub).await;
}

/// Starts an exchange with contoso and gives its id.
async fn started(service: &Service) -> String {
    let answer = service
        .start_exchange("k1", &exchange(&Person::number(5), "contoso"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.header("location"),
        Some(format!("/exchanges/{id}").as_str())
    );
    id
}

fn states(view: &Value) -> Vec<&str> {
    let history = view["history"].as_array().unwrap();
    history
        .iter()
        .map(|past| past["to"].as_str().unwrap())
        .collect()
}

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
async fn a_partner_that_stays_down_ends_in_a_dead_letter_after_six_calls() {
    let (scene, stub) = scene().await;
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
        (KeyHandling::Honours, "fulfilled", 2),
        (KeyHandling::Ignores, "dead-lettered", 1),
    ] {
        let (mut scene, stub) = scene().await;
        let late = matched().set_delay(Duration::from_secs(30));
        says(&stub, late, Some(1)).await;
        says(&stub, matched(), None).await;
        scene.config.partners[1].timeout = Duration::from_millis(100);
        scene.config.partners[1].keys = keys;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, state).await;
        assert_eq!(view["attempts"][0]["code"], "transport/timeout");
        assert_eq!(view["attempts"].as_array().unwrap().len(), calls);
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
async fn one_key_is_one_exchange() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    let first = service.start_exchange("k1", &request).await;
    let again = service.start_exchange("k1", &request).await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = service
        .start_exchange("k1", &exchange(&Person::number(6), "contoso"))
        .await;
    assert_eq!(
        (other.status, &other.json()["code"]),
        (422, &json!("idempotency/key-reused"))
    );
    let missing = service.start_exchange("", &request).await;
    assert_eq!(
        (missing.status, &missing.json()["code"]),
        (400, &json!("idempotency/key-missing"))
    );
    assert_eq!(
        missing.header("content-type"),
        Some("application/problem+json")
    );
    let all = service.exchanges("").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn fifty_equal_requests_at_once_are_one_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let (mut scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    let service = Arc::new(scene.start().await);
    let request = Arc::new(exchange(&Person::number(5), "contoso"));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (service, request) = (Arc::clone(&service), Arc::clone(&request));
            tokio::spawn(async move { service.start_exchange("k1", &request).await })
        })
        .collect();
    let mut ids = BTreeSet::new();
    for call in calls {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 202, "{}", answer.text);
        ids.insert(answer.json()["id"].to_string());
    }
    assert_eq!(ids.len(), 1);
    let id = ids.pop_first().unwrap();
    service.until(id.trim_matches('"'), "fulfilled").await;
    assert_eq!(stub.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn exchanges_are_found_by_state() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "fulfilled").await;
    for (query, count) in [
        ("?state=fulfilled", 1),
        ("?state=failed", 0),
        ("?partner=contoso", 1),
    ] {
        let found = service.exchanges(query).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(service.exchanges("?state=done").await.status, 422);
    assert_eq!(service.exchanges("?colour=red").await.status, 422);
    assert_eq!(service.exchanges("/nothing").await.status, 404);
}

#[tokio::test]
async fn a_restart_goes_on_where_the_exchange_waited() {
    let folder = tempfile::tempdir().unwrap();
    let (mut scene, stub) = scene().await;
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    let by_hand =
        reference::clock::ManualClock::new(support::now(), reference::clock::Winding::ByHand);
    scene.clock = Arc::new(by_hand);
    scene.config.clock = Arc::clone(&scene.clock) as _;
    says(&stub, ResponseTemplate::new(503), Some(1)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let mut view = service.until(&id, "routed").await;
    while view["hold"] != "backoff" {
        view = service.until(&id, "routed").await;
    }
    assert_eq!(view["next_action"]["at"], "2026-10-01T12:00:01.000Z");
    service.running.stop().await;
    scene.clock.advance(Duration::from_secs(1));
    let service = scene.start().await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(view["attempts"].as_array().unwrap().len(), 2);
    let requests = stub.received_requests().await.unwrap();
    assert_eq!(
        requests[0].headers["idempotency-key"],
        requests[1].headers["idempotency-key"]
    );
}

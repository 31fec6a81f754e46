//! Dead letters: what they tell, who starts them again, and how often the partner hears of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod many;
#[path = "../support/mod.rs"]
mod support;

use reference::StoreAt;
use reference::domain::operator::Role;
use reference::domain::snapshot::KeyHandling;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, says, scene, started};
use support::{Answer, Service};
use wiremock::{MockServer, ResponseTemplate};

async fn ask(service: &Service, path: &str) -> Answer {
    let call = (Method::GET, path);
    service
        .operate(Role::Replay, call, None, &Value::Null)
        .await
}

async fn order(service: &Service, key: &str, body: Value) -> Answer {
    let call = (Method::POST, "/dlq/replay");
    service.operate(Role::Replay, call, Some(key), &body).await
}

async fn declare(service: &Service, body: Value) {
    let call = (Method::POST, "/dlq/fixed");
    let answer = service.operate(Role::Replay, call, None, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn keys(stub: &MockServer) -> Vec<String> {
    let requests = stub.received_requests().await.unwrap();
    let key = |request: &wiremock::Request| {
        let key = request.headers["idempotency-key"].to_str();
        key.unwrap().to_owned()
    };
    requests.iter().map(key).collect()
}

#[tokio::test]
async fn a_dead_letter_carries_its_context_and_a_replay_after_repair_completes_it_once() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, ResponseTemplate::new(503), Some(6)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "dead-lettered").await;

        let letter = ask(&service, &format!("/dlq/{id}")).await.json();
        assert_eq!(letter["code"], "partner/unavailable");
        assert_eq!(
            (&letter["class"], &letter["last_status"]),
            (&json!("transient"), &json!(503))
        );
        assert_eq!(letter["attempts"].as_array().unwrap().len(), 6);
        assert_eq!(letter["resume_at"], "routed");
        for member in [
            "business_transaction_id",
            "schema_version",
            "route_set",
            "snapshot",
            "outbound_key",
            "request",
            "consent_checked_at",
        ] {
            assert!(!letter[member].is_null(), "{member}");
        }
        let listed = ask(&service, "/dlq?code=partner/unavailable&partner=contoso")
            .await
            .json();
        assert_eq!(listed["items"][0]["exchange"], json!(id));
        assert_eq!(
            ask(&service, "/dlq?partner=northwind").await.json()["items"],
            json!([])
        );

        let these = json!({"ids": [id]});
        let early = order(&service, "early", these.clone()).await;
        assert_eq!(early.status, 409, "{}", early.text);
        assert_eq!(early.json()["code"], "conflict/code-not-fixed");
        assert_eq!(early.json()["fields"], json!(["/ids/0"]));
        declare(
            &service,
            json!({"code": "partner/unavailable", "reason": "partner-is-up"}),
        )
        .await;
        let dry = order(&service, "dry", json!({"ids": [id], "dry_run": true})).await;
        assert_eq!((dry.status, &dry.json()["replayed"]), (200, &json!(1)));
        assert_eq!(keys(&stub).await.len(), 6, "a dry run calls nobody");

        let service = Arc::new(service);
        let mut orders = tokio::task::JoinSet::new();
        for number in 0..16 {
            let (service, these) = (Arc::clone(&service), these.clone());
            orders.spawn(async move { order(&service, &format!("order-{number}"), these).await });
        }
        let answers = orders.join_all().await;
        let started: u64 = answers
            .iter()
            .map(|answer| answer.json()["replayed"].as_u64().unwrap())
            .sum();
        assert_eq!(started, 1, "{}: sixteen orders, one start", place.name);
        let view = service.until(&id, "fulfilled").await;
        let keys = keys(&stub).await;
        assert_eq!(keys.len(), 7);
        assert_eq!(
            keys.iter().collect::<BTreeSet<_>>().len(),
            1,
            "the same key"
        );
        assert_eq!(view["attempts"].as_array().unwrap().len(), 7);
        let repeated = order(&service, "order-0", these).await;
        assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
        assert_eq!(ask(&service, &format!("/dlq/{id}")).await.status, 404);
    }
}

#[tokio::test]
async fn a_letter_that_is_replayed_has_all_its_attempts_again() {
    let (scene, stub) = scene().await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "dead-lettered").await;
    declare(
        &service,
        json!({"code": "partner/unavailable", "partner": "contoso", "reason": "partner-is-up"}),
    )
    .await;
    let answer = order(&service, "o1", json!({"filter": {"partner": "contoso"}})).await;
    assert_eq!(
        (answer.status, &answer.json()["replayed"]),
        (202, &json!(1))
    );
    service
        .once(&id, |view| {
            view["state"] == "dead-lettered" && view["attempts"].as_array().unwrap().len() > 6
        })
        .await;
    // A death after the word that the cause is gone shows that it is not.
    let again = order(&service, "o2", json!({"filter": {}})).await.json();
    assert_eq!(again["items"][0]["why"], "code-not-fixed");
}

/// A service with dead letters of two codes: `count` unavailable, one timeout. Gives their ids.
async fn dead(service: &Service, stub: &MockServer, count: usize) -> Vec<String> {
    says(
        stub,
        ResponseTemplate::new(503),
        Some(u64::try_from(count).unwrap()),
    )
    .await;
    let mut ids = Vec::new();
    for number in 0..count {
        let request = exchange(&Person::number(5), "contoso");
        let answer = service
            .start_exchange(&format!("k{number}"), &request)
            .await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "dead-lettered").await;
        ids.push(id);
    }
    ids
}

#[tokio::test]
async fn row_s0_71_only_letters_whose_cause_is_gone_start_again_in_bounded_batches() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        let mut policy = scene.first_retry_policy();
        policy.transient.attempts = 1;
        policy.limits.replay_batch = 2;
        scene.config.resilience = Some(policy);
        // Nobody listens there: another code, and its cause is not gone.
        scene.config.partners[0].base_url = "http://127.0.0.1:9".to_owned();
        let service = scene.start().await;
        let ids = dead(&service, &stub, 5).await;
        let request = exchange(&Person::number(4), "northwind");
        let other = service.start_exchange("other", &request).await.json()["id"].clone();
        let view = service
            .until(other.as_str().unwrap(), "dead-lettered")
            .await;
        assert_eq!(view["code"], "transport/refused");
        says(&stub, matched(), None).await;
        declare(
            &service,
            json!({"code": "partner/unavailable", "reason": "partner-is-up"}),
        )
        .await;
        for (round, expected) in [2, 2, 1, 0].into_iter().enumerate() {
            let key = format!("round-{round}");
            let answer = order(&service, &key, json!({"filter": {}, "limit": 50})).await;
            assert_eq!(
                answer.json()["replayed"],
                json!(expected),
                "{}: {}",
                place.name,
                answer.text
            );
        }
        for id in &ids {
            service.until(id, "fulfilled").await;
        }
        let left = ask(&service, "/dlq").await.json();
        let left = left["items"].as_array().unwrap();
        assert_eq!((left.len(), &left[0]["exchange"]), (1, &other));
        let keys = keys(&stub).await;
        assert_eq!(
            keys.iter().collect::<BTreeSet<_>>().len(),
            5,
            "the keys of the five"
        );
    }
}

#[tokio::test]
async fn a_letter_is_closed_by_a_named_operator_for_a_reason_under_a_rule() {
    let (mut scene, stub) = scene().await;
    let folder = tempfile::tempdir().unwrap();
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "dead-lettered").await;
    let path = format!("/dlq/{id}/close");
    let close = |body: Value| {
        let (service, path) = (&service, path.clone());
        async move {
            service
                .operate(Role::Replay, (Method::POST, &path), None, &body)
                .await
        }
    };
    let whole = json!({"reason": "member-withdrew", "rule": "dead-letter/give-up"});
    for unfit in [
        json!({"reason": "member-withdrew"}),
        json!({"rule": "dead-letter/give-up"}),
        json!({"reason": "Somebody called about it", "rule": "dead-letter/give-up"}),
        json!({"reason": "member-withdrew", "rule": "no rule"}),
    ] {
        assert_eq!(close(unfit.clone()).await.status, 422, "{unfit}");
    }
    let no_role = (Method::POST, path.as_str());
    assert_eq!(
        service
            .operate(Role::Control, no_role, None, &whole)
            .await
            .status,
        403
    );
    let closed = close(whole.clone()).await;
    assert_eq!(
        (closed.status, &closed.json()["state"]),
        (200, &json!("failed"))
    );
    let view = service.until(&id, "failed").await;
    assert_eq!(view["disposition"], "rejected");
    assert_eq!(close(whole).await.status, 404, "it lies there no more");
}

#[tokio::test]
async fn a_letter_whose_partner_would_act_twice_or_whose_consent_has_ended_stays() {
    let (mut scene, stub) = scene().await;
    scene.config.partners[1].keys = KeyHandling::Ignores;
    scene.config.partners[1].timeout = std::time::Duration::from_millis(300);
    let slow = matched().set_delay(std::time::Duration::from_secs(60));
    says(&stub, slow, Some(1)).await;
    says(&stub, ResponseTemplate::new(503), Some(6)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let unknown = started(&service).await;
    let view = service.until(&unknown, "dead-lettered").await;
    assert_eq!(view["code"], "transport/timeout");
    let request = exchange(&Person::number(4), "contoso");
    let late = service.start_exchange("late", &request).await.json()["id"].clone();
    service.until(late.as_str().unwrap(), "dead-lettered").await;
    // The consents of the fixtures end with the year.
    service.clock.set("2027-02-01T00:00:00Z".parse().unwrap());
    for code in ["transport/timeout", "partner/unavailable"] {
        declare(&service, json!({"code": code, "reason": "partner-is-up"})).await;
    }
    let answer = order(&service, "o1", json!({"filter": {}})).await.json();
    let why: BTreeSet<&str> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["why"].as_str().unwrap())
        .collect();
    assert_eq!(why, BTreeSet::from(["consent-lost", "may-act-twice"]));
    assert_eq!(answer["replayed"], 0);
    assert_eq!(keys(&stub).await.len(), 7);
}

#[tokio::test]
async fn an_order_that_is_not_understood_or_not_allowed_changes_nothing() {
    let (scene, stub) = scene().await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "dead-lettered").await;
    for unfit in [
        json!({}),
        json!({"ids": []}),
        json!({"ids": [id], "filter": {}}),
        json!({"filter": {"colour": "red"}}),
        json!({"filter": {"code": "no/such"}}),
        json!([]),
    ] {
        assert_eq!(
            order(&service, "k", unfit.clone()).await.status,
            422,
            "{unfit}"
        );
    }
    let call = (Method::POST, "/dlq/replay");
    let filter = json!({"filter": {}});
    let keyless = service
        .operate(Role::Replay, call.clone(), None, &filter)
        .await;
    assert_eq!(
        (keyless.status, &keyless.json()["code"]),
        (400, &json!("idempotency/key-missing"))
    );
    for role in [Role::Audit, Role::Control, Role::Review] {
        assert_eq!(
            service
                .operate(role, call.clone(), Some("k"), &filter)
                .await
                .status,
            403
        );
    }
    assert_eq!(ask(&service, "/dlq?colour=red").await.status, 422);
    assert_eq!(ask(&service, "/dlq/nothing").await.status, 404);
    service.until(&id, "dead-lettered").await;
}

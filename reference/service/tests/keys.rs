//! One effect per idempotency key.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::StoreAt;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::request::{Person, exchange, member_match};
use support::stores::stores;
use support::stub::{matched, says, scene};
use support::{Answer, Scene, Service};

#[tokio::test]
async fn row_s2_23_one_key_is_one_exchange_until_its_window_has_passed() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    let first = service.start_exchange("k1", &request).await;
    let again = service.start_exchange("k1", &request).await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = exchange(&Person::number(6), "contoso");
    let reused = service.start_exchange("k1", &other).await;
    assert_eq!(
        (reused.status, &reused.json()["code"]),
        (422, &json!("idempotency/key-reused"))
    );
    assert_eq!(count(&service).await, 1);
    service.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let later = service.start_exchange("k1", &request).await;
    assert_eq!(
        (later.status, later.header("idempotency-replayed")),
        (202, None)
    );
    assert_eq!(count(&service).await, 2);
}

async fn count(service: &Service) -> usize {
    let all = service.exchanges("").await.json();
    all["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_exchange_without_a_key_is_refused() {
    let (scene, _stub) = scene().await;
    let service = scene.start().await;
    let missing = service
        .start_exchange("", &exchange(&Person::number(5), "contoso"))
        .await;
    assert_eq!(
        (missing.status, &missing.json()["code"]),
        (400, &json!("idempotency/key-missing"))
    );
    assert_eq!(
        missing.header("content-type"),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn row_s2_23_fifty_equal_requests_at_once_are_one_exchange() {
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
async fn a_repetition_while_the_first_is_at_work_is_asked_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    let service = scene.start().await;
    let body = member_match(&Person::number(1), "contoso").to_string();
    let ask = async || {
        let asking = service
            .asking("contoso", body.clone())
            .header("idempotency-key", "k1");
        Answer::of(asking.send().await.unwrap()).await
    };
    assert_eq!(ask().await.status, 200);
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("exchanges.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let unanswered = "UPDATE idempotency SET status = NULL";
    sqlx::query(unanswered).execute(&pool).await.unwrap();
    let answer = ask().await;
    assert_eq!((answer.status, answer.code().as_str()), (409, "duplicate"));
    assert!(answer.header("retry-after").is_some());
    service.running.stop().await;
    // A process that is gone will not answer any more: its keys are free again.
    let service = scene.start().await;
    let asking = service
        .asking("contoso", body.clone())
        .header("idempotency-key", "k1");
    assert_eq!(asking.send().await.unwrap().status(), 200);
}

/// Characters that are not squeezed when they are kept.
fn long_key(length: usize) -> String {
    let mut seed = 7_u32;
    let next = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from((seed >> 16) % 94).unwrap())
    };
    (0..length).map(next).collect()
}

#[tokio::test]
async fn a_key_that_is_none_and_a_name_with_a_nul_are_refused_on_every_database() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let body = exchange(&Person::number(5), "contoso");
        let asked = member_match(&Person::number(0), "contoso").to_string();
        for key in [
            String::new(),
            "a b".to_owned(),
            long_key(256),
            long_key(4000),
        ] {
            let answer = service.start_exchange(&key, &body).await;
            assert_eq!(answer.status, 400, "{} {}", place.name, answer.text);
            assert_eq!(answer.json()["code"], "idempotency/key-missing");
            let sent = service.asking("contoso", asked.clone());
            let sent = sent.header("idempotency-key", &key).send().await.unwrap();
            assert_eq!(sent.status(), 400, "{} {}", place.name, key.len());
        }
        let sent = service.asking("contoso", asked.clone());
        let sent = sent.header("idempotency-key", long_key(255)).send().await;
        assert_eq!(sent.unwrap().status(), 200, "{}", place.name);
        for path in [
            "/Group/%00",
            "/Group?_after=%00",
            "/async/a%00b",
            "/Patient/%00/$everything",
        ] {
            let answer = service.get("contoso", path).await;
            assert_eq!(answer.status, 404, "{} {path} {}", place.name, answer.text);
        }
        assert_eq!(
            service.exchanges("/%00").await.status,
            404,
            "{}",
            place.name
        );
        service.running.stop().await;
    }
}

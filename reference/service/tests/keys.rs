//! One effect per idempotency key.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::StoreAt;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::request::{Person, exchange, member_match};
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

//! Where exchanges are: asked by state, written down, and taken up again after a restart.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::StoreAt;
use reference::domain::snapshot::KeyHandling;
use serde_json::{Value, json};
use sqlx::Row;
use std::path::Path;
use std::time::Duration;
use support::request::{Person, exchange};
use support::stub::{matched, refusal, says, scene, started};
use wiremock::ResponseTemplate;

/// Transitions, and audit records of them, in the database.
async fn written(folder: &Path) -> (i64, i64) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("exchanges.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let query = "SELECT (SELECT count(*) FROM history), (SELECT count(*) FROM audit WHERE actor = 'engine')";
    let row = sqlx::query(query).fetch_one(&pool).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn row_s2_14_every_transition_is_audited_once_and_states_are_queryable() {
    let folder = tempfile::tempdir().unwrap();
    let (mut scene, stub) = scene().await;
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    says(&stub, matched(), Some(1)).await;
    says(&stub, refusal(422, "no-match"), Some(1)).await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    let mut transitions = 0;
    let ends = [("fulfilled", 5), ("failed", 4), ("dead-lettered", 4)];
    let mut ids = Vec::new();
    for (state, moves) in ends {
        let answer = service.start_exchange(state, &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let view = service.until(&id, state).await;
        assert_eq!(view["history"].as_array().unwrap().len(), moves, "{state}");
        transitions += i64::try_from(moves).unwrap();
        ids.push((state, id));
    }
    for (state, id) in ids {
        let found = service.exchanges(&format!("?state={state}")).await.json();
        let items = found["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["id"]), (1, &json!(id)), "{state}");
    }
    assert_eq!(written(folder.path()).await, (transitions, transitions));
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_refused() {
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
    scene.by_hand();
    says(&stub, ResponseTemplate::new(503), Some(1)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until_held(&id, "backoff").await;
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

#[tokio::test]
async fn a_call_whose_end_nobody_saw_is_repeated_only_where_the_partner_honours_keys() {
    for (keys, state, calls) in [
        (KeyHandling::Honours, "fulfilled", 2),
        (KeyHandling::Ignores, "dead-lettered", 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut scene, stub) = scene().await;
        scene.config.store = StoreAt::Folder(folder.path().to_owned());
        scene.config.partners[1].keys = keys;
        scene.config.partners[1].timeout = Duration::from_secs(60);
        says(&stub, matched().set_delay(Duration::from_secs(60)), Some(1)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let called = |view: &Value| {
            view["attempts"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        };
        service.once(&id, called).await;
        while stub.received_requests().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        // Nothing is waited for: this is not how a service ends that is told to.
        drop(service);
        let service = scene.start().await;
        service.until(&id, state).await;
        let requests = stub.received_requests().await.unwrap();
        assert_eq!(requests.len(), calls);
        let key = |request: &wiremock::Request| request.headers["idempotency-key"].clone();
        assert_eq!(key(&requests[0]), key(&requests[calls - 1]));
    }
}

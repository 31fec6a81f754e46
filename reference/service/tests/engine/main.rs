//! The engine on every store: where exchanges are, what signals do to them, and work that changes hands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic
)]

mod ending;
#[path = "../support/mod.rs"]
mod support;
mod time;

use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe, Row};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::held::Held;
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, says, scene, started, states};
use support::{Answer, Scene, Service};
use wiremock::{MockServer, ResponseTemplate};

/// A scene on a store of its own, with a clock that stands until it is moved.
async fn by_hand(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.by_hand();
    (scene, stub)
}

/// An exchange that waits after its first call; so many calls fail.
async fn backing_off(place: &Place, failures: u64) -> (Scene, MockServer, Service, String) {
    let (scene, stub) = by_hand(place).await;
    says(&stub, ResponseTemplate::new(503), Some(failures)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until_held(&id, "backoff").await;
    (scene, stub, service, id)
}

async fn said(service: &Service, id: &str, word: &str, key: &str) -> Answer {
    let url = Service::url(
        service.running.enterprise,
        &format!("/exchanges/{id}/{word}"),
    );
    let token = service.token_at(
        "enterprise",
        reference::token::EXCHANGES,
        service.now_for_token(),
    );
    let asking = service.http.post(url).bearer_auth(token);
    Answer::of(asking.header("idempotency-key", key).send().await.unwrap()).await
}

async fn place_of(service: &Service, id: &str) -> Value {
    service.exchanges(&format!("/{id}/where")).await.json()
}

async fn count(pool: &AnyPool, query: &str) -> i64 {
    let row = sqlx::query(AssertSqlSafe(query.to_owned()))
        .fetch_one(pool)
        .await;
    row.unwrap().get(0)
}

/// accepted = fulfilled + failed + dead-lettered + open, and nothing open is forgotten.
async fn invariant(place: &Place) {
    let pool = place.look().await;
    let all = count(&pool, "SELECT count(*) FROM exchanges").await;
    let kept = count(
        &pool,
        "SELECT count(*) FROM idempotency WHERE operation = 'exchanges'",
    );
    let ended =
        "SELECT count(*) FROM exchanges WHERE state IN ('fulfilled', 'failed', 'dead-lettered')";
    let open = "SELECT count(*) FROM exchanges WHERE state IN ('created', 'validated', 'matched', 'routed', 'acknowledged')";
    let (ended, open) = (count(&pool, ended).await, count(&pool, open).await);
    assert_eq!(
        (all, kept.await),
        (ended + open, ended + open),
        "{}",
        place.name
    );
    let forgotten = "SELECT count(*) FROM exchanges e WHERE state IN ('created', 'validated', 'matched', 'routed', 'acknowledged')
        AND (hold IS NULL OR hold NOT IN ('review', 'more-data', 'approval'))
        AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.exchange = e.id)";
    assert_eq!(count(&pool, forgotten).await, 0, "{}", place.name);
    let left = "SELECT count(*) FROM steps s WHERE NOT EXISTS (SELECT 1 FROM exchanges e WHERE e.id = s.exchange
        AND e.state IN ('created', 'validated', 'matched', 'routed', 'acknowledged'))";
    assert_eq!(count(&pool, left).await, 0, "{}", place.name);
}

#[tokio::test]
async fn row_s2_01_where_a_request_is_says_what_is_next_and_whose_turn_it_is() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(1)).await;
        says(&stub, refusal(422, "match-under-review"), Some(1)).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "backoff").await;
        let found = place_of(&service, &id).await;
        assert_eq!(
            (&found["state"], &found["owner"]),
            (&json!("routed"), &json!("service"))
        );
        assert_eq!(found["holds"], json!(["backoff"]));
        assert_eq!(
            found["next_action"],
            json!({"act": "submit", "at": "2026-10-01T12:00:01.000Z"})
        );
        assert_eq!(found["attempts"]["count"], 1);
        scene.clock.advance(Duration::from_secs(1));
        service.until_held(&id, "review").await;
        let found = place_of(&service, &id).await;
        assert_eq!(
            (&found["owner"], &found["next_action"]),
            (
                &json!("reviewer"),
                &json!({"act": "decide-review", "at": null})
            )
        );
        assert_eq!(found["since"], "2026-10-01T12:00:00.000Z");
        let timeline = service.exchanges(&format!("/{id}/timeline")).await.json();
        let told: Vec<&str> = timeline["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["what"].as_str().unwrap())
            .collect();
        assert_eq!(
            told,
            ["created", "moved", "moved", "moved", "called", "called"]
        );
        assert_eq!(service.exchanges("/nothing/where").await.status, 404);
        invariant(&place).await;
    }
}

#[tokio::test]
async fn row_s2_01_every_one_of_the_eight_states_is_answered() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "review").await;
        let pool = place.look().await;
        for (state, act, owner) in [
            ("created", "validate", "service"),
            ("validated", "resolve-member", "service"),
            ("matched", "choose-route", "service"),
            ("routed", "submit", "service"),
            ("acknowledged", "await-partner", "partner"),
            ("fulfilled", "none", "nobody"),
            ("failed", "none", "nobody"),
            ("dead-lettered", "replay-or-close", "operator"),
        ] {
            let put = format!("UPDATE exchanges SET hold = NULL, state = '{state}'");
            sqlx::query(AssertSqlSafe(put))
                .execute(&pool)
                .await
                .unwrap();
            let found = place_of(&service, &id).await;
            let told = (
                &found["state"],
                &found["next_action"]["act"],
                &found["owner"],
            );
            assert_eq!(told, (&json!(state), &json!(act), &json!(owner)));
            assert!(found["since"].is_string());
        }
    }
}

#[tokio::test]
async fn a_request_that_is_taken_back_ends_once_and_says_so_again() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, ResponseTemplate::new(503), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "backoff").await;
        let first = said(&service, &id, "cancel", "c1").await;
        assert_eq!(
            (first.status, &first.json()["came_to"]),
            (202, &json!("moved"))
        );
        let again = said(&service, &id, "cancel", "c1").await;
        assert_eq!((again.status, &again.text), (202, &first.text));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let late = said(&service, &id, "cancel", "c2").await;
        assert_eq!(
            (late.status, &late.json()["code"]),
            (409, &json!("conflict/ended"))
        );
        let view = service.until(&id, "failed").await;
        assert_eq!(
            (&view["disposition"], &view["code"]),
            (&json!("cancelled"), &Value::Null)
        );
        scene.clock.advance(Duration::from_secs(3600));
        assert_eq!(stub.received_requests().await.unwrap().len(), 1);
        assert_eq!(said(&service, &id, "cancel", "").await.status, 400);
        invariant(&place).await;
    }
}

#[tokio::test]
async fn cancel_racing_completion_has_one_winner() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, matched(), None).await;
        let service = Arc::new(scene.start().await);
        let mut ends = BTreeSet::new();
        for round in 0..20 {
            let request = exchange(&Person::number(5), "contoso");
            let answer = service.start_exchange(&format!("k{round}"), &request).await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            for _ in 0..round * 3 {
                tokio::task::yield_now().await;
            }
            let told = said(&service, &id, "cancel", &format!("c{round}")).await;
            let ended = |view: &Value| {
                ["fulfilled", "failed"]
                    .iter()
                    .any(|end| view["state"] == **end)
            };
            let view = service.once(&id, ended).await;
            let won = view["state"] == "failed";
            assert_eq!(told.status == 202, won, "{} {}", told.text, view["state"]);
            let last = states(&view).last().copied().unwrap().to_owned();
            assert_eq!(view["state"], last);
            ends.insert(last);
        }
        println!("{}: ended as {ends:?}", place.name);
        invariant(&place).await;
    }
}

#[tokio::test]
async fn a_paused_exchange_does_nothing_until_it_is_let_go() {
    for place in stores().await {
        let (scene, _stub, service, id) = backing_off(&place, 1).await;
        assert_eq!(said(&service, &id, "pause", "p1").await.status, 202);
        let found = place_of(&service, &id).await;
        assert_eq!(found["holds"], json!(["paused", "backoff"]));
        assert_eq!(found["owner"], "operator");
        let held = service.exchanges("?hold=paused").await.json();
        assert_eq!(held["items"].as_array().unwrap().len(), 1);
        scene.clock.advance(Duration::from_secs(3600));
        let other = service
            .start_exchange("k2", &exchange(&Person::number(6), "contoso"))
            .await;
        let other = other.json()["id"].as_str().unwrap().to_owned();
        service.until(&other, "fulfilled").await;
        assert_eq!(place_of(&service, &id).await["state"], "routed");
        let resumed = said(&service, &id, "resume", "r1").await;
        assert_eq!(resumed.json()["came_to"], "resumed");
        service.until(&id, "fulfilled").await;
        let already = said(&service, &id, "resume", "r2").await;
        assert_eq!(already.status, 409);
        invariant(&place).await;
    }
}

#[tokio::test]
async fn two_processes_on_one_database_carry_every_step_out_once() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, matched(), None).await;
        let services = [scene.start().await, scene.start().await];
        let request = exchange(&Person::number(5), "contoso");
        let mut ids = Vec::new();
        for number in 0..12 {
            let service = &services[number % 2];
            let answer = service
                .start_exchange(&format!("k{number}"), &request)
                .await;
            ids.push(answer.json()["id"].as_str().unwrap().to_owned());
        }
        for id in &ids {
            let view = services[0].until(id, "fulfilled").await;
            assert_eq!(states(&view).len(), 5);
        }
        assert_eq!(stub.received_requests().await.unwrap().len(), 12);
        invariant(&place).await;
    }
}

#[tokio::test]
async fn row_s2_23_sixty_four_equal_requests_at_two_processes_are_one_exchange() {
    for place in stores().await {
        let (scene, stub) = by_hand(&place).await;
        says(&stub, matched(), None).await;
        let services = Arc::new([scene.start().await, scene.start().await]);
        let request = Arc::new(exchange(&Person::number(5), "contoso"));
        let calls: Vec<_> = (0..64)
            .map(|number| {
                let (services, request) = (Arc::clone(&services), Arc::clone(&request));
                tokio::spawn(
                    async move { services[number % 2].start_exchange("k1", &request).await },
                )
            })
            .collect();
        let mut ids = BTreeSet::new();
        for call in calls {
            let answer = call.await.unwrap();
            assert_eq!(answer.status, 202, "{}", answer.text);
            ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(ids.len(), 1);
        services[0]
            .until(&ids.pop_first().unwrap(), "fulfilled")
            .await;
        assert_eq!(stub.received_requests().await.unwrap().len(), 1);
        let other = exchange(&Person::number(6), "contoso");
        let reused = services[1].start_exchange("k1", &other).await;
        assert_eq!(
            (reused.status, &reused.json()["code"]),
            (422, &json!("idempotency/key-reused"))
        );
        invariant(&place).await;
    }
}

/// A worker that is slow past its lease: another takes the step over, and what the slow one brings is dropped.
#[tokio::test]
async fn a_lease_that_runs_out_is_taken_over_and_the_slow_worker_writes_nothing() {
    for place in stores().await {
        let (mut scene, stub) = by_hand(&place).await;
        says(&stub, refusal(422, "no-match"), Some(1)).await;
        says(&stub, matched(), None).await;
        let held = Held::before_some(&stub, (MATCH, 1)).await;
        scene.config.partners[1].base_url = held.url.clone();
        scene.config.partners[1].timeout = Duration::from_secs(300);
        let slow = scene.start().await;
        let id = started(&slow).await;
        held.called(1).await;
        let quick = scene.start().await;
        // Past the lease and the timeout of the call, which the clock of the service tells.
        scene.clock.advance(Duration::from_secs(600));
        let view = quick.until(&id, "fulfilled").await;
        assert_eq!(view["attempts"].as_array().unwrap().len(), 2);
        held.let_go();
        slow.running.stop().await;
        let after = quick.until(&id, "fulfilled").await;
        assert_eq!((states(&after).len(), &after), (5, &view));
        let calls = stub.received_requests().await.unwrap();
        let keys = calls.iter().map(|call| &call.headers["idempotency-key"]);
        let keys: BTreeSet<_> = keys.map(|key| key.to_str().unwrap()).collect();
        assert_eq!((calls.len(), keys.len()), (2, 1));
        invariant(&place).await;
    }
}

//! What every engine has to withstand from outside: races, a database that goes away, a full disk, an older database.
//! Refuses to know the engine: it is driven over its listeners, and judged by what is in the database in the end.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic
)]

#[path = "../support/mod.rs"]
mod support;

mod document;
mod older;
mod outage;
mod race;

use serde_json::Value;
use sqlx::AnyPool;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::later::counted;
use support::request::{Person, exchange};
use support::stores::Place;
use support::stub::scene;
use support::{Scene, Service};
use wiremock::MockServer;

/// A scene on a store of its own, with a clock that stands until it is moved.
async fn by_hand(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.by_hand();
    (scene, stub)
}

/// Hands an exchange in until it is accepted, under one key. Gives its id and every other answer on the way.
async fn accepted(service: &Service, key: &str) -> (String, Vec<u16>) {
    let request = exchange(&Person::number(5), "contoso");
    let mut others = Vec::new();
    for _ in 0..1_000 {
        let answer = service.start_exchange(key, &request).await;
        if answer.status == 202 {
            return (answer.json()["id"].as_str().unwrap().to_owned(), others);
        }
        others.push(answer.status);
        tokio::task::yield_now().await;
    }
    panic!("{key} was never accepted: {others:?}");
}

/// Winds the clock until nothing is open any more.
async fn settled(service: &Service, pool: &AnyPool) {
    let open = "SELECT count(*) FROM exchanges WHERE state NOT IN ('fulfilled', 'failed', 'dead-lettered')";
    for _ in 0..200_000 {
        if counted(pool, open).await == 0 {
            return;
        }
        service.clock.advance(Duration::from_secs(5));
        tokio::task::yield_now().await;
    }
    panic!("something stays open");
}

/// Everything that was accepted has ended well, once, and is written down without a gap.
async fn whole(place: &Place, stub: &MockServer, accepted: &BTreeMap<String, String>) {
    let pool = place.look().await;
    let name = place.name;
    let count = i64::try_from(accepted.len()).unwrap();
    for (query, expected) in [
        ("SELECT count(*) FROM exchanges", count),
        (
            "SELECT count(*) FROM exchanges WHERE state = 'fulfilled'",
            count,
        ),
        (
            "SELECT count(*) FROM outbox WHERE notice = 'exchange-fulfilled'",
            count,
        ),
        ("SELECT count(*) FROM steps", 0),
        ("SELECT count(*) FROM history", count * 5),
        // The log has every position up to its last one.
        ("SELECT max(seq) - min(seq) + 1 - count(*) FROM audit", 0),
    ] {
        assert_eq!(counted(&pool, query).await, expected, "{name}: {query}");
    }
    let keys: BTreeSet<String> = stub
        .received_requests()
        .await
        .unwrap()
        .iter()
        .filter_map(|request| request.headers.get("idempotency-key"))
        .map(|key| key.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys.len(), accepted.len(), "{name}: one key for each");
}

fn called(view: &Value) -> usize {
    view["attempts"].as_array().map_or(0, Vec::len)
}

//! A store of ours that fails in the middle of a step, and comes back: it delays, and nothing else.
//! Refuses to take the store away as a whole: one table or one write is gone, so that everything else goes on.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::snapshot::KeyHandling;
use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::Scene;
use support::bulk::on_list;
use support::export::paused;
use support::later::{
    JOB, KICK_OFF, calls, counted, file, list, matched_with_list, records, says, taken_on, working,
};
use support::request::{bulk_match, ids, people};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, scene, started};
use wiremock::{MockServer, ResponseTemplate};

/// A scene on this store whose partner may ignore keys, with a clock that stands until it is moved.
async fn at(place: &Place, keys: KeyHandling) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    scene.config.store = place.at.clone();
    scene.config.partners[1].keys = keys;
    (scene, stub)
}

async fn done(pool: &AnyPool, statement: String) {
    sqlx::query(AssertSqlSafe(statement))
        .execute(pool)
        .await
        .unwrap();
}

/// What is read from this table cannot be read until it is back.
async fn away(pool: &AnyPool, table: &str) {
    done(pool, format!("ALTER TABLE {table} RENAME TO {table}_away")).await;
}

async fn back(pool: &AnyPool, table: &str) {
    done(pool, format!("ALTER TABLE {table}_away RENAME TO {table}")).await;
}

/// Every write that changes the table in this way fails, as on a disk that has no room.
async fn stuck(place: &Place, pool: &AnyPool, table: &str, when: &str) {
    if place.name == "sqlite" {
        let body = "BEGIN SELECT RAISE(ABORT, 'stuck'); END";
        let made = format!("CREATE TRIGGER stuck BEFORE UPDATE ON {table} WHEN {when} {body}");
        return done(pool, made).await;
    }
    let raise = "BEGIN RAISE 'stuck' USING ERRCODE = '53100'; END";
    let made = format!("CREATE FUNCTION stuck() RETURNS trigger AS $$ {raise} $$ LANGUAGE plpgsql");
    done(pool, made).await;
    let made = format!(
        "CREATE TRIGGER stuck BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION stuck()"
    );
    done(pool, made).await;
}

async fn loose(place: &Place, pool: &AnyPool, table: &str) {
    let on = match place.name {
        "sqlite" => String::new(),
        _ => format!(" ON {table}"),
    };
    done(pool, format!("DROP TRIGGER stuck{on}")).await;
}

/// Until the step of the only exchange has been taken more often than so many times.
async fn taken_again(pool: &AnyPool, step: &str, before: i64) {
    let query = format!("SELECT coalesce(max(attempt), 0) FROM steps WHERE step = '{step}'");
    while counted(pool, &query).await <= before {
        tokio::task::yield_now().await;
    }
}

async fn taken(pool: &AnyPool, step: &str) -> i64 {
    let query = format!("SELECT coalesce(max(attempt), 0) FROM steps WHERE step = '{step}'");
    counted(pool, &query).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_that_cannot_be_read_delays_the_call_and_uses_no_attempt() {
    for place in stores().await {
        let (scene, stub) = at(&place, KeyHandling::Honours).await;
        says(&stub, "POST", MATCH, ResponseTemplate::new(503), Some(1)).await;
        says(&stub, "POST", MATCH, matched(), None).await;
        let service = scene.start().await;
        let pool = place.look().await;
        let id = started(&service).await;
        service.until_held(&id, "backoff").await;
        let before = taken(&pool, "submit").await;
        away(&pool, "route_decisions").await;
        service.clock.advance(Duration::from_secs(60));
        taken_again(&pool, "submit", before).await;
        back(&pool, "route_decisions").await;
        let view = service.wound(&place, &id, "fulfilled").await;
        let attempts = view["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 2, "{}: {attempts:?}", place.name);
        assert_eq!(calls(&stub, "POST", MATCH).await, 2);
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_that_cannot_be_read_while_the_partner_works_ends_nothing() {
    for place in stores().await {
        let (mut scene, stub) = at(&place, KeyHandling::Honours).await;
        scene.agreed(Retrieval::MatchOnly, Notification::Poll);
        says(&stub, "POST", MATCH, taken_on(), None).await;
        says(&stub, "GET", JOB, working("5"), Some(1)).await;
        says(&stub, "GET", JOB, matched(), None).await;
        let service = scene.start().await;
        let pool = place.look().await;
        let id = started(&service).await;
        service.until(&id, "acknowledged").await;
        let before = taken(&pool, "monitor").await;
        away(&pool, "route_decisions").await;
        service.clock.advance(Duration::from_secs(60));
        taken_again(&pool, "monitor", before).await;
        back(&pool, "route_decisions").await;
        let view = service.wound(&place, &id, "fulfilled").await;
        assert_eq!(view["code"], Value::Null, "{}", place.name);
        service.running.stop().await;
    }
}

/// Counts how often a transaction has begun.
fn watched(scene: &mut Scene) -> Arc<AtomicUsize> {
    let begun = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&begun);
    scene.config.on_write = Some(Arc::new(move |point| {
        if point == reference::WritePoint::Before {
            count.fetch_add(1, Ordering::SeqCst);
        }
    }));
    begun
}

/// The partner has acted, and the store does not take how: it is asked no second time, also when the lease of the step
/// has run out meanwhile.
async fn stays_in_hand(place: &Place, (verb_at, table, when): (&str, &str, &str)) {
    let (mut scene, stub) = at(place, KeyHandling::Ignores).await;
    scene.agreed(Retrieval::GroupExport, Notification::Poll);
    says(&stub, "POST", MATCH, matched_with_list(), None).await;
    says(&stub, "POST", KICK_OFF, taken_on(), None).await;
    let url = format!("{}/files/Coverage", stub.uri());
    let output = json!([{"type": "Coverage", "url": url, "count": 1}]);
    let made = ResponseTemplate::new(200).set_body_json(list(output, json!([])));
    says(&stub, "GET", JOB, made, None).await;
    file(&stub, "/files/Coverage", records("Coverage", 1)).await;
    let begun = watched(&mut scene);
    let service = scene.start().await;
    let pool = place.look().await;
    stuck(place, &pool, table, when).await;
    let id = started(&service).await;
    while calls(&stub, "POST", verb_at).await == 0 {
        tokio::task::yield_now().await;
    }
    let before = begun.load(Ordering::SeqCst);
    service.clock.advance(Duration::from_secs(120));
    while begun.load(Ordering::SeqCst) < before + 8 {
        tokio::task::yield_now().await;
    }
    loose(place, &pool, table).await;
    service.wound(place, &id, "fulfilled").await;
    for at in [MATCH, KICK_OFF] {
        assert_eq!(calls(&stub, "POST", at).await, 1, "{}: {at}", place.name);
    }
    let dead = counted(&pool, "SELECT count(*) FROM dead_letters").await;
    assert_eq!(dead, 0, "{}", place.name);
    service.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_partner_answered_is_kept_in_hand_until_the_store_takes_it() {
    let acknowledged = ("exchanges", "NEW.state = 'acknowledged'");
    let exporting = ("fulfilments", "NEW.phase = 'exporting'");
    for (call, (table, when)) in [(MATCH, acknowledged), (KICK_OFF, exporting)] {
        for place in stores().await {
            stays_in_hand(&place, (call, table, when)).await;
        }
    }
}

/// A job that cannot read whom it is about goes back, and its answer is there once the store is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_match_that_cannot_be_read_for_a_while_is_answered_later() {
    for place in stores().await {
        let (scene, _stub) = at(&place, KeyHandling::Honours).await;
        let service = scene.start().await;
        let pool = place.look().await;
        let asked = bulk_match(&people(&[1, 2]), "contoso");
        let told = support::export::place(&service.submit("contoso", &asked).await);
        paused(&service.clock, 1).await;
        away(&pool, "person_keys").await;
        service.clock.advance(Duration::from_secs(1));
        let waits =
            "SELECT count(*) FROM exports WHERE run_after IS NOT NULL AND lease_until IS NULL";
        while counted(&pool, waits).await == 0 {
            tokio::task::yield_now().await;
        }
        let open = service.bulk_get("contoso", &told, None).await;
        assert_eq!(open.status, 202, "{}: {}", place.name, open.text);
        back(&pool, "person_keys").await;
        service.clock.advance(Duration::from_secs(60));
        paused(&service.clock, 2).await;
        service.clock.advance(Duration::from_secs(1));
        let list = service.bulk_ended("contoso", &told, None).await;
        assert_eq!(list.status, 200, "{}", list.text);
        let groups = service.groups_of("contoso", &list.json()).await;
        assert_eq!(on_list(&groups, "match"), ids(&people(&[1, 2])));
        service.running.stop().await;
    }
}

/// Whoever gives a job up has the last word, also over one who carries it out and over one who took it since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_given_up_under_its_workers_leaves_no_file() {
    for place in stores().await {
        let (scene, _stub) = at(&place, KeyHandling::Honours).await;
        let services = [scene.start().await, scene.start().await];
        let pool = place.look().await;
        let asked = bulk_match(&people(&[1, 2]), "contoso");
        let told = support::export::place(&services[0].submit("contoso", &asked).await);
        paused(&scene.clock, 1).await;
        let given_up = services[1].bulk_given_up("contoso", &told).await;
        assert_eq!(given_up.status, 202, "{}", given_up.text);
        scene.clock.advance(Duration::from_secs(60));
        for service in services {
            let gone = service.bulk_get("contoso", &told, None).await;
            assert_eq!(gone.status, 404, "{}: {}", place.name, gone.text);
            service.running.stop().await;
        }
        for nothing in ["export_files", "lists", "payloads"] {
            let left = counted(&pool, &format!("SELECT count(*) FROM {nothing}")).await;
            assert_eq!(left, 0, "{}: {nothing}", place.name);
        }
    }
}

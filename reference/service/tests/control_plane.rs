//! Documents of the control plane: changed while requests run, agreed to by two, refused whole, kept over a restart.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

mod support;

use reference::clock::{ManualClock, Winding};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use support::admin::{Call, registry, routes, shipped};
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, scene};
use support::{Scene, Service, now};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer};

async fn anywhere(stub: &MockServer) {
    Mock::given(method("POST"))
        .and(path_regex(r"/Patient/\$member-match$"))
        .respond_with(matched())
        .mount(stub)
        .await;
}

async fn through(service: &Service, key: &str) -> (String, Value) {
    let answer = service
        .start_exchange(key, &exchange(&Person::number(5), "contoso"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let view = service.until(&id, "fulfilled").await;
    (id, view)
}

/// Starts exchanges, each after the one before has ended, until it is told to stop. Gives how many.
async fn load(service: &Service, stop: &AtomicBool, done: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        let number = done.load(Ordering::Relaxed);
        let (_, view) = through(service, &format!("load-{number}")).await;
        assert_eq!(view["disposition"], "complete");
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits until three more exchanges have gone through under what was changed.
async fn three_more(done: &AtomicUsize) {
    let wanted = done.load(Ordering::Relaxed) + 3;
    while done.load(Ordering::Relaxed) < wanted {
        tokio::task::yield_now().await;
    }
}

/// What the log says under which policies an exchange was matched.
async fn matched_under(place: &support::stores::Place, id: &str) -> i64 {
    let pool = place.look().await;
    let row: (String,) =
        sqlx::query_as("SELECT record FROM audit WHERE exchange = $1 AND action = 'matched'")
            .bind(id)
            .fetch_one(&pool)
            .await
            .unwrap();
    let record: Value = serde_json::from_str(&row.0).unwrap();
    record["event"]["match"]["policy"].as_i64().unwrap()
}

#[tokio::test]
async fn row_s2_46_five_kinds_change_under_load_and_bad_ones_are_refused() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        anywhere(&stub).await;
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let changes = async {
            let moved = format!("{}/moved", stub.uri());
            let mut before = 1;
            for (kind, number, text) in [
                ("partners", 2, registry(2, &moved)),
                // The routes have followed the registry once.
                (
                    "routing",
                    3,
                    routes(3, &[("by-table", "", format!("{}/routed", stub.uri()))]),
                ),
                ("matching", 2, shipped("matching", 2, &[])),
                (
                    "flags",
                    2,
                    shipped(
                        "flags",
                        2,
                        &[(
                            "route-table = { on = true }",
                            "route-table = { on = false }",
                        )],
                    ),
                ),
                (
                    "audit",
                    2,
                    shipped(
                        "audit",
                        2,
                        &[("idempotency-days = 7", "idempotency-days = 1")],
                    ),
                ),
            ] {
                let malformed = text.replacen("title", "titel", 1);
                let refused = service.put_document(kind, &malformed, "").await;
                assert_eq!(refused.status, 422, "{kind}: {}", refused.text);
                let snapshot = service.publish(kind, number, &text).await.as_i64().unwrap();
                assert!(snapshot > before, "{kind}");
                before = snapshot;
                three_more(&done).await;
                takes_effect(&service, &place, kind, snapshot).await;
            }
            stop.store(true, Ordering::Relaxed);
        };
        tokio::join!(load(&service, &stop, &done), changes);
        keys_are_forgotten_after_a_day(&service).await;
        let requests = stub.received_requests().await.unwrap();
        let at = |place: &str| {
            requests
                .iter()
                .filter(|one| one.url.path().starts_with(place))
                .count()
        };
        assert!(at("/moved") >= 3 && at("/routed") >= 3, "{}", place.name);
        service.running.stop().await;
    }
}

async fn keys_are_forgotten_after_a_day(service: &Service) {
    let request = exchange(&Person::number(5), "contoso");
    let (id, _) = through(service, "kept").await;
    let again = service.start_exchange("kept", &request).await;
    assert_eq!(again.json()["id"], id.as_str());
    service.clock.advance(Duration::from_secs(2 * 86_400));
    let later = service.start_exchange("kept", &request).await;
    assert_ne!(later.json()["id"], id.as_str());
}

/// What an exchange that is begun now shows of the change.
async fn takes_effect(
    service: &Service,
    place: &support::stores::Place,
    kind: &str,
    snapshot: i64,
) {
    let (id, view) = through(service, &format!("after-{kind}")).await;
    assert_eq!(view["snapshot"], snapshot, "{kind}");
    let choice = service.route_of(&id, "").await["choices"][0].clone();
    let endpoint = choice["decision"]["endpoint"].as_str().unwrap();
    match kind {
        "partners" => assert!(endpoint.ends_with("/moved")),
        "routing" => assert!(endpoint.ends_with("/routed")),
        "matching" => assert_eq!(matched_under(place, &id).await, 2),
        "flags" => assert_eq!(choice["by"], "registry"),
        // A clock that moves under load ends tokens that are on their way: this one is looked at afterwards.
        "audit" => {}
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn a_writer_who_has_not_seen_what_is_in_force_is_turned_away() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let stale = service
            .document("flags")
            .await
            .header("etag")
            .unwrap()
            .to_owned();
        let off = (
            "canary-routing = { on = true }",
            "canary-routing = { on = false }",
        );
        service
            .publish("flags", 2, &shipped("flags", 2, &[off]))
            .await;
        let put = |tag: Option<String>, body: String| Call {
            method: reqwest::Method::PUT,
            path: "/control/flags",
            body,
            if_match: tag,
        };
        let third = || shipped("flags", 3, &[off]);
        assert_eq!(
            service
                .control_call("op-1", put(Some(stale), third()))
                .await
                .status,
            412
        );
        assert_eq!(
            service
                .control_call("op-1", put(None, third()))
                .await
                .status,
            422
        );
        let foreign = Some("\"routing-2\"".to_owned());
        assert_eq!(
            service
                .control_call("op-1", put(foreign, third()))
                .await
                .status,
            422
        );
        assert_eq!(
            service.document("flags").await.header("etag"),
            Some("\"flags-2\"")
        );
        service.running.stop().await;
    }
}

/// How many events of the log name this rule.
fn ruled(log: &[Value], rule: &str) -> usize {
    let named = |it: &&Value| it["event"]["rule"] == rule;
    log.iter().filter(named).count()
}

#[tokio::test]
async fn a_risky_change_waits_for_a_second_person_and_not_for_ever() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.clock = Arc::new(ManualClock::new(now(), Winding::ByHand));
        scene.config.clock = Arc::clone(&scene.clock) as _;
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let set = |number| routes(number, &[("one", "", "http://127.0.0.1:9".to_owned())]);
        assert_eq!(
            service.put_document("routing", &set(2), "").await.status,
            202
        );
        let waiting = service.document("routing").await.json();
        assert_eq!(
            (
                &waiting["in_force"]["number"],
                &waiting["waiting"]["number"]
            ),
            (&json!(1), &json!(2))
        );
        let same = service.act("op-1", "routing/2/approve", "").await;
        assert_eq!(
            (same.status, &same.json()["code"]),
            (403, &json!("control/same-person"))
        );
        assert_eq!(
            service.act("op-2", "routing/2/approve", "").await.status,
            200
        );
        assert_eq!(
            service.act("op-2", "routing/2/approve", "").await.status,
            404
        );

        assert_eq!(
            service.put_document("routing", &set(3), "").await.status,
            202
        );
        assert_eq!(service.act("op-2", "routing/3/deny", "").await.status, 200);
        assert_eq!(
            service.act("op-2", "routing/3/approve", "").await.status,
            404
        );

        assert_eq!(
            service.put_document("routing", &set(4), "").await.status,
            202
        );
        service.clock.advance(Duration::from_secs(24 * 3600 + 1));
        assert_eq!(
            service.act("op-2", "routing/4/approve", "").await.status,
            404
        );
        let log = service.audited("actor=op-2").await;
        assert_eq!(ruled(&log, "control/routing-3-denied"), 1, "{}", place.name);
        let log = service.audited("actor=control-plane").await;
        assert_eq!(ruled(&log, "control/routing-4-timed-out"), 1);
        let shown = service.document("routing").await.json();
        assert_eq!(shown["in_force"]["approver"], "op-2");
        assert_eq!(
            (&shown["in_force"]["number"], &shown["waiting"]),
            (&json!(2), &Value::Null)
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn what_was_published_outlives_a_restart_and_reaches_the_other_service() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.clock = Arc::new(ManualClock::new(now(), Winding::ByHand));
        scene.config.clock = Arc::clone(&scene.clock) as _;
        scene.config.store = place.at.clone();
        let (one, two) = (scene.start().await, scene.start().await);
        let off = (
            "new-exchanges = { on = true }",
            "new-exchanges = { on = false }",
        );
        one.publish("flags", 2, &shipped("flags", 2, &[off])).await;
        let body = exchange(&Person::number(5), "contoso");
        assert_eq!(one.start_exchange("k", &body).await.status, 503);
        let mut tries = 0;
        while two.document("flags").await.json()["snapshot"] != 2 {
            scene.clock.advance(Duration::from_secs(5));
            tokio::task::yield_now().await;
            tries += 1;
            assert!(tries < 2_000, "the other service does not follow");
        }
        one.running.stop().await;
        two.running.stop().await;
        let again = scene.start().await;
        let shown = again.document("flags").await.json();
        assert_eq!(
            (&shown["in_force"]["number"], &shown["snapshot"]),
            (&json!(2), &json!(2))
        );
        assert_eq!(again.start_exchange("k", &body).await.status, 503);
        again.running.stop().await;
    }
}

#[tokio::test]
async fn a_partner_an_auditor_and_a_call_without_a_reason_change_nothing() {
    let scene = Scene::new();
    let service = scene.start().await;
    let url = Service::url(service.running.admin, "/control/flags");
    let scope = |role| reference::token::role_scope(role);
    use reference::domain::operator::Role;
    for (scope, purpose, reason, status) in [
        (reference::token::MEMBER_MATCH.to_owned(), true, true, 403),
        (scope(Role::Audit), true, true, 403),
        (scope(Role::Control), false, true, 422),
        (scope(Role::Control), true, false, 422),
    ] {
        let mut call = service
            .http
            .put(&url)
            .bearer_auth(service.token("op-1", &scope))
            .header("if-match", "\"flags-1\"")
            .body(shipped("flags", 2, &[]));
        if purpose {
            call = call.header("x-purpose", "operations");
        }
        if reason {
            call = call.header("x-reason", "a test");
        }
        assert_eq!(call.send().await.unwrap().status(), status, "{scope}");
    }
    assert_eq!(
        service.document("flags").await.header("etag"),
        Some("\"flags-1\"")
    );
}

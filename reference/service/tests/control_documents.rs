//! Documents of the control plane over time: what was in force stays tellable, and what the service is started with is kept too.
//! Refuses to compare numbers alone: the texts are compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::clock::{ManualClock, Winding};
use reference::domain::bulk::Form;
use reference::domain::control::Kind;
use reference::domain::operator::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use support::admin::{registry, routes, shipped};
use support::export::place;
use support::request::{bulk_match, people};
use support::stores::stores;
use support::{Answer, Scene, Service, now};

/// What an operator is told of a snapshot.
async fn snapshot(service: &Service, number: u64) -> Answer {
    let path = format!("/control/snapshots/{number}");
    let call = (Method::GET, path.as_str());
    service
        .operate(Role::Control, call, None, &Value::Null)
        .await
}

/// The text in force, by kind.
async fn texts(service: &Service) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for kind in Kind::ALL {
        let shown = service.document(kind.word()).await.json();
        let text = shown["in_force"]["document"].as_str().unwrap().to_owned();
        texts.insert(kind.to_string(), text);
    }
    texts
}

fn texts_of(snapshot: &Value) -> BTreeMap<String, String> {
    let documents = snapshot["documents"].as_object().unwrap().iter();
    documents
        .map(|(kind, told)| (kind.clone(), told["document"].as_str().unwrap().to_owned()))
        .collect()
}

/// A scene whose failed calls are made so often.
fn tries(attempts: u32) -> Scene {
    let mut scene = Scene::new();
    let mut policy = scene.first_retry_policy();
    policy.transient.attempts = attempts;
    scene.config.resilience = Some(policy);
    scene
}

fn attempts(text: &str) -> i64 {
    let read: toml::Value = toml::from_str(text).unwrap();
    read["transient"]["attempts"].as_integer().unwrap()
}

const OVERLAP: &str =
    "number = 2\ntitle = \"The older answer ends earlier\"\nends = \"2026-10-01T13:00:00Z\"\n";

#[tokio::test]
async fn a_snapshot_is_rebuilt_in_all_its_kinds_whatever_the_service_is_configured_with_by_then() {
    for at in stores().await {
        let mut scene = tries(3);
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let first = texts(&service).await;
        assert_eq!(attempts(&first["resilience"]), 3);
        let rows = [("by-table", "", "https://contoso.example/routed".to_owned())];
        let changed = [
            ("partners", 2, registry(2, "https://moved.example")),
            ("routing", 3, routes(3, &rows)),
            ("matching", 2, shipped("matching", 2, &[])),
            (
                "resilience",
                2,
                shipped("resilience", 2, &[("attempts = 6", "attempts = 4")]),
            ),
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
            ("overlap", 2, OVERLAP.to_owned()),
        ];
        assert_eq!(changed.len(), Kind::ALL.len());
        let mut last = 1;
        for (kind, number, text) in &changed {
            last = service.publish(kind, *number, text).await.as_u64().unwrap();
        }
        let second = texts(&service).await;
        service.running.stop().await;

        let mut scene = tries(2);
        scene.config.store = at.at.clone();
        scene.config.partners.pop();
        scene.config.overlap_ends = Some(support::now());
        let service = scene.start().await;
        assert_eq!(
            texts(&service).await,
            second,
            "what was published outlives the start"
        );
        for (number, expected) in [(1, &first), (last, &second)] {
            let told = snapshot(&service, number).await;
            assert_eq!(told.status, 200, "{}: {}", at.name, told.text);
            assert_eq!(&texts_of(&told.json()), expected, "{} {number}", at.name);
        }
        for (kind, _, text) in &changed {
            assert_eq!(second[*kind], *text);
            assert_ne!(first[*kind], *text);
        }
        let unknown = snapshot(&service, last + 100).await;
        assert_eq!(unknown.status, 404);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn what_a_service_is_configured_with_anew_has_a_number_of_its_own() {
    for at in stores().await {
        for (attempts_wanted, number) in [(3, 1), (3, 1), (2, 2), (3, 3)] {
            let mut scene = tries(attempts_wanted);
            scene.config.store = at.at.clone();
            let service = scene.start().await;
            let shown = service.document("resilience").await.json();
            let in_force = &shown["in_force"];
            assert_eq!(in_force["number"], number, "{}", at.name);
            assert_eq!(in_force["origin"], "configuration");
            let text = in_force["document"].as_str().unwrap();
            assert_eq!(attempts(text), i64::from(attempts_wanted));
            service.running.stop().await;
        }
        let mut scene = tries(3);
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        for (number, expected) in [(1, 3), (2, 2), (3, 3)] {
            let told = snapshot(&service, number).await.json();
            let text = told["documents"]["resilience"]["document"]
                .as_str()
                .unwrap();
            assert_eq!(attempts(text), expected);
            assert_eq!(told["cause"], "configured");
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn two_people_end_the_older_answer_to_a_bulk_match_and_it_is_given_no_more() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.config.partners[1].bulk = Some(Form::GroupsAndParameters);
        let service = scene.start().await;
        let request = bulk_match(&people(&[1, 9]), "contoso");
        let made = place(&service.submit("contoso", &request).await);
        let older = service.bulk_ended("contoso", &made, Some("2.1.0")).await;
        assert_eq!(older.status, 200, "{}", older.text);
        let waits = service.put_document("overlap", OVERLAP, "").await;
        assert_eq!(waits.status, 202, "{}", waits.text);
        let alone = service.act("op-1", "overlap/2/approve", "").await;
        assert_eq!(alone.status, 403, "the author is not a second person");
        let agreed = service.act("op-2", "overlap/2/approve", "").await;
        assert_eq!(agreed.status, 200, "{}", agreed.text);
        let still = service.bulk_get("contoso", &made, Some("2.1.0")).await;
        assert_eq!(still.status, 200, "it ends at one o'clock");
        let left = Duration::from_secs(3600);
        service.clock.advance(left);
        let ended = service.bulk_get("contoso", &made, Some("2.1.0")).await;
        assert_eq!(
            (ended.status, ended.code().as_str()),
            (422, "bad-bundle"),
            "{}",
            at.name
        );
        let newer = service.bulk_get("contoso", &made, None).await.json();
        assert_eq!(newer["output"].as_array().unwrap().len(), 1);
        let no_time = OVERLAP
            .replace("= 2\n", "= 3\n")
            .replace("2026-10", "2026-13");
        let bad = service.put_document("overlap", &no_time, "").await;
        assert_eq!(bad.status, 422);
        assert_eq!(
            json!(2),
            service.document("overlap").await.json()["in_force"]["number"]
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_file_in_the_watched_folder_is_handed_in_and_a_bad_one_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    scene.clock = Arc::new(ManualClock::new(now(), Winding::ByHand));
    scene.config.clock = Arc::clone(&scene.clock) as _;
    scene.config.control_folder = Some(folder.path().to_owned());
    let service = scene.start().await;
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("audit/2.toml", "number = 2\n");
    write(
        "routing/2.toml",
        &routes(2, &[("one", "", "http://127.0.0.1:9".to_owned())]),
    );
    let off = (
        "canary-routing = { on = true }",
        "canary-routing = { on = false }",
    );
    write("flags/2.toml", &shipped("flags", 2, &[off]));
    let mut tries = 0;
    while service.document("flags").await.json()["in_force"]["number"] != 2 {
        scene.clock.advance(Duration::from_secs(5));
        tokio::task::yield_now().await;
        tries += 1;
        assert!(tries < 2_000, "the file is not taken");
    }
    assert_eq!(
        service.document("audit").await.header("etag"),
        Some("\"audit-1\"")
    );
    let routing = service.document("routing").await.json();
    assert_eq!(
        routing["waiting"]["number"], 2,
        "a risky change waits for a person"
    );
    assert_eq!(
        service.act("op-2", "routing/2/approve", "").await.status,
        200
    );
}

//! What a partner gets from an export of a matched member, whole and in part.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use reference::StoreAt;
use reference::clock::ManualClock;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::bulk::on_list;
use support::export::{everything, path, place, question};
use support::request::{Person, bulk_match};
use support::stores::stores;
use support::{Scene, Service, catalogue};
use wire::payload::Schema;

const GIVEN: &str = "https://payer-exchange.example/extensions/given";

fn accepts(entry: &str, version: &str, value: &Value) -> bool {
    let schema = Schema::compile(&catalogue::bundle(entry, version)).unwrap();
    schema.accepts(value)
}

/// A running service with control, in which contoso was matched with the second person.
async fn matched() -> (Service, String) {
    let service = Scene::new().with_control().start().await;
    let group = service.matched("contoso", &Person::number(1)).await;
    (service, group)
}

async fn state(service: &Service, name: &str, params: Value) {
    let states = json!([{"name": name, "params": params}]);
    let answer = service.control(Method::PUT, "states", &states).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// The first file of this kind.
fn file<'a>(list: &'a Value, member: &str, kind: &str) -> &'a Value {
    let files = list[member].as_array().unwrap();
    files.iter().find(|file| file["type"] == kind).unwrap()
}

#[tokio::test]
async fn five_years_are_complete_and_every_record_meets_its_schema() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let answer = service.ended("contoso", &place).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("expires").unwrap().ends_with(" GMT"));
    let list = answer.json();
    assert!(accepts("bulk-export-manifest", "1.0.0", &list), "{list}");
    assert_eq!(list["error"], json!([]));
    assert_eq!(list["requiresAccessToken"], true);
    let request = path(list["request"].as_str().unwrap());
    assert_eq!(request, format!("{group}/$davinci-data-export"));
    let claims = file(&list, "output", "ExplanationOfBenefit");
    let records = service.lines("contoso", &claims["url"]).await;
    assert_eq!(claims["count"], records.len());
    let schema = Schema::compile(&catalogue::bundle("eob-nonfinancial", "1.0.0")).unwrap();
    for record in &records {
        assert!(schema.accepts(record), "{record}");
        let day = record["billablePeriod"]["start"].as_str().unwrap();
        assert!(("2021-10-01"..="2026-10-01").contains(&day));
    }
    assert_eq!(records.len(), 60);
    let passed_on = file(&list, "output", "Provenance");
    let passed_on = service.lines("contoso", &passed_on["url"]).await;
    assert_eq!(passed_on.len(), 1);
    assert!(accepts("pdex-provenance", "1.0.1", &passed_on[0]));
    assert_eq!(passed_on[0]["target"].as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn row_s0_45_a_history_with_gaps_is_partial_and_the_gaps_are_listed() {
    let (service, group) = matched().await;
    let gaps = json!([{"from": "2025-03-01", "to": "2025-05-31", "reason": "source-unavailable"}]);
    let history = json!({"member": Person::number(1).id, "from": "2023-10-01", "gaps": gaps});
    state(&service, "history", history).await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    assert!(accepts("bulk-export-manifest", "1.0.0", &list), "{list}");
    let told = list["extension"][GIVEN]["gaps"].as_array().unwrap();
    let days: Vec<_> = told.iter().map(|gap| (&gap["from"], &gap["to"])).collect();
    assert_eq!(
        days,
        [
            (&json!("2021-10-01"), &json!("2023-09-30")),
            (&json!("2025-03-01"), &json!("2025-05-31")),
        ]
    );
    let messages = file(&list, "error", "OperationOutcome");
    let messages = service.lines("contoso", &messages["url"]).await;
    assert_eq!(messages.len(), 2);
    for message in &messages {
        assert!(accepts("p2p-operation-outcome", "1.0.0", message));
        assert_eq!(
            message["issue"][0]["details"]["coding"][0]["code"],
            "partial"
        );
        assert_eq!(message["issue"][0]["code"], "incomplete");
    }
    let claims = file(&list, "output", "ExplanationOfBenefit");
    for record in service.lines("contoso", &claims["url"]).await {
        let day = record["billablePeriod"]["start"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(*day >= *"2023-10-01", "{day}");
        assert!(!("2025-03-01"..="2025-05-31").contains(&day.as_str()));
    }
}

#[tokio::test]
async fn row_s0_45_a_kind_that_we_do_not_hold_makes_the_answer_partial() {
    let (service, group) = matched().await;
    let wishes =
        question(json!([{"name": "_type", "valueString": "ExplanationOfBenefit,Condition"}]));
    let place = place(&service.kick("contoso", &group, &wishes).await);
    let list = service.ended("contoso", &place).await.json();
    assert_eq!(list["error"].as_array().unwrap().len(), 1);
    let told = &list["extension"][GIVEN]["gaps"][0];
    assert_eq!(
        (&told["resource_type"], &told["why"]),
        (&json!("Condition"), &json!("not-held"))
    );
}

#[tokio::test]
async fn amounts_never_leave_and_bounds_are_of_the_last_change() {
    let (service, group) = matched().await;
    state(
        &service,
        "history",
        json!({"member": Person::number(1).id, "financial": true}),
    )
    .await;
    let since = json!([{"name": "_since", "valueInstant": "2026-08-01T00:00:00Z"}]);
    let place = place(&service.kick("contoso", &group, &question(since)).await);
    let list = service.ended("contoso", &place).await.json();
    let claims = file(&list, "output", "ExplanationOfBenefit");
    let records = service.lines("contoso", &claims["url"]).await;
    assert_eq!(records.len(), 2);
    for record in &records {
        assert!(!record.to_string().contains("USD"), "{record}");
        assert!(accepts("eob-nonfinancial", "1.0.0", record), "{record}");
    }
}

#[tokio::test]
async fn files_are_gone_after_their_time_and_the_place_is_unknown() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    let url = path(list["output"][0]["url"].as_str().unwrap());
    service.clock.advance(Duration::from_secs(23 * 3600));
    assert_eq!(service.get("contoso", &url).await.status, 200);
    service.clock.advance(Duration::from_secs(3600));
    let gone = service.get("contoso", &url).await;
    assert_eq!(gone.status, 410);
    assert!(accepts("p2p-operation-outcome", "1.0.0", &gone.json()));
    assert_eq!(service.get("contoso", &place).await.status, 404);
}

#[tokio::test]
async fn an_export_that_is_given_up_is_not_there_any_more() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    let url = path(list["output"][0]["url"].as_str().unwrap());
    let given_up = service.call("contoso", Method::DELETE, &place).await;
    assert_eq!(given_up.status, 202);
    for gone in [&place, &url] {
        assert_eq!(service.get("contoso", gone).await.status, 404, "{gone}");
    }
    let again = service.call("contoso", Method::DELETE, &place).await;
    assert_eq!(again.status, 404);
    assert_ne!(service.kicked("contoso", &group).await, place);
}

#[tokio::test]
async fn one_key_is_one_export_however_often_it_is_asked() {
    let (service, group) = matched().await;
    let asking = |key: Option<&str>, body: Value| {
        let asking = service.kicking("contoso", &group, body.to_string());
        let asking = match key {
            Some(key) => asking.header("idempotency-key", key),
            None => asking,
        };
        async { support::Answer::of(asking.send().await.unwrap()).await }
    };
    let first = asking(Some("k1"), everything()).await;
    let again = asking(Some("k1"), everything()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(place(&first), place(&again));
    let other = question(json!([{"name": "_type", "valueString": "ExplanationOfBenefit"}]));
    let reused = asking(Some("k1"), other).await;
    assert_eq!((reused.status, reused.code().as_str()), (422, "duplicate"));
    let without = asking(None, everything()).await;
    assert_eq!(place(&first), place(&without));
    let effects = service.control(Method::GET, "effects", &json!({})).await;
    assert_eq!(effects.json()["rows"], 2, "one link and one export");
    service.ended("contoso", &place(&first)).await;
    service.clock.advance(Duration::from_secs(601));
    let later = asking(None, everything()).await;
    assert_ne!(place(&first), place(&later));
}

#[tokio::test]
async fn equal_questions_at_once_are_one_export() {
    let (service, group) = matched().await;
    let (one, two, three) = tokio::join!(
        service.kicked("contoso", &group),
        service.kicked("contoso", &group),
        service.kicked("contoso", &group),
    );
    assert!(one == two && two == three);
}

#[tokio::test]
async fn a_restart_goes_on_with_an_export_and_progress_never_falls() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new();
    scene.config.store = StoreAt::Folder(folder.path().to_owned());
    scene.by_hand();
    let service = scene.start().await;
    let group = service.matched("contoso", &Person::number(1)).await;
    let place = service.kicked("contoso", &group).await;
    paused(&scene.clock, 1).await;
    let told = service.get("contoso", &place).await;
    assert_eq!((told.status, told.header("x-progress")), (202, Some("0%")));
    assert_eq!(told.header("retry-after"), Some("2"));
    assert!(told.text.is_empty());
    scene.clock.advance(Duration::from_millis(200));
    paused(&scene.clock, 2).await;
    let told = service.get("contoso", &place).await;
    assert_eq!(told.header("x-progress"), Some("16%"));
    service.running.stop().await;
    let service = scene.start().await;
    let told = service.get("contoso", &place).await;
    assert_eq!(told.header("x-progress"), Some("16%"));
    for year in 3..9 {
        paused(&scene.clock, year).await;
        scene.clock.advance(Duration::from_millis(200));
    }
    let list = service.ended("contoso", &place).await.json();
    assert_eq!(list["output"].as_array().unwrap().len(), 2);
}

/// Until somebody has come to the pause of this number before a year of service or a round of members. Other waits of
/// the service are not counted.
async fn paused(clock: &ManualClock, number: usize) {
    let pauses = || {
        let waits = clock.waits();
        let paces = waits.iter().filter(|wait| wait.as_millis() == 200);
        paces.count()
    };
    for _ in 0..1_000_000 {
        if pauses() >= number {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("nobody came to pause {number} of {}", pauses());
}

#[tokio::test]
async fn a_permission_that_is_lost_on_the_way_leaves_no_record() {
    let mut scene = Scene::new();
    scene.by_hand();
    let scene = scene.with_control();
    let service = scene.start().await;
    let group = service.matched("contoso", &Person::number(1)).await;
    let place = service.kicked("contoso", &group).await;
    paused(&scene.clock, 1).await;
    let revoked = json!({"member": Person::number(1).id, "status": "revoked"});
    state(&service, "consent", revoked).await;
    for year in 1..=6 {
        paused(&scene.clock, year).await;
        scene.clock.advance(Duration::from_millis(200));
    }
    let answer = service.ended("contoso", &place).await;
    let list = answer.json();
    assert_eq!(list["output"], json!([]));
    assert!(list.get("extension").is_none());
    let messages = service.lines("contoso", &list["error"][0]["url"]).await;
    assert_eq!(messages.len(), 1);
    let issue = &messages[0]["issue"][0];
    assert_eq!(issue["details"]["coding"][0]["code"], "consent-constraint");
    assert!(issue.get("expression").is_none());
}

#[tokio::test]
async fn a_person_who_was_submitted_with_two_covers_is_given_once() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let person = Person::number(1);
        let mut twice = bulk_match(&[person.clone(), person.clone()], "contoso");
        let cover = &mut twice["parameter"][1]["part"][2]["resource"];
        cover["id"] = json!("cov-second");
        cover["subscriberId"] = json!("CM-S900001");
        let groups = service.groups("contoso", &twice).await;
        assert_eq!(on_list(&groups, "match").len(), 2, "{}", place.name);
        let group = format!("/Group/{}", groups[0]["id"].as_str().unwrap());
        let told = service.kicked("contoso", &group).await;
        let list = service.ended("contoso", &told).await.json();
        let claims = file(&list, "output", "ExplanationOfBenefit");
        let records = service.lines("contoso", &claims["url"]).await;
        let ids: BTreeSet<&str> = records
            .iter()
            .map(|record| record["id"].as_str().unwrap())
            .collect();
        assert_eq!((records.len(), ids.len()), (60, 60), "{}", place.name);
        service.running.stop().await;
    }
}

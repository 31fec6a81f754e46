//! What a partner may answer to a check, and what a document may say: the wrong ones are found, with their place.
//! Refuses to let a wrong answer leave anything behind.

use super::support::catalogue::root;
use super::support::later::{GROUP, calls, counted, exports, file, list, records, says};
use super::support::request::Person;
use super::support::stores::stores;
use super::support::stub::{MATCH, scene};
use super::support::{Scene, log};
use super::{LOOK, ask_for_a_run, check, checked, ended, once, probed, runs_of};
use reference::StartError;
use reference::domain::fulfilment::{Notification, Retrieval};
use serde_json::json;
use wiremock::ResponseTemplate;

#[tokio::test]
async fn row_s2_43_an_answer_about_somebody_else_is_not_kept_and_nothing_is_fetched_by_it() {
    for place in stores().await {
        for (value, fetched) in [("somebody-else", 0), ("their-number", 1)] {
            let place = place.another().await;
            let (mut scene, stub) = checked(
                &place,
                patient(check(1, value, "Patient = 1, Coverage = 2")),
            )
            .await;
            scene.agreed(Retrieval::GroupExport, Notification::Poll);
            let output = json!([{"type": "Patient", "url": "/files/1"}, {"type": "Coverage", "url": "/files/2"}]);
            exports(&stub, &list(output, json!([]))).await;
            file(&stub, "/files/1", records("Patient", 1)).await;
            file(&stub, "/files/2", records("Coverage", 1)).await;
            let service = scene.start().await;
            let run = ended(&scene, &service).await;
            // One has too few of the records that it must have, the other is about nobody that was asked for.
            assert_eq!(run["stage"], "transformation", "{run}");
            let pool = place.look().await;
            let kept = "SELECT count(*) FROM exchanges WHERE result IS NOT NULL";
            assert_eq!(counted(&pool, kept).await, fetched, "{}", place.name);
            assert_eq!(
                calls(&stub, "GET", "/files/1").await,
                usize::try_from(fetched).unwrap()
            );
            assert_eq!(calls(&stub, "GET", GROUP).await, 0);
            pool.close().await;
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn a_bad_document_keeps_the_service_from_starting_and_says_where() {
    for (name, text, place) in [
        (
            "1",
            check(1, "x", "").replace("every-ms = 900000", "every-ms = 1"),
            "/every-ms",
        ),
        ("2", check(1, "x", ""), "/number"),
        ("1", check(1, "x", "") + "more = 1", "line 18"),
    ] {
        let mut scene = Scene::new();
        scene
            .config
            .synthetic
            .insert("3".to_owned(), check(3, "x", ""));
        scene.config.synthetic.insert(name.to_owned(), text);
        let refused = reference::start(scene.config).await.err().unwrap();
        let StartError::Synthetic(refused) = refused else {
            panic!("{refused}");
        };
        assert_eq!((&*refused.document, &*refused.place), (name, place));
    }
}

#[tokio::test]
async fn a_service_without_a_check_does_not_say_that_it_is_well() {
    let service = Scene::new().start().await;
    let (status, told) = probed(&service, "/health/synthetic").await;
    assert_eq!(
        (status, told),
        (503, json!({"status": "no-check", "checks": {}}))
    );
    let unknown = ask_for_a_run(&service, "k1").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn row_s2_43_the_shipped_checks_pass_and_their_traces_say_that_they_are_synthetic() {
    log::listen();
    let folder = root().join("reference/ops/synthetic");
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    let answer = json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": Person::number(0).member("northwind")}},
    ]});
    let answer = ResponseTemplate::new(200).set_body_json(answer);
    says(&stub, "POST", MATCH, answer, None).await;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        scene.config.synthetic.insert(name, text);
    }
    let service = scene.start().await;
    scene.clock.advance(LOOK);
    once(&service, "ok").await;
    assert_eq!(probed(&service, "/health/synthetic").await.0, 200);
    let run = runs_of(&service).await.remove(0);
    let path = format!("/{}", run["exchange"].as_str().unwrap());
    let view = service.exchanges(&path).await.json();
    let transaction = view["business_transaction_id"].as_str().unwrap();
    let root = log::closed(transaction, "exchange").await;
    assert_eq!(root["span"]["matchmark.request_type"], "synthetic");
    assert_eq!(root["span"]["matchmark.partner"], "northwind");
    service.running.stop().await;
}

/// The same check with a day for each run: the clock goes on while a slow machine works.
fn patient(check: String) -> String {
    check
        .replace("every-ms = 900000", "every-ms = 86400000")
        .replace("within-ms = 60000", "within-ms = 80000000")
}

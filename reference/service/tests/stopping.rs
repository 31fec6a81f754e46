//! A service that is told to end while a call is at the partner: what the partner did is known to whoever goes on.
//! Refuses a partner that would take the same twice: it ignores keys.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::snapshot::KeyHandling;
use serde_json::{Value, json};
use std::time::Duration;
use support::held::Held;
use support::later::{
    JOB, KICK_OFF, calls, counted, file, list, matched_with_list, records, says, taken_on,
};
use support::stores::{Place, stores};
use support::stub::{MATCH, scene, started, states};
use tokio::net::TcpStream;
use wiremock::ResponseTemplate;

async fn nothing_is_dead(place: &Place) {
    let pool = place.look().await;
    let dead = counted(&pool, "SELECT count(*) FROM dead_letters").await;
    assert_eq!(dead, 0, "{}", place.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_under_way_is_waited_for_and_the_next_process_goes_on_with_its_answer() {
    for place in stores().await {
        let (mut scene, _stub) = scene().await;
        let held = Held::start().await;
        scene.by_hand();
        scene.config.store = place.at.clone();
        scene.config.partners[1].base_url = held.url.clone();
        scene.config.partners[1].keys = KeyHandling::Ignores;
        scene.config.partners[1].timeout = Duration::from_secs(300);
        let service = scene.start().await;
        let id = started(&service).await;
        held.called(1).await;
        let partners = service.running.partner;
        let stopping = tokio::spawn(service.running.stop());
        while TcpStream::connect(partners).await.is_ok() {}
        held.let_go();
        stopping.await.unwrap();
        let next = scene.start().await;
        let view = next.until(&id, "fulfilled").await;
        assert_eq!(states(&view).len(), 5);
        assert_eq!(view["attempts"].as_array().unwrap().len(), 1);
        assert_eq!(held.count(), 1, "{}", place.name);
        nothing_is_dead(&place).await;
        next.running.stop().await;
    }
}

/// The partner makes a second export of a second call, so that one whose end nobody saw would be dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kick_off_under_way_is_waited_for_and_the_next_process_asks_where_it_leads() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.agreed(Retrieval::GroupExport, Notification::Poll);
        scene.config.partners[1].keys = KeyHandling::Ignores;
        scene.config.partners[1].timeout = Duration::from_secs(300);
        let late = taken_on().set_delay(Duration::from_secs(1));
        says(&stub, "POST", MATCH, matched_with_list(), None).await;
        says(&stub, "POST", KICK_OFF, late, None).await;
        let output = json!([{"type": "Coverage", "url": format!("{}/files/Coverage", stub.uri()), "count": 1}]);
        let made = ResponseTemplate::new(200).set_body_json(list(output, json!([])));
        says(&stub, "GET", JOB, made, None).await;
        file(&stub, "/files/Coverage", records("Coverage", 1)).await;
        let service = scene.start().await;
        let id = started(&service).await;
        while calls(&stub, "POST", KICK_OFF).await == 0 {
            tokio::task::yield_now().await;
        }
        service.running.stop().await;
        let service = scene.start().await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["code"], Value::Null);
        assert_eq!(calls(&stub, "POST", MATCH).await, 1, "{}", place.name);
        assert_eq!(calls(&stub, "POST", KICK_OFF).await, 1, "{}", place.name);
        nothing_is_dead(&place).await;
        service.running.stop().await;
    }
}

/// What is only asked and read is not waited for: whoever goes on asks again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_under_way_is_dropped_and_asked_again() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.agreed(Retrieval::MatchOnly, Notification::Poll);
        scene.config.partners[1].keys = KeyHandling::Ignores;
        scene.config.partners[1].timeout = Duration::from_secs(300);
        says(&stub, "POST", MATCH, taken_on(), None).await;
        let never = support::stub::matched().set_delay(Duration::from_secs(300));
        says(&stub, "GET", JOB, never, Some(1)).await;
        says(&stub, "GET", JOB, support::stub::matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        while calls(&stub, "GET", JOB).await == 0 {
            tokio::task::yield_now().await;
        }
        service.running.stop().await;
        let service = scene.start().await;
        service.until(&id, "fulfilled").await;
        assert_eq!(calls(&stub, "POST", MATCH).await, 1, "{}", place.name);
        assert_eq!(calls(&stub, "GET", JOB).await, 2, "{}", place.name);
        service.running.stop().await;
    }
}

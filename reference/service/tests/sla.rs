//! How long each stage of an exchange took, and whose promise was not kept: a slow way is no slow partner.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::clock::ManualClock;
use reference::domain::fulfilment::{FulfilmentPolicy, Notification, Retrieval};
use reference::domain::operator::Role;
use reference::token::EXCHANGES;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use support::catalogue::root;
use support::later::{JOB, says, taken_on, words, working};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, scene, started};
use support::{Answer, Scene, Service};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// An answer that is so long on its way, by the clock of the service.
struct Slow {
    clock: Arc<ManualClock>,
    by: Duration,
    answer: ResponseTemplate,
}

impl Respond for Slow {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.clock.advance(self.by);
        self.answer.clone()
    }
}

async fn slow(
    (scene, stub): (&Scene, &MockServer),
    (verb, at): (&str, &str),
    seconds: u64,
    answer: ResponseTemplate,
) {
    let slow = Slow {
        clock: Arc::clone(&scene.clock),
        by: Duration::from_secs(seconds),
        answer,
    };
    let mock = Mock::given(method(verb)).and(path(at)).respond_with(slow);
    mock.mount(stub).await;
}

/// What is promised here: half a minute on the way, a minute for everything else.
async fn promised(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.agreed(Retrieval::MatchOnly, Notification::Poll);
    let shipped = std::fs::read_to_string(root().join("reference/config/fulfilment/1.toml"));
    let mut policy: FulfilmentPolicy = toml::from_str(&shipped.unwrap()).unwrap();
    policy.allowed.transport_ms = 30_000;
    policy.allowed.processing_ms = 60_000;
    scene.config.fulfilment = Some(policy);
    (scene, stub)
}

async fn told(service: &Service, path: &str) -> Value {
    let call = service
        .http
        .get(Service::url(service.running.enterprise, path))
        .bearer_auth(service.token_at("enterprise", EXCHANGES, service.now_for_token()));
    let answer = Answer::of(call.send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// Seconds of each stage, and the stages whose promise was not kept, as they are told and as they are written down.
async fn clocks(service: &Service, place: &Place) -> ([u64; 4], Vec<String>) {
    let id = started(service).await;
    service.until(&id, "fulfilled").await;
    let view = told(service, &format!("/exchanges/{id}/clocks")).await;
    let stages = view["stages"].as_array().unwrap();
    let seconds = |number: usize| stages[number]["took_ms"].as_u64().unwrap() / 1000;
    let broken = stages.iter().filter(|stage| stage["kept"] == false);
    let broken: Vec<String> = broken
        .map(|stage| stage["stage"].as_str().unwrap().to_owned())
        .collect();
    let pool = place.look().await;
    let noted = "SELECT stage FROM breaches ORDER BY stage";
    let noted = loop {
        let noted = words(&pool, noted).await;
        // The end is written before the judgement of its clocks.
        if noted.len() >= broken.len() {
            break noted;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(noted, broken, "{}", place.name);
    ([0, 1, 2, 3].map(seconds), broken)
}

#[tokio::test]
async fn row_s2_22_a_slow_way_and_slow_work_of_equal_length_break_different_promises() {
    let mut totals = Vec::new();
    for place in stores().await {
        // The answer to the first question is a minute and a half on its way.
        let (scene, stub) = promised(&place).await;
        says(&stub, "POST", MATCH, taken_on(), None).await;
        slow((&scene, &stub), ("GET", JOB), 90, matched()).await;
        let service = scene.start().await;
        let (way, broken) = clocks(&service, &place).await;
        assert_eq!((way, broken), ([0, 90, 0, 5], vec!["transport".to_owned()]));
        let listed = told(&service, "/breaches?partner=contoso").await;
        let item = &listed["items"][0];
        assert_eq!(
            (&item["stage"], &item["took_ms"], &item["allowed_ms"]),
            (&json!("transport"), &json!(90_000), &json!(30_000))
        );
        let nobody = told(&service, "/breaches?partner=northwind").await;
        assert_eq!(nobody["items"], json!([]));
        service.running.stop().await;
        totals.push(way.iter().sum::<u64>());
    }
    for place in stores().await {
        // Every call is answered at once, and the work takes as long.
        let (scene, stub) = promised(&place).await;
        says(&stub, "POST", MATCH, taken_on(), None).await;
        says(&stub, "GET", JOB, working("45"), Some(2)).await;
        says(&stub, "GET", JOB, matched(), None).await;
        let service = scene.start().await;
        let (work, broken) = clocks(&service, &place).await;
        assert_eq!(
            (work, broken),
            ([0, 0, 0, 95], vec!["processing".to_owned()])
        );
        service.running.stop().await;
        totals.push(work.iter().sum());
    }
    assert!(totals.iter().all(|total| *total == 95), "{totals:?}");
}

#[tokio::test]
async fn work_that_a_partner_tells_of_within_one_call_is_not_the_way() {
    for (timing, stage) in [
        (None, "transport"),
        (Some("total;dur=85000"), "acknowledgement"),
    ] {
        let place = Place::sqlite();
        let (scene, stub) = promised(&place).await;
        let mut answer = matched();
        if let Some(timing) = timing {
            answer = answer.insert_header("server-timing", timing);
        }
        slow((&scene, &stub), ("POST", MATCH), 90, answer).await;
        let service = scene.start().await;
        let (_, broken) = clocks(&service, &place).await;
        assert_eq!(broken, [stage]);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_call_that_waits_for_us_breaks_our_own_promise() {
    for place in stores().await {
        let (mut scene, stub) = promised(&place).await;
        scene.by_hand();
        says(&stub, "POST", MATCH, matched(), None).await;
        let service = scene.start().await;
        let reason = json!({"reason": "our-maintenance"});
        let order = |word: &str| (Method::POST, format!("/control/partners/contoso/{word}"));
        let (verb, path) = order("pause");
        let paused = service.operate(Role::Control, (verb, &path), None, &reason);
        assert_eq!(paused.await.status, 200);
        let id = started(&service).await;
        service.until_held(&id, "paused").await;
        scene.clock.advance(Duration::from_secs(300));
        // One that is open is looked at as it stands.
        let view = told(&service, &format!("/exchanges/{id}/clocks")).await;
        assert_eq!(view["stages"][0]["took_ms"], 300_000);
        assert_eq!(view["stages"][0]["kept"], false);
        let (verb, path) = order("resume");
        service
            .operate(Role::Control, (verb, &path), None, &reason)
            .await;
        service.until(&id, "fulfilled").await;
        let view = told(&service, &format!("/exchanges/{id}/clocks")).await;
        let kept: Vec<&Value> = view["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["kept"])
            .collect();
        assert_eq!(kept, [false, true, true, true], "{}", place.name);
        service.running.stop().await;
    }
}

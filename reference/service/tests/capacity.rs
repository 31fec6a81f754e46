//! One partner that asks too much, or answers too slowly, and the others beside it.
//! Refuses to measure on a slow machine: answers are counted, and waits are those of the service's own clock.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::operator::Role;
use reference::domain::ports::Clock;
use reference::domain::resilience::{Operation, Rate};
use reference::token::{BULK_MEMBER_MATCH, MEMBER_MATCH};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use support::held::Held;
use support::later::says;
use support::request::{Person, bulk_match, exchange, member_match, people};
use support::stores::stores;
use support::stub::{MATCH, matched, scene};
use support::{Answer, Scene, Service};

const RATE: Rate = Rate {
    calls: 60,
    per_seconds: 60,
    burst: 20,
};

/// Calls of a flood under way at once. Each is written down twice, so that many more measure the disk.
const CONNECTIONS: usize = 8;

/// Every bound of this word as (partner, operation, used, most, left).
async fn bounds(service: &Service, word: &str) -> Vec<(Value, Value, u64, u64, u64)> {
    let path = (Method::GET, "/control/headroom");
    let answer = service.operate(Role::Control, path, None, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json()["bounds"].as_array().unwrap().clone();
    let number = |one: &Value, name: &str| one[name].as_u64().unwrap();
    told.iter()
        .filter(|one| one["bound"] == word)
        .map(|one| {
            let (used, most) = (number(one, "used"), number(one, "most"));
            let who = (one["partner"].clone(), one["operation"].clone());
            (who.0, who.1, used, most, number(one, "left"))
        })
        .collect()
}

/// The number of the series of `/metrics` with exactly these labels.
async fn measured(service: &Service, series: &str) -> Option<f64> {
    let text = service.metrics().await;
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let found = lines.find(|(name, _)| *name == series);
    found.map(|(_, value)| value.parse().unwrap())
}

/// A call of a partner, with how long it took by the service's own clock.
async fn call(service: &Service, client: &str, operation: Operation) -> (Answer, Duration) {
    let (path, scope, body) = match operation {
        Operation::BulkMemberMatch => {
            let body = bulk_match(&people(&[1]), client);
            ("/Group/$bulk-member-match", BULK_MEMBER_MATCH, body)
        }
        _ => {
            let body = member_match(&Person::number(1), client);
            ("/Patient/$member-match", MEMBER_MATCH, body)
        }
    };
    let began = service.clock.now();
    let sent = service
        .http
        .post(Service::url(service.running.partner, path))
        .bearer_auth(service.token(client, scope))
        .header("content-type", "application/fhir+json")
        .header("prefer", "respond-async")
        .body(body.to_string())
        .send();
    let answer = Answer::of(sent.await.unwrap()).await;
    let took = (service.clock.now() - began).to_std().unwrap();
    (answer, took)
}

async fn start(scene: &mut Scene) -> Arc<Service> {
    scene.by_hand();
    let mut policy = scene.first_retry_policy();
    for operation in [Operation::MemberMatch, Operation::BulkMemberMatch] {
        let shipped = policy.limits.inbound.insert(operation, RATE);
        assert!(shipped.is_some(), "{operation} has no bound as shipped");
    }
    assert!(policy.limits.inbound.contains_key(&Operation::Retrieve));
    scene.config.resilience = Some(policy);
    Arc::new(scene.start().await)
}

/// What one partner is answered that calls ten times as often as it may, over as many connections as it opens.
async fn flood(service: &Arc<Service>, operation: Operation) -> (usize, usize) {
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let service = Arc::clone(service);
        calls.spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..200 / CONNECTIONS {
                answers.push(call(&service, "contoso", operation).await.0);
            }
            answers
        });
    }
    let answers = calls.join_all().await.into_iter().flatten();
    let (mut taken, mut refused) = (0, 0);
    for answer in answers {
        match answer.status {
            200 | 202 => taken += 1,
            429 => {
                let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=60).contains(&wait), "{wait}");
                assert_eq!(answer.code(), "throttled");
                refused += 1;
            }
            other => panic!("{other} {}", answer.text),
        }
    }
    (taken, refused)
}

#[tokio::test]
async fn row_s0_65_a_partner_that_floods_is_told_to_wait_and_another_is_served_as_ever() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = start(&mut scene).await;
        for operation in [Operation::MemberMatch, Operation::BulkMemberMatch] {
            let other = async {
                let mut waits = Vec::new();
                for _ in 0..RATE.burst {
                    let (answer, took) = call(&service, "northwind", operation).await;
                    assert!(matches!(answer.status, 200 | 202), "{}", answer.text);
                    waits.push(took);
                }
                waits
            };
            let (flooded, waits) = tokio::join!(flood(&service, operation), other);
            assert_eq!(flooded, (20, 180), "{operation} on {}", place.name);
            // As many answers as it had asked for, none of them later by the clock that holds back whoever is held back.
            assert_eq!(waits, vec![Duration::ZERO; 20]);
        }
        headroom_is_told(&service).await;
        service.clock.advance(Duration::from_secs(1));
        let again = async || {
            call(&service, "contoso", Operation::MemberMatch)
                .await
                .0
                .status
        };
        assert_eq!((again().await, again().await), (200, 429), "one a second");
    }
}

async fn headroom_is_told(service: &Service) {
    let inbound = bounds(service, "inbound").await;
    for (partner, operation, left) in [
        ("contoso", "member-match", 0),
        ("northwind", "member-match", 0),
        ("fabrikam", "member-match", 20),
        ("contoso", "bulk-member-match", 0),
        ("fabrikam", "bulk-member-match", 20),
    ] {
        let wanted = (json!(partner), json!(operation), 20 - left, 20, left);
        assert!(inbound.contains(&wanted), "{wanted:?} in {inbound:?}");
        let series =
            format!("matchmark_inbound_left{{partner=\"{partner}\",request_type=\"{operation}\"}}");
        assert_eq!(measured(service, &series).await, Some(left as f64));
    }
    let (_, _, used, most, _) = bounds(service, "database-connections").await[0];
    assert!(used <= most && most > 0);
    assert_eq!(
        measured(service, "matchmark_queue_left{}").await,
        Some(5000.0)
    );
    let url = Service::url(service.running.admin, "/control/headroom");
    let token = service.token("contoso", MEMBER_MATCH);
    let partner = service.http.get(url).bearer_auth(token).send().await;
    assert_eq!(partner.unwrap().status(), 403);
}

/// A partner that does not answer holds as many calls as it may, and no more; exchanges with another go through.
#[tokio::test]
async fn row_s0_65_a_partner_that_hangs_holds_its_own_calls_and_nobody_elses() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        let held = Held::start().await;
        scene.by_hand();
        scene.config.store = place.at.clone();
        scene.config.partners[1].base_url = held.url.clone();
        scene.config.partners[1].timeout = Duration::from_secs(300);
        scene.config.partners[0].dialect = "hrex-1.2".to_owned();
        let mut policy = scene.first_retry_policy();
        policy.limits.calls_per_partner = 2;
        policy.limits.open_exchanges = 100;
        scene.config.resilience = Some(policy);
        says(&stub, "POST", MATCH, matched(), None).await;
        let service = scene.start().await;
        let begin = async |key: String, partner: &str| {
            let request = exchange(&Person::number(5), partner);
            let answer = service.start_exchange(&key, &request).await;
            answer.json()["id"].as_str().unwrap().to_owned()
        };
        let mut waiting = Vec::new();
        for number in 0..5 {
            waiting.push(begin(format!("hangs-{number}"), "contoso").await);
        }
        held.called(2).await;
        for number in 0..5 {
            let id = begin(format!("goes-{number}"), "northwind").await;
            service.until(&id, "fulfilled").await;
        }
        let calls = bounds(&service, "calls-per-partner").await;
        for (partner, used) in [("contoso", 2), ("northwind", 0)] {
            let wanted = (json!(partner), Value::Null, used, 2, 2 - used);
            assert!(calls.contains(&wanted), "{wanted:?} in {calls:?}");
        }
        let open = (Value::Null, Value::Null, 5, 100, 95);
        assert_eq!(bounds(&service, "open-exchanges").await, [open]);
        let series = "matchmark_open_exchanges_left{}";
        assert_eq!(measured(&service, series).await, Some(95.0));
        let contoso = "matchmark_calls_left{partner=\"contoso\"}";
        assert_eq!(measured(&service, contoso).await, Some(0.0));
        held.let_go();
        // Those that found no place look again when their wait is over.
        for id in waiting {
            service.wound(&place, &id, "fulfilled").await;
        }
        assert_eq!(bounds(&service, "open-exchanges").await[0].2, 0);
        service.running.stop().await;
    }
}

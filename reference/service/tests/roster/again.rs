//! Exchanges about many members that are interrupted, told of twice, or started again: nothing lost, nothing done twice.

use super::partner::{ASKED, answers, exports, group};
use super::support::bulk::BULK;
use super::support::later::{KICK_OFF, callback_address, calls, counted, says};
use super::support::request::{bulk_exchange, ids, people, with};
use super::support::stores::{Place, stores};
use super::support::{Answer, Service};
use super::{at, begun, outcomes, questions};
use reference::domain::bulk::Form;
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::operator::Role;
use reference::token::EXCHANGES;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use wiremock::ResponseTemplate;

/// Told of the match and of the export, each twice, and once more when all is over.
#[tokio::test]
async fn a_partner_that_tells_twice_or_late_changes_nothing() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        scene.agreed(Retrieval::GroupExport, Notification::Callback);
        scene.by_hand();
        let all = people(&[4, 5]);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        service.until(&id, "acknowledged").await;
        let address = callback_address(&stub, BULK).await;
        assert_eq!(calls(&stub, "GET", ASKED).await, 0);
        let done = json!({"status": "completed"});
        let mut number = 0;
        let mut last = Value::Null;
        while last["state"] != "fulfilled" {
            number += 1;
            let event = format!("event-{number}");
            for status in [202, 200] {
                let told = service.call_back("contoso", &address, Some(&event), &done);
                let answer = told.await;
                assert!([status, 202].contains(&answer.status), "{}", answer.text);
            }
            service.clock.advance(Duration::from_secs(10));
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            last = service.exchanges(&format!("/{id}")).await.json();
            assert_ne!(last["state"], "failed", "{last}");
        }
        assert_eq!(last["disposition"], "complete", "{}", place.name);
        let late = service
            .call_back("contoso", &address, Some("late"), &done)
            .await;
        assert_eq!(late.status, 202);
        let after = service.until(&id, "fulfilled").await;
        assert_eq!(after["since"], last["since"]);
        let posts = (
            calls(&stub, "POST", BULK).await,
            calls(&stub, "POST", KICK_OFF).await,
        );
        assert_eq!(posts, (1, 1));
        service.running.stop().await;
    }
}

/// Under which keys a path was called.
async fn keys(stub: &wiremock::MockServer, at: &str) -> BTreeSet<String> {
    let requests = stub.received_requests().await.unwrap();
    let asked = requests.iter().filter(|one| one.url.path() == at);
    let key = |one: &wiremock::Request| one.headers["idempotency-key"].to_str().unwrap().to_owned();
    asked.map(key).collect()
}

/// A service that dies at this point of its writes, and another one that goes on; false when the first came to the end.
async fn killed_at(place: &Place, stop_at: usize) -> bool {
    let (mut scene, stub) = at(place).await;
    let all = people(&[4, 5, 6]);
    let lists = [group("match", &all[..2]), group("nomatch", &all[2..])];
    answers(&stub, Form::Groups, &lists).await;
    exports(&stub, &all[..2]).await;
    let request = bulk_exchange(&all, "contoso");
    let (seen, armed) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let watched = (Arc::clone(&seen), Arc::clone(&armed));
    scene.config.on_write = Some(Arc::new(move |_| {
        // Dead from then on: nothing more of this one is ever written.
        let (seen, armed) = &watched;
        let lives = !armed.load(Ordering::SeqCst) || seen.fetch_add(1, Ordering::SeqCst) < stop_at;
        assert!(lives, "killed");
    }));
    let first = scene.start().await;
    armed.store(true, Ordering::SeqCst);
    let token = first.token_at("enterprise", EXCHANGES, first.now_for_token());
    let asking = first
        .http
        .post(Service::url(first.running.enterprise, "/exchanges"));
    let asking = asking.bearer_auth(token).header("idempotency-key", "k1");
    // One that dies under the call answers nothing.
    let _ = asking.json(&request).send().await;
    let pool = place.look().await;
    let fulfilled = "SELECT count(*) FROM exchanges WHERE state = 'fulfilled'";
    let mut ended = false;
    while !ended && seen.load(Ordering::SeqCst) <= stop_at {
        ended = counted(&pool, fulfilled).await == 1;
        tokio::task::yield_now().await;
    }
    drop(first);
    scene.config.on_write = None;
    let second = scene.start().await;
    let id = begun(&second, &request).await;
    second.clock.advance(Duration::from_secs(600));
    let view = second.until(&id, "fulfilled").await;
    assert_eq!(view["disposition"], "partial", "{stop_at}");
    let told = outcomes(&second, &id).await;
    assert_eq!(told, ["given", "given", "no-match"], "{stop_at}");
    let items = second.exchanges("").await.json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1);
    // Whatever was sent twice was sent under one key, and asked the same.
    for at in [BULK, KICK_OFF] {
        assert_eq!(keys(&stub, at).await.len(), 1, "{stop_at} {at}");
    }
    let asked: BTreeSet<Vec<String>> = questions(&stub).await.into_iter().collect();
    assert_eq!(asked, BTreeSet::from([ids(&all)]));
    second.running.stop().await;
    !ended
}

#[tokio::test]
async fn a_service_that_dies_at_any_write_leaves_what_another_one_ends() {
    for place in stores().await {
        let mut points = 0;
        for stop_at in (0..).step_by(11) {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            if !killed_at(&fresh, stop_at).await {
                break;
            }
            points += 1;
        }
        assert!(points > 5, "a whole exchange has more writes than that");
    }
}

async fn operate(service: &Service, path: &str, key: Option<&str>, body: Value) -> Answer {
    let call = (Method::POST, path);
    service.operate(Role::Replay, call, key, &body).await
}

/// Declares the partner repaired, and starts the letter again.
pub async fn replayed(service: &Service, id: &str) -> Value {
    let fixed = json!({"code": "partner/unavailable", "reason": "partner-is-up"});
    let declared = operate(service, "/dlq/fixed", None, fixed).await;
    assert_eq!(declared.status, 200, "{}", declared.text);
    let order = operate(service, "/dlq/replay", Some("o1"), json!({"ids": [id]})).await;
    order.json()
}

#[tokio::test]
async fn a_dead_letter_asks_the_same_again_or_stays_when_somebody_may_not_be_asked_about() {
    for place in stores().await {
        for (days, starts) in [(1, true), (200, false)] {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            let (scene, stub) = at(&fresh).await;
            let down = ResponseTemplate::new(503);
            says(&stub, "POST", BULK, down, Some(6)).await;
            let all = people(&[4, 5, 6]);
            answers(&stub, Form::Groups, &[group("match", &all[1..])]).await;
            exports(&stub, &all[1..]).await;
            let request = bulk_exchange(&all, "contoso");
            let request = with(
                request,
                "/members/0/consent/provision/period/end",
                json!("2026-09-30"),
            );
            // The second one's permission ends before the others'.
            let request = with(
                request,
                "/members/1/consent/provision/period/end",
                json!("2026-12-01"),
            );
            let service = scene.start().await;
            let id = begun(&service, &request).await;
            let dead = service.until(&id, "dead-lettered").await;
            assert_eq!(dead["code"], "partner/unavailable");
            service.clock.advance(Duration::from_secs(days * 24 * 3600));
            let told = replayed(&service, &id).await;
            assert_eq!(told["replayed"], json!(u8::from(starts)), "{told}");
            if starts {
                let view = service.until(&id, "fulfilled").await;
                assert_eq!(view["disposition"], "partial", "{}", fresh.name);
                assert_eq!(outcomes(&service, &id).await[1..], ["given", "given"]);
            }
            let asked: BTreeSet<Vec<String>> = questions(&stub).await.into_iter().collect();
            assert_eq!(asked, BTreeSet::from([ids(&all[1..])]));
            assert_eq!(keys(&stub, BULK).await.len(), 1);
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn figures_tell_exchanges_about_many_apart() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4]);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        service.until(&id, "fulfilled").await;
        let mut told = String::new();
        while !told.contains("request_type=\"exchange-bulk\"") {
            told = service.metrics().await;
            tokio::task::yield_now().await;
        }
        assert!(
            !told.contains("request_type=\"exchange-single\""),
            "{}",
            place.name
        );
        service.running.stop().await;
    }
}

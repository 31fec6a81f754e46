//! What the regulation wants done by when: each duty is a row, somebody is told before it ends, and it ends when it is done.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use chrono::{DateTime, Utc};
use reference::domain::operator::Role;
use reference::token::EXCHANGES;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AnyPool;
use std::time::Duration;
use support::later::counted;
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{matched, refusal, says, scene};
use support::{Answer, Scene, Service};
use wiremock::MockServer;

const DAY: Duration = Duration::from_secs(24 * 3600);
const NEAR: &str = "SELECT count(*) FROM outbox WHERE notice = 'deadline-near'";

async fn still(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.by_hand();
    says(&stub, matched(), None).await;
    (scene, stub)
}

async fn owed(service: &Service, query: &str) -> Vec<Value> {
    let call = service
        .http
        .get(Service::url(
            service.running.enterprise,
            &format!("/duties{query}"),
        ))
        .bearer_auth(service.token_at("enterprise", EXCHANGES, service.now_for_token()));
    let answer = Answer::of(call.send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn feed(service: &Service, word: &str) {
    let path = format!("/control/partners/contoso/{word}");
    let reason = json!({"reason": "their-maintenance"});
    let call = (Method::POST, path.as_str());
    let answer = service.operate(Role::Control, call, None, &reason).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn submitted(service: &Service, key: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut request = exchange(&Person::number(5), "contoso");
    change(&mut request);
    let answer = service.start_exchange(key, &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Moves the clock, and waits until so many alerts lie there.
async fn told(service: &Service, pool: &AnyPool, by: Duration, alerts: i64) {
    service.clock.advance(by);
    for _ in 0..20_000 {
        if counted(pool, NEAR).await == alerts {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} alerts and not {alerts}", counted(pool, NEAR).await);
}

fn at(duty: &Value, name: &str) -> DateTime<Utc> {
    duty[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn asking_is_owed_a_week_from_the_opt_in_and_somebody_is_told_before_it_ends() {
    for place in stores().await {
        let (scene, _stub) = still(&place).await;
        let service = scene.start().await;
        let pool = place.look().await;
        feed(&service, "pause").await;
        let id = submitted(&service, "k1", |request| {
            request["attestation"]["opted_in_at"] = json!("2026-09-29T12:00:00.000Z");
        })
        .await;
        service.until_held(&id, "paused").await;
        let duty = owed(&service, "?duty=ask").await.remove(0);
        assert_eq!(
            (&duty["about"], &duty["partner"]),
            (&json!(id), &json!("contoso"))
        );
        assert_eq!(duty["due_at"], "2026-10-06T12:00:00.000Z");
        assert_eq!(duty["standing"], "open");

        // Two of the seven days had passed: three and a quarter more, and three quarters of the time are over.
        told(&service, &pool, DAY * 3, 0).await;
        told(&service, &pool, DAY / 4, 1).await;
        told(&service, &pool, DAY / 4, 1).await;
        let duty = owed(&service, "").await.remove(0);
        assert_eq!(duty["standing"], "pressing", "{}", place.name);
        let alerted = at(&duty, "alerted_at");
        assert!(at(&duty, "alert_at") <= alerted && alerted < at(&duty, "due_at"));

        // Late is told, and asked all the same.
        service.clock.advance(DAY * 2);
        assert_eq!(owed(&service, "").await[0]["standing"], "passed");
        feed(&service, "resume").await;
        service.until(&id, "fulfilled").await;
        assert!(owed(&service, "").await.is_empty());
        let done = owed(&service, "?all=true").await.remove(0);
        assert_eq!(
            (&done["ended"], &done["standing"]),
            (&json!("done"), &json!("passed"))
        );
        assert_eq!(counted(&pool, NEAR).await, 1);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_request_that_is_taken_back_before_it_was_asked_owes_nothing_any_more() {
    let place = Place::sqlite();
    let (scene, _stub) = still(&place).await;
    let service = scene.start().await;
    feed(&service, "pause").await;
    let id = submitted(&service, "k1", |_| ()).await;
    service.until_held(&id, "paused").await;
    let call = service
        .http
        .post(Service::url(
            service.running.enterprise,
            &format!("/exchanges/{id}/cancel"),
        ))
        .bearer_auth(service.token_at("enterprise", EXCHANGES, service.now_for_token()))
        .header("idempotency-key", "c1");
    let taken = call.send().await.unwrap();
    assert_eq!(taken.status(), 202);
    let correlation = taken.headers()["x-correlation-id"].to_str().unwrap();
    let log = service.audited(&format!("request={id}")).await;
    let last = &log.last().unwrap()["event"];
    assert_eq!(
        (&last["actor"]["id"], &last["actor"]["role"]),
        (&json!("enterprise"), &json!("enterprise"))
    );
    assert_eq!(last["correlation_id"], correlation);
    service.until(&id, "failed").await;
    assert!(owed(&service, "").await.is_empty());
    assert_eq!(owed(&service, "?all=true").await[0]["ended"], "withdrawn");
}

#[tokio::test]
async fn a_payer_that_goes_on_covering_is_owed_another_question_within_a_quarter() {
    for place in stores().await {
        let (scene, _stub) = still(&place).await;
        let service = scene.start().await;
        let pool = place.look().await;
        let once = submitted(&service, "k1", |_| ()).await;
        service.until(&once, "fulfilled").await;
        assert!(
            owed(&service, "").await.is_empty(),
            "a cover that has ended"
        );

        let concurrent =
            |request: &mut Value| request["attestation"]["cover"] = json!("concurrent");
        let first = submitted(&service, "k2", concurrent).await;
        service.until(&first, "fulfilled").await;
        let duty = owed(&service, "").await.remove(0);
        assert_eq!(
            (&duty["duty"], &duty["about"]),
            (&json!("ask-again"), &json!(first))
        );
        assert_eq!(duty["due_at"], "2027-01-01T12:00:00.000Z");
        told(&service, &pool, DAY * 68, 0).await;
        told(&service, &pool, DAY * 2, 1).await;

        // Another question that does not follow it is no answer to this one.
        let other = submitted(&service, "k3", |_| ()).await;
        service.until(&other, "fulfilled").await;
        assert_eq!(owed(&service, "?duty=ask-again").await.len(), 1);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn the_exchange_that_follows_settles_the_quarter_and_opens_the_next() {
    for place in stores().await {
        let (scene, _stub) = still(&place).await;
        let service = scene.start().await;
        let concurrent =
            |request: &mut Value| request["attestation"]["cover"] = json!("concurrent");
        let first = submitted(&service, "k1", concurrent).await;
        service.until(&first, "fulfilled").await;
        service.clock.advance(DAY * 30);
        let next = submitted(&service, "k2", |request| {
            concurrent(request);
            request["follows"] = json!(first);
        })
        .await;
        service.until(&next, "fulfilled").await;
        let open = owed(&service, "?partner=contoso").await;
        let about: Vec<&Value> = open.iter().map(|duty| &duty["about"]).collect();
        assert_eq!(about, [&json!(next)], "{}", place.name);
        let all = owed(&service, "?duty=ask-again&all=true").await;
        let ended: Vec<&Value> = all.iter().map(|duty| &duty["ended"]).collect();
        assert_eq!(ended, [&json!("done"), &Value::Null]);

        let mut wrong = exchange(&Person::number(5), "contoso");
        wrong["follows"] = json!("no id");
        let refused = service.start_exchange("k3", &wrong).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(refused.json()["fields"], json!(["/follows"]));
        service.running.stop().await;
    }
}

#[tokio::test]
async fn an_answer_is_owed_by_the_next_business_day_and_somebody_is_told_before() {
    for place in stores().await {
        let (scene, _stub) = still(&place).await;
        let scene = scene.with_control();
        let service = scene.start().await;
        let pool = place.look().await;
        let member = Person::number(1).id;
        let job = |id: &str, phase: &str| json!({"name": "job", "params": {"kind": "data-export", "member": member, "id": id, "phase": phase}});
        let states = json!([
            {"name": "member", "params": {"ref": member, "matches": 1}},
            {"name": "request", "params": {"member": member, "state": "matched"}},
            job("job-1", "accepted"),
            job("job-2", "failed"),
        ]);
        let set = service.control(Method::PUT, "states", &states).await;
        assert_eq!(set.status, 200, "{}", set.text);
        let open = owed(&service, "?duty=answer").await;
        assert_eq!(open.len(), 1, "{open:?}");
        let duty = &open[0];
        assert_eq!(
            (&duty["about"], &duty["partner"]),
            (&json!("job-1"), &json!("contoso"))
        );
        assert_eq!(
            at(duty, "due_at") - at(duty, "starts_at"),
            chrono::TimeDelta::days(1)
        );
        let all = owed(&service, "?duty=answer&all=true").await;
        let done = all.iter().filter(|duty| duty["ended"] == "done").count();
        assert_eq!((all.len(), done), (2, 1), "a failure is an answer too");

        told(&service, &pool, Duration::from_secs(17 * 3600), 0).await;
        told(&service, &pool, Duration::from_secs(2 * 3600), 1).await;
        assert_eq!(
            owed(&service, "?duty=answer").await[0]["standing"],
            "pressing"
        );
        service.running.stop().await;
    }
}

const MONTH: Duration = Duration::from_secs(28 * 24 * 3600);
const SECOND: Duration = Duration::from_secs(1);

/// A request that names no number.
fn nameless(request: &mut Value) {
    let coverage = request["coverage_to_match"].as_object_mut().unwrap();
    coverage.remove("identifier");
    coverage.remove("subscriberId");
}

#[tokio::test]
async fn what_nobody_has_taken_on_ends_after_its_time_whatever_it_waits_for() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.by_hand();
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        let lacking = submitted(&service, "k1", nameless).await;
        service.until_held(&lacking, "more-data").await;
        let asked = submitted(&service, "k2", |_| ()).await;
        service.until_held(&asked, "review").await;
        feed(&service, "pause").await;
        let paused = submitted(&service, "k3", |_| ()).await;
        service.until_held(&paused, "paused").await;
        let told = service.exchanges(&format!("/{lacking}/where")).await.json();
        assert_eq!(
            (
                &told["deadlines"][0]["deadline"],
                &told["deadlines"][0]["due_at"]
            ),
            (&json!("acknowledge"), &json!("2026-10-29T12:00:00.000Z")),
            "{told}"
        );

        service.clock.advance(MONTH - SECOND);
        for (id, hold) in [
            (&lacking, "more-data"),
            (&asked, "review"),
            (&paused, "paused"),
        ] {
            service.until_held(id, hold).await;
        }
        service.clock.advance(SECOND);
        for (id, state, disposition) in [
            // Nothing was sent for these two; of the third the partner may know.
            (&lacking, "failed", "timed-out"),
            (&paused, "failed", "timed-out"),
            (&asked, "dead-lettered", "exhausted"),
        ] {
            let view = service.until(id, state).await;
            assert_eq!(
                (&view["code"], &view["disposition"]),
                (&json!("partner/completion-missing"), &json!(disposition)),
                "{}",
                place.name
            );
        }
        let pool = place.look().await;
        let open = "SELECT count(*) FROM reviews WHERE ended_at IS NULL";
        assert_eq!(counted(&pool, open).await, 0, "{}", place.name);
        assert_eq!(counted(&pool, "SELECT count(*) FROM steps").await, 0);
        assert_eq!(stub.received_requests().await.unwrap().len(), 1);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_replay_has_its_whole_time_again_and_comes_to_its_end_too() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.by_hand();
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        let id = submitted(&service, "k1", |_| ()).await;
        service.until_held(&id, "review").await;
        service.clock.advance(MONTH);
        service.until(&id, "dead-lettered").await;
        let fixed = json!({"code": "partner/completion-missing", "reason": "people-are-back"});
        for (path, key, body) in [
            ("/dlq/fixed", None, fixed),
            ("/dlq/replay", Some("o1"), json!({"ids": [id]})),
        ] {
            let call = (Method::POST, path);
            let said = service.operate(Role::Replay, call, key, &body).await;
            assert_eq!(
                said.status,
                if key.is_some() { 202 } else { 200 },
                "{}",
                said.text
            );
        }
        service.until_held(&id, "review").await;
        service.clock.advance(MONTH - SECOND);
        service.until_held(&id, "review").await;
        service.clock.advance(SECOND);
        service.until(&id, "dead-lettered").await;
        service.running.stop().await;
    }
}

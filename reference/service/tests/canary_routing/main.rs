//! A route set on a tenth of the exchanges: taken back by rule when it is worse, taken on when it is good, switched off at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;
mod withdrawn;

use reference::clock::{ManualClock, Winding};
use reference::domain::ids::{BusinessTransactionId, DocumentNumber};
use reference::domain::operator::Role;
use reference::domain::routing::{Share, assigned};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use support::admin::{routes, shipped};
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{matched, scene, states};
use support::{Answer, Scene, Service, now};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TENTH: u16 = 1_000;

async fn answers(stub: &MockServer, place: &str, answer: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path(format!("/{place}/Patient/$member-match")))
        .respond_with(answer)
        .mount(stub)
        .await;
}

async fn scene_at(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.clock = Arc::new(ManualClock::new(now(), Winding::ByHand));
    scene.config.clock = Arc::clone(&scene.clock) as _;
    scene.config.store = place.at.clone();
    (scene, stub)
}

fn on_canary(set: u32, transaction: &str) -> bool {
    let set = DocumentNumber(NonZeroU32::new(set).unwrap());
    let share = Share::try_from(TENTH).unwrap();
    assigned(set, &BusinessTransactionId::new(transaction), share)
}

/// Transactions that the draw of `set` puts on the canary, and ones that it does not: `each` of both.
fn drawn(set: u32, each: usize) -> (Vec<String>, Vec<String>) {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for number in 0u128.. {
        let id = uuid::Uuid::from_u128(number << 64 | u128::from(set)).to_string();
        if on_canary(set, &id) {
            on.push(id);
        } else {
            off.push(id);
        }
        if on.len() >= each && off.len() >= each {
            break;
        }
    }
    on.truncate(each);
    off.truncate(each);
    (on, off)
}

/// Starts an exchange under a transaction that our own system has named.
async fn begun(service: &Service, transaction: &str) -> String {
    let sent = service
        .http
        .post(Service::url(service.running.enterprise, "/exchanges"))
        .bearer_auth(service.token_at(
            "enterprise",
            reference::token::EXCHANGES,
            service.now_for_token(),
        ))
        .header("idempotency-key", transaction)
        .header("x-business-transaction-id", transaction)
        .json(&exchange(&Person::number(5), "contoso"))
        .send()
        .await;
    let answer = Answer::of(sent.unwrap()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn all(service: &Service, transactions: &[String], row: &str, state: &str) {
    let mut ids = Vec::new();
    for transaction in transactions {
        ids.push(begun(service, transaction).await);
    }
    for id in ids {
        let done = |view: &Value| match state {
            "tried" => view["attempts"][0]["status"].is_number(),
            state => view["state"] == state,
        };
        service.once(&id, done).await;
        let told = service.route_of(&id, "").await;
        assert_eq!(told["choices"][0]["decision"]["row"], row);
    }
}

/// Looks pass until the canary is over. Gives the routes as the operator is shown them then.
async fn judged(service: &Service) -> Value {
    for _ in 0..2_000 {
        service.clock.advance(Duration::from_secs(5));
        tokio::task::yield_now().await;
        let shown = service.document("routing").await.json();
        if shown["canary"].is_null() {
            return shown;
        }
    }
    unreachable!("the canary goes on");
}

/// Rules of what was published, oldest first.
async fn published(place: &Place) -> Vec<(String, String)> {
    let pool = place.look().await;
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT record FROM audit WHERE action = 'policy-published' ORDER BY seq")
            .fetch_all(&pool)
            .await
            .unwrap();
    let event = |text: &str| serde_json::from_str::<Value>(text).unwrap()["event"].clone();
    let told = |event: Value| {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        (word(&event["rule"]), word(&event["actor"]["kind"]))
    };
    rows.iter().map(|row| told(event(&row.0))).collect()
}

async fn tried(service: &Service, stub: &MockServer, number: u32, name: &str) {
    let set = routes(number, &[(name, "", format!("{}/{name}", stub.uri()))]);
    service.keep_candidate(number, &set).await;
    let path = format!("routing/{number}/canary");
    let how = r#"{"share":1000,"soak_ms":3600000}"#;
    let begun = service.act("op-1", &path, how).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
}

#[tokio::test]
async fn row_s2_18_a_worse_tenth_is_rolled_back_by_rule_and_a_good_one_is_promoted() {
    let ids = (0..20_000u128).map(|n| uuid::Uuid::from_u128(n).to_string());
    let tenth = ids.filter(|id| on_canary(3, id)).count();
    assert!(
        tenth.abs_diff(2_000) <= 170,
        "four standard deviations: {tenth}"
    );
    for place in stores().await {
        let (mut scene, stub) = scene_at(&place).await;
        // The worse endpoint is called until the rule has seen enough of it: the breaker stays out of the way.
        let mut policy = scene.first_retry_policy();
        (policy.breaker.ring, policy.breaker.least_calls) = (200, 200);
        scene.config.resilience = Some(policy);
        answers(&stub, "stable", matched()).await;
        answers(&stub, "worse", ResponseTemplate::new(503)).await;
        answers(&stub, "good", matched()).await;
        let service = scene.start().await;
        let set = routes(2, &[("stable", "", format!("{}/stable", stub.uri()))]);
        service.publish("routing", 2, &set).await;

        tried(&service, &stub, 3, "worse").await;
        let (on, off) = drawn(3, 50);
        all(&service, &off, "stable", "fulfilled").await;
        all(&service, &on, "worse", "tried").await;
        let shown = judged(&service).await;
        assert_eq!(shown["in_force"]["number"], 2, "{}", place.name);

        tried(&service, &stub, 4, "good").await;
        let (on, off) = drawn(4, 50);
        all(&service, &off, "stable", "fulfilled").await;
        all(&service, &on, "good", "fulfilled").await;
        assert_eq!(service.document("routing").await.json()["canary"]["set"], 4);
        service.clock.advance(Duration::from_secs(3600));
        let shown = judged(&service).await;
        let why = published(&place).await;
        assert_eq!(shown["in_force"]["number"], 4, "{} {why:?}", place.name);
        let after = begun(&service, &uuid::Uuid::from_u128(7).to_string()).await;
        service.until(&after, "fulfilled").await;
        assert_eq!(
            service.route_of(&after, "").await["choices"][0]["decision"]["row"],
            "good"
        );

        let moves = published(&place).await;
        let of = |rule: &str| {
            moves
                .iter()
                .find(|(told, _)| told == rule)
                .map(|(_, kind)| kind.as_str())
        };
        assert_eq!(
            of("control/rolled-back-failure-rate"),
            Some("automation"),
            "{moves:?}"
        );
        assert_eq!(
            of("control/canary-promoted-4"),
            Some("automation"),
            "{moves:?}"
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s0_73_a_faulty_feature_is_switched_off_without_a_restart_and_traffic_recovers() {
    for place in stores().await {
        let (scene, stub) = scene_at(&place).await;
        answers(&stub, "stable", matched()).await;
        answers(&stub, "faulty", ResponseTemplate::new(500)).await;
        let service = scene.start().await;
        let set = routes(2, &[("stable", "", format!("{}/stable", stub.uri()))]);
        service.publish("routing", 2, &set).await;
        tried(&service, &stub, 3, "faulty").await;
        let (on, _) = drawn(3, 6);
        all(&service, &on[..3], "faulty", "tried").await;

        let off = (
            "canary-routing = { on = true }",
            "canary-routing = { on = false }",
        );
        let one_person = service
            .put_document("flags", &shipped("flags", 2, &[off]), "")
            .await;
        assert_eq!(one_person.status, 200, "{}", one_person.text);
        all(&service, &on[3..], "stable", "fulfilled").await;
        let moves = published(&place).await;
        assert_eq!(
            moves.last().unwrap(),
            &("control/flags-2".to_owned(), "client".to_owned())
        );
        service.running.stop().await;
    }
}

/// Stops the feed of contoso, or lets it go on.
async fn feed(service: &Service, act: &str) {
    let path = format!("/control/partners/contoso/{act}");
    let call = (reqwest::Method::POST, path.as_str());
    let reason = json!({"reason": "a-test"});
    let answer = service.operate(Role::Control, call, None, &reason).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn exchanges_on_a_set_that_is_taken_back_by_hand_choose_again_when_nothing_was_sent() {
    for place in stores().await {
        let (scene, stub) = scene_at(&place).await;
        answers(&stub, "stable", matched()).await;
        let service = scene.start().await;
        let set = routes(2, &[("stable", "", format!("{}/stable", stub.uri()))]);
        service.publish("routing", 2, &set).await;
        let set = routes(3, &[("next", "", format!("{}/next", stub.uri()))]);
        service.publish("routing", 3, &set).await;
        let nothing = service.act("op-1", "routing/2/rollback", "").await;
        assert_eq!(
            nothing.status, 404,
            "only what is in force, or tried, is taken back"
        );
        // One that has chosen, and waits: its partner is not called for the time being.
        feed(&service, "pause").await;
        let waits = begun(&service, &uuid::Uuid::from_u128(7).to_string()).await;
        service.until_held(&waits, "paused").await;
        assert_eq!(service.route_of(&waits, "").await["choices"][0]["set"], 3);
        let back = service.act("op-1", "routing/3/rollback", "").await;
        assert_eq!(back.status, 200, "{}", back.text);
        feed(&service, "resume").await;
        let view = service.until(&waits, "fulfilled").await;
        let chosen = service.route_of(&waits, "").await["choices"].clone();
        assert_eq!(
            (&chosen[0]["set"], &chosen[1]["set"]),
            (&json!(3), &json!(2))
        );
        assert_eq!(chosen[1]["decision"]["row"], "stable");
        let steps = states(&view);
        assert_eq!(steps.iter().filter(|state| **state == "matched").count(), 2);
        assert_eq!(view["attempts"].as_array().unwrap().len(), 1);
        let id = begun(&service, &uuid::Uuid::from_u128(1).to_string()).await;
        service.until(&id, "fulfilled").await;
        assert_eq!(service.route_of(&id, "").await["choices"][0]["set"], 2);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn only_an_admitted_set_is_tried_and_only_one_at_a_time() {
    let (scene, stub) = scene_at(&Place::sqlite()).await;
    let service = scene.start().await;
    let set = |n: u32, name: &str| routes(n, &[(name, "", format!("{}/{name}", stub.uri()))]);
    let waits = service
        .put_document("routing", &set(2, "two"), "?as=candidate")
        .await;
    assert_eq!(waits.status, 202);
    let share = r#"{"share":1000}"#;
    assert_eq!(
        service.act("op-1", "routing/2/canary", share).await.status,
        404
    );
    assert_eq!(
        service.act("op-2", "routing/2/approve", "").await.status,
        200
    );
    for (body, status) in [
        ("{}", 422),
        (r#"{"share":0}"#, 422),
        (r#"{"share":10001}"#, 422),
        (share, 200),
    ] {
        assert_eq!(
            service.act("op-1", "routing/2/canary", body).await.status,
            status,
            "{body}"
        );
    }
    service.keep_candidate(3, &set(3, "three")).await;
    assert_eq!(
        service.act("op-1", "routing/3/canary", share).await.status,
        422
    );
    assert_eq!(
        service.act("op-1", "routing/3/promote", "").await.status,
        404
    );
    let flags = service
        .put_document("flags", &shipped("flags", 2, &[]), "?as=candidate")
        .await;
    assert_eq!(flags.status, 422, "only routes are tried on a share");
    let shown = service.document("routing").await.json();
    assert_eq!(
        (&shown["in_force"]["number"], &shown["canary"]["share"]),
        (&json!(1), &json!(1000))
    );
}

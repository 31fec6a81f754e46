//! The control listener: how a rehearsal sets the scene. And the probes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::{Config, ListenError, StartError};
use reqwest::Method;
use serde_json::{Value, json};
use support::request::{Person, member_match};
use support::{Answer, Scene, Service};

async fn reset(service: &Service) {
    let body = json!({"asOf": support::NOW});
    let answer = service.control(Method::POST, "reset", &body).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

async fn set(service: &Service, states: Value) -> Answer {
    service.control(Method::PUT, "states", &states).await
}

async fn effects(service: &Service) -> Value {
    service
        .control(Method::GET, "effects", &Value::Null)
        .await
        .json()
}

async fn code(service: &Service, person: &Person) -> (u16, String) {
    let answer = service
        .ask("contoso", &member_match(person, "contoso"))
        .await;
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_state_decides_how_many_members_match() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    for (matches, status, word) in [
        (0, 422, "no-match"),
        (1, 200, ""),
        (2, 422, "multiple-match"),
    ] {
        reset(&service).await;
        let states = json!([{"name": "member", "params": {"ref": person.id, "matches": matches}}]);
        assert_eq!(set(&service, states).await.status, 200);
        assert_eq!(code(&service, &person).await, (status, word.to_owned()));
    }
}

#[tokio::test]
async fn a_reset_empties_the_stores() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    assert_eq!(code(&service, &person).await.0, 200);
    assert_eq!(effects(&service).await["rows"], 1);
    reset(&service).await;
    assert_eq!(
        effects(&service).await,
        json!({"rows": 0, "events": 0, "outbound_calls": 0})
    );
    assert_eq!(code(&service, &person).await, (422, "no-match".to_owned()));
    assert_eq!(effects(&service).await["rows"], 0);
}

#[tokio::test]
async fn what_the_member_told_us_outranks_the_consent() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    for params in [
        json!({"member": person.id, "status": "expired"}),
        json!({"member": person.id, "status": "revoked"}),
        json!({"member": person.id, "status": "active", "recipient": "other"}),
        json!({"member": person.id, "status": "active", "period": {"start": "2025-01-01", "end": "2026-09-30"}}),
    ] {
        reset(&service).await;
        let member = json!({"name": "member", "params": {"ref": person.id, "matches": 1}});
        set(
            &service,
            json!([member, {"name": "consent", "params": params}]),
        )
        .await;
        assert_eq!(
            code(&service, &person).await,
            (422, "consent-constraint".to_owned())
        );
        assert_eq!(effects(&service).await["rows"], 0);
    }
}

#[tokio::test]
async fn limits_and_outages_are_answered_with_a_wait() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    set(
        &service,
        json!([{"name": "throttle", "params": {"limit": 1, "retryAfterS": 9}}]),
    )
    .await;
    assert_eq!(code(&service, &person).await.0, 200);
    let answer = service
        .ask("contoso", &member_match(&person, "contoso"))
        .await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("9"))
    );
    reset(&service).await;
    set(
        &service,
        json!([{"name": "outage", "params": {"dependency": "member-store"}}]),
    )
    .await;
    let answer = service
        .ask("contoso", &member_match(&person, "contoso"))
        .await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "transient"));
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn an_authorization_is_handed_out_for_the_consumer() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    for (token, status) in [("valid", 200), ("expired", 401)] {
        let states = json!([{"name": "authorization", "params": {"token": token}}]);
        let values = set(&service, states).await.json();
        let header = values["values"]["authorization"]
            .as_str()
            .unwrap()
            .to_owned();
        let url = Service::url(service.running.partner, "/Patient/$member-match");
        let call = service.http.post(url).header("authorization", header);
        let body = member_match(&person, "contoso").to_string();
        assert_eq!(call.body(body).send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn the_clock_is_advanced_by_hand() {
    let service = Scene::new().with_control().start().await;
    let person = Person::number(3);
    let hour = json!({"ms": 3_600_000});
    assert_eq!(
        service.control(Method::POST, "advance", &hour).await.status,
        204
    );
    assert_eq!(code(&service, &person).await, (401, "auth".to_owned()));
}

#[tokio::test]
async fn states_that_are_unknown_or_not_built_are_named() {
    let service = Scene::new().with_control().start().await;
    let unknown = set(&service, json!([{"name": "weather"}])).await;
    assert_eq!(
        (unknown.status, unknown.json()),
        (422, json!({"unknown": ["weather"]}))
    );
    let job = json!([{"name": "job", "params": {"kind": "export", "phase": "complete"}}]);
    let unhandled = set(&service, job).await;
    assert_eq!(
        (unhandled.status, unhandled.json()),
        (501, json!({"unhandled": ["job"]}))
    );
    let stranger = json!([{"name": "member", "params": {"ref": "nobody", "matches": 1}}]);
    let invalid = set(&service, stranger).await;
    assert_eq!(
        (invalid.status, &invalid.json()["param"]),
        (422, &json!("ref"))
    );
    let surplus = json!([{"name": "throttle", "params": {"limit": 1, "colour": 1}}]);
    assert_eq!(set(&service, surplus).await.status, 422);
}

#[tokio::test]
async fn without_test_control_there_is_no_control_listener() {
    let service = Scene::new().start().await;
    assert!(service.running.control.is_none());
}

#[tokio::test]
async fn the_probes_tell_life_and_readiness_with_a_cause() {
    let ready = async |service: &Service| {
        let url = Service::url(service.running.probe, "/health/ready");
        Answer::of(service.http.get(url).send().await.unwrap()).await
    };
    let service = Scene::new().with_control().start().await;
    let url = Service::url(service.running.probe, "/health/live");
    assert_eq!(service.http.get(url).send().await.unwrap().status(), 200);
    let answer = ready(&service).await;
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (200, &json!("ok"))
    );
    set(
        &service,
        json!([{"name": "outage", "params": {"dependency": "store"}}]),
    )
    .await;
    let down = ready(&service).await;
    assert_eq!(
        (down.status, &down.json()["checks"]["store"]["status"]),
        (503, &json!("down"))
    );

    let mut scene = Scene::new();
    scene.config.schemas.clear();
    scene.config.partners[0].enabled = false;
    let answer = ready(&scene.start().await).await;
    assert_eq!(answer.json()["checks"]["schemas"]["status"], "down");
    assert_eq!(answer.json()["checks"]["partners"]["status"], "degraded");
}

#[tokio::test]
async fn no_other_address_than_loopback_is_bound() {
    let mut config: Config = Scene::new().config;
    config.bind.enterprise = "0.0.0.0:0".parse().unwrap();
    let refused = reference::start(config).await;
    assert!(matches!(
        refused,
        Err(StartError::Listen(ListenError::NotLoopback(_)))
    ));
}

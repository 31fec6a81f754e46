//! What the service says of its own health: alive, ready, and well for somebody who goes the whole way.
//! Refuses to believe what it says: every statement stands beside calls that are made at the same time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod live;
mod parts;
mod ready;

use serde_json::Value;
use std::time::Duration;
use support::request::{Person, exchange, member_match};
use support::{Answer, Scene, Service};

/// Longer than every wait between two attempts.
const BACKOFF: Duration = Duration::from_secs(120);

/// The shipped bounds, small enough for a test, and patient with a slow machine.
fn bounds(scene: &Scene) -> reference::domain::health::HealthPolicy {
    let path = support::catalogue::root().join("reference/config/health/1.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let mut policy: reference::domain::health::HealthPolicy = toml::from_str(&text).unwrap();
    policy.check_ms = 600_000;
    policy.queue_filling = 2;
    policy.queue_full = 4;
    assert!(scene.config.health.is_none());
    policy
}

async fn probed(service: &Service, path: &str) -> Answer {
    let url = Service::url(service.running.probe, path);
    Answer::of(service.http.get(url).send().await.unwrap()).await
}

/// Status, and every part that is not well with its status and cause.
async fn told(service: &Service, path: &str) -> (u16, Vec<[String; 3]>) {
    let answer = probed(service, path).await;
    let checks = answer.json()["checks"].as_object().unwrap().clone();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ill = checks.iter().filter(|(_, check)| check["status"] != "ok");
    let ill =
        ill.map(|(part, check)| [part.clone(), word(&check["status"]), word(&check["cause"])]);
    (answer.status, ill.collect())
}

fn ill(part: &str, status: &str, cause: &str) -> Vec<[String; 3]> {
    vec![[part.to_owned(), status.to_owned(), cause.to_owned()]]
}

/// Once it says nothing but this.
async fn once_told(service: &Service, path: &str, wanted: (u16, Vec<[String; 3]>)) {
    let mut last = told(service, path).await;
    for _ in 0..20_000 {
        if last == wanted {
            return;
        }
        tokio::task::yield_now().await;
        last = told(service, path).await;
    }
    panic!("{path} stayed at {last:?}, wanted {wanted:?}");
}

/// A partner asks for a member of ours.
async fn asked(service: &Service) -> u16 {
    // A token of this moment: clocks here are moved by hand.
    let token = service.token_at(
        "contoso",
        reference::token::MEMBER_MATCH,
        service.now_for_token(),
    );
    let sent = service
        .http
        .post(Service::url(
            service.running.partner,
            "/Patient/$member-match",
        ))
        .bearer_auth(token)
        .header("content-type", "application/fhir+json")
        .body(member_match(&Person::number(1), "contoso").to_string())
        .send();
    Answer::of(sent.await.unwrap()).await.status
}

/// Begins an exchange with a partner.
async fn begun(service: &Service, key: &str, partner: &str) -> String {
    let answer = service
        .start_exchange(key, &exchange(&Person::number(5), partner))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Requests still succeed: one of a partner, and one of ours.
async fn answers(service: &Service, key: &str, partner: &str) {
    assert_eq!(asked(service).await, 200, "{key}");
    let id = begun(service, key, partner).await;
    service.until(&id, "fulfilled").await;
}

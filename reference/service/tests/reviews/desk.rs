//! The desk of the reviewers, and requests that leave open who is meant.
//! Refuses to look into the database.

use crate::support::request::{Person, member_match};
use crate::support::stores::Place;
use crate::support::{self, Answer, Scene, Service, catalogue};
use reference::clock::{ManualClock, Winding};
use reference::domain::identity::{
    Attribute, MatchingPolicy, Origin, PersonRecord, Provenance, Raw,
};
use reference::domain::operator::Role;
use reference::token::role_scope;
use serde_json::{Value, json};
use std::sync::Arc;

/// A service under policy 2 whose first members have a given name, an address and a phone.
pub async fn three_tiers(place: &Place) -> (Service, Arc<ManualClock>) {
    winding(place, Winding::ByHand).await
}

/// The same, with a clock that is wound like this.
pub async fn winding(place: &Place, winding: Winding) -> (Service, Arc<ManualClock>) {
    let text = std::fs::read_to_string(catalogue::root().join("reference/config/matching/2.toml"));
    let policy: MatchingPolicy = toml::from_str(&text.unwrap()).unwrap();
    let mut scene = Scene::new();
    scene.clock = Arc::new(ManualClock::new(support::now(), winding));
    scene.config.clock = Arc::clone(&scene.clock) as _;
    scene.config.store = place.at.clone();
    scene.config.matching = Some(policy);
    for (member, person) in scene.config.members.iter_mut().zip(Person::all()) {
        let origin = Origin::Enrollment;
        member.more = PersonRecord::default()
            .said(Attribute::GivenName, &person.given.join(" "), origin)
            .said(Attribute::Gender, &person.gender, origin)
            .said(Attribute::Phone, "614-555-0101", origin)
            .with(Attribute::Address, address(), Provenance::of(origin));
    }
    let service = scene.start().await;
    (service, scene.clock)
}

fn address() -> Raw {
    Raw::Address {
        lines: vec!["101 Example Street".to_owned()],
        city: "Sampleton".to_owned(),
        postal_code: "00000".to_owned(),
    }
}

/// A request about the person, who tells address and phone.
pub fn with_address(person: &Person) -> Value {
    let mut request = member_match(person, "contoso");
    let patient = &mut request["parameter"][0]["resource"];
    patient["address"] =
        json!([{"line": ["101 Example St"], "city": "Sampleton", "postalCode": "00000"}]);
    patient["telecom"] = json!([{"system": "phone", "value": "(614) 555-0101"}]);
    request
}

/// Says another member number, and no subscriber number.
pub fn under_number(mut request: Value, number: &str) -> Value {
    let coverage = &mut request["parameter"][1]["resource"];
    coverage["identifier"][0]["value"] = json!(number);
    coverage.as_object_mut().unwrap().remove("subscriberId");
    request
}

/// What a reviewer says who holds this candidate to be meant.
pub fn approval(person: &Value) -> Value {
    json!({"decision": "approve", "person": person, "rule": "identity/same-person", "reason": "documents-seen"})
}

pub async fn as_reviewer(service: &Service, who: &str, path: &str) -> Answer {
    let token = service.token_at(who, &role_scope(Role::Review), service.now_for_token());
    let url = Service::url(service.running.enterprise, path);
    let call = service.http.get(url).bearer_auth(token);
    Answer::of(call.header("x-purpose", "operations").send().await.unwrap()).await
}

pub async fn reviews(service: &Service, query: &str) -> Vec<Value> {
    let answer = as_reviewer(service, "reviewer-1", &format!("/reviews{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

/// The one review that is open.
pub async fn open(service: &Service) -> Value {
    let mut open = reviews(service, "").await;
    assert_eq!(open.len(), 1, "{open:?}");
    open.remove(0)
}

pub async fn decided(
    service: &Service,
    who: &str,
    (id, seen): (&str, Option<u32>),
    body: &Value,
) -> Answer {
    let token = service.token_at(who, &role_scope(Role::Review), service.now_for_token());
    let path = format!("/reviews/{id}/decision");
    let url = Service::url(service.running.enterprise, &path);
    let mut call = service.http.post(url).bearer_auth(token).json(body);
    if let Some(seen) = seen {
        call = call.header("if-match", format!("\"{seen}\""));
    }
    Answer::of(call.header("x-purpose", "operations").send().await.unwrap()).await
}

/// The value of a metric without labels.
pub async fn metric(service: &Service, name: &str) -> Option<f64> {
    let text = service.metrics().await;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.split(' ').nth(1));
    line.map(|value| value.parse().unwrap())
}

/// The value of a metric once it is at least this.
pub async fn metric_at_least(service: &Service, name: &str, least: f64) -> f64 {
    for _ in 0..20_000 {
        match metric(service, name).await {
            Some(value) if value >= least => return value,
            _ => tokio::task::yield_now().await,
        }
    }
    panic!("{name} stayed below {least}");
}

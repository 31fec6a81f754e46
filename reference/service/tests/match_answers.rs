//! What other payers get from `$member-match`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::token::{EXCHANGES, MEMBER_MATCH, SigningKey};
use serde_json::{Value, json};
use support::request::{Person, member_match};
use support::{Answer, Scene, Service, catalogue, now};
use wire::payload::Schema;

fn edited(request: &Value, pointer: &str, value: Value) -> Value {
    let mut request = request.clone();
    *request.pointer_mut(pointer).unwrap() = value;
    request
}

fn without(request: &Value, parent: &str, name: &str) -> Value {
    let mut request = request.clone();
    let parent = request.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().remove(name).unwrap();
    request
}

async fn refused(service: &Service, request: &Value, status: u16, code: &str) -> Answer {
    let answer = service.ask("contoso", request).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
    assert!(
        !answer.text.contains("Patient/"),
        "a refusal names no patient"
    );
    let outcome = Schema::compile(&catalogue::bundle("p2p-operation-outcome", "1.0.0")).unwrap();
    assert!(outcome.accepts(&answer.json()), "{}", answer.text);
    answer
}

#[tokio::test]
async fn one_match_is_answered_as_each_partner_reads_it() {
    let service = Scene::new().start().await;
    let person = Person::number(1);
    for (client, version, kind, parts) in [
        ("northwind", "1.0.0", "MB", 1),
        ("contoso", "2.0.1", "UMB", 2),
        ("fabrikam", "2.0.1", "UMB", 2),
    ] {
        let answer = service.ask(client, &member_match(&person, client)).await;
        assert_eq!(answer.status, 200, "{client}: {}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/fhir+json"));
        let body = answer.json();
        let schema = catalogue::bundle("hrex-member-match-response", version);
        assert!(Schema::compile(&schema).unwrap().accepts(&body), "{client}");
        let coding = &body["parameter"][0]["valueIdentifier"]["type"]["coding"][0];
        assert_eq!(coding["code"], kind);
        assert_eq!(body["parameter"].as_array().unwrap().len(), parts);
    }
}

#[tokio::test]
async fn the_pdex_version_chooses_request_and_answer() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    for (version, status, kind) in [("2.0", 200, "MB"), ("2.2.0", 200, "UMB"), ("9.9", 422, "")] {
        let asking = service.asking("contoso", request.to_string());
        let sent = asking.header("x-pdex-spec-version", version).send().await;
        let answer = Answer::of(sent.unwrap()).await;
        assert_eq!(answer.status, status);
        if status == 200 {
            let body = answer.json();
            assert_eq!(
                body["parameter"][0]["valueIdentifier"]["type"]["coding"][0]["code"],
                kind
            );
        }
    }
}

#[tokio::test]
async fn nobody_and_several_are_refused_with_words_of_their_own() {
    let mut scene = Scene::new();
    let mut twin = scene.config.members[2].clone();
    twin.reference = "twin".to_owned();
    scene.config.members.push(twin);
    let service = scene.start().await;
    let stranger = member_match(&Person::number(9), "contoso");
    refused(&service, &stranger, 422, "no-match").await;
    let twins = member_match(&Person::number(2), "contoso");
    refused(&service, &twins, 422, "multiple-match").await;
}

#[tokio::test]
async fn expired_consent_stops_before_the_member_is_named() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    let end = "/parameter/3/resource/provision/period/end";
    let expired = edited(&request, end, json!("2026-09-30"));
    refused(&service, &expired, 422, "consent-constraint").await;
    let last_day = edited(&request, end, json!("2026-10-01"));
    assert_eq!(service.ask("contoso", &last_day).await.status, 200);
}

#[tokio::test]
async fn a_consent_for_somebody_else_is_refused() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "northwind");
    refused(&service, &request, 422, "consent-constraint").await;
}

#[tokio::test]
async fn a_missing_identifier_is_named_by_path() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    let coverage = "/parameter/1/resource";
    let nameless = without(
        &without(&request, coverage, "identifier"),
        coverage,
        "subscriberId",
    );
    let answer = refused(&service, &nameless, 422, "missing-identifier").await;
    let path = answer.json()["issue"][0]["expression"][0].clone();
    assert!(
        path.as_str()
            .unwrap()
            .starts_with("Parameters.parameter[1].resource")
    );
}

#[tokio::test]
async fn a_contradicting_birth_date_is_named_by_path() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    let other = Person::number(2).birth_date;
    let request = edited(&request, "/parameter/0/resource/birthDate", json!(other));
    let answer = refused(&service, &request, 422, "conflicting-field").await;
    assert_eq!(
        answer.json()["issue"][0]["expression"],
        json!(["Parameters.parameter[0].resource.birthDate"])
    );
    assert!(!answer.text.contains(&other));
}

#[tokio::test]
async fn references_that_lead_elsewhere_are_a_bad_bundle() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    let beneficiary = "/parameter/1/resource/beneficiary/reference";
    let request = edited(&request, beneficiary, json!("Patient/somebody"));
    refused(&service, &request, 422, "bad-bundle").await;
}

#[tokio::test]
async fn a_bundle_that_breaks_its_schema_is_refused_with_findings() {
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    let request = without(&request, "/parameter/1/resource", "relationship");
    let answer = refused(&service, &request, 422, "bad-bundle").await;
    assert!(answer.text.contains("payload/"));
}

#[tokio::test]
async fn malformed_bodies_are_refused_and_large_ones_are_not_read() {
    let service = Scene::new().start().await;
    let whole = member_match(&Person::number(1), "contoso").to_string();
    let deep = "[".repeat(100) + &"]".repeat(100);
    let cut: String = whole.chars().take(whole.len() / 2).collect();
    for body in [cut, deep, r#"{"a":1,"a":2}"#.to_owned(), String::new()] {
        let answer = Answer::of(service.asking("contoso", body).send().await.unwrap()).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed"));
    }
    let large = format!("\"{}\"", "x".repeat(300 * 1024));
    let answer = Answer::of(service.asking("contoso", large).send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
}

#[tokio::test]
async fn tokens_that_are_wrong_old_or_for_something_else_are_refused() {
    let scene = Scene::new();
    let service = scene.start().await;
    let body = member_match(&Person::number(1), "contoso").to_string();
    let mut foreign = scene.start().await;
    foreign.key = SigningKey::generate().unwrap();
    let long_ago = now() - chrono::TimeDelta::hours(2);
    for (token, status) in [
        (None, 401),
        (Some("nonsense".to_owned()), 401),
        (Some(foreign.token("contoso", MEMBER_MATCH)), 401),
        (
            Some(service.token_at("contoso", MEMBER_MATCH, long_ago)),
            401,
        ),
        (Some(service.token("stranger", MEMBER_MATCH)), 401),
        (Some(service.token("contoso", EXCHANGES)), 403),
    ] {
        let url = Service::url(service.running.partner, "/Patient/$member-match");
        let mut call = service.http.post(url).body(body.clone());
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        let answer = Answer::of(call.send().await.unwrap()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, "auth"));
        assert!(answer.header("x-correlation-id").is_some());
    }
}

#[tokio::test]
async fn a_repeated_key_gives_the_first_answer_and_another_body_under_it_is_refused() {
    let service = Scene::new().start().await;
    let send = async |person: usize| {
        let body = member_match(&Person::number(person), "contoso").to_string();
        let asking = service
            .asking("contoso", body)
            .header("idempotency-key", "k1");
        Answer::of(asking.send().await.unwrap()).await
    };
    let first = send(1).await;
    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (200, None)
    );
    let again = send(1).await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (200, Some("true"))
    );
    assert_eq!(first.text, again.text);
    let other = send(2).await;
    assert_eq!((other.status, other.code().as_str()), (422, "duplicate"));
}

#[tokio::test]
async fn every_answer_carries_a_correlation_id_of_our_own_shape() {
    let service = Scene::new().start().await;
    let body = member_match(&Person::number(1), "contoso").to_string();
    let sent = "0198f6a2-0000-7000-8000-000000000001";
    let echoed = |value: &'static str| {
        let asking = service.asking("contoso", body.clone());
        async move {
            Answer::of(
                asking
                    .header("x-correlation-id", value)
                    .send()
                    .await
                    .unwrap(),
            )
            .await
        }
    };
    assert_eq!(echoed(sent).await.header("x-correlation-id"), Some(sent));
    let replaced = echoed("any text").await;
    assert_ne!(replaced.header("x-correlation-id"), Some("any text"));
}

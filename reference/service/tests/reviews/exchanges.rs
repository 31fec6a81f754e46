//! Exchanges of ours that wait for people: at the partner, or for what was never said.
//! Refuses to know who decides at the partner.

use crate::desk::{decided, open, reviews};
use crate::support::later::words;
use crate::support::request::{Person, exchange};
use crate::support::stores::stores;
use crate::support::stub::{matched, refusal, says, scene, started};
use crate::support::{Answer, Service};
use reference::token::EXCHANGES;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn added(service: &Service, id: &str, key: &str, body: &Value) -> Answer {
    let token = service.token_at("enterprise", EXCHANGES, service.now_for_token());
    let path = format!("/exchanges/{id}/evidence");
    let url = Service::url(service.running.enterprise, &path);
    let call = service.http.post(url).bearer_auth(token).json(body);
    Answer::of(call.header("idempotency-key", key).send().await.unwrap()).await
}

/// The first word on a review.
async fn first_word(service: &Service, review: &Value, said: &Value) -> Answer {
    let about = (review["id"].as_str().unwrap(), Some(1));
    decided(service, "reviewer-1", about, said).await
}

/// An exchange that waits for the numbers of its coverage, and the evidence that has them.
async fn without_a_number(service: &Service) -> (String, Value) {
    let mut request = exchange(&Person::number(5), "contoso");
    let more = json!({"coverage_to_match": request["coverage_to_match"]});
    let coverage = request["coverage_to_match"].as_object_mut().unwrap();
    coverage.remove("identifier");
    coverage.remove("subscriberId");
    let answer = service.start_exchange("k1", &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    service.until_held(&id, "more-data").await;
    (id, more)
}

#[tokio::test]
async fn an_exchange_that_the_partner_looks_at_goes_on_under_a_new_key_when_a_person_says_so() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, refusal(422, "match-under-review"), Some(1)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "review").await;
        let review = open(&service).await;
        assert_eq!(
            (&review["cause"], &review["exchange"]),
            (&json!("exchange"), &json!(id))
        );
        let named =
            json!({"decision": "approve", "person": "p1", "rule": "identity/a", "reason": "b"});
        let refused = first_word(&service, &review, &named).await;
        assert_eq!(refused.status, 422);
        let again = json!({"decision": "ask-again", "rule": "identity/partner-decided", "reason": "partner-called"});
        let said = first_word(&service, &review, &again).await;
        assert_eq!(said.status, 200, "{}", said.text);
        service.until(&id, "fulfilled").await;
        let seen = stub.received_requests().await.unwrap();
        let keys: BTreeSet<&str> = seen
            .iter()
            .map(|call| call.headers["idempotency-key"].to_str().unwrap())
            .collect();
        assert_eq!((seen.len(), keys.len()), (2, 2), "{}", place.name);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn an_exchange_that_a_person_refuses_ends_and_one_that_is_taken_back_waits_for_nobody() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "review").await;
        let review = open(&service).await;
        let reject =
            json!({"decision": "reject", "rule": "identity/other-person", "reason": "seen"});
        let said = first_word(&service, &review, &reject).await;
        assert_eq!(said.status, 200, "{}", said.text);
        let view = service.until(&id, "failed").await;
        assert_eq!(view["code"], "identity/no-match", "{}", place.name);
        assert!(reviews(&service, "").await.is_empty());
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_50_an_exchange_without_a_number_waits_for_it_and_goes_on_with_it() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let (id, more) = without_a_number(&service).await;
        assert!(stub.received_requests().await.unwrap().is_empty());
        let place_of = service.exchanges(&format!("/{id}/where")).await.json();
        assert_eq!(
            (&place_of["owner"], &place_of["next_action"]["act"]),
            (&json!("enterprise"), &json!("supply-data"))
        );
        let review = open(&service).await;
        assert_eq!(review["missing"], json!(["member-id", "subscriber-id"]));
        let foreign = added(&service, &id, "e0", &json!({"partner": "northwind"})).await;
        assert_eq!(
            (foreign.status, foreign.json()["fields"].clone()),
            (422, json!(["/*"]))
        );
        let taken = added(&service, &id, "e1", &more).await;
        assert_eq!(
            (taken.status, taken.json()["came_to"].clone()),
            (202, json!("woken"))
        );
        service.until(&id, "fulfilled").await;
        // What was lacking is kept as long as the exchange is: a hold may ask for it.
        let look = place.look().await;
        let kept = format!("SELECT kind FROM payloads WHERE exchange = '{id}'");
        let kept = words(&look, &kept).await;
        assert!(kept.contains(&"exchange-request".to_owned()), "{kept:?}");
        assert_eq!(
            reviews(&service, "?state=answered").await.len(),
            1,
            "{}",
            place.name
        );
        let late = added(&service, &id, "e2", &more).await;
        assert_eq!(
            (late.status, late.json()["code"].clone()),
            (409, json!("conflict/nothing-is-missing"))
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn what_was_added_once_changes_nothing_when_it_is_sent_again() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, refusal(422, "match-under-review"), None).await;
        let service = scene.start().await;
        let (id, more) = without_a_number(&service).await;
        assert_eq!(added(&service, &id, "e1", &more).await.status, 202);
        // The partner looks at it now: another wait, with a review of its own.
        service.until_held(&id, "review").await;
        let review = open(&service).await;
        let look = place.look().await;
        let kept = "SELECT request FROM exchanges";
        let before = words(&look, kept).await;
        let again = added(&service, &id, "e1", &more).await;
        assert_eq!(
            (again.status, again.json()["came_to"].clone()),
            (202, json!("woken"))
        );
        assert_eq!(open(&service).await, review, "{}", place.name);
        assert_eq!(words(&look, kept).await, before);
        look.close().await;
        service.running.stop().await;
    }
}

//! Disputes about who a person is: opened by a partner's refusal or by a person, and what their resolution changes.
//! Refuses to look into the database.

use crate::desk::{as_reviewer, three_tiers, under_number, with_address};
use crate::support::request::{Person, member_match};
use crate::support::stores::stores;
use crate::support::stub::{matched, refusal, says, scene, started};
use crate::support::{Answer, Service};
use reference::domain::operator::Role;
use reference::token::role_scope;
use serde_json::{Value, json};

async fn sent(service: &Service, path: &str, seen: Option<u32>, body: &Value) -> Answer {
    let scope = role_scope(Role::Review);
    let token = service.token_at("reviewer-1", &scope, service.now_for_token());
    let url = Service::url(service.running.enterprise, path);
    let mut call = service.http.post(url).bearer_auth(token).json(body);
    if let Some(seen) = seen {
        call = call.header("if-match", format!("\"{seen}\""));
    }
    Answer::of(call.header("x-purpose", "dispute").send().await.unwrap()).await
}

fn link(number: &str, person: &str) -> Value {
    json!({"resolution": "link", "attribute": "member-id", "value": number, "person": person,
        "rule": "identity/alias", "reason": "partner-called"})
}

#[tokio::test]
async fn row_s2_12_a_partners_rejection_is_a_dispute_and_resolving_it_adds_an_alias_and_asks_again()
{
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, refusal(422, "no-match"), Some(1)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "failed").await;
        let open = as_reviewer(&service, "reviewer-1", "/disputes")
            .await
            .json();
        let dispute = open["items"][0].clone();
        assert_eq!(
            (&dispute["state"], &dispute["exchange"], &dispute["code"]),
            (&json!("open"), &json!(id), &json!("identity/no-match"))
        );
        assert_eq!(dispute["owner"], "member-identity");
        assert_eq!(dispute["due_at"], "2026-10-06T12:00:00.000Z");
        let path = format!("/disputes/{}/resolution", dispute["id"].as_str().unwrap());
        let member = Person::number(0).id;
        let mut ruleless = link("OLD-NUMBER-7", &member);
        ruleless.as_object_mut().unwrap().remove("rule");
        assert_eq!(sent(&service, &path, Some(1), &ruleless).await.status, 422);
        let ask = json!({"resolution": "ask-evidence", "rule": "identity/evidence", "reason": "card-wanted"});
        let asked = sent(&service, &path, Some(1), &ask).await;
        assert_eq!(
            (asked.status, asked.json()["state"].clone()),
            (200, json!("evidence-asked"))
        );
        let stale = sent(&service, &path, Some(1), &link("OLD-NUMBER-7", &member)).await;
        assert_eq!(stale.status, 412);
        let done = sent(&service, &path, Some(2), &link("OLD-NUMBER-7", &member)).await;
        assert_eq!(done.status, 200, "{}: {}", place.name, done.text);
        let done = done.json();
        assert_eq!(
            (&done["state"], &done["person"]),
            (&json!("resolved-linked"), &json!(member))
        );
        let again = done["reopened"].as_str().unwrap();
        let view = service.until(again, "fulfilled").await;
        let before = service.exchanges(&format!("/{id}")).await.json();
        assert_eq!(before["state"], "failed");
        assert_eq!(
            view["business_transaction_id"],
            before["business_transaction_id"]
        );
        let calls = stub.received_requests().await.unwrap();
        let told =
            |number: usize| String::from_utf8_lossy(&calls[number].body).contains("OLD-NUMBER-7");
        assert_eq!((told(0), told(1)), (false, true));
        let log = service.audited("partner=contoso").await;
        let resolved: Vec<&Value> = log
            .iter()
            .map(|it| &it["event"])
            .filter(|event| event["action"] == "dispute-resolved")
            .collect();
        assert_eq!(resolved.len(), 2);
        assert_eq!(
            (&resolved[1]["rule"], &resolved[1]["actor"]["kind"]),
            (&json!("identity/alias"), &json!("person"))
        );
        assert!(!format!("{log:?}").contains("OLD-NUMBER-7"));
        assert!(!done.to_string().contains("OLD-NUMBER-7"));
        let late = sent(&service, &path, Some(3), &link("X", &member)).await;
        assert_eq!(late.status, 409);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_person_is_found_under_the_number_that_a_dispute_has_linked() {
    for place in stores().await {
        let (service, _) = three_tiers(&place).await;
        let person = Person::number(1);
        let request = under_number(with_address(&person), "OTHER-CARD-1");
        assert_eq!(
            service.ask("contoso", &request).await.code(),
            "match-under-review"
        );
        let body = json!({"partner": "contoso", "person": person.id, "code": "identity/no-match"});
        let opened = sent(&service, "/disputes", None, &body).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        let place_of = opened.header("location").unwrap().to_owned();
        let resolution = format!("{place_of}/resolution");
        let done = sent(
            &service,
            &resolution,
            Some(1),
            &link("OTHER-CARD-1", &person.id),
        )
        .await;
        assert_eq!(done.status, 200, "{}: {}", place.name, done.text);
        assert_eq!(done.json()["reopened"], Value::Null);
        let found = service.ask("contoso", &request).await;
        assert_eq!(found.status, 200, "{}: {}", place.name, found.text);
        // The number that was known before still finds the person, and another code opens nothing.
        let before = service
            .ask("contoso", &member_match(&person, "contoso"))
            .await;
        assert_eq!(before.status, 200, "{}", before.text);
        let body = json!({"partner": "contoso", "person": person.id, "code": "transport/timeout"});
        assert_eq!(sent(&service, "/disputes", None, &body).await.status, 422);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_dispute_that_somebody_opens_is_told_with_who_did() {
    for place in stores().await {
        let service = three_tiers(&place).await.0;
        let said = json!({"partner": "contoso", "person": Person::number(1).id, "code": "identity/no-match"});
        let opened = sent(&service, "/disputes", None, &said).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        let log = service.audited("actor=reviewer-1").await;
        let told = log
            .iter()
            .filter(|it| it["event"]["rule"] == "dispute/opened");
        let told: Vec<_> = told.collect();
        assert_eq!(told.len(), 1, "{}", place.name);
        assert_eq!(told[0]["event"]["partner"], "contoso");
        service.running.stop().await;
    }
}

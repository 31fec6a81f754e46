//! What a system of ours may hand in about many members, and what is refused before it is an exchange.

use super::partner::takes_on;
use super::support::request::{Person, bulk_exchange, exchange, people, with};
use super::support::stores::stores;
use super::{at, begun};
use serde_json::{Value, json};

#[tokio::test]
async fn a_list_that_cannot_be_read_back_is_refused_by_its_places() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let service = scene.start().await;
        let whole = bulk_exchange(&people(&[4, 5]), "contoso");
        let first = whole["members"][0].clone();
        let twice = with(whole.clone(), "/members/1", first);
        let mut single = exchange(&Person::number(4), "contoso");
        single["members"] = whole["members"].clone();
        let mut extra = whole.clone();
        extra["members"][1]["CANARY"] = json!({});
        for (number, (request, field)) in [
            (twice, "/members/1/member_patient/id"),
            (with(whole.clone(), "/members", json!([])), "/members"),
            (with(whole.clone(), "/members", json!({})), "/members"),
            (with(whole.clone(), "/members/0", json!(7)), "/members/0"),
            (with(whole.clone(), "/kind", json!("many")), "/kind"),
            (extra, "/members/1/*"),
            (single, "/*"),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = service
                .start_exchange(&format!("k{number}"), &request)
                .await;
            assert_eq!(answer.status, 422, "{field} {}", answer.text);
            assert_eq!(answer.json()["fields"][0], json!(field), "{}", answer.text);
            assert!(!answer.text.contains("CANARY"));
        }
        let many =
            json!({"kind": "bulk", "partner": "contoso", "members": vec![json!({}); 10_001]});
        let answer = service.start_exchange("many", &many).await;
        assert_eq!(
            (answer.status, &answer.json()["fields"]),
            (413, &json!(["/members"]))
        );
        let listed = service.exchanges("").await.json();
        assert_eq!(listed["items"], json!([]), "{}", place.name);
        assert_eq!(stub.received_requests().await.unwrap().len(), 0);
        service.running.stop().await;
    }
}

/// As many namesakes of one person.
fn many(count: usize) -> Vec<Person> {
    let person = Person::number(5);
    (0..count).map(|number| person.namesake(number)).collect()
}

#[tokio::test]
async fn only_a_request_about_many_may_be_longer_than_one_match() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        takes_on(&stub).await;
        // It is asked no further before somebody moves the clock, however long the judgement takes.
        scene.by_hand();
        let service = scene.start().await;
        let long = "x".repeat(300 * 1024);
        let mut single = exchange(&Person::number(4), "contoso");
        single["member_patient"]["note"] = json!(long);
        let answer = service.start_exchange("long", &single).await;
        assert_eq!(answer.status, 413, "{}", answer.text);
        let answer = service.start_exchange("text", &json!(long)).await;
        assert_eq!(answer.status, 413, "{}", answer.text);
        let request = bulk_exchange(&many(150), "contoso");
        assert!(request.to_string().len() > 300 * 1024);
        let id = begun(&service, &request).await;
        service.until(&id, "acknowledged").await;
        let page = service.exchanges(&format!("/{id}/members")).await.json();
        assert_eq!(page["counts"], json!({"asked": 150}), "{}", place.name);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn the_same_request_under_the_same_key_is_one_exchange() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        takes_on(&stub).await;
        let service = scene.start().await;
        let request = bulk_exchange(&people(&[4, 5]), "contoso");
        let id = begun(&service, &request).await;
        let again = service.start_exchange("k1", &request).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.json()["id"], json!(id));
        let other = bulk_exchange(&people(&[4, 6]), "contoso");
        let reused = service.start_exchange("k1", &other).await;
        assert_eq!(reused.status, 422, "{}", reused.text);
        let items = service.exchanges("").await.json()["items"].clone();
        let kinds: Vec<&Value> = items.as_array().unwrap().iter().collect();
        assert_eq!(kinds.len(), 1, "{}", place.name);
        assert_eq!(kinds[0]["kind"], "bulk");
        for (kind, count) in [("bulk", 1), ("single", 0)] {
            let some = service.exchanges(&format!("?kind={kind}")).await.json();
            assert_eq!(some["items"].as_array().unwrap().len(), count, "{kind}");
        }
        assert_eq!(service.exchanges("?kind=many").await.status, 422);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn what_came_of_the_members_is_told_once_the_request_has_been_judged() {
    for place in stores().await {
        let (mut scene, _stub) = at(&place).await;
        scene.config.pace.workers = 0;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&people(&[4]), "contoso")).await;
        let early = service.exchanges(&format!("/{id}/members")).await;
        assert_eq!(early.status, 409, "{} {}", place.name, early.text);
        let single = exchange(&Person::number(5), "contoso");
        let single = service.start_exchange("k2", &single).await.json();
        for other in [single["id"].as_str().unwrap(), "unknown"] {
            let none = service.exchanges(&format!("/{other}/members")).await;
            assert_eq!(none.status, 404, "{}", none.text);
        }
        service.running.stop().await;
    }
}

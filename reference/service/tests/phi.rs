//! Protected bodies: sealed where they are stored, and told of whenever they are read.
//! Refuses to believe the store: it is looked at from outside.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::ids::ExchangeId;
use reference::token::EXCHANGES;
use serde_json::Value;
use sqlx::{AnyPool, Row};
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, says, scene};
use support::{Answer, Service};

/// A body as the database holds it.
async fn bodies(database: &AnyPool) -> Vec<(String, Vec<u8>)> {
    let rows = sqlx::query("SELECT id, body FROM payloads").fetch_all(database);
    let rows = rows.await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn result(service: &Service, id: &str, purpose: Option<&str>) -> Answer {
    let path = format!("/exchanges/{id}/result");
    let mut call = service
        .http
        .get(Service::url(service.running.enterprise, &path))
        .bearer_auth(service.token_at("enterprise", EXCHANGES, service.now_for_token()));
    if let Some(purpose) = purpose {
        call = call.header("x-purpose", purpose);
    }
    Answer::of(call.send().await.unwrap()).await
}

fn reads(records: &[Value]) -> Vec<&Value> {
    let read = |record: &&Value| record["event"]["action"] == "payload-read";
    records.iter().filter(read).collect()
}

#[tokio::test]
async fn row_s2_34_a_stored_payload_is_sealed_and_reading_it_writes_an_access_record() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let person = Person::number(5);
        let answer = service
            .start_exchange("k1", &exchange(&person, "contoso"))
            .await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        let stored = bodies(&place.look().await).await;
        assert!(stored.len() > 2);
        for (_, body) in &stored {
            let text = String::from_utf8_lossy(body);
            for value in ["their-number", &person.family, &person.birth_date] {
                assert!(!text.contains(value), "{} {value}", place.name);
            }
        }
        let query = format!("request={}", ExchangeId::new(&id));
        assert!(reads(&service.audited(&query).await).is_empty());
        assert_eq!(result(&service, &id, None).await.status, 422);
        assert_eq!(result(&service, &id, Some("curiosity")).await.status, 422);
        assert_eq!(
            result(&service, "nobody", Some("dispute")).await.status,
            404
        );
        assert!(reads(&service.audited(&query).await).is_empty());
        let read = result(&service, &id, Some("dispute")).await;
        assert_eq!(read.json()["umb"]["value"], "their-number");
        let records = service.audited(&query).await;
        let access = &reads(&records)[0]["event"];
        assert_eq!(access["actor"]["id"], "enterprise");
        assert_eq!(access["rule"], "result/dispute");
        assert_eq!(reads(&records).len(), 1);
    }
}

#[tokio::test]
async fn no_byte_leaves_when_its_reading_cannot_be_written_down() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let request = exchange(&Person::number(5), "contoso");
        let answer = service.start_exchange("k1", &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        let gone = "ALTER TABLE audit_edge RENAME TO gone";
        sqlx::query(gone)
            .execute(&place.look().await)
            .await
            .unwrap();
        let read = result(&service, &id, Some("dispute")).await;
        assert_eq!(read.status, 503, "{}", place.name);
        assert!(!read.text.contains("their-number"));
    }
}

#[tokio::test]
async fn a_body_that_was_moved_to_another_id_or_changed_is_not_handed_out() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let request = exchange(&Person::number(5), "contoso");
        let answer = service.start_exchange("k1", &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        assert_eq!(result(&service, &id, Some("dispute")).await.status, 200);
        let database = place.look().await;
        let moved =
            "UPDATE payloads SET body = (SELECT body FROM payloads WHERE kind = 'exchange-request')
             WHERE kind = 'result'";
        sqlx::query(moved).execute(&database).await.unwrap();
        let read = result(&service, &id, Some("dispute")).await;
        assert_eq!(read.status, 503, "{}", place.name);
        assert!(!read.text.contains(&Person::number(5).family));
    }
}

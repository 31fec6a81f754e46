//! More letters than one order starts or looks at.

use super::support::request::{Person, exchange};
use super::support::stores::{Place, stores};
use super::support::stub::{matched, says, scene};
use super::support::{Scene, Service};
use super::{ask, declare, order};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Column, Row};
use std::time::Duration;
use wiremock::{MockServer, ResponseTemplate};

#[tokio::test]
async fn letters_whose_consent_has_ended_take_no_place_from_younger_ones() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        let mut policy = scene.first_retry_policy();
        policy.transient.attempts = 1;
        policy.limits.replay_batch = 1;
        policy.limits.inbound.clear();
        scene.config.resilience = Some(policy);
        says(&stub, ResponseTemplate::new(503), Some(12)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let mut ids = Vec::new();
        // More than are looked at together.
        for number in 0..12 {
            let mut request = exchange(&Person::number(5), "contoso");
            if number < 11 {
                request["consent"]["provision"]["period"]["end"] = json!("2026-10-15");
            }
            let key = format!("k{number}");
            let answer = service.start_exchange(&key, &request).await;
            assert_eq!(answer.status, 202, "{number}: {}", answer.text);
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            service.until(&id, "dead-lettered").await;
            ids.push(id);
            // Ten failures close together would keep the partner from being called.
            service.clock.advance(Duration::from_secs(3600));
        }
        service.clock.set("2026-11-15T00:00:00Z".parse().unwrap());
        declare(
            &service,
            json!({"code": "partner/unavailable", "reason": "partner-is-up"}),
        )
        .await;
        let none = order(&service, "none", json!({"filter": {}, "limit": 0})).await;
        assert_eq!(none.status, 422, "none of them is no order: {}", none.text);
        let dry = json!({"filter": {}, "dry_run": true});
        assert_eq!(order(&service, "dry", dry).await.json()["replayed"], 1);
        let answer = order(&service, "o1", json!({"filter": {}})).await.json();
        assert_eq!(answer["replayed"], 1, "{}: {answer}", place.name);
        service.until(&ids[11], "fulfilled").await;
        let left = ask(&service, "/dlq").await.json();
        assert_eq!(left["items"].as_array().unwrap().len(), 11);
        service.running.stop().await;
    }
}

/// Puts as many letters beside this one, each about the same request.
async fn beside(place: &Place, id: &str, count: usize) {
    let pool = place.look().await;
    let one = sqlx::query("SELECT * FROM exchanges LIMIT 1");
    let one = one.fetch_one(&pool).await.unwrap();
    let columns: Vec<&str> = one.columns().iter().map(Column::name).collect();
    let values: Vec<&str> = columns
        .iter()
        .map(|name| {
            if *name == "id" {
                "e.id || '-' || n.n"
            } else {
                *name
            }
        })
        .collect();
    let copies = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
         INSERT INTO exchanges ({}) SELECT {} FROM exchanges e, n WHERE e.id = '{id}'",
        columns.join(", "),
        values.join(", ")
    );
    let copies = sqlx::query(AssertSqlSafe(copies));
    copies.execute(&pool).await.unwrap();
    pool.close().await;
}

/// A letter whose consent has ended with so many beside it, and a younger one that may start.
async fn many(place: &Place, count: usize) -> (Scene, MockServer, Service, String) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    let mut policy = scene.first_retry_policy();
    policy.transient.attempts = 1;
    policy.limits.inbound.clear();
    scene.config.resilience = Some(policy);
    says(&stub, ResponseTemplate::new(503), Some(2)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let mut ids = Vec::new();
    for end in ["2026-10-15", "2026-12-31"] {
        let mut request = exchange(&Person::number(5), "contoso");
        request["consent"]["provision"]["period"]["end"] = json!(end);
        let answer = service.start_exchange(end, &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "dead-lettered").await;
        service.clock.advance(Duration::from_secs(3600));
        ids.push(id);
    }
    beside(place, &ids[0], count).await;
    service.clock.set("2026-11-15T00:00:00Z".parse().unwrap());
    let fixed = json!({"code": "partner/unavailable", "reason": "partner-is-up"});
    declare(&service, fixed).await;
    (scene, stub, service, ids.remove(1))
}

/// Orders from the beginning to the end of the list: how many were looked at and started each time.
async fn walked(service: &Service, dry_run: bool) -> Vec<(u64, u64)> {
    let (mut told, mut after) = (Vec::new(), Value::Null);
    loop {
        let body = json!({"filter": {}, "dry_run": dry_run, "after": after});
        let answer = order(service, &format!("{dry_run}-{}", told.len()), body).await;
        assert!(answer.status < 300, "{}", answer.text);
        let answer = answer.json();
        assert_eq!(answer["limit"], 100);
        told.push((
            answer["looked_at"].as_u64().unwrap(),
            answer["replayed"].as_u64().unwrap(),
        ));
        after = answer["next"].clone();
        if after.is_null() {
            return told;
        }
    }
}

#[tokio::test]
async fn one_order_looks_at_a_bounded_number_of_letters_and_the_next_goes_on_behind_them() {
    for place in stores().await {
        let (_scene, _stub, service, younger) = many(&place, 2_500).await;
        let told = [(1_000, 0), (1_000, 0), (502, 1)];
        assert_eq!(walked(&service, true).await, told, "{}", place.name);
        assert_eq!(walked(&service, false).await, told, "{}", place.name);
        service.until(&younger, "fulfilled").await;
        for unfit in ["", "2026-10-01", "x,y", "2026-10-01T00:00:00Z,"] {
            let body = json!({"filter": {}, "after": unfit});
            let answer = order(&service, "unfit", body).await;
            assert_eq!(answer.status, 422, "{unfit}: {}", answer.text);
            assert_eq!(answer.json()["fields"], json!(["/after"]));
        }
        let named = json!({"ids": [younger], "after": "2026-10-01T00:00:00Z,x"});
        assert_eq!(order(&service, "named", named).await.status, 422);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn what_is_beyond_the_limit_is_where_the_next_order_begins() {
    for place in stores().await {
        let (_scene, _stub, service, younger) = many(&place, 25).await;
        beside(&place, &younger, 2).await;
        let mut after = Value::Null;
        for number in 0..3 {
            let body = json!({"filter": {}, "after": after, "dry_run": true, "limit": 1});
            let mut answer = order(&service, &format!("k{number}"), body).await.json();
            // Those whose consent has ended come first.
            while answer["replayed"] == 0 {
                let body =
                    json!({"filter": {}, "after": answer["next"], "dry_run": true, "limit": 1});
                let key = format!("{number}-{}", answer["next"]);
                answer = order(&service, &key, body).await.json();
            }
            let started = answer["items"].as_array().unwrap().iter();
            let started: Vec<&Value> = started
                .filter(|item| item["verdict"] == "replay")
                .map(|item| &item["exchange"])
                .collect();
            let wanted = match number {
                0 => younger.clone(),
                more => format!("{younger}-{more}"),
            };
            assert_eq!(started, [&json!(wanted)], "{}", place.name);
            after = answer["next"].clone();
        }
        assert_eq!(after, Value::Null, "that was the last");
        service.running.stop().await;
    }
}

//! What the audit log tells of callbacks and of operators' orders, and orders that are refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::operator::Role;
use reqwest::Method;
use serde_json::{Value, json};
use support::Service;
use support::admin::shipped;
use support::later::{JOB, callback_address, says, taken_on};
use support::stores::stores;
use support::stub::{MATCH, matched, scene, started};

/// Rules of the log, for events of this actor, in their order.
async fn rules(service: &Service, query: &str, actor: &str) -> Vec<Value> {
    let events = service.audited(query).await;
    let mine = events.into_iter().map(|item| item["event"].clone());
    mine.filter(|event| event["actor"]["id"] == actor)
        .filter(|event| {
            !event["rule"]
                .as_str()
                .unwrap_or_default()
                .starts_with("purpose/")
        })
        .collect()
}

#[tokio::test]
async fn every_callback_is_in_the_log_with_its_exchange_and_what_it_came_to() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.by_hand();
        scene.agreed(Retrieval::MatchOnly, Notification::Callback);
        says(&stub, "POST", MATCH, taken_on(), None).await;
        says(&stub, "GET", JOB, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "acknowledged").await;
        let address = callback_address(&stub, MATCH).await;
        let done = json!({"status": "completed"});
        let tell = |event, body| service.call_back("contoso", &address, Some(event), body);
        assert_eq!(tell("one", &done).await.status, 202);
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(tell("one", &done).await.status, 200);
        assert_eq!(tell("two", &done).await.status, 202);
        assert_eq!(tell("two", &json!({"status": "failed"})).await.status, 422);

        let query = format!("request={id}");
        let heard = rules(&service, &query, "contoso").await;
        let told: Vec<&Value> = heard.iter().map(|event| &event["rule"]).collect();
        assert_eq!(
            told,
            [
                "callback/woke",
                "callback/again",
                "callback/late",
                "callback/reused"
            ],
            "{}",
            place.name
        );
        for event in &heard {
            assert_eq!(
                event["business_transaction_id"],
                view["business_transaction_id"]
            );
            assert_eq!(
                (&event["partner"], &event["actor"]["role"]),
                (&json!("contoso"), &json!("partner"))
            );
            assert!(event["correlation_id"].is_string());
        }
        // What was known of the exchange before stays known after it.
        let whole = service.audited(&query).await;
        let mut events = whole.iter().map(|item| &item["event"]);
        let last = events
            .rfind(|event| event["action"] == "fulfilled")
            .unwrap();
        assert!(last["match"].is_object(), "{last}");
        service.running.stop().await;
    }
}

#[tokio::test]
async fn pausing_resuming_and_declaring_a_cause_gone_are_in_the_log_once_with_their_reason() {
    for place in stores().await {
        let (mut scene, _stub) = scene().await;
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let feed = |word: &str| format!("/control/partners/contoso/{word}");
        let (pause, resume) = (feed("pause"), feed("resume"));
        let reason = json!({"reason": "their-maintenance"});
        let word =
            json!({"code": "partner/unavailable", "partner": "contoso", "reason": "they-are-up"});
        let (post, delete) = (Method::POST, Method::DELETE);
        for (role, call, body) in [
            (Role::Control, (post.clone(), pause.as_str()), &reason),
            // The same again changes nothing, and is nothing to tell.
            (Role::Control, (post.clone(), pause.as_str()), &reason),
            (Role::Control, (post.clone(), resume.as_str()), &reason),
            (Role::Control, (post.clone(), resume.as_str()), &reason),
            (Role::Replay, (post, "/dlq/fixed"), &word),
            (Role::Replay, (delete.clone(), "/dlq/fixed"), &word),
            (Role::Replay, (delete, "/dlq/fixed"), &word),
        ] {
            let answer = service.operate(role, call, None, body).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let told = rules(&service, "partner=contoso", "operator").await;
        let told: Vec<(&str, &Value)> = told
            .iter()
            .map(|event| (event["rule"].as_str().unwrap(), &event["code"]))
            .collect();
        let (none, code) = (Value::Null, json!("partner/unavailable"));
        assert_eq!(
            told,
            [
                ("feed-paused/their-maintenance", &none),
                ("feed-resumed/their-maintenance", &none),
                ("cause-gone/they-are-up", &code),
                ("cause-not-gone/they-are-up", &code),
            ],
            "{}",
            place.name
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_policy_that_retries_business_errors_or_cannot_work_is_refused_whole() {
    let (scene, _stub) = scene().await;
    let service = scene.start().await;
    let own = "\n[[rule]]\nerrors = [\"identity/no-match\"]\nattempts = 3\nbase-ms = 1\nfactor = 1\ncap-ms = 1\ntotal-ms = 9\njitter = \"none\"\n";
    let business = format!("{}{own}", shipped("resilience", 2, &[]));
    let endless = shipped("resilience", 2, &[("attempts = 6", "attempts = 0")]);
    let closed = shipped(
        "resilience",
        2,
        &[("calls-in-all = 64", "calls-in-all = 1")],
    );
    let before = service.document("resilience").await;
    for (text, names) in [
        (business, "/rule/0/errors: never-retried"),
        (endless, "/transient: number"),
        (closed, "/limits/calls-in-all: number"),
    ] {
        let refused = service.put_document("resilience", &text, "").await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(names), "{}", refused.text);
    }
    let after = service.document("resilience").await;
    assert_eq!(
        (after.text, after.headers.get("etag")),
        (before.text, before.headers.get("etag"))
    );
    let good = shipped("resilience", 2, &[("attempts = 6", "attempts = 4")]);
    let taken = service.put_document("resilience", &good, "").await;
    assert!([200, 202].contains(&taken.status), "{}", taken.text);
}

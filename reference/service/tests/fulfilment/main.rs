//! What comes after the match call: answers that come later, data that are fetched, and partners that say nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod early;
mod failing;
mod pages;
mod sums;
#[path = "../support/mod.rs"]
mod support;

use reference::domain::fulfilment::{Notification, Retrieval};
use serde_json::{Value, json};
use std::time::Duration;
use support::Scene;
use support::later::{
    DIGEST, GIVEN, JOB, KICK_OFF, callback_address, calls, counted, exports, file, list,
    matched_with_list, messages, records, says, taken_on, words, working,
};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, scene, started, states};
use wiremock::{MockServer, ResponseTemplate};

const CLAIMS: &str = "ExplanationOfBenefit";

async fn at(place: &Place, retrieval: Retrieval, told: Notification) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.agreed(retrieval, told);
    (scene, stub)
}

/// An exchange for data with a partner that gives this list, once it is in `state`.
async fn fetched(stub: &MockServer, scene: &Scene, given: &Value, state: &str) -> Value {
    exports(stub, given).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, state).await;
    service.running.stop().await;
    view
}

fn output(kinds: &[(&str, u64)]) -> Value {
    let file = |(kind, count): &(&str, u64)| json!({"type": kind, "url": format!("/files/{kind}"), "count": count});
    kinds.iter().map(file).collect()
}

fn error_file() -> Value {
    json!([{"type": "OperationOutcome", "url": "/files/messages", "count": 1}])
}

#[tokio::test]
async fn row_s2_19_asking_being_told_and_silence_each_have_their_end() {
    for place in stores().await {
        asked(&place).await;
    }
    for place in stores().await {
        told(&place).await;
    }
    for place in stores().await {
        silent(&place).await;
    }
}

/// 202 and a wait, 429 and a wait, then the answer: each wait is kept.
async fn asked(place: &Place) {
    let (scene, stub) = at(place, Retrieval::MatchOnly, Notification::Poll).await;
    says(&stub, "POST", MATCH, taken_on(), None).await;
    says(&stub, "GET", JOB, working("7"), Some(1)).await;
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "40");
    says(&stub, "GET", JOB, throttled, Some(1)).await;
    says(&stub, "GET", JOB, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(view["disposition"], "complete", "{}", place.name);
    assert_eq!(
        service.clock.waits(),
        [5, 7, 40].map(Duration::from_secs),
        "{}",
        place.name
    );
    assert_eq!(
        (
            calls(&stub, "POST", MATCH).await,
            calls(&stub, "GET", JOB).await
        ),
        (1, 3)
    );
    service.running.stop().await;
}

/// The partner tells us, and is asked only then.
async fn told(place: &Place) {
    let (mut scene, stub) = at(place, Retrieval::MatchOnly, Notification::Callback).await;
    scene.by_hand();
    says(&stub, "POST", MATCH, taken_on(), None).await;
    says(&stub, "GET", JOB, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "acknowledged").await;
    let address = callback_address(&stub, MATCH).await;
    assert_eq!(calls(&stub, "GET", JOB).await, 0);
    let done = json!({"status": "completed"});
    let answer = service
        .call_back("contoso", &address, Some("event-1"), &done)
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(view["disposition"], "complete");
    let again = service
        .call_back("contoso", &address, Some("event-1"), &done)
        .await;
    assert_eq!(again.status, 200);
    let late = service
        .call_back("contoso", &address, Some("event-2"), &done)
        .await;
    assert_eq!(late.status, 202);
    assert_eq!(
        service.until(&id, "fulfilled").await["since"],
        view["since"]
    );
    assert_eq!(calls(&stub, "GET", JOB).await, 1);
    service.running.stop().await;
}

/// Nothing ever comes: the deadline ends it, and somebody is told.
async fn silent(place: &Place) {
    let (scene, stub) = at(place, Retrieval::MatchOnly, Notification::Callback).await;
    says(&stub, "POST", MATCH, taken_on(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "dead-lettered").await;
    assert_eq!(view["code"], "partner/completion-missing");
    assert_eq!(view["outcome"], "partner-timeout");
    let pool = place.look().await;
    let notices = words(&pool, "SELECT notice FROM outbox ORDER BY notice").await;
    assert_eq!(notices, ["exchange-dead-lettered", "exchange-escalated"]);
    service.running.stop().await;
}

#[tokio::test]
async fn row_s2_20_a_request_that_was_accepted_and_forgotten_is_never_a_success() {
    for place in stores().await {
        let (mut scene, stub) = at(&place, Retrieval::MatchOnly, Notification::Poll).await;
        scene.config.partners[1].terms.silence = Some(Duration::from_secs(3600));
        says(&stub, "POST", MATCH, taken_on(), None).await;
        says(&stub, "GET", JOB, ResponseTemplate::new(202), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, "dead-lettered").await;
        assert_eq!(view["disposition"], "exhausted");
        assert_eq!(view["resume_at"], "acknowledged");
        assert!(!states(&view).contains(&"fulfilled"));
        let waited: Duration = service.clock.waits().iter().sum();
        assert_eq!(waited, Duration::from_secs(3600), "{}", place.name);
        // 5 s doubled up to 5 min: a silent partner is not asked to death.
        assert_eq!(calls(&stub, "GET", JOB).await, 17);
        let pool = place.look().await;
        let fulfilled = "SELECT count(*) FROM exchanges WHERE state = 'fulfilled'";
        assert_eq!(counted(&pool, fulfilled).await, 0);
        let alerts = "SELECT count(*) FROM outbox WHERE notice = 'exchange-escalated'";
        assert_eq!(counted(&pool, alerts).await, 1);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_53_a_missing_completion_leaves_an_escalation_with_its_clock() {
    for place in stores().await {
        let (scene, stub) = at(&place, Retrieval::MatchOnly, Notification::Callback).await;
        says(&stub, "POST", MATCH, taken_on(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "dead-lettered").await;
        let pool = place.look().await;
        let clock = "SELECT partner || ' ' || code || ' ' || asked_at || ' ' || acknowledged_at || ' ' || at FROM escalations";
        assert_eq!(
            words(&pool, clock).await,
            [
                "contoso partner/completion-missing 2026-10-01T12:00:00.000Z 2026-10-01T12:00:00.000Z 2026-10-02T12:00:00.000Z"
            ]
        );
        let deadline = "SELECT deadline || ' ' || alert_at || ' ' || due_at FROM deadlines";
        assert_eq!(
            words(&pool, deadline).await,
            ["fulfil 2026-10-02T06:00:00.000Z 2026-10-02T12:00:00.000Z"]
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_whole_export_is_fetched_checked_and_kept() {
    for place in stores().await {
        let (scene, stub) = at(&place, Retrieval::GroupExport, Notification::Poll).await;
        file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 3)).await;
        file(&stub, "/files/Coverage", records("Coverage", 1)).await;
        let given = list(output(&[(CLAIMS, 3), ("Coverage", 1)]), json!([]));
        let view = fetched(&stub, &scene, &given, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(view["data"]["gaps"], json!([]));
        let pool = place.look().await;
        let kept = "SELECT kind || ' ' || count FROM fulfilment_files WHERE body IS NOT NULL ORDER BY position";
        assert_eq!(
            words(&pool, kept).await,
            ["ExplanationOfBenefit 3", "Coverage 1"]
        );
        assert_eq!(calls(&stub, "POST", KICK_OFF).await, 1);
        let requests = stub.received_requests().await.unwrap();
        let kick = requests.iter().find(|one| one.url.path() == KICK_OFF);
        let kick = kick.unwrap();
        assert_eq!(kick.headers["prefer"], "respond-async");
        assert!(kick.headers.contains_key("idempotency-key"));
        assert!(String::from_utf8_lossy(&kick.body).contains("davinci-pdex#payertopayer"));
    }
}

#[tokio::test]
async fn row_s2_21_an_answer_with_data_and_messages_is_a_part_with_both_kept() {
    for place in stores().await {
        let (scene, stub) = at(&place, Retrieval::GroupExport, Notification::Poll).await;
        file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 2)).await;
        file(&stub, "/files/messages", messages(&["Condition"])).await;
        let given = list(output(&[(CLAIMS, 2)]), error_file());
        let view = fetched(&stub, &scene, &given, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        let gap = &view["data"]["gaps"][0];
        assert_eq!(
            (&gap["resource_type"], &gap["why"]),
            (&json!("Condition"), &json!("partner-error"))
        );
        let pool = place.look().await;
        let roles = "SELECT role FROM fulfilment_files WHERE body IS NOT NULL ORDER BY position";
        assert_eq!(words(&pool, roles).await, ["records", "messages"]);
        let counts = "SELECT disposition FROM exchanges WHERE state = 'fulfilled'";
        assert_eq!(words(&pool, counts).await, ["partial"]);
    }
}

#[tokio::test]
async fn row_s0_45_two_of_five_years_and_a_kind_missing_are_a_part_with_its_gaps() {
    let (mut scene, stub) = scene().await;
    scene.agreed(Retrieval::GroupExport, Notification::Poll);
    file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 2)).await;
    let gap = |kind: &str, from: &str, to: &str| json!({"resource_type": kind, "from": from, "to": to, "why": "not-held"});
    let gaps = json!([
        gap(CLAIMS, "2021-10-01", "2023-09-30"),
        gap("Immunization", "2021-10-01", "2026-10-01"),
    ]);
    let mut given = list(output(&[(CLAIMS, 2)]), json!([]));
    given["extension"] = json!({GIVEN: {"from": "2021-10-01", "to": "2026-10-01", "gaps": gaps}});
    let view = fetched(&stub, &scene, &given, "fulfilled").await;
    assert_eq!(view["disposition"], "partial");
    assert_eq!(view["data"]["gaps"], gaps);
}

#[tokio::test]
async fn row_s0_62_a_deferrable_source_that_is_down_leaves_the_verified_part_and_a_critical_one_nothing()
 {
    for (down, state) in [("Condition", "fulfilled"), (CLAIMS, "failed")] {
        let (mut scene, stub) = scene().await;
        scene.agreed(Retrieval::GroupExport, Notification::Poll);
        for kind in [CLAIMS, "Condition"] {
            if kind == down {
                let gone = refusal(500, "partner-error");
                says(&stub, "GET", &format!("/files/{kind}"), gone, None).await;
            } else {
                file(&stub, &format!("/files/{kind}"), records(kind, 2)).await;
            }
        }
        let given = list(output(&[(CLAIMS, 2), ("Condition", 2)]), json!([]));
        let view = fetched(&stub, &scene, &given, state).await;
        if state == "fulfilled" {
            assert_eq!(view["disposition"], "partial");
            assert_eq!(view["data"]["gaps"][0]["resource_type"], down);
        } else {
            assert_eq!(view["code"], "partner/job-failed");
            assert_eq!(view["data"], Value::Null);
        }
    }
}

#[tokio::test]
async fn row_s0_63_a_wrong_count_or_digest_is_a_failure_also_of_what_could_be_deferred() {
    let right = records("Condition", 2);
    for (count, digest) in [(3, None), (2, Some(format!("sha256:{}", "0".repeat(64))))] {
        let (mut scene, stub) = scene().await;
        scene.agreed(Retrieval::GroupExport, Notification::Poll);
        file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 2)).await;
        file(&stub, "/files/Condition", right.clone()).await;
        file(&stub, "/files/messages", messages(&["Goal"])).await;
        let mut given = list(output(&[(CLAIMS, 2), ("Condition", count)]), error_file());
        if let Some(digest) = digest {
            given["output"][1]["extension"] = json!({DIGEST: digest});
        }
        let view = fetched(&stub, &scene, &given, "failed").await;
        assert_eq!(view["code"], "partner/bad-response");
    }
    let (mut scene, stub) = scene().await;
    scene.agreed(Retrieval::GroupExport, Notification::Poll);
    file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 2)).await;
    file(&stub, "/files/messages", messages(&["Goal"])).await;
    exports(&stub, &list(output(&[(CLAIMS, 2)]), error_file())).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "fulfilled").await;
    let result = service.came_to(&id).await;
    let issue = &result["absent"]["issue"][0];
    assert_eq!(issue["details"]["coding"][0]["code"], "partial");
    assert_eq!(issue["expression"], json!(["Goal"]));
}

#[tokio::test]
async fn a_callback_is_taken_once_from_its_own_partner_and_believed_in_nothing() {
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    scene.agreed(Retrieval::MatchOnly, Notification::Callback);
    says(&stub, "POST", MATCH, taken_on(), None).await;
    says(&stub, "GET", JOB, working("60"), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    service.until(&id, "acknowledged").await;
    let address = callback_address(&stub, MATCH).await;
    let done = json!({"status": "completed"});
    let call = |client, event, body| service.call_back(client, &address, event, body);
    assert_eq!(call("contoso", None, &done).await.status, 400);
    assert_eq!(call("northwind", Some("e"), &done).await.status, 404);
    let nowhere = address.replace("/callbacks/", "/callbacks/x");
    let unknown = service.call_back("contoso", &nowhere, Some("e"), &done);
    assert_eq!(unknown.await.status, 404);
    let elsewhere = json!({"status": "completed", "location": "https://elsewhere.example/1"});
    assert_eq!(call("contoso", Some("e"), &elsewhere).await.status, 422);
    assert_eq!(call("contoso", Some("e"), &done).await.status, 202);
    let other = json!({"status": "failed"});
    assert_eq!(call("contoso", Some("e"), &other).await.status, 422);
    assert_eq!(call("contoso", Some("e"), &done).await.status, 200);
    while calls(&stub, "GET", JOB).await == 0 {
        tokio::task::yield_now().await;
    }
    // It said that it was done; asked, it says that it is not.
    let view = service.exchanges(&format!("/{id}")).await.json();
    assert_eq!(view["state"], "acknowledged");
}

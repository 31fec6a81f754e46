//! A list of files that goes on over pages: each page is a call like any other.

use super::*;
use reference::domain::resilience::{Operation, Rate};

fn page(kinds: &[(&str, u64)], next: Option<&str>) -> ResponseTemplate {
    let link: Vec<Value> = next
        .map(|url| json!({"relation": "next", "url": url}))
        .into_iter()
        .collect();
    ResponseTemplate::new(200).set_body_json(json!({"transactionTime": "2026-10-01T12:00:00Z",
        "requiresAccessToken": true, "output": output(kinds), "link": link}))
}

/// A partner whose list has three pages, the second of which is away when it is first asked for.
async fn of_three(stub: &MockServer) {
    says(stub, "POST", MATCH, matched_with_list(), None).await;
    says(stub, "POST", KICK_OFF, taken_on(), None).await;
    says(
        stub,
        "GET",
        JOB,
        page(&[(CLAIMS, 1)], Some("/list/2")),
        None,
    )
    .await;
    let away = ResponseTemplate::new(503).insert_header("retry-after", "7");
    says(stub, "GET", "/list/2", away, Some(1)).await;
    let second = page(&[("Coverage", 1)], Some("/list/3"));
    says(stub, "GET", "/list/2", second, None).await;
    says(stub, "GET", "/list/3", page(&[("Goal", 1)], None), None).await;
    for kind in [CLAIMS, "Coverage", "Goal"] {
        file(stub, &format!("/files/{kind}"), records(kind, 1)).await;
    }
}

#[tokio::test]
async fn every_page_of_a_list_waits_for_its_turn_and_is_asked_for_alone() {
    for place in stores().await {
        for told in [Notification::Poll, Notification::Callback] {
            let (mut scene, stub) = at(&place, Retrieval::GroupExport, told).await;
            // Who waits to be told waits on a clock that does not run to the deadline meanwhile.
            scene.by_hand();
            let mut policy = scene.first_retry_policy();
            let rate = json!({"calls": 1, "per-seconds": 60, "burst": 1});
            let rate: Rate = serde_json::from_value(rate).unwrap();
            policy.limits.outbound.insert(Operation::Poll, rate);
            scene.config.resilience = Some(policy);
            of_three(&stub).await;
            let service = scene.start().await;
            let body = support::request::exchange(&support::request::Person::number(5), "contoso");
            let begun = service.start_exchange(&format!("k-{told:?}"), &body).await;
            let id = begun.json()["id"].as_str().unwrap().to_owned();
            let event = format!("e-{told:?}");
            if told == Notification::Callback {
                let address = callback_address(&stub, KICK_OFF).await;
                let done = json!({"status": "completed"});
                let said = service.call_back("contoso", &address, Some(&event), &done);
                assert_eq!(said.await.status, 202);
            }
            let begins = service.now_for_token();
            while service.exchanges(&format!("/{id}")).await.json()["state"] != "fulfilled" {
                service.clock.advance(Duration::from_secs(5));
            }
            let asked = [
                calls(&stub, "GET", JOB).await,
                calls(&stub, "GET", "/list/2").await,
                calls(&stub, "GET", "/list/3").await,
            ];
            assert_eq!(asked, [1, 2, 1], "{} {told:?}", place.name);
            // One call a minute: three more after the first.
            let lasted = service.now_for_token() - begins;
            assert!(lasted >= chrono::TimeDelta::seconds(180), "{lasted}");
            let pool = place.look().await;
            let kept = "SELECT count(*) FROM payloads WHERE kind = 'inventory' AND exchange = ";
            assert_eq!(counted(&pool, &format!("{kept}'{id}'")).await, 1);
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_no_list_and_one_page_that_is_gone_loses_the_job() {
    for (answer, state, code, asked) in [
        (
            page(&[], Some("/list/2")),
            "failed",
            "partner/bad-response",
            19,
        ),
        (
            ResponseTemplate::new(202),
            "failed",
            "partner/bad-response",
            1,
        ),
        (
            ResponseTemplate::new(404),
            "dead-lettered",
            "partner/job-lost",
            1,
        ),
    ] {
        let (mut scene, stub) = scene().await;
        scene.agreed(Retrieval::GroupExport, Notification::Poll);
        says(&stub, "POST", MATCH, matched_with_list(), None).await;
        says(&stub, "POST", KICK_OFF, taken_on(), None).await;
        says(&stub, "GET", JOB, page(&[], Some("/list/2")), None).await;
        says(&stub, "GET", "/list/2", answer, None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, state).await;
        assert_eq!(view["code"], code);
        assert_eq!(calls(&stub, "GET", "/list/2").await, asked, "{code}");
        service.running.stop().await;
    }
}

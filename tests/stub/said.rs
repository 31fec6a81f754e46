//! What a partner says: the faults that the stub brings about.

use crate::RUNS;
use crate::support::*;
use matchmark::contract::FaultKind;
use matchmark::model::HttpResponse;
use matchmark::rehearsal::fault::{
    Broken, FaultScript, Play, Route, UNMEANT, bare, mount, mount_tokens, mount_unmeant, page,
    throttled,
};
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;
use wiremock::MockServer;

/// The kind at the first `times` calls.
fn at_first(kind: FaultKind, times: u64) -> FaultScript {
    FaultScript {
        times: Some(times),
        ..of(kind)
    }
}

#[tokio::test]
async fn delay_is_late_and_whole() {
    often(RUNS, |_| async {
        let delay = Duration::from_millis(30);
        let script = FaultScript {
            delay: Some(delay),
            ..of(FaultKind::Delay)
        };
        let partner = Partner::saying(script).await;
        let begun = Instant::now();
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert!(begun.elapsed() >= delay);
        assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        assert_eq!(outcome.body, BODY.as_bytes());
    })
    .await;
}

#[tokio::test]
async fn empty_reply_closes_without_an_answer() {
    often(RUNS, |_| async {
        let partner = Partner::saying(at_first(FaultKind::EmptyReply, 1)).await;
        let client = client(&partner);
        let outcome = ask(&client, &partner.proxy.url(), None).await;
        assert_eq!(outcome.broken(), Some(Broken::Unanswered));
        assert_eq!(outcome.io(), None);
        assert!(outcome.hyper().unwrap().is_incomplete_message());
        let outcome = ask(&client, &partner.proxy.url(), None).await;
        assert_eq!(outcome.status, Some(200));
        assert_eq!(partner.seen().await, 2);
    })
    .await;
}

/// One stream of HTTP/2 ends; the connection and the other streams stay.
#[tokio::test]
async fn empty_reply_over_http2_ends_the_stream_alone() {
    often(RUNS, |_| async {
        let partner = Partner::saying(at_first(FaultKind::EmptyReply, 1)).await;
        let client = builder().http2_prior_knowledge().build().unwrap();
        let url = partner.server.uri();
        let outcome = ask(&client, &url, None).await;
        let inner = outcome.chain().last().map(|error| format!("{error:?}"));
        assert!(inner.unwrap().contains("INTERNAL_ERROR"));
        assert_eq!(ask(&client, &url, None).await.status, Some(200));
    })
    .await;
}

#[tokio::test]
async fn malformed_json_is_json_by_its_title_only() {
    often(RUNS, |_| async {
        let partner = Partner::saying(of(FaultKind::MalformedJson)).await;
        let client = client(&partner);
        let outcome = ask(&client, &partner.proxy.url(), None).await;
        assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        assert_eq!(
            outcome.header("content-type"),
            Some("application/fhir+json")
        );
        assert!(serde_json::from_slice::<Value>(&outcome.body).is_err());
        let call = client.post(format!("{}{PATH}", partner.proxy.url()));
        let decoded = call.send().await.unwrap().json::<Value>().await;
        assert!(decoded.unwrap_err().is_decode());
    })
    .await;
}

#[tokio::test]
async fn wrong_content_type_is_the_right_body_under_a_wrong_title() {
    often(RUNS, |_| async {
        let partner = Partner::saying(of(FaultKind::WrongContentType)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!(outcome.status, Some(200));
        let title = outcome.header("content-type").unwrap();
        assert!(title.starts_with("text/html"), "{title}");
        assert_eq!(outcome.body, BODY.as_bytes());
    })
    .await;
}

#[tokio::test]
async fn status_comes_as_often_as_the_script_says() {
    for said in [
        throttled(Duration::from_secs(2)),
        bare(503, &[("retry-after", "1")]),
        page(),
    ] {
        often(RUNS, move |_| {
            let said = said.clone();
            async move {
                let server = MockServer::builder().start().await;
                let script = FaultScript {
                    at: 2,
                    ..at_first(FaultKind::Status, 2)
                };
                let play = Play {
                    hit: Some(said.clone()),
                    ..play(script)
                };
                mount(&server, &play).await.unwrap();
                let client = builder().build().unwrap();
                let mut seen = Vec::new();
                for _ in 0..5 {
                    let outcome = ask(&client, &server.uri(), None).await;
                    if outcome.status != Some(200) {
                        assert_eq!(outcome.body, said.body);
                        for (name, value) in &said.headers {
                            assert_eq!(outcome.header(name), Some(value.as_str()));
                        }
                    }
                    seen.push(outcome.status.unwrap());
                }
                assert_eq!(seen, [200, said.status, said.status, 200, 200]);
                assert_eq!(server.received_requests().await.unwrap().len(), 5);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn token_expired_wants_one_new_token() {
    often(RUNS, |_| async {
        let partner = Partner::saying(of(FaultKind::TokenExpired)).await;
        let tokens = Route::new("POST", "/token");
        let issued = mount_tokens(&partner.server, &tokens).await;
        let (client, url) = (client(&partner), partner.proxy.url());
        let mut seen = Vec::new();
        let mut bearers = Vec::new();
        for _ in 0..2 {
            let token = read(client.post(format!("{url}/token"))).await;
            let token: Value = serde_json::from_slice(&token.body).unwrap();
            bearers.push(token["access_token"].as_str().unwrap().to_owned());
            let call = client.post(format!("{url}{PATH}"));
            seen.push(
                read(call.bearer_auth(&bearers[bearers.len() - 1]))
                    .await
                    .status,
            );
        }
        assert_eq!(seen, [Some(401), Some(200)]);
        assert_eq!(issued.load(Ordering::SeqCst), 2);
        // What has expired stays so, and the new one stays good.
        for (bearer, status) in bearers.iter().zip([401, 200]) {
            let call = client.post(format!("{url}{PATH}")).bearer_auth(bearer);
            assert_eq!(read(call).await.status, Some(status));
        }
        assert_eq!(ask(&client, &url, None).await.status, Some(401));
    })
    .await;
}

/// What a poll says at five calls in a row.
async fn polled(script: FaultScript) -> Vec<(u16, Option<String>)> {
    let server = MockServer::builder().start().await;
    let route = Route::new("GET", "/jobs/1?now");
    let play = Play {
        route,
        ..play(script)
    };
    mount(&server, &play).await.unwrap();
    let client = builder().build().unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let outcome = read(client.get(format!("{}/jobs/1", server.uri()))).await;
        let after = outcome.header("retry-after").map(str::to_owned);
        seen.push((outcome.status.unwrap(), after));
    }
    seen
}

#[tokio::test]
async fn a_poll_never_ends_or_is_throttled_or_comes_too_late() {
    let second = Some("1".to_owned());
    for (script, wanted) in [
        (of(FaultKind::PollNeverEnds), [202; 5].map(|s| (s, None))),
        (
            of(FaultKind::PollThrottled),
            [429; 5].map(|s| (s, second.clone())),
        ),
        (
            FaultScript {
                at: 3,
                ..of(FaultKind::JobExpired)
            },
            [200, 200, 404, 404, 404].map(|s| (s, None)),
        ),
    ] {
        often(RUNS, move |_| {
            let (script, wanted) = (script.clone(), wanted.clone());
            async move { assert_eq!(polled(script).await, wanted) }
        })
        .await;
    }
}

#[tokio::test]
async fn schema_drift_is_another_shape_with_200() {
    often(RUNS, |run| async move {
        let server = MockServer::builder().start().await;
        let play = Play {
            seed: run as u64,
            ..play(of(FaultKind::SchemaDrift))
        };
        mount(&server, &play).await.unwrap();
        let client = builder().build().unwrap();
        let first = ask(&client, &server.uri(), None).await;
        assert_eq!(first.status, Some(200));
        assert_ne!(first.body, BODY.as_bytes(), "{run}");
        serde_json::from_slice::<Value>(&first.body).unwrap();
        let second = ask(&client, &server.uri(), None).await;
        assert_eq!(first.body, second.body, "{run}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_no_answer_was_meant_for_is_counted() {
    let server = MockServer::builder().start().await;
    mount(&server, &play(FaultScript::none())).await.unwrap();
    let unmeant = mount_unmeant(&server).await;
    let client = builder().build().unwrap();
    let url = server.uri();
    assert_eq!(ask(&client, &url, None).await.status, Some(200));
    let get = read(client.get(format!("{url}{PATH}"))).await;
    let elsewhere = ask(&client, &format!("{url}/elsewhere"), None).await;
    assert_eq!(
        (get.status, elsewhere.status),
        (Some(UNMEANT), Some(UNMEANT))
    );
    assert_eq!(unmeant.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_answer_that_cannot_be_given_is_refused_before_anybody_asks() {
    let server = MockServer::builder().start().await;
    let impossible = Play {
        normal: HttpResponse {
            status: 1,
            ..normal()
        },
        ..play(FaultScript::none())
    };
    assert!(mount(&server, &impossible).await.is_err());
}

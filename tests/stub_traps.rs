//! Ten things about the mock server that would make a stub lie, and that ours does not step into.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "stub/raw.rs"]
mod raw;
#[path = "stub/support.rs"]
mod support;

use matchmark::contract::FaultKind;
use matchmark::model::HttpResponse;
use matchmark::rehearsal::fault::{
    Authority, Broken, Callback, CallbackScheduler, FaultProxy, FaultScript, Pace, Play, UNMEANT,
    mount, mount_unmeant,
};
use raw::{Ending, answer, ending};
use std::io::{self, ErrorKind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Patience with what is held up.
const SHORT: Duration = Duration::from_millis(300);
/// Longer than any test takes; nobody waits for it.
const LONG: Duration = Duration::from_secs(600);

async fn server() -> MockServer {
    MockServer::builder().start().await
}

/// A responder that waits until it is told to go on, or somebody forgets it.
fn blocking(go_on: Receiver<()>) -> impl Fn(&Request) -> ResponseTemplate + Send + Sync {
    let go_on = Mutex::new(go_on);
    move |_: &Request| {
        let _ = go_on.lock().unwrap().recv();
        ResponseTemplate::new(200)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_01_a_responder_that_blocks_holds_every_other_path_and_a_delay_does_not() {
    let server = server().await;
    let (go_on, told) = channel();
    let slow = Mock::given(path("/slow")).respond_with(blocking(told));
    slow.mount(&server).await;
    let quick = Mock::given(path("/quick")).respond_with(ResponseTemplate::new(200));
    quick.mount(&server).await;
    let client = builder().build().unwrap();
    let (slow, url) = (client.clone(), server.uri());
    let slow = tokio::spawn(async move { read(slow.get(format!("{url}/slow"))).await });
    // Not before the responder holds the lock.
    let quick = loop {
        let call = client.get(format!("{}/quick", server.uri())).timeout(SHORT);
        let outcome = read(call).await;
        if outcome.status.is_none() {
            break outcome;
        }
    };
    assert_eq!(quick.broken(), Some(Broken::Late), "the trap is gone");
    go_on.send(()).unwrap();
    assert_eq!(slow.await.unwrap().status, Some(200));

    let ours = Partner::saying(FaultScript {
        delay: Some(LONG),
        ..of(FaultKind::Delay)
    })
    .await;
    let (late, url) = (client.clone(), ours.server.uri());
    let late = tokio::spawn(async move { ask(&late, &url, None).await });
    while ours.server.received_requests().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = ask(&client, &format!("{}/other", ours.server.uri()), None).await;
    assert_eq!(other.status, Some(UNMEANT));
    assert!(!late.is_finished(), "the delayed answer came first");
    late.abort();
}

#[tokio::test]
async fn trap_02_a_delay_holds_the_head_too_and_the_proxy_can_hold_the_body_alone() {
    let delay = FaultScript {
        delay: Some(LONG),
        ..of(FaultKind::Delay)
    };
    let partner = Partner::saying(delay).await;
    let client = client(&partner);
    let call = |url: &str| client.post(format!("{url}{PATH}")).timeout(SHORT);
    let late = call(&partner.server.uri()).send().await;
    assert!(late.unwrap_err().is_timeout(), "no head before the delay");

    let stall = FaultScript {
        bytes: Some(4),
        ..of(FaultKind::StallMidBody)
    };
    let partner = Partner::travelling(stall).await;
    let client = support::client(&partner);
    let mut answer = client
        .post(format!("{}{PATH}", partner.proxy.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.chunk().await.unwrap().unwrap(),
        &BODY.as_bytes()[..4]
    );
}

#[tokio::test]
async fn trap_03_a_body_is_whole_with_its_length_and_the_proxy_can_send_chunks() {
    let partner = Partner::travelling(FaultScript {
        bytes: Some(7),
        delay: Some(Duration::from_millis(1)),
        ..of(FaultKind::Drip)
    })
    .await;
    let said = answer(*partner.server.address()).await;
    assert!(said.contains("content-length: "), "{said}");
    assert!(!said.contains("transfer-encoding"), "{said}");
    let dripped = answer(partner.proxy.addr()).await;
    assert!(dripped.contains("transfer-encoding: chunked"), "{dripped}");
    assert!(!dripped.contains("content-length"), "{dripped}");
    assert!(dripped.contains("\r\n7\r\n"), "{dripped}");
}

#[tokio::test]
async fn trap_04_a_length_that_lies_breaks_the_server_and_ours_is_never_mounted() {
    let server = server().await;
    let lying = ResponseTemplate::new(200)
        .insert_header("content-length", "7")
        .set_body_string("much longer than seven");
    Mock::given(any()).respond_with(lying).mount(&server).await;
    let client = builder().build().unwrap();
    let outcome = ask(&client, &server.uri(), None).await;
    let right = outcome.body == b"much longer than seven";
    assert!(!right, "the length of the template is not used any more");

    let server = saying_always(HttpResponse {
        headers: vec![
            ("Content-Length".to_owned(), "7".to_owned()),
            ("transfer-encoding".to_owned(), "chunked".to_owned()),
        ],
        ..normal()
    })
    .await;
    let outcome = ask(&client, &server.uri(), None).await;
    assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
    assert_eq!(outcome.body, BODY.as_bytes());
}

async fn saying_always(normal: HttpResponse) -> MockServer {
    let server = server().await;
    let play = Play {
        normal,
        ..play(FaultScript::none())
    };
    mount(&server, &play).await.unwrap();
    server
}

#[tokio::test]
async fn trap_05_an_error_of_reset_is_a_plain_close_and_the_proxy_resets() {
    let server = server().await;
    let reset = |_: &Request| io::Error::from(ErrorKind::ConnectionReset);
    let mock = Mock::given(any()).respond_with_err(reset);
    mock.mount(&server).await;
    assert_eq!(ending(*server.address()).await, Ending::Closed);
    for kind in [FaultKind::ResetOnAccept, FaultKind::ResetAfterRequest] {
        let partner = Partner::travelling(of(kind)).await;
        assert_eq!(ending(partner.proxy.addr()).await, Ending::Reset);
    }
    let partner = Partner::saying(of(FaultKind::EmptyReply)).await;
    assert_eq!(ending(partner.proxy.addr()).await, Ending::Closed);
}

#[tokio::test]
async fn trap_06_a_pooled_server_answers_after_its_end_and_ours_is_down() {
    let client = builder().build().unwrap();
    let pooled = MockServer::start().await;
    let url = pooled.uri();
    drop(pooled);
    let outcome = ask(&client, &url, None).await;
    assert_eq!(outcome.status, Some(404), "the pool closes its ports now");

    let proxy = FaultProxy::start(*server().await.address(), of(FaultKind::Refused)).await;
    let outcome = ask(&client, &proxy.unwrap().url(), None).await;
    assert_eq!(outcome.broken(), Some(Broken::Refused));
    // No file of ours starts a pooled one.
    let rehearsal = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rehearsal");
    let sources = raw::sources(rehearsal.as_ref());
    assert!(
        sources
            .iter()
            .any(|text| text.contains("MockServer::builder()"))
    );
    assert!(
        !sources
            .iter()
            .any(|text| text.contains("MockServer::start()"))
    );
}

#[tokio::test]
async fn trap_07_no_match_looks_like_a_partners_own_404_and_ours_like_nobodys() {
    let bare = server().await;
    let client = builder().build().unwrap();
    let outcome = ask(&client, &bare.uri(), None).await;
    assert_eq!((outcome.status, outcome.body.len()), (Some(404), 0));

    let ours = saying_always(normal()).await;
    let unmeant = mount_unmeant(&ours).await;
    let outcome = ask(&client, &format!("{}/elsewhere", ours.uri()), None).await;
    assert_eq!(outcome.status, Some(UNMEANT));
    assert_eq!(unmeant.load(Ordering::SeqCst), 1);
    assert_eq!(ask(&client, &ours.uri(), None).await.status, Some(200));
    assert_eq!(unmeant.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn trap_08_the_server_knows_no_tls_and_the_proxy_does() {
    let server = saying_always(normal()).await;
    let authority = Arc::new(Authority::new().unwrap());
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = builder().tls_certs_only([root]).build().unwrap();
    let plain = format!("https://{}", server.address());
    let outcome = ask(&client, &plain, None).await;
    assert!(matches!(outcome.broken(), Some(Broken::Tls(_))));
    let proxy = FaultProxy::start_tls(*server.address(), FaultScript::none(), authority).await;
    let outcome = ask(&client, &proxy.unwrap().url(), None).await;
    assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
}

/// Where a responder runs, everything stands still while it waits; callbacks must not run there.
#[tokio::test]
async fn trap_09_a_responder_has_the_servers_own_thread_and_callbacks_have_ours() {
    let server = server().await;
    let threads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&threads);
    let answer = move |_: &Request| {
        let runtime = tokio::runtime::Handle::current();
        let here = (std::thread::current().id(), runtime.id());
        noted.lock().unwrap().push(here);
        ResponseTemplate::new(200)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let ours = (
        std::thread::current().id(),
        tokio::runtime::Handle::current().id(),
    );
    let waits = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&waits);
    let wind = move |_: Duration| {
        let runtime = tokio::runtime::Handle::current();
        let here = (std::thread::current().id(), runtime.id());
        noted.lock().unwrap().push(here);
    };
    let scheduler = CallbackScheduler::new(1, Pace::Wound(Arc::new(wind))).unwrap();
    let callback = Callback {
        step: "complete".to_owned(),
        url: server.uri(),
        headers: Vec::new(),
        body: Vec::new(),
        due: LONG,
        id: None,
    };
    let posted = scheduler.post(&[callback]).await;
    assert_eq!(posted[0].status, Ok(200));
    let responder = threads.lock().unwrap()[0];
    assert!(responder.0 != ours.0 && responder.1 != ours.1);
    assert_eq!(*waits.lock().unwrap(), [ours]);
}

#[tokio::test]
async fn trap_10_a_broken_body_calls_itself_undecodable_and_is_told_by_its_cause() {
    for (kind, cause) in [
        (FaultKind::TruncatedBody, Broken::Truncated),
        (FaultKind::ResetMidBody, Broken::Reset),
    ] {
        let script = FaultScript {
            bytes: Some(4),
            ..of(kind)
        };
        let partner = Partner::travelling(script).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        let error = outcome.error.as_ref().unwrap();
        assert!(error.is_decode() && !error.is_body(), "{}", kind.word());
        assert_eq!(outcome.broken(), Some(cause));
    }
    // What really cannot be decoded has no such cause.
    let partner = Partner::saying(of(FaultKind::MalformedJson)).await;
    let call = client(&partner).post(format!("{}{PATH}", partner.proxy.url()));
    let error = call.send().await.unwrap().json::<serde_json::Value>().await;
    let error = error.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(
        matchmark::rehearsal::fault::broken(&error),
        Broken::Otherwise
    );
}

/// Found by these tests: a task has a turn of 128 steps, ending the server takes one, and without one it waits for ever.
#[test]
fn trap_11_a_server_that_ends_in_a_task_without_a_turn_hangs_and_ours_ends_elsewhere() {
    let ended = |end: fn(MockServer)| {
        let (done, awaited) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let server = server().await;
                let steps = tokio::sync::Semaphore::new(1);
                while tokio::task::coop::has_budget_remaining() {
                    drop(steps.acquire().await);
                }
                end(server);
            });
            done.send(())
        });
        awaited
    };
    let hanging = ended(drop).recv_timeout(SHORT);
    assert!(hanging.is_err(), "the server ends in any task now");
    ended(matchmark::rehearsal::fault::end).recv().unwrap();
}

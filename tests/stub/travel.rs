//! How an answer travels: the faults that the proxy brings about.

use crate::RUNS;
use crate::support::*;
use matchmark::contract::FaultKind;
use matchmark::rehearsal::fault::{Broken, Distrust, FaultProxy, FaultScript, NoNames};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use wiremock::MockServer;

/// Patience with what never comes.
const SHORT: Duration = Duration::from_millis(50);
/// Patience with what never comes after something that does, however busy the machine is.
const DEADLINE: Duration = Duration::from_secs(4);
/// Bytes of the body that travel before a fault in the middle of it.
const SOME: usize = 10;

/// The fault at every call, in the middle of the body where it has one.
fn halfway(kind: FaultKind) -> FaultScript {
    FaultScript {
        bytes: Some(SOME as u64),
        ..of(kind)
    }
}

#[tokio::test]
async fn a_call_that_no_fault_hits_arrives_as_it_was_said() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(FaultScript::none()).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        assert_eq!(outcome.body, BODY.as_bytes());
        assert_eq!(
            outcome.header("content-type"),
            Some("application/fhir+json")
        );
        assert_eq!((partner.proxy.calls(), partner.seen().await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn timeout_never_answers() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::Timeout)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), Some(SHORT)).await;
        assert_eq!(outcome.broken(), Some(Broken::Late));
        assert!(outcome.error.as_ref().unwrap().is_timeout());
        assert_eq!(outcome.status, None);
    })
    .await;
}

#[tokio::test]
async fn refused_lets_nobody_in() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::Refused)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!(outcome.broken(), Some(Broken::Refused));
        assert_eq!(outcome.io(), Some(ErrorKind::ConnectionRefused));
        assert!(outcome.error.as_ref().unwrap().is_connect());
        assert_eq!((partner.proxy.calls(), partner.seen().await), (0, 0));
    })
    .await;
}

/// Over TLS it is a fault of connecting; without, the connection stands before anybody can reset it.
#[tokio::test]
async fn reset_on_accept_reads_nothing() {
    often(RUNS, |run| async move {
        let script = of(FaultKind::ResetOnAccept);
        let partner = Partner::travelling(script.clone()).await;
        let plain = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!(plain.broken(), Some(Broken::Reset), "{run}");
        assert_eq!(plain.io(), Some(ErrorKind::ConnectionReset));
        let authority = Arc::clone(partner.proxy.authority());
        let proxy = FaultProxy::start_tls(*partner.server.address(), script, authority)
            .await
            .unwrap();
        let secured = ask(&client(&partner), &proxy.url(), None).await;
        assert_eq!(secured.broken(), Some(Broken::Reset), "{run}");
        assert_eq!(secured.io(), Some(ErrorKind::ConnectionReset));
        assert!(secured.error.as_ref().unwrap().is_connect());
        assert_eq!((proxy.calls(), partner.proxy.calls()), (1, 1));
        assert_eq!(partner.seen().await, 0);
    })
    .await;
}

#[tokio::test]
async fn reset_after_request_has_done_the_work() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::ResetAfterRequest)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!(outcome.broken(), Some(Broken::Reset));
        assert_eq!(outcome.io(), Some(ErrorKind::ConnectionReset));
        assert!(!outcome.error.as_ref().unwrap().is_connect());
        assert_eq!(outcome.status, None);
        assert_eq!(partner.seen().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_breaks_off_has_come_so_far() {
    for (kind, broken, io) in [
        (
            FaultKind::TruncatedBody,
            Broken::Truncated,
            ErrorKind::UnexpectedEof,
        ),
        (
            FaultKind::ResetMidBody,
            Broken::Reset,
            ErrorKind::ConnectionReset,
        ),
    ] {
        often(RUNS, move |_| async move {
            let partner = Partner::travelling(halfway(kind)).await;
            let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
            assert_eq!(outcome.status, Some(200));
            assert_eq!(outcome.broken(), Some(broken));
            assert_eq!(outcome.io(), Some(io));
            assert_eq!(outcome.body, &BODY.as_bytes()[..SOME]);
        })
        .await;
    }
}

#[tokio::test]
async fn stall_mid_body_ends_with_the_consumers_patience() {
    let script = halfway(FaultKind::StallMidBody);
    often_travelling(RUNS, script, |partner| async move {
        let outcome = ask(&client(&partner), &partner.proxy.url(), Some(DEADLINE)).await;
        assert_eq!(outcome.status, Some(200));
        assert_eq!(outcome.broken(), Some(Broken::Late));
        assert!(outcome.error.as_ref().unwrap().is_timeout());
        assert_eq!(outcome.body, &BODY.as_bytes()[..SOME]);
    })
    .await;
}

/// The deadline between two bytes never fires; only one for the whole answer does.
#[tokio::test]
async fn drip_needs_a_deadline_for_the_whole() {
    let script = FaultScript {
        bytes: Some(1),
        delay: Some(DEADLINE / 10),
        ..of(FaultKind::Drip)
    };
    often_travelling(RUNS, script, |partner| async move {
        let root = partner.proxy.authority().pem();
        let root = reqwest::Certificate::from_pem(root.as_bytes()).unwrap();
        let between = builder().tls_certs_only([root]).read_timeout(DEADLINE);
        let between = between.build().unwrap();
        let outcome = ask(&between, &partner.proxy.url(), Some(DEADLINE)).await;
        assert_eq!(outcome.status, Some(200));
        assert_eq!(outcome.broken(), Some(Broken::Late));
        assert!(outcome.chunks > 1, "{}", outcome.chunks);
        assert!(outcome.body.len() < BODY.len());
    })
    .await;
}

#[tokio::test]
async fn drip_ends_with_the_whole_answer() {
    often(RUNS, |_| async {
        let script = FaultScript {
            delay: Some(Duration::from_millis(1)),
            ..halfway(FaultKind::Drip)
        };
        let partner = Partner::travelling(script).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        assert_eq!(outcome.body, BODY.as_bytes());
        assert!(outcome.chunks > 1);
    })
    .await;
}

#[tokio::test]
async fn garbage_is_no_http() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::Garbage)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!(outcome.broken(), Some(Broken::Garbage));
        assert!(outcome.hyper().unwrap().is_parse());
    })
    .await;
}

#[tokio::test]
async fn duplicate_request_reaches_the_partner_twice() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::DuplicateRequest)).await;
        let outcome = ask(&client(&partner), &partner.proxy.url(), None).await;
        assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        assert_eq!(outcome.body, BODY.as_bytes());
        assert_eq!((partner.proxy.calls(), partner.seen().await), (1, 2));
        let both = partner.server.received_requests().await.unwrap();
        assert_eq!(both[0].body, both[1].body);
        assert_eq!(both[0].headers, both[1].headers);
    })
    .await;
}

#[tokio::test]
async fn a_partner_with_the_wrong_certificate_is_told_from_one_that_is_down() {
    for (kind, distrust) in [
        (FaultKind::TlsUntrusted, Distrust::UnknownIssuer),
        (FaultKind::TlsExpired, Distrust::Expired),
        (FaultKind::TlsWrongHost, Distrust::WrongName),
        (FaultKind::MtlsRefused, Distrust::Alert),
    ] {
        often(RUNS, move |run| async move {
            // The second call finds everything in order.
            let script = FaultScript {
                times: Some(1),
                ..of(kind)
            };
            let partner = Partner::travelling(script).await;
            let client = client(&partner);
            let outcome = ask(&client, &partner.proxy.url(), None).await;
            assert_eq!(outcome.broken(), Some(Broken::Tls(distrust)), "{run}");
            assert!(outcome.error.as_ref().unwrap().is_connect());
            assert_eq!(partner.seen().await, 0);
            let outcome = ask(&client, &partner.proxy.url(), None).await;
            assert_eq!((outcome.status, outcome.broken()), (Some(200), None));
        })
        .await;
    }
}

/// Twice: by a name that nobody asks a resolver for, and by a resolver that knows none.
#[tokio::test]
async fn dns_failure_calls_nobody() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::DnsFailure)).await;
        let url = partner.proxy.url();
        assert!(url.contains(".invalid:"), "{url}");
        let named = url.replace("xx", "");
        let nobody = builder().dns_resolver(NoNames).build().unwrap();
        for (client, url) in [(client(&partner), &url), (nobody, &named)] {
            let outcome = ask(&client, url, None).await;
            assert_eq!(outcome.broken(), Some(Broken::Unresolved));
            assert!(outcome.error.as_ref().unwrap().is_connect());
        }
        assert_eq!((partner.proxy.calls(), partner.seen().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn black_hole_ends_with_the_patience_for_connecting() {
    often(RUNS, |_| async {
        let partner = Partner::travelling(of(FaultKind::BlackHole)).await;
        let hasty = builder().connect_timeout(SHORT);
        let hasty = hasty.build().unwrap();
        let outcome = ask(&hasty, &partner.proxy.url(), None).await;
        assert_eq!(outcome.broken(), Some(Broken::Unreached));
        let error = outcome.error.as_ref().unwrap();
        assert!(error.is_connect() && error.is_timeout());
        assert_eq!((partner.proxy.calls(), partner.seen().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_fault_hits_the_calls_that_its_script_names() {
    let kinds = [
        FaultKind::ResetAfterRequest,
        FaultKind::Garbage,
        FaultKind::TruncatedBody,
    ];
    for kind in kinds {
        let script = FaultScript {
            at: 2,
            times: Some(2),
            ..halfway(kind)
        };
        let partner = Partner::travelling(script).await;
        let client = client(&partner);
        let mut whole = Vec::new();
        for _ in 0..5 {
            let outcome = ask(&client, &partner.proxy.url(), None).await;
            whole.push(outcome.broken().is_none());
        }
        assert_eq!(whole, [true, false, false, true, true], "{}", kind.word());
        assert_eq!((partner.proxy.calls(), partner.seen().await), (5, 5));
    }
}

#[tokio::test]
async fn a_partner_goes_down_after_a_call_and_comes_back_with_the_next_script() {
    for kind in [FaultKind::Refused, FaultKind::BlackHole] {
        let script = FaultScript { at: 2, ..of(kind) };
        let partner = Partner::travelling(script).await;
        let hasty = builder().connect_timeout(SHORT);
        let hasty = hasty.build().unwrap();
        let (patient, url) = (client(&partner), partner.proxy.url());
        assert_eq!(ask(&patient, &url, None).await.status, Some(200));
        assert_eq!(partner.proxy.calls(), 1);
        assert!(ask(&hasty, &url, None).await.broken().is_some());
        partner.proxy.script(FaultScript::none()).await.unwrap();
        assert_eq!(partner.proxy.calls(), 0);
        assert_eq!(partner.proxy.url(), url);
        assert_eq!(ask(&patient, &url, None).await.status, Some(200));
    }
}

#[tokio::test]
async fn a_new_script_breaks_off_what_still_hangs() {
    let partner = Partner::travelling(of(FaultKind::Timeout)).await;
    let (client, url) = (client(&partner), partner.proxy.url());
    let hanging = tokio::spawn(async move { ask(&client, &url, None).await });
    while partner.seen().await == 0 {
        tokio::task::yield_now().await;
    }
    partner.proxy.script(FaultScript::none()).await.unwrap();
    assert!(hanging.await.unwrap().broken().is_some());
}

#[tokio::test]
async fn calls_that_never_come_are_not_counted_and_a_script_may_not_pretend() {
    let server = MockServer::builder().start().await;
    for kind in [
        FaultKind::Refused,
        FaultKind::BlackHole,
        FaultKind::DnsFailure,
    ] {
        let script = FaultScript {
            times: Some(2),
            ..of(kind)
        };
        let refused = FaultProxy::start(*server.address(), script.clone()).await;
        assert_eq!(refused.err().unwrap().kind(), ErrorKind::Unsupported);
        let proxy = FaultProxy::start(*server.address(), FaultScript::none())
            .await
            .unwrap();
        let refused = proxy.script(script).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn a_proxy_with_nobody_behind_says_what_no_partner_says() {
    let (_held, address) = nobody();
    let proxy = FaultProxy::start(address, FaultScript::none())
        .await
        .unwrap();
    let client = builder().build().unwrap();
    assert_eq!(ask(&client, &proxy.url(), None).await.status, Some(599));
}

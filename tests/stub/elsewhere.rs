//! Faults of travel that come by another way: asked for by an answer, or over TLS.

use crate::RUNS;
use crate::support::*;
use matchmark::contract::FaultKind;
use matchmark::rehearsal::fault::{Authority, Broken, FaultProxy, FaultScript, TRAVEL, mount};
use std::io::ErrorKind;
use std::sync::Arc;
use wiremock::MockServer;

/// The stub chooses by an answer how that answer travels; the consumer sees the fault and never the choice.
#[tokio::test]
async fn a_fault_that_the_answer_asks_for_travels_like_one_of_the_script() {
    for (asked, broken) in [
        ("reset-after-request", Some(Broken::Reset)),
        ("reset-mid-body:bytes=10", Some(Broken::Reset)),
        ("truncated-body:bytes=10", Some(Broken::Truncated)),
        ("garbage", Some(Broken::Garbage)),
        ("drip:bytes=10,delay-ms=1", None),
    ] {
        often(RUNS / 5, move |run| async move {
            let server = MockServer::builder().start().await;
            let mut play = play(FaultScript::none());
            let header = (TRAVEL.to_owned(), asked.to_owned());
            play.normal.headers.push(header);
            mount(&server, &play).await.unwrap();
            let authority = Authority::of_this_run().unwrap();
            let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
            let client = builder().tls_certs_only([root]).build().unwrap();
            let (plain, secured) = (
                FaultProxy::start(*server.address(), FaultScript::none()).await,
                FaultProxy::start_tls(*server.address(), FaultScript::none(), authority).await,
            );
            for proxy in [plain.unwrap(), secured.unwrap()] {
                let outcome = ask(&client, &proxy.url(), None).await;
                assert_eq!(outcome.broken(), broken, "{asked} {} {run}", proxy.url());
                assert_eq!(outcome.header(TRAVEL), None);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_reset_is_one_over_tls_too() {
    for kind in [FaultKind::ResetAfterRequest, FaultKind::ResetMidBody] {
        often(RUNS, move |run| async move {
            let partner = Partner::travelling(FaultScript::none()).await;
            let authority = Arc::clone(partner.proxy.authority());
            let upstream = *partner.server.address();
            let script = FaultScript {
                bytes: Some(10),
                ..of(kind)
            };
            let proxy = FaultProxy::start_tls(upstream, script, authority).await;
            let proxy = proxy.unwrap();
            let outcome = ask(&client(&partner), &proxy.url(), None).await;
            assert_eq!(outcome.broken(), Some(Broken::Reset), "{run}");
            assert_eq!(outcome.io(), Some(ErrorKind::ConnectionReset));
            assert!(!outcome.error.as_ref().unwrap().is_connect());
        })
        .await;
    }
}

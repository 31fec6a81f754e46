//! How calls fail on their way, against a socket that fails them.
//! Refuses every address but loopback.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What a partner does with a connection.
#[derive(Clone, Copy)]
enum Fault {
    Silence,
    Bytes(&'static [u8]),
}

/// A port where one connection meets the fault.
async fn faulty(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        match fault {
            Fault::Silence => std::future::pending().await,
            Fault::Bytes(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                // The rest of the request is read, so that closing does not reset the connection.
                while stream.read(&mut request).await.is_ok_and(|n| n > 0) {}
            }
        }
    });
    url
}

async fn code(base_url: &str, timeout_ms: u64) -> Result<u16, Code> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let delivery = Delivery {
        base_url,
        timeout: Duration::from_millis(timeout_ms),
        bearer: None,
        idempotency_key: Some("k"),
        business_transaction: "b",
        correlation: "c",
        traceparent: None,
    };
    let request = WireRequest {
        verb: Verb::Post,
        path: "/".to_owned(),
        headers: Vec::new(),
        body: Masked::new(b"{}".to_vec()),
    };
    let sent = Transport::new(None)
        .unwrap()
        .send(&delivery, &request)
        .await;
    sent.map(|answer| answer.status)
        .map_err(|failure| failure.code)
}

#[tokio::test]
async fn a_partner_that_is_down_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportRefused));
}

#[tokio::test]
async fn a_partner_that_says_nothing_times_out() {
    let url = faulty(Fault::Silence).await;
    assert_eq!(code(&url, 50).await, Err(Code::TransportTimeout));
}

#[tokio::test]
async fn a_body_that_ends_early_is_truncated() {
    let url = faulty(Fault::Bytes(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\"",
    ))
    .await;
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportTruncated));
}

#[tokio::test]
async fn an_answer_without_a_head_is_truncated() {
    let url = faulty(Fault::Bytes(b"")).await;
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportTruncated));
}

#[tokio::test]
async fn bytes_that_are_no_http_are_garbage() {
    let url = faulty(Fault::Bytes(b"\x00\x01\x02 no such protocol\r\n\r\n")).await;
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportGarbage));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_refuses() {
    // A label of 64 signs: no resolver is asked for it.
    let url = format!("http://{}.invalid", "x".repeat(64));
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportRefused));
}

#[tokio::test]
async fn a_partner_without_tls_where_it_is_due_is_no_reset() {
    let url = faulty(Fault::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    let url = url.replace("http:", "https:");
    assert_eq!(code(&url, 5_000).await, Err(Code::TransportTls));
}

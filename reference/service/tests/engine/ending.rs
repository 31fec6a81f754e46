//! A service that ends while a call to it is still being answered.

use super::{by_hand, invariant};
use reference::domain::operator::Role;
use reference::domain::snapshot::KeyHandling;
use reference::token::role_scope;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::held::Held;
use super::support::request::{Person, exchange};
use super::support::stores::stores;
use super::support::stub::{matched, says, started};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_answered_while_the_service_ends_begins_no_call() {
    for place in stores().await {
        let (mut scene, stub) = by_hand(&place).await;
        says(&stub, matched(), None).await;
        let held = Held::start().await;
        let contoso = &mut scene.config.partners[1];
        contoso.timeout = Duration::from_secs(300);
        contoso.keys = KeyHandling::Ignores;
        contoso.base_url = held.url.clone();
        let service = scene.start().await;
        let reason = json!({"reason": "their-maintenance"});
        let pause = (Method::POST, "/control/partners/northwind/pause");
        service.operate(Role::Control, pause, None, &reason).await;
        let asked = exchange(&Person::number(6), "northwind");
        let answer = service.start_exchange("k2", &asked).await;
        let waiting = answer.json()["id"].as_str().unwrap().to_owned();
        service.until_held(&waiting, "paused").await;
        let under_way = started(&service).await;
        held.called(1).await;

        let token = service.token_at("op-1", &role_scope(Role::Control), service.now_for_token());
        let body = reason.to_string();
        let (first, last) = body.split_at(1);
        let head = format!(
            "POST /control/partners/northwind/resume HTTP/1.1\r\nhost: us\r\nauthorization: Bearer {token}\r\n\
             x-purpose: operations\r\nx-reason: a test ends\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{first}",
            body.len()
        );
        let admin = service.running.admin;
        let mut order = TcpStream::connect(admin).await.unwrap();
        order.write_all(head.as_bytes()).await.unwrap();
        let partner = service.running.partner;
        service.body_room(|used| used > 0).await;
        let stopping = tokio::spawn(service.running.stop());
        while TcpStream::connect(partner).await.is_ok() {
            tokio::task::yield_now().await;
        }
        order.write_all(last.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        order.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        // A worker that was woken has called long before this.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        held.let_go();
        stopping.await.unwrap();
        assert!(
            stub.received_requests().await.unwrap().is_empty(),
            "{}",
            place.name
        );

        let next = scene.start().await;
        next.until(&under_way, "fulfilled").await;
        next.until(&waiting, "fulfilled").await;
        assert_eq!(
            (held.count(), stub.received_requests().await.unwrap().len()),
            (1, 1)
        );
        invariant(&place).await;
        next.running.stop().await;
    }
}

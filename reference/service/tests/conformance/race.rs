//! A partner that calls back while it is being asked.
//! Refuses luck: the callback is sent, and answered, before the answer to the question is.

use super::*;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::token::{self, CALLBACKS, TokenRequest};
use serde_json::json;
use std::sync::{Arc, Mutex};
use support::later::words;
use support::stores::stores;
use support::stub::started;

/// The partner: what it was told, and how often it was asked.
struct Partner {
    http: reqwest::Client,
    token: String,
    address: Mutex<Option<String>>,
    asked: Mutex<u32>,
}

impl Partner {
    async fn start(token: String) -> (String, Arc<Self>) {
        // One that is there already serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let partner = Arc::new(Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            token,
            address: Mutex::default(),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/Patient/$member-match", post(take_on))
            .route("/async/job-1", get(ask))
            .with_state(Arc::clone(&partner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (address, partner)
    }

    async fn call_back(&self, event: &str) -> u16 {
        let address = self.address.lock().unwrap().clone().unwrap();
        let call = self.http.post(address).bearer_auth(&self.token);
        let body = json!({"status": "completed"}).to_string();
        let sent = call.header("x-event-id", event).body(body).send().await;
        sent.unwrap().status().as_u16()
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

async fn take_on(State(partner): State<Arc<Partner>>, headers: HeaderMap) -> Response {
    let address = headers["x-callback-url"].to_str().unwrap().to_owned();
    *partner.address.lock().unwrap() = Some(address);
    (StatusCode::ACCEPTED, [("content-location", "/async/job-1")]).into_response()
}

/// The first question is answered "in an hour", but before that the partner has said that it is done.
async fn ask(State(partner): State<Arc<Partner>>) -> Response {
    let asked = {
        let mut asked = partner.asked.lock().unwrap();
        *asked += 1;
        *asked
    };
    if asked == 1 {
        assert_eq!(partner.call_back("e-2").await, 202);
        return (StatusCode::ACCEPTED, [("retry-after", "3600")]).into_response();
    }
    let body = json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}},
    ]});
    axum::Json(body).into_response()
}

#[tokio::test]
async fn a_callback_that_races_a_poll_is_never_slept_over() {
    for place in stores().await {
        let (mut scene, _) = by_hand(&place).await;
        scene.agreed(Retrieval::MatchOnly, Notification::Callback);
        let request = TokenRequest {
            client: "contoso",
            audience: "payer-exchange",
            scopes: &[CALLBACKS],
            issued_at: support::now(),
            lifetime: Duration::from_secs(3600),
        };
        let token = token::issue(&scene.key, &request).unwrap();
        let (address, partner) = Partner::start(token).await;
        scene.config.partners[1].base_url = address;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "acknowledged").await;
        assert_eq!(partner.call_back("e-1").await, 202);
        // The clock stands: an engine that keeps the "in an hour" of the answer would never come back.
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(partner.asked(), 2);
        let pool = place.look().await;
        let heard = words(
            &pool,
            "SELECT event || ' ' || reaction FROM callbacks ORDER BY event",
        );
        assert_eq!(heard.await, ["e-1 woke", "e-2 woke"]);
        assert_eq!(partner.call_back("e-2").await, 200);
        assert_eq!(partner.call_back("e-3").await, 202);
        let late = "SELECT reaction FROM callbacks WHERE event = 'e-3'";
        assert_eq!(words(&pool, late).await, ["late"]);
        assert_eq!(partner.asked(), 2);
        service.running.stop().await;
    }
}

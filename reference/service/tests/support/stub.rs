//! The other payer, played by a stub, and exchanges with it.
//! Refuses to be called on any other path.

use super::request::{Person, exchange};
use super::{Scene, Service};
use reference::chance::FixedChance;
use serde_json::{Value, json};
use std::sync::Arc;
use wiremock::matchers::{header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const MATCH: &str = "/Patient/$member-match";

/// A scene whose partner contoso answers at the stub.
pub async fn scene() -> (Scene, MockServer) {
    let stub = MockServer::start().await;
    let mut scene = Scene::new();
    for partner in &mut scene.config.partners {
        partner.base_url = stub.uri();
    }
    scene.config.chance = Arc::new(FixedChance(0.5));
    (scene, stub)
}

pub fn matched() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}},
    ]}))
}

pub fn refusal(status: u16, code: &str) -> ResponseTemplate {
    let coding = json!([{"system": "https://payer-exchange.example/error-codes", "code": code}]);
    ResponseTemplate::new(status).set_body_json(json!({"resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing", "details": {"coding": coding}}]}))
}

pub async fn says(stub: &MockServer, answer: ResponseTemplate, times: Option<u64>) {
    let mut mock = Mock::given(method("POST"))
        .and(path(MATCH))
        .and(header_exists("idempotency-key"))
        .respond_with(answer);
    if let Some(times) = times {
        mock = mock.up_to_n_times(times);
    }
    mock.mount(stub).await;
}

/// Starts an exchange with contoso and gives its id.
pub async fn started(service: &Service) -> String {
    let answer = service
        .start_exchange("k1", &exchange(&Person::number(5), "contoso"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.header("location"),
        Some(format!("/exchanges/{id}").as_str())
    );
    id
}

pub fn states(view: &Value) -> Vec<&str> {
    let history = view["history"].as_array().unwrap();
    history
        .iter()
        .map(|past| past["to"].as_str().unwrap())
        .collect()
}

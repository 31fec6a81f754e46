//! What the service really says of an exchange, against the entries of the catalogue that are generated from its types.
//! Refuses to know how the answers are made.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::record::{AsyncStatus, DeadLetter, WorkflowRequest};
use reqwest::Method;
use serde_json::{Value, json};
use support::catalogue::bundle;
use support::request::{Person, exchange, member_match};
use support::stub::{matched, refusal, says, scene, started};
use support::{Answer, Scene};
use wire::payload::Schema;
use wiremock::ResponseTemplate;

fn accepted(entry: &str, value: &Value) -> bool {
    Schema::compile(&bundle(entry, "1.0.0"))
        .unwrap()
        .accepts(value)
}

/// The view as its type, after the entry has accepted it and the type has given it back unchanged.
fn record(view: &Value) -> WorkflowRequest {
    assert!(accepted("p2p-workflow-request", view), "{view}");
    let record: WorkflowRequest = serde_json::from_value(view.clone()).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), *view);
    record
}

fn moment(answer: &Answer) -> AsyncStatus {
    let header = |name: &str| answer.header(name).map(str::to_owned);
    AsyncStatus::read(answer.status, header).unwrap()
}

#[tokio::test]
async fn a_fulfilled_exchange_is_a_workflow_request_under_the_key_that_the_partner_saw() {
    let (scene, stub) = scene().await;
    says(&stub, ResponseTemplate::new(503), Some(1)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let record = record(&service.until(&id, "fulfilled").await);
    let requests = stub.received_requests().await.unwrap();
    let seen = requests[0].headers["idempotency-key"].to_str().unwrap();
    assert_eq!(record.outbound_key.as_str(), seen);
    assert_eq!(record.attempts.len(), 2);
    assert!(record.data.is_none() && !record.overstates());
}

#[tokio::test]
async fn a_waiting_and_a_failed_exchange_are_workflow_requests_too() {
    for (word, state) in [("match-under-review", "routed"), ("no-match", "failed")] {
        let (scene, stub) = scene().await;
        says(&stub, refusal(422, word), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let settled = |view: &Value| view["hold"] == "review" || view["state"] == "failed";
        let record = record(&service.once(&id, settled).await);
        assert_eq!(record.state.word(), state);
        assert!(DeadLetter::of(&record).is_err());
    }
}

#[tokio::test]
async fn an_exchange_that_ran_out_of_attempts_gives_a_dead_letter() {
    let (scene, stub) = scene().await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let record = record(&service.until(&id, "dead-lettered").await);
    let letter = DeadLetter::of(&record).unwrap();
    assert_eq!(letter.last_status, Some(503));
    assert_eq!(letter.attempts.len(), 6);
    assert!(accepted(
        "dead-letter",
        &serde_json::to_value(&letter).unwrap()
    ));
}

#[tokio::test]
async fn a_list_tells_a_part_of_the_same_record() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let whole = service.until(&id, "fulfilled").await;
    let list = service.exchanges("").await.json();
    let item = list["items"][0].as_object().unwrap();
    assert_eq!(item.len(), 13);
    assert!(item.iter().all(|(name, value)| whole[name] == *value));
}

#[tokio::test]
async fn an_answer_that_asks_for_patience_says_so_in_the_published_headers() {
    let service = Scene::new().with_control().start().await;
    let states = json!([{"name": "throttle", "params": {"limit": 0, "retryAfterS": 9}}]);
    let set = service.control(Method::PUT, "states", &states).await;
    assert!(set.status < 300, "{}", set.text);
    let request = member_match(&Person::number(3), "contoso");
    let answer = service.ask("contoso", &request).await;
    assert_eq!(answer.status, 429);
    let told = serde_json::to_value(moment(&answer)).unwrap();
    assert_eq!(told, json!({"moment": "ask-later", "retry-after": "9"}));
    assert!(accepted("async-status-headers", &told));
}

#[tokio::test]
async fn a_partner_that_no_id_can_be_is_refused_by_its_path_and_kept_nowhere() {
    let service = Scene::new().start().await;
    let mut request = exchange(&Person::number(5), "contoso");
    request["partner"] = json!("the payer of Testmember-05");
    let answer = service.start_exchange("k1", &request).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["fields"], json!(["/partner"]));
    assert!(!answer.text.contains("Testmember"));
    let list = service.exchanges("").await.json();
    assert_eq!(list["items"], json!([]));
}

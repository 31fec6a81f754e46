//! What spans and log lines tell.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::request::{Person, exchange, member_match};
use support::{Answer, Scene, Service, log};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const STAGES: [&str; 7] = [
    "ingestion",
    "schema-validation",
    "identity-resolution",
    "access-policy",
    "source-retrieval",
    "transformation",
    "egress",
];

async fn ask(service: &Service, request: &Value, transaction: &str) -> Answer {
    let asking = service.asking("contoso", request.to_string());
    let sent = asking
        .header("x-business-transaction-id", transaction)
        .send()
        .await;
    Answer::of(sent.unwrap()).await
}

#[tokio::test]
async fn an_answered_match_runs_through_seven_stages_in_order_under_one_root() {
    let transaction = "0198f6a2-0000-7000-8000-0000000000a1";
    log::listen();
    let service = Scene::new().start().await;
    let request = member_match(&Person::number(1), "contoso");
    assert_eq!(ask(&service, &request, transaction).await.status, 200);
    let opened = log::opened(transaction);
    assert_eq!(opened[0], "exchange");
    assert_eq!(opened[1..], STAGES);
    let root = &log::closed(transaction, "exchange").await["span"];
    for (name, value) in [
        ("matchmark.partner", json!("contoso")),
        ("matchmark.request_type", json!("member-match")),
        (
            "matchmark.schema_version",
            json!("hrex-member-match-request@2.0.1"),
        ),
        ("matchmark.consent_status", json!("granted")),
        ("matchmark.match_confidence", json!("exact")),
        ("matchmark.dependency", json!("member-store")),
        ("matchmark.retry_count", json!(0)),
        ("matchmark.disposition", json!("complete")),
    ] {
        assert_eq!(root[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_refused_match_ends_at_the_stage_that_failed() {
    let transaction = "0198f6a2-0000-7000-8000-0000000000a2";
    log::listen();
    let service = Scene::new().start().await;
    let mut request = member_match(&Person::number(1), "contoso");
    request["parameter"][3]["resource"]["provision"]["period"]["end"] = json!("2026-09-30");
    assert_eq!(ask(&service, &request, transaction).await.status, 422);
    assert_eq!(log::opened(transaction)[1..], STAGES[..4]);
    let failing = log::closed(transaction, "access-policy").await;
    assert_eq!(
        failing["span"]["matchmark.code"],
        "consent/period-end-invalid"
    );
    assert_eq!(failing["span"]["otel.status_code"], "ERROR");
    let root = log::closed(transaction, "exchange").await;
    assert_eq!(root["span"]["matchmark.consent_status"], "expired");
    assert_eq!(root["span"]["matchmark.disposition"], "rejected");
}

/// A partner that is busy twice and then answers.
async fn busy_twice() -> MockServer {
    let stub = MockServer::start().await;
    let busy = ResponseTemplate::new(503);
    Mock::given(any())
        .respond_with(busy)
        .up_to_n_times(2)
        .mount(&stub)
        .await;
    let identifier = json!({"name": "MemberIdentifier", "valueIdentifier": {"value": "n"}});
    let answer = ResponseTemplate::new(200).set_body_json(json!({"parameter": [identifier]}));
    Mock::given(any()).respond_with(answer).mount(&stub).await;
    stub
}

/// The spans that a line stands in.
fn spans(line: &Value) -> Vec<&Value> {
    let above = line["spans"].as_array().into_iter().flatten();
    above
        .chain([&line["span"]])
        .filter(|span| span.is_object())
        .collect()
}

#[tokio::test]
async fn one_exchange_carries_one_business_transaction_on_every_line() {
    log::listen();
    let stub = busy_twice().await;
    let mut scene = Scene::new();
    scene.config.partners[1].base_url = stub.uri();
    let service = scene.start().await;
    let answer = service
        .start_exchange("k1", &exchange(&Person::number(5), "contoso"))
        .await;
    let view = service
        .until(answer.json()["id"].as_str().unwrap(), "fulfilled")
        .await;
    let transaction = view["business_transaction_id"].as_str().unwrap();
    let root = log::closed(transaction, "exchange").await;
    assert_eq!(root["span"]["matchmark.retry_count"], 2);
    let mut stages = log::opened(transaction);
    assert_eq!(
        stages
            .iter()
            .filter(|name| *name == "source-retrieval")
            .count(),
        3
    );
    stages.dedup();
    assert_eq!(stages[1..], STAGES);
    let lines = log::lines(transaction);
    assert!(lines.len() > 20);
    for line in &lines {
        assert!(!spans(line).is_empty(), "{line}");
        for span in spans(line) {
            assert_eq!(span["business_transaction_id"], transaction, "{line}");
            assert!(span["correlation_id"].is_string());
        }
    }
}

#[tokio::test]
async fn an_export_is_one_transaction_from_the_kick_off_to_its_files() {
    let transaction = "0198f6a2-0000-7000-8000-0000000000e1";
    log::listen();
    let service = Scene::new().start().await;
    let group = service.matched("contoso", &Person::number(1)).await;
    let question = support::export::everything().to_string();
    let kicking = service.kicking("contoso", &group, question);
    let sent = kicking.header("x-business-transaction-id", transaction);
    let answer = Answer::of(sent.send().await.unwrap()).await;
    let place = support::export::place(&answer);
    service.ended("contoso", &place).await;
    // The run closes its root after the last answer could be had.
    let run = loop {
        let lines = log::lines(transaction);
        let is_run = |line: &&Value| line["span"]["matchmark.disposition"] == "complete";
        let closed = |line: &&Value| line["fields"]["message"] == "close";
        let found = lines.iter().filter(closed).find(is_run);
        if let Some(line) = found {
            break line["span"].clone();
        }
        tokio::task::yield_now().await;
    };
    for (name, value) in [
        ("matchmark.partner", "contoso"),
        ("matchmark.request_type", "data-export"),
        ("matchmark.consent_status", "granted"),
        ("matchmark.dependency", "source-store"),
    ] {
        assert_eq!(run[name], value, "{name}");
    }
    let opened = log::opened(transaction);
    let of = |name: &str| opened.iter().filter(|span| *span == name).count();
    assert_eq!(of("exchange"), 2, "{opened:?}");
    assert_eq!(
        of("access-policy"),
        3,
        "once at the kick-off, twice in the run"
    );
    for stage in ["ingestion", "schema-validation", "identity-resolution"] {
        assert_eq!(of(stage), 1, "{stage}");
    }
    for stage in ["source-retrieval", "transformation"] {
        assert_eq!(of(stage), 1, "{stage}");
    }
    assert_eq!(of("egress"), 2);
}

/// The number of a line of `/metrics` that begins with `start` and holds every part.
async fn measured(service: &Service, start: &str, parts: &[&str]) -> f64 {
    let text = service.metrics().await;
    let fits =
        |line: &&str| line.starts_with(start) && parts.iter().all(|part| line.contains(part));
    let numbers = text.lines().filter(fits);
    numbers
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum()
}

#[tokio::test]
async fn what_exchanges_come_to_is_counted_by_partner_and_outcome() {
    let (scene, stub) = support::stub::scene().await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    support::stub::says(&stub, ResponseTemplate::new(503), Some(2)).await;
    support::stub::says(&stub, support::stub::matched(), Some(1)).await;
    support::stub::says(&stub, support::stub::refusal(422, "no-match"), None).await;
    for (key, state) in [("one", "fulfilled"), ("two", "failed")] {
        let id = service.start_exchange(key, &request).await.json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        service.until(&id, state).await;
    }
    let contoso = "partner=\"contoso\"";
    let ended = async |outcome: &str| {
        let outcome = format!("outcome=\"{outcome}\"");
        let ask = [
            "matchmark_requests_total",
            "matchmark_fulfilment_seconds_count",
        ];
        let parts = [contoso, outcome.as_str()];
        (
            measured(&service, ask[0], &parts).await,
            measured(&service, ask[1], &parts).await,
        )
    };
    assert_eq!(ended("complete").await, (1.0, 1.0));
    assert_eq!(ended("rejected").await, (1.0, 1.0));
    assert_eq!(
        measured(&service, "matchmark_retries_total", &[contoso]).await,
        2.0
    );
    assert_eq!(
        measured(&service, "matchmark_breaker_state", &[contoso]).await,
        0.0
    );
    assert_eq!(measured(&service, "matchmark_queue_depth", &[]).await, 0.0);
    let answered = support::request::member_match(&Person::number(1), "contoso");
    assert_eq!(service.ask("contoso", &answered).await.status, 200);
    let tier = ["tier=\"deterministic\""];
    assert_eq!(
        measured(&service, "matchmark_match_results_total", &tier).await,
        1.0
    );
}

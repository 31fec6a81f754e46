//! What spans and log lines tell, and what they never tell.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use support::Scene;
use support::request::{Person, exchange, member_match};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Everything that was logged, spans as they close included.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Logs everything that happens on this thread, from the finest level on.
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Our own lines.
    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines
            .filter(|line: &Value| line["target"].as_str().unwrap().starts_with("reference"))
            .collect()
    }

    /// Names of our own spans, in the order in which they closed.
    fn closed(&self) -> Vec<String> {
        let lines = self.lines();
        let closed = lines
            .iter()
            .filter(|line| line["fields"]["message"] == "close");
        closed
            .map(|line| line["span"]["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

const STAGES: [&str; 7] = [
    "ingestion",
    "schema-validation",
    "identity-resolution",
    "access-policy",
    "source-retrieval",
    "transformation",
    "egress",
];

#[tokio::test]
async fn an_answered_match_closes_the_seven_stages_in_order_under_one_root() {
    let service = Scene::new().start().await;
    let (log, _guard) = Log::listen();
    service
        .ask("contoso", &member_match(&Person::number(1), "contoso"))
        .await;
    let closed = log.closed();
    assert_eq!(closed[..7], STAGES);
    assert_eq!(closed[7], "exchange");
    let lines = log.lines();
    let root = &lines.last().unwrap()["span"];
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
    let service = Scene::new().start().await;
    let mut request = member_match(&Person::number(1), "contoso");
    request["parameter"][3]["resource"]["provision"]["period"]["end"] = json!("2026-09-30");
    let (log, _guard) = Log::listen();
    service.ask("contoso", &request).await;
    assert_eq!(
        log.closed()[..5],
        [
            "ingestion",
            "schema-validation",
            "identity-resolution",
            "access-policy",
            "exchange"
        ]
    );
    let lines = log.lines();
    let failing = lines
        .iter()
        .find(|line| line["span"]["name"] == "access-policy")
        .unwrap();
    assert_eq!(
        failing["span"]["matchmark.code"],
        "consent/period-end-invalid"
    );
    assert_eq!(failing["span"]["otel.status_code"], "ERROR");
}

#[tokio::test]
async fn one_exchange_carries_one_business_transaction_on_every_line() {
    let stub = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .mount(&stub)
        .await;
    let answer =
        json!({"parameter": [{"name": "MemberIdentifier", "valueIdentifier": {"value": "n"}}]});
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&stub)
        .await;
    let mut scene = Scene::new();
    scene.config.partners[1].base_url = stub.uri();
    let service = scene.start().await;
    let (log, _guard) = Log::listen();
    let answer = service
        .start_exchange("k1", &exchange(&Person::number(5), "contoso"))
        .await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let view = service.until(&id, "fulfilled").await;
    while !log.closed().contains(&"exchange".to_owned()) {
        tokio::task::yield_now().await;
    }
    let walked = log.lines();
    assert!(walked.len() > 12);
    for line in &walked {
        let spans = line["spans"].as_array().cloned().unwrap_or_default();
        let carrying = spans.iter().chain([&line["span"]]);
        for span in carrying.filter(|span| span.is_object()) {
            assert_eq!(
                span["business_transaction_id"], view["business_transaction_id"],
                "{line}"
            );
            assert!(span["correlation_id"].is_string());
        }
    }
    let retrievals = log
        .closed()
        .iter()
        .filter(|name| *name == "source-retrieval")
        .count();
    assert_eq!(retrievals, 3);
}

/// Puts a canary into every text of a resource that may hold any text.
fn with_canaries(value: &mut Value, number: &mut u32) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let free =
                    ["value", "family", "display", "subscriberId", "id"].contains(&name.as_str());
                match member {
                    Value::String(text) if free && !text.contains("payer") => {
                        *number += 1;
                        *text = format!("CANARY{number}");
                    }
                    other => with_canaries(other, number),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| with_canaries(item, number)),
        _ => {}
    }
}

#[tokio::test]
async fn no_value_of_a_request_reaches_logs_or_refusals() {
    let stub = MockServer::start().await;
    let echo = ResponseTemplate::new(500).set_body_string("CANARY0");
    Mock::given(any()).respond_with(echo).mount(&stub).await;
    let mut scene = Scene::new();
    scene.config.partners[1].base_url = stub.uri();
    let service = scene.start().await;
    let (log, _guard) = Log::listen();
    let mut count = 0;
    let mut refused = member_match(&Person::number(1), "contoso");
    with_canaries(&mut refused, &mut count);
    let mut undeclared = refused.clone();
    undeclared["parameter"][1]["resource"]["CANARYKEY"] = json!("CANARYVALUE");
    let mut wanted = exchange(&Person::number(5), "contoso");
    let mut unfit = wanted.clone();
    with_canaries(&mut wanted["member_patient"], &mut count);
    unfit["CANARYKEY"] = json!("CANARYVALUE");
    assert!(count > 10);
    let mut answers = Vec::new();
    for body in [
        refused.to_string(),
        undeclared.to_string(),
        refused.to_string().replace('}', ""),
    ] {
        let sent = service.asking("contoso", body).send().await.unwrap();
        answers.push(support::Answer::of(sent).await.text);
    }
    for (key, body) in [
        ("k1", wanted),
        ("k2", unfit),
        ("k3", exchange(&Person::number(5), "contoso")),
    ] {
        let answer = service.start_exchange(key, &body).await;
        if let Some(id) = answer.json()["id"].as_str() {
            answers.push(service.until(id, "failed").await.to_string());
        }
        answers.push(answer.text);
    }
    for text in answers.iter().chain([&log.text()]) {
        let found = text.split("CANARY").nth(1);
        assert_eq!(found, None);
    }
}

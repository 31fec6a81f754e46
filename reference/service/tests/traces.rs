//! The traces of exchanges, as a collector gets them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::failure::Code;
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::operator::Role;
use reference::domain::trace::{Attribute, Lapse, Limits, Span, Stage, diagnose, lint};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::later::{JOB, callback_address, calls, says as says_at, taken_on, working};
use support::otlp::{answers, collector, told, trace, traces};
use support::request::{Person, exchange};
use support::rotel::Rotel;
use support::spans::{above, attribute, every_stage, named, stages};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, says, scene, started};
use support::{Scene, Service, log};
use wiremock::{MockServer, ResponseTemplate};

/// The most tries of the shipped policy are fewer.
const LIMITS: Limits = Limits { retries: 8 };

/// A scene on this database, a partner, and a collector.
async fn traced(place: &Place) -> (Scene, MockServer, MockServer) {
    let (mut scene, stub) = scene().await;
    let collector = collector().await;
    scene.config.store = place.at.clone();
    scene.config.otlp = Some(collector.uri().parse().unwrap());
    (scene, stub, collector)
}

async fn ended(service: &Service, id: &str, state: &str) -> String {
    let view = service.until(id, state).await;
    view["business_transaction_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn row_s0_32_a_fulfilled_exchange_is_seven_stages_in_order_under_one_root() {
    for place in stores().await {
        let (scene, stub, collector) = traced(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(2)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let transaction = ended(&service, &id, "fulfilled").await;
        let spans = trace(&collector, &transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        assert_eq!(stages(&spans), every_stage());
        let retrieval = &named(&spans, "source-retrieval")[0];
        let attempts = named(&spans, "attempt");
        assert_eq!(attempts.len(), 3);
        for attempt in &attempts {
            assert_eq!(attempt.parent.as_ref(), Some(&retrieval.id));
            assert!(retrieval.start <= attempt.start && attempt.end <= retrieval.end);
        }
        let errors = attempts.iter().filter(|attempt| attempt.is_error);
        assert_eq!(errors.count(), 2);
        assert!(retrieval.end > retrieval.start, "the waits are part of it");
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s0_32_an_exchange_that_failed_ends_at_its_failing_stage_with_error_status() {
    for place in stores().await {
        let (scene, stub, collector) = traced(&place).await;
        says(&stub, refusal(422, "no-match"), None).await;
        let service = scene.start().await;
        let person = Person::number(5);
        let whole = exchange(&person, "contoso");
        let mut unattested = whole.clone();
        unattested["attestation"] = json!({});
        let mut expired = whole.clone();
        expired["consent"]["provision"]["period"]["end"] = json!("2026-09-30");
        for (key, request, stage, consent) in [
            ("k1", &unattested, Stage::SchemaValidation, "not-needed"),
            ("k2", &expired, Stage::AccessPolicy, "expired"),
            ("k3", &whole, Stage::SourceRetrieval, "granted"),
        ] {
            let answer = service.start_exchange(key, request).await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let transaction = ended(&service, &id, "failed").await;
            let spans = trace(&collector, &transaction).await;
            assert_eq!(lint(&spans, &LIMITS), [], "{stage}");
            let found = diagnose(&spans);
            assert!(found.failed);
            assert_eq!(found.stage, Some(stage));
            let view = service.until(&id, "failed").await;
            assert_eq!(json!(found.code.unwrap().to_string()), view["code"]);
            let failing = named(&spans, stage.word());
            assert!(failing[0].is_error);
            let upto = &every_stage()[..=stage as usize];
            assert_eq!(stages(&spans), upto, "nothing after {stage}");
            let root = named(&spans, "exchange")[0];
            assert!(root.is_error);
            assert_eq!(attribute(root, Attribute::ConsentStatus), consent);
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s0_33_every_root_has_its_eight_attributes_and_dropping_one_is_seen() {
    let place = Place::sqlite();
    let (scene, stub, collector) = traced(&place).await;
    says(&stub, ResponseTemplate::new(503), Some(1)).await;
    says(&stub, matched(), Some(1)).await;
    says(&stub, refusal(422, "no-match"), None).await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    for (key, state, outcome) in [
        ("k1", "fulfilled", "complete"),
        ("k2", "failed", "rejected"),
    ] {
        let answer = service.start_exchange(key, &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let transaction = ended(&service, &id, state).await;
        let spans = trace(&collector, &transaction).await;
        let at = spans.iter().position(|span| span.parent.is_none()).unwrap();
        for (name, word) in [
            (Attribute::Partner, "contoso"),
            (Attribute::RequestType, "exchange-single"),
            (Attribute::SchemaVersion, "hrex-member-match-request@2.0.1"),
            (Attribute::ConsentStatus, "granted"),
            (Attribute::MatchConfidence, "exact"),
            (Attribute::Dependency, "partner"),
            (Attribute::RetryCount, if key == "k1" { "1" } else { "0" }),
            (Attribute::Disposition, outcome),
        ] {
            assert_eq!(attribute(&spans[at], name), word, "{name}");
        }
        for name in Attribute::ALL {
            let mut without = spans.clone();
            without[at].attributes.remove(name.word());
            assert_eq!(lint(&without, &LIMITS), [Lapse::Lacks(*name)]);
            let mut strange = spans.clone();
            let word = "Ó 7".to_owned();
            strange[at].attributes.insert(name.word().to_owned(), word);
            assert_eq!(lint(&strange, &LIMITS), [Lapse::Vocabulary(*name)]);
        }
    }
}

/// A partner that is busy twice, takes the request on, is asked once in vain, and is then done.
async fn long_way(stub: &MockServer) {
    says_at(stub, "POST", MATCH, ResponseTemplate::new(503), Some(2)).await;
    says_at(stub, "POST", MATCH, taken_on(), None).await;
    says_at(stub, "GET", JOB, working("7"), Some(1)).await;
    says_at(stub, "GET", JOB, matched(), None).await;
}

/// The partner tells us under the ids that we told it.
async fn call_back(service: &Service, stub: &MockServer, transaction: &str) {
    let address = callback_address(stub, MATCH).await;
    let token = service.token_at(
        "contoso",
        reference::token::CALLBACKS,
        service.now_for_token(),
    );
    let call = service
        .http
        .post(address)
        .bearer_auth(token)
        .header("x-event-id", "event-1")
        .header("x-business-transaction-id", transaction)
        .body(json!({"status": "completed"}).to_string());
    assert_eq!(call.send().await.unwrap().status(), 202);
}

#[tokio::test]
async fn row_s0_30_one_request_is_one_business_transaction_wherever_it_is_told_of() {
    log::listen();
    for place in stores().await {
        let (mut scene, stub, collector) = traced(&place).await;
        scene.agreed(Retrieval::MatchOnly, Notification::Callback);
        scene.by_hand();
        long_way(&stub).await;
        let service = scene.start().await;
        let id = started(&service).await;
        for submissions in 1..3 {
            let waits = |view: &Value| {
                let made = view["attempts"].as_array().map_or(0, Vec::len);
                view["hold"] == "backoff" && made == submissions
            };
            service.once(&id, waits).await;
            scene.clock.advance(Duration::from_secs(120));
        }
        let view = service.until(&id, "acknowledged").await;
        let transaction = view["business_transaction_id"].as_str().unwrap();
        call_back(&service, &stub, transaction).await;
        while calls(&stub, "GET", JOB).await == 0 {
            tokio::task::yield_now().await;
        }
        while service.exchanges(&format!("/{id}")).await.json()["state"] != "fulfilled" {
            scene.clock.advance(Duration::from_secs(5));
        }

        let spans = trace(&collector, transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "no orphan, no other transaction");
        let calls = ["attempt", "poll", "callback"].map(|name| named(&spans, name).len());
        assert_eq!(calls, [3, 2, 1], "{}", place.name);

        let mut correlations = Vec::new();
        for request in stub.received_requests().await.unwrap() {
            let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
            assert_eq!(header("x-business-transaction-id"), transaction);
            let parent = header("traceparent");
            let below = spans.iter().find(|span| parent.contains(&span.id));
            let below = below.expect("the partner is told of a span that there is");
            let correlation = header("x-correlation-id");
            assert_eq!(below.attributes["correlation_id"], correlation);
            correlations.push(correlation);
        }
        correlations.sort();
        correlations.dedup();
        assert_eq!(
            correlations.len(),
            5,
            "each call has a correlation of its own"
        );

        let records = service.audited(&format!("request={id}")).await;
        assert!(records.len() > 4);
        for record in &records {
            let told = &record["event"]["business_transaction_id"];
            assert!(told.is_null() || told == transaction, "{record}");
        }
        let moved = |record: &&Value| record["event"]["business_transaction_id"] == transaction;
        assert!(records.iter().filter(moved).count() > 4);
        let lines = log::lines(transaction);
        assert!(lines.len() > 20);
        for line in &lines {
            for span in above(line) {
                assert_eq!(span["business_transaction_id"], transaction, "{line}");
                assert!(span["correlation_id"].is_string());
            }
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn an_exchange_that_a_restart_cuts_is_one_trace_with_one_root() {
    for place in stores().await {
        let (mut scene, stub, collector) = traced(&place).await;
        scene.by_hand();
        says(&stub, ResponseTemplate::new(503), Some(1)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "backoff").await;
        service.running.stop().await;
        scene.clock.advance(Duration::from_secs(120));
        let service = scene.start().await;
        let transaction = ended(&service, &id, "fulfilled").await;
        service.running.stop().await;
        let spans = trace(&collector, &transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        assert_eq!(named(&spans, "attempt").len(), 2);
        let root = named(&spans, "exchange")[0];
        assert!(root.end - root.start >= chrono::TimeDelta::seconds(120));
        assert_eq!(
            told(&collector).await.len(),
            spans.len(),
            "each is told once"
        );
    }
}

#[tokio::test]
async fn a_collector_that_fails_changes_no_exchange_and_is_told_when_it_is_back() {
    for place in stores().await {
        let (mut scene, stub, collector) = traced(&place).await;
        let broken = MockServer::start().await;
        answers(&broken, 500).await;
        says(&stub, matched(), None).await;
        let mut transactions = Vec::new();
        for (key, url) in [
            ("k1", broken.uri()),
            ("k2", "http://127.0.0.1:9".to_owned()),
        ] {
            scene.config.otlp = Some(url.parse().unwrap());
            let service = scene.start().await;
            let request = exchange(&Person::number(5), "contoso");
            let answer = service.start_exchange(key, &request).await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            transactions.push(ended(&service, &id, "fulfilled").await);
            service.running.stop().await;
        }
        assert!(!broken.received_requests().await.unwrap().is_empty());
        scene.config.otlp = Some(collector.uri().parse().unwrap());
        let service = scene.start().await;
        for transaction in &transactions {
            let spans = trace(&collector, transaction).await;
            assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_replay_is_told_in_a_trace_of_its_own_that_is_whole() {
    for place in stores().await {
        let (scene, stub, collector) = traced(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(6)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let transaction = ended(&service, &id, "dead-lettered").await;
        trace(&collector, &transaction).await;
        let fixed = json!({"code": "partner/unavailable", "reason": "partner-is-up"});
        let call = (Method::POST, "/dlq/fixed");
        let answer = service.operate(Role::Replay, call, None, &fixed).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let call = (Method::POST, "/dlq/replay");
        let these = json!({"ids": [id]});
        let answer = service.operate(Role::Replay, call, Some("k"), &these).await;
        assert_eq!(answer.json()["replayed"], 1, "{}", answer.text);
        service.until(&id, "fulfilled").await;
        let traces = traces(&collector, &transaction, 2).await;
        assert_eq!(traces.len(), 2, "{}", place.name);
        for spans in &traces {
            assert_eq!(lint(spans, &LIMITS), [], "{}", place.name);
        }
        let failed = traces.iter().map(|spans| diagnose(spans).code);
        let mut failed: Vec<Option<Code>> = failed.collect();
        failed.sort();
        assert_eq!(failed, [None, Some(Code::PartnerUnavailable)]);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn an_exchange_is_traced_to_the_end_when_it_is_cancelled() {
    for place in stores().await {
        let (mut scene, stub, collector) = traced(&place).await;
        scene.by_hand();
        says(&stub, ResponseTemplate::new(503), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until_held(&id, "backoff").await;
        let url = Service::url(
            service.running.enterprise,
            &format!("/exchanges/{id}/cancel"),
        );
        let token = service.token_at(
            "enterprise",
            reference::token::EXCHANGES,
            service.now_for_token(),
        );
        let call = service
            .http
            .post(url)
            .bearer_auth(token)
            .header("idempotency-key", "c1");
        let answer = call.json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 202);
        let transaction = ended(&service, &id, "failed").await;
        let spans = trace(&collector, &transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        let root = named(&spans, "exchange")[0];
        assert_eq!(attribute(root, Attribute::Disposition), "cancelled");
        assert!(!root.is_error);
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_s0_32_a_collector_that_others_wrote_reads_the_same_trace() {
    let onward = collector().await;
    let Some(mut rotel) = Rotel::start(&onward.uri()) else {
        println!("NOT RUN: S0-32 needs the program that MATCHMARK_ROTEL names");
        return;
    };
    let (mut scene, stub, _) = traced(&Place::sqlite()).await;
    scene.config.otlp = Some(rotel.url.parse().unwrap());
    says(&stub, ResponseTemplate::new(503), Some(1)).await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let transaction = ended(&service, &id, "fulfilled").await;
    let told = tokio::task::block_in_place(|| rotel.told());
    let traces: BTreeSet<&str> = told.iter().map(|told| told.trace.as_str()).collect();
    assert_eq!(traces.len(), 1);
    let spans: Vec<Span> = told.iter().map(|told| told.span.clone()).collect();
    assert_eq!(lint(&spans, &LIMITS), []);
    assert_eq!(stages(&spans), every_stage());
    assert_eq!(named(&spans, "attempt").len(), 2);
    let root = named(&spans, "exchange")[0];
    assert_eq!(root.attributes["business_transaction_id"], transaction);
    service.running.stop().await;
}

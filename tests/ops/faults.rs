//! Ten faults that are seeded one by one, and what `matchmark ops trace explain` says of each.

use crate::admin::routes;
use crate::request::{exchange, with};
use crate::scene::{Place, Scene, Service, places, sixth};
use crate::{MATCH, matched, says};
use reference::domain::snapshot::Partner;
use reference::token::SigningKey;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// What is expected of a diagnosis: stage, dependency, retries, code.
type Told = (&'static str, &'static str, u64, &'static str);

const FAULTS: [(&str, Told); 10] = [
    (
        "down",
        ("source-retrieval", "partner", 5, "partner/unavailable"),
    ),
    (
        "closed",
        ("source-retrieval", "partner", 5, "transport/refused"),
    ),
    (
        "stalls",
        ("source-retrieval", "partner", 5, "transport/timeout"),
    ),
    (
        "throttles",
        ("source-retrieval", "partner", 7, "partner/throttled"),
    ),
    (
        "garbage",
        ("source-retrieval", "partner", 0, "partner/bad-response"),
    ),
    (
        "silent-job",
        (
            "source-retrieval",
            "partner",
            0,
            "partner/completion-missing",
        ),
    ),
    (
        "token-service",
        (
            "source-retrieval",
            "token-service",
            5,
            "partner/unavailable",
        ),
    ),
    (
        "consent",
        ("access-policy", "none", 0, "consent/period-end-invalid"),
    ),
    (
        "unattested",
        ("schema-validation", "none", 0, "schema/attestation-missing"),
    ),
    (
        "no-route",
        ("source-retrieval", "none", 0, "routing/no-route"),
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn row_s0_31_trace_explain_names_stage_dependency_and_retries_of_ten_faults() {
    for (fault, wanted) in FAULTS {
        // Every fault has a database of its own: what one has published is not in another's way.
        for place in places() {
            let (id, service) = seeded(&place, fault).await;
            let (found, code) = service.asked(&["trace", "explain", &id]);
            assert_eq!(code, 0);
            let explain = &found["explain"];
            let (stage, dependency, retries, reason) = wanted;
            let said = (
                &explain["stage"],
                &explain["dependency"],
                &explain["retries"],
                &explain["code"],
            );
            let wanted = (
                &json!(stage),
                &json!(dependency),
                &json!(retries),
                &json!(reason),
            );
            assert_eq!(said, wanted, "{fault} on {}", place.name);
            assert_eq!(explain["failed"], true, "{fault}");
            let sentence = explain["sentence"].as_str().unwrap();
            assert!(
                sentence.contains(stage) && sentence.contains(reason),
                "{sentence}"
            );
            service.running.stop().await;
        }
    }
}

/// The fault, and what became of an exchange because of it.
async fn seeded(place: &Place, fault: &str) -> (String, Service) {
    let stub = MockServer::start().await;
    let mut scene = Scene::new(place, &stub.uri());
    let mut body = exchange(&sixth(), "contoso");
    prepare(&stub, fault, &mut scene, &mut body).await;
    let service = scene.start().await;
    if fault == "no-route" {
        let set = routes(2, &[("few", "region = [\"IN\"]", stub.uri())]);
        service.publish("routing", 2, &set).await;
    }
    let id = service.begin(fault, &body).await;
    let ended = |view: &Value| view["state"] == "dead-lettered" || view["state"] == "failed";
    service.once(&id, ended).await;
    (id, service)
}

async fn prepare(stub: &MockServer, fault: &str, scene: &mut Scene, body: &mut Value) {
    match fault {
        "down" => says(stub, ResponseTemplate::new(503), None).await,
        "closed" => scene.contoso().base_url = closed(),
        "stalls" => {
            scene.contoso().timeout = Duration::from_millis(50);
            let late = matched().set_delay(Duration::from_secs(3600));
            says(stub, late, None).await;
        }
        "throttles" => says(stub, ResponseTemplate::new(429), None).await,
        "garbage" => {
            says(
                stub,
                ResponseTemplate::new(200).set_body_string("{\"a\":"),
                None,
            )
            .await
        }
        "silent-job" => {
            let job = ResponseTemplate::new(202).insert_header("content-location", "/async/job-1");
            says(stub, job, None).await;
            let working = ResponseTemplate::new(202).insert_header("retry-after", "3600");
            Mock::given(method("GET"))
                .and(path("/async/job-1"))
                .respond_with(working)
                .mount(stub)
                .await;
        }
        "token-service" => {
            let partner: &mut Partner = scene.contoso();
            partner.terms.token_url = Some(format!("{}/token", stub.uri()));
            scene.config.client_key = Some(SigningKey::generate().unwrap());
            Mock::given(path("/token"))
                .respond_with(ResponseTemplate::new(503))
                .mount(stub)
                .await;
            Mock::given(path(MATCH))
                .respond_with(matched())
                .mount(stub)
                .await;
        }
        "consent" => {
            *body = with(
                body.take(),
                "/consent/provision/period/end",
                json!("2026-02-01"),
            )
        }
        "unattested" => body["attestation"] = json!({"opted_in": false, "enrolled": false}),
        "no-route" => {}
        other => unreachable!("{other}"),
    }
}

/// An address where nobody listens.
fn closed() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

//! Partners of every kind: what their refusals mean, how they let us in, and one that nobody has written code for.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::token::SigningKey;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::Scene;
use support::catalogue::root;
use support::later::{counted, says, words};
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{MATCH, matched, scene, started};
use wiremock::matchers::{body_string_contains, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const TOKEN: &str = "/token";

/// A refusal as HAPI writes it: one type for all, told apart by the text.
fn hapi(number: &str) -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing",
        "diagnostics": format!("HAPI-{number}: words of theirs")}]})
}

fn issue(code: &str) -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]})
}

/// The OperationOutcome that HL7 publishes with the PAS guide, without its narrative.
fn published() -> Value {
    json!({"resourceType": "OperationOutcome", "id": "InvalidRequestResponse", "language": "en",
        "issue": [{"severity": "error", "code": "invalid",
            "details": {"text": "The input request is not of the desired format."}}]})
}

#[tokio::test]
async fn row_s2_54_refusals_of_every_dialect_become_our_codes_and_unmapped_ones_are_counted_and_told()
 {
    let cases = [
        ("hrex-1.0", 422, hapi("1155"), "identity/no-match"),
        ("hrex-1.0", 422, hapi("2147"), "consent/refused-by-partner"),
        ("hapi", 422, hapi("2146"), "identity/no-match"),
        ("hapi", 422, hapi("1158"), "schema/missing-identifier"),
        ("hapi", 422, hapi("9999"), "partner/rejected"),
        (
            "hrex-1.2",
            422,
            issue("multiple-matches"),
            "identity/multiple-match",
        ),
        ("hrex-1.2", 422, hapi("1155"), "partner/rejected"),
        ("microsoft", 422, issue("not-found"), "identity/no-match"),
        ("microsoft", 403, json!("no"), "auth/scope-missing"),
        ("hrex-1.1", 400, published(), "partner/rejected"),
        ("hrex-1.1", 418, json!("tea"), "partner/unmapped"),
        ("hapi", 500, issue("exception"), "partner/unmapped"),
    ];
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        let shapes = ["hrex-1.0", "hrex-1.1", "hrex-1.2", "hapi", "microsoft"];
        let template = scene.config.partners[1].clone();
        for (number, dialect) in shapes.iter().enumerate() {
            // One partner, five profiles of it: only the dialect differs.
            let mut partner = template.clone();
            partner.id = reference::domain::ids::PartnerId::new(format!("contoso-{number}"));
            (*dialect).clone_into(&mut partner.dialect);
            scene.config.partners.push(partner);
        }
        let service = scene.start().await;
        for (number, (dialect, status, body, code)) in cases.iter().enumerate() {
            stub.reset().await;
            let answer = ResponseTemplate::new(*status).set_body_json(body);
            says(&stub, "POST", MATCH, answer, None).await;
            let at = shapes.iter().position(|one| one == dialect).unwrap();
            let mut request = exchange(&Person::number(5), "contoso");
            request["partner"] = json!(format!("contoso-{at}"));
            let key = format!("key-{number}");
            let answer = service.start_exchange(&key, &request).await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let view = service.until(&id, "failed").await;
            assert_eq!(view["code"], *code, "{dialect} {status} on {}", place.name);
            assert!(!view.to_string().contains("words of theirs"));
        }
        let pool = place.look().await;
        let partners = "SELECT partner || ' ' || status FROM unmapped ORDER BY at, partner, status";
        assert_eq!(
            words(&pool, partners).await,
            ["contoso-1 418", "contoso-3 500"]
        );
        let alerts = "SELECT count(*) FROM outbox WHERE notice = 'partner-unmapped'";
        assert_eq!(counted(&pool, alerts).await, 2);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_55_a_sixth_partner_is_a_profile_and_a_dialect_file() {
    let text = std::fs::read_to_string(root().join("reference/service/tests/sixth/dialect.toml"));
    let text = text.unwrap();
    let (mut scene, stub) = scene().await;
    let known = &mut scene.config.partners[1];
    known.dialect = "fabrikam-own".to_owned();
    scene
        .config
        .dialects
        .insert("sixth/dialect.toml".to_owned(), text);
    let found = json!({"resourceType": "Parameters", "parameter": [
        {"name": "Person", "resource": {"resourceType": "Patient",
            "identifier": [{"system": "https://fabrikam.example/unique-ids", "value": "their-number"}]}},
        {"name": "Link", "valueUri": "Patient/theirs"},
    ]});
    let own = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing",
        "details": {"coding": [{"system": "https://fabrikam.example/reasons", "code": "P-17"}]}}]});
    let withdrawn = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error",
        "code": "processing", "diagnostics": "Permission withdrawn on a day"}]});
    let service = scene.start().await;
    for (number, (status, body, state, code)) in [
        (200, found, "fulfilled", Value::Null),
        (409, json!({}), "failed", json!("identity/multiple-match")),
        (422, own, "failed", json!("identity/no-match")),
        (
            422,
            withdrawn,
            "failed",
            json!("consent/refused-by-partner"),
        ),
        (
            200,
            json!({"resourceType": "Parameters"}),
            "failed",
            json!("partner/bad-response"),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        stub.reset().await;
        let answer = ResponseTemplate::new(status).set_body_json(body);
        says(&stub, "POST", MATCH, answer, None).await;
        let request = exchange(&Person::number(5), "contoso");
        let started = service
            .start_exchange(&format!("sixth-{number}"), &request)
            .await;
        let id = started.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(service.until(&id, state).await["code"], code);
        let sent = stub.received_requests().await.unwrap();
        let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(body["parameter"][1]["name"], "PriorCoverage");
    }
    assert_eq!(named_dialects(), BTreeSet::new());
}

/// Files that orchestrate and name a dialect: none may.
fn named_dialects() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = ["engine", "data", "store", "http"]
        .map(|room| root().join("reference/service/src").join(room))
        .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let names = [
                "\"hapi\"",
                "\"microsoft\"",
                "\"hrex-1",
                "fabrikam-own",
                "AdapterKind",
            ];
            if names.iter().any(|name| text.contains(name)) {
                found.insert(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_dialect_file_that_cannot_be_used_stops_the_start() {
    let text = std::fs::read_to_string(root().join("reference/service/tests/sixth/dialect.toml"));
    let text = text.unwrap();
    let nothing = format!("{text}[[errors]]\ncode = \"identity/no-match\"\n");
    for wrong in [
        text.replace("mapped", "profiled"),
        text.replace("[shape]", "[shapes]"),
        text.replace("fabrikam-own", "hapi"),
        text.replace("identity/multiple-match", "identity/some-match"),
        nothing,
    ] {
        let (mut scene, _stub) = scene().await;
        scene.config.dialects.insert("wrong".to_owned(), wrong);
        assert!(reference::start(scene.config.clone()).await.is_err());
    }
}

#[tokio::test]
async fn row_s2_52_a_timeout_after_the_partner_acted_gets_the_first_answer_and_one_execution() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        // On a busy machine an answer that is not held back may be late too; it is then asked for once more.
        scene.config.partners[1].timeout = Duration::from_millis(400);
        let acted = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
        let seen = Arc::clone(&acted);
        let first = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let answer = move |request: &Request| {
            let key = request.headers["idempotency-key"].to_str().unwrap();
            // The partner acts once a key, and answers a key that it knows with what it answered first.
            seen.lock().unwrap().insert(key.to_owned());
            let number = format!("member-of-{key}");
            let body = json!({"resourceType": "Parameters", "parameter": [
                {"name": "MemberIdentifier", "valueIdentifier": {"value": number}}]});
            let answer = ResponseTemplate::new(200).set_body_json(body);
            if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                answer.set_delay(Duration::from_secs(60))
            } else {
                answer
            }
        };
        Mock::given(method("POST"))
            .and(path(MATCH))
            .respond_with(answer)
            .mount(&stub)
            .await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["attempts"][0]["code"], "transport/timeout");
        assert!(view["attempts"].as_array().unwrap().len() >= 2);
        let executed = acted.lock().unwrap().clone();
        assert_eq!(executed.len(), 1, "{}", place.name);
        let key = executed.first().unwrap();
        let result = service.came_to(&id).await;
        assert_eq!(result["umb"]["value"], format!("member-of-{key}"));
        service.running.stop().await;
    }
}

/// A partner whose token endpoint gives a new token at each question, and which takes the second only.
async fn with_tokens() -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.client_key = Some(SigningKey::generate().unwrap());
    scene.config.partners[1].terms.token_url = Some(format!("{}{TOKEN}", stub.uri()));
    for (token, times) in [("first", Some(1)), ("second", None)] {
        let given = json!({"access_token": token, "token_type": "Bearer", "expires_in": 300});
        let mut mock = Mock::given(method("POST"))
            .and(path(TOKEN))
            .and(body_string_contains("grant_type=client_credentials"))
            .and(body_string_contains("client_assertion=ey"))
            .respond_with(ResponseTemplate::new(200).set_body_json(given));
        if let Some(times) = times {
            mock = mock.up_to_n_times(times);
        }
        mock.mount(&stub).await;
    }
    let refused = ResponseTemplate::new(401)
        .insert_header("www-authenticate", "Bearer error=\"invalid_token\"");
    for (token, answer) in [("first", refused), ("second", matched())] {
        Mock::given(method("POST"))
            .and(path(MATCH))
            .and(header("authorization", format!("Bearer {token}").as_str()))
            .respond_with(answer)
            .mount(&stub)
            .await;
    }
    (scene, stub)
}

async fn bearers(stub: &MockServer) -> (usize, usize, usize) {
    let requests = stub.received_requests().await.unwrap();
    let with = |token: &str| {
        let sent = requests.iter().filter(|one| one.url.path() == MATCH);
        let token = format!("Bearer {token}");
        sent.filter(|one| one.headers["authorization"] == token.as_str())
            .count()
    };
    let tokens = requests.iter().filter(|one| one.url.path() == TOKEN);
    (tokens.count(), with("first"), with("second"))
}

#[tokio::test]
async fn row_s0_72_an_expired_token_is_renewed_once_for_all_and_the_call_made_once_more() {
    let (scene, stub) = with_tokens().await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(view["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(bearers(&stub).await, (2, 1, 1));
    service.running.stop().await;

    let (scene, stub) = with_tokens().await;
    let service = Arc::new(scene.start().await);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..50 {
        let service = Arc::clone(&service);
        calls.spawn(async move {
            let request = exchange(&Person::number(5), "contoso");
            let answer = service
                .start_exchange(&format!("caller-{number}"), &request)
                .await;
            answer.json()["id"].as_str().unwrap().to_owned()
        });
    }
    for id in calls.join_all().await {
        service.until(&id, "fulfilled").await;
    }
    let (tokens, first, second) = bearers(&stub).await;
    assert_eq!((tokens, second), (2, 50));
    assert!((1..=50).contains(&first));
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_its_end_and_never_after() {
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    scene.config.client_key = Some(SigningKey::generate().unwrap());
    scene.config.partners[1].terms.token_url = Some(format!("{}{TOKEN}", stub.uri()));
    let given = json!({"access_token": "t", "token_type": "bearer", "expires_in": 300});
    let given = ResponseTemplate::new(200).set_body_json(given);
    says(&stub, "POST", TOKEN, given, None).await;
    says(&stub, "POST", MATCH, matched(), None).await;
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    for (number, (advance, tokens)) in [(0, 1), (280, 1), (15, 2)].into_iter().enumerate() {
        scene.clock.advance(Duration::from_secs(advance));
        let answer = service
            .start_exchange(&format!("k-{number}"), &request)
            .await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        assert_eq!(bearers_of(&stub).await, tokens, "{advance}");
    }
}

async fn bearers_of(stub: &MockServer) -> usize {
    let requests = stub.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|one| one.url.path() == TOKEN)
        .count()
}

#[tokio::test]
async fn a_partner_that_gives_no_token_is_not_called() {
    let (mut scene, stub) = scene().await;
    scene.config.client_key = Some(SigningKey::generate().unwrap());
    scene.config.partners[1].terms.token_url = Some(format!("{}{TOKEN}", stub.uri()));
    let refused = ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_client"}));
    says(&stub, "POST", TOKEN, refused, None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "failed").await;
    assert_eq!(view["code"], "auth/token-invalid");
    assert!(view["attempts"][0]["status"].is_null());
    assert_eq!(support::later::calls(&stub, "POST", MATCH).await, 0);
}

//! The doors between our own services: every route of an operator, tried with every token that is not for it.
//! Refuses a list of routes written by hand: they are read from the source, so that a new one is tried too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::SecurityPolicy;
use reference::domain::operator::Role;
use reference::token::{CALLBACKS, DATA_EXPORT, EXCHANGES, MEMBER_MATCH, role_scope};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::request::{Person, member_match};
use support::stores::{Place, stores};
use support::stub::{says, scene, started};
use support::{Answer, Scene, Service, log};
use wiremock::ResponseTemplate;

/// Every path of the admin listener, as its files spell them.
fn paths() -> BTreeSet<String> {
    let folder = support::catalogue::root().join("reference/service/src/http/admin");
    let mut paths = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for after in text.split(".route(").skip(1) {
            let first = after.split(',').next().unwrap().trim();
            let path = match first.strip_prefix('"') {
                Some(rest) => rest.trim_end_matches('"').to_owned(),
                None => named(&text, first),
            };
            paths.insert(path);
        }
    }
    paths
}

/// The value of a constant.
fn named(text: &str, constant: &str) -> String {
    let start = format!("const {constant}: &str = \"");
    let after = text.split(&start).nth(1).expect("a constant of the file");
    after.split('"').next().unwrap().to_owned()
}

/// The path with something in every variable place.
fn filled(path: &str, dead: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{kind}" => "flags",
        "{number}" | "{seq}" => "1",
        "{act}" => "approve",
        "{id}" if path.starts_with("/control/partners") => "contoso",
        variable if variable.starts_with('{') => dead,
        fixed => fixed,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Every route: a path and a method that it knows.
async fn routes(service: &Service, dead: &str) -> Vec<(Method, String)> {
    let mut routes = Vec::new();
    for path in paths() {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
        ] {
            let path = filled(&path, dead);
            let answer = call(service, (&method, &path), None).await;
            match answer.status {
                405 => {}
                401 => routes.push((method, path)),
                other => panic!("{method} {path} answers {other} to nobody"),
            }
        }
    }
    routes
}

async fn call(service: &Service, (method, path): (&Method, &str), token: Option<&str>) -> Answer {
    let url = Service::url(service.running.admin, path);
    let mut sent = service
        .http
        .request(method.clone(), url)
        .header("x-purpose", "operations")
        .header("x-reason", "a test tries a door")
        .header("idempotency-key", "a-test");
    if let Some(token) = token {
        sent = sent.bearer_auth(token);
    }
    Answer::of(sent.body("{}").send().await.unwrap()).await
}

/// Codes of the refusals in the audit log, by correlation id.
async fn refusals(place: &Place) -> BTreeMap<String, String> {
    let look = place.look().await;
    let rows = sqlx::query("SELECT record FROM audit WHERE action = 'refused'");
    let rows = rows.fetch_all(&look).await.unwrap();
    look.close().await;
    let event = |row: &sqlx::any::AnyRow| -> Value {
        serde_json::from_str::<Value>(&row.get::<String, _>(0)).unwrap()["event"].clone()
    };
    let told = rows.iter().map(event).map(|event| {
        let word = |name: &str| event[name].as_str().unwrap().to_owned();
        (word("correlation_id"), word("code"))
    });
    told.collect()
}

#[tokio::test]
async fn row_s2_59_every_admin_route_opens_to_one_role_and_refuses_and_records_every_other_token() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        // Every refusal is looked for by its id, however many routes there come to be.
        let mut policy = SecurityPolicy::built_in().unwrap();
        policy.refusals.first = u16::MAX;
        scene.config.security = Some(policy);
        says(&stub, ResponseTemplate::new(503), None).await;
        let service = scene.start().await;
        let dead = started(&service).await;
        service.until(&dead, "dead-lettered").await;
        let routes = routes(&service, &dead).await;
        let opened = |wanted: &str| routes.iter().any(|(_, path)| path.as_str() == wanted);
        assert!(routes.len() >= 20 && opened("/dlq/replay") && opened("/audit/export"));
        let calls = stub.received_requests().await.unwrap().len();

        let mut expected = Vec::new();
        let now = service.now_for_token();
        let old = now - chrono::TimeDelta::hours(2);
        let strangers = [
            service.token_at("northwind", MEMBER_MATCH, now),
            service.token_at("northwind", &[DATA_EXPORT, CALLBACKS].join(" "), now),
            service.token_at("enterprise", EXCHANGES, now),
        ];
        let every = Role::ALL.iter().map(|role| role_scope(*role));
        let expired = service.token_at("operator", &every.collect::<Vec<_>>().join(" "), old);
        let roles: Vec<String> = Role::ALL
            .iter()
            .map(|role| service.token_at("operator", &role_scope(*role), now))
            .collect();
        for (method, path) in &routes {
            let ask = async |token| call(&service, (method, path), token).await;
            let mut refused = |answer: &Answer, status: u16, code: &str| {
                assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
                assert_eq!(answer.json()["code"], code);
                let id = answer.header("x-correlation-id").unwrap().to_owned();
                expected.push((id, code.to_owned()));
            };
            refused(&ask(None).await, 401, "auth/token-invalid");
            refused(&ask(Some(&expired)).await, 401, "auth/token-expired");
            for token in &strangers {
                refused(&ask(Some(token)).await, 403, "auth/scope-missing");
            }
            let mut opens = 0;
            for token in &roles {
                let answer = ask(Some(token)).await;
                if answer.status == 403 && answer.json()["code"] == "auth/scope-missing" {
                    refused(&answer, 403, "auth/scope-missing");
                } else {
                    assert_ne!(answer.status, 401);
                    opens += 1;
                }
            }
            assert_eq!(opens, 1, "{method} {path} opens to {opens} roles");
        }
        let written = refusals(&place).await;
        for (id, code) in &expected {
            assert_eq!(written.get(id), Some(code), "{}", place.name);
        }
        assert!(expected.len() >= 8 * routes.len());
        // Nothing was started again by any of it.
        assert_eq!(
            service.exchanges(&format!("/{dead}")).await.json()["state"],
            "dead-lettered"
        );
        assert_eq!(stub.received_requests().await.unwrap().len(), calls);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_call_checks_its_token_once_whichever_listener_it_comes_to() {
    log::listen();
    let service = Scene::new().start().await;
    let kid = service.key.verification_key().kid;
    let checked = || {
        let text = log::text();
        let lines = text
            .lines()
            .filter(|line| line.contains("a signature is checked"));
        lines.filter(|line| line.contains(&kid)).count()
    };
    assert_eq!(checked(), 0);
    let known = member_match(&Person::number(2), "contoso");
    assert_eq!(service.ask("contoso", &known).await.status, 200);
    assert_eq!(checked(), 1);
    assert_eq!(service.exchanges("").await.status, 200);
    assert_eq!(checked(), 2);
    let call = (Method::GET, "/control/flags");
    let shown = service
        .operate(Role::Control, call, None, &Value::Null)
        .await;
    assert_eq!((shown.status, checked()), (200, 3));
    // What was found of one call is not taken for another one, not even on the same connection.
    let call = (Method::GET, "/control/flags");
    let refused = service.operate(Role::Audit, call, None, &Value::Null).await;
    assert_eq!((refused.status, checked()), (403, 4));
    let url = Service::url(service.running.admin, "/control/flags");
    let nobody = service
        .http
        .get(url)
        .header("x-purpose", "operations")
        .send()
        .await;
    assert_eq!((nobody.unwrap().status().as_u16(), checked()), (401, 4));
    service.clock.advance(Duration::from_secs(3601));
    let late = service.token_at("operator", &role_scope(Role::Control), support::now());
    let answer = self::call(&service, (&Method::GET, "/control/flags"), Some(&late)).await;
    assert_eq!(answer.json()["code"], json!("auth/token-expired"));
    assert_eq!(checked(), 5);
}

//! What the listener for partners says of itself: true, for everybody, and the same until something changes.
//! Refuses to believe the statement: what it names is called, and what is called is looked for in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use support::admin::shipped;
use support::catalogue::root;
use support::stores::stores;
use support::{Answer, Scene, Service};

async fn asked(service: &Service, at: SocketAddr, known: Option<&str>) -> Answer {
    let mut call = service.http.get(Service::url(at, "/metadata"));
    if let Some(known) = known {
        call = call.header("if-none-match", known);
    }
    Answer::of(call.send().await.unwrap()).await
}

async fn told(service: &Service) -> (Value, String) {
    let answer = asked(service, service.running.partner, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/fhir+json"));
    let tag = answer.header("etag").unwrap().to_owned();
    (answer.json(), tag)
}

fn resources(statement: &Value) -> &Vec<Value> {
    statement["rest"][0]["resource"].as_array().unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// Every call that a statement names.
fn named(statement: &Value) -> BTreeSet<(String, String)> {
    let mut calls = BTreeSet::new();
    for resource in resources(statement) {
        let kind = text(resource, "type");
        for interaction in list(resource, "interaction") {
            calls.insert(match text(interaction, "code") {
                "read" => ("GET".to_owned(), format!("/{kind}/some")),
                _ => ("GET".to_owned(), format!("/{kind}")),
            });
        }
        for operation in list(resource, "operation") {
            let name = text(operation, "name");
            calls.insert(match (kind, name) {
                ("Patient", "everything") => {
                    ("GET".to_owned(), "/Patient/some/$everything".to_owned())
                }
                ("Group", "davinci-data-export") => {
                    ("POST".to_owned(), format!("/Group/some/${name}"))
                }
                _ => ("POST".to_owned(), format!("/{kind}/${name}")),
            });
        }
    }
    calls
}

/// Names of operations, as the files of the listener spell their routes.
fn operations() -> BTreeSet<String> {
    let folder = root().join("reference/service/src/http/partner");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for after in text.split("/$").skip(1) {
            let is_name = |letter: &char| letter.is_ascii_lowercase() || *letter == '-';
            names.insert(after.chars().take_while(is_name).collect());
        }
    }
    names
}

#[tokio::test]
async fn everybody_is_told_what_is_served_and_nothing_else() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let (statement, _) = told(&service).await;
        for (method, path) in named(&statement) {
            let method: Method = method.parse().unwrap();
            let url = Service::url(service.running.partner, &path);
            let sent = service.http.request(method, url).body("{}").send().await;
            assert_eq!(
                sent.unwrap().status().as_u16(),
                401,
                "{path} is there, for partners"
            );
        }
        let claimed = resources(&statement)
            .iter()
            .flat_map(|one| list(one, "operation"));
        let claimed: BTreeSet<String> = claimed.map(|one| text(one, "name").to_owned()).collect();
        assert_eq!(claimed, operations());
        // Listeners that serve no partner say nothing of it.
        for other in [
            service.running.enterprise,
            service.running.admin,
            service.running.probe,
        ] {
            assert_eq!(asked(&service, other, None).await.status, 404);
        }
        service.running.stop().await;
    }
}

/// Source: FHIR R4 CapabilityStatement, elements of cardinality 1.. and invariants
#[tokio::test]
async fn the_statement_has_what_every_capability_statement_has() {
    let service = Scene::new().start().await;
    let (statement, _) = told(&service).await;
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    assert_eq!(
        (&statement["status"], &statement["kind"]),
        (&json!("active"), &json!("instance"))
    );
    assert_eq!(statement["fhirVersion"], "4.0.1");
    assert_eq!(statement["format"], json!(["application/fhir+json"]));
    assert!(text(&statement, "date").ends_with('Z'));
    // cpb-14: an instance says which; cpb-1: and how it is talked to.
    let base = format!("http://{}", service.running.partner);
    assert_eq!(statement["implementation"]["url"], base);
    assert!(!text(&statement["implementation"], "description").is_empty());
    assert!(!text(&statement["software"], "name").is_empty());
    let rest = &statement["rest"][0];
    assert_eq!(rest["mode"], "server");
    assert_eq!(
        rest["security"]["extension"][0]["extension"][0],
        json!({"url": "token", "valueUri": format!("{base}/token")})
    );
    let codes: Vec<&Value> = list(&rest["security"], "service")
        .iter()
        .map(|one| &one["coding"][0]["code"])
        .collect();
    assert_eq!(codes, ["SMART-on-FHIR", "Certificates"]);
    let kinds: Vec<&str> = resources(&statement)
        .iter()
        .map(|one| text(one, "type"))
        .collect();
    // cpb-9: a kind once; cpb-12: a parameter once.
    assert_eq!(
        kinds,
        ["Patient", "Group", "ExplanationOfBenefit", "Provenance"]
    );
    for resource in resources(&statement) {
        let names: Vec<&str> = list(resource, "searchParam")
            .iter()
            .map(|one| text(one, "name"))
            .collect();
        let once: BTreeSet<&&str> = names.iter().collect();
        assert_eq!(once.len(), names.len());
        assert!(
            list(resource, "searchParam")
                .iter()
                .all(|one| one["type"].is_string())
        );
        for operation in list(resource, "operation") {
            assert!(text(operation, "definition").starts_with("http://hl7.org/fhir/"));
        }
    }
    assert!(no_empty(&statement), "FHIR has no empty objects and lists");
    service.running.stop().await;
}

fn no_empty(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty() && members.values().all(no_empty),
        Value::Array(items) => !items.is_empty() && items.iter().all(no_empty),
        Value::String(text) => !text.is_empty(),
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[tokio::test]
async fn who_has_the_statement_is_told_so_until_another_state_is_published() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let at = service.running.partner;
        let (first, tag) = told(&service).await;
        service.clock.advance(std::time::Duration::from_secs(3600));
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = asked(&service, at, Some(&known)).await;
            assert_eq!((again.status, &*again.text), (304, ""), "{}", place.name);
            assert_eq!(again.header("etag"), Some(&*tag));
        }
        assert_eq!(asked(&service, at, Some("\"other\"")).await.status, 200);
        service.publish("flags", 2, &shipped("flags", 2, &[])).await;
        let changed = asked(&service, at, Some(&tag)).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), Some(&*tag));
        assert_ne!(changed.json()["version"], first["version"]);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn an_operation_whose_requests_nobody_can_judge_is_not_claimed() {
    let mut scene = Scene::new();
    let is_bulk = |id: &str| id.starts_with("pdex-bulk-member-match-request@");
    scene.config.schemas.retain(|id, _| !is_bulk(id));
    let service = scene.start().await;
    let (statement, _) = told(&service).await;
    let calls = named(&statement);
    let has = |name: &str| calls.iter().any(|(_, path)| path.ends_with(name));
    assert!(has("$member-match") && has("$davinci-data-export"));
    assert!(!has("$bulk-member-match") && !has("$multi-member-match"));
    service.running.stop().await;
}

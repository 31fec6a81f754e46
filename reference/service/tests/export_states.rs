//! Exports that a test finds at the phase it asks for, without waiting for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::export::path;
use support::request::Person;
use support::{Answer, Scene, Service};

/// Sets states after a match of the second person, with a history that begins in 2024.
async fn set(service: &Service, states: &[Value]) -> Answer {
    let member = Person::number(1).id;
    let mut all = vec![
        json!({"name": "member", "params": {"ref": member, "matches": 1}}),
        json!({"name": "history", "params": {"member": member, "from": "2024-01-01", "to": "2030-01-01"}}),
        json!({"name": "request", "params": {"member": member, "state": "matched"}}),
    ];
    all.extend_from_slice(states);
    service.control(Method::PUT, "states", &json!(all)).await
}

fn job(params: Value) -> Value {
    let mut params = params;
    params["kind"] = json!("data-export");
    params["member"] = json!(Person::number(1).id);
    json!({"name": "job", "params": params})
}

#[tokio::test]
async fn an_earlier_match_gives_the_list_that_a_match_gives() {
    let service = Scene::new().with_control().start().await;
    let answer = set(&service, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let group = answer.json()["values"]["group"]
        .as_str()
        .unwrap()
        .to_owned();
    let matched = service.matched("contoso", &Person::number(1)).await;
    assert_eq!(matched, format!("/Group/{group}"));
}

#[tokio::test]
async fn a_job_is_found_in_the_phase_that_was_asked_for() {
    for (phase, status, header) in [
        ("accepted", 202, Some(("x-progress", "0%"))),
        ("in-progress", 202, Some(("x-progress", "40%"))),
        ("complete", 200, None),
        ("failed", 502, None),
        ("expired", 404, None),
    ] {
        let service = Scene::new().with_control().start().await;
        let wanted = json!({"phase": phase, "progress": "40%", "id": "job-1"});
        let answer = set(&service, &[job(wanted)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["values"]["status"], "/async/job-1");
        let told = service.get("contoso", "/async/job-1").await;
        assert_eq!(told.status, status, "{phase}: {}", told.text);
        if let Some((name, value)) = header {
            assert_eq!(told.header(name), Some(value), "{phase}");
        }
        if phase == "complete" {
            let list = told.json();
            assert_eq!(list["error"].as_array().unwrap().len(), 1, "{list}");
            let url = path(list["output"][0]["url"].as_str().unwrap());
            assert_eq!(service.get("contoso", &url).await.status, 200);
        }
        if phase == "expired" {
            let file = "/async/job-1/ExplanationOfBenefit.ndjson";
            assert_eq!(service.get("contoso", file).await.status, 410);
        }
    }
}

#[tokio::test]
async fn a_job_that_is_there_goes_on_to_the_next_phase() {
    let service = Scene::new().with_control().start().await;
    let wanted = |phase| job(json!({"phase": phase, "id": "job-1"}));
    let answer = set(&service, &[wanted("in-progress"), wanted("complete")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(service.get("contoso", "/async/job-1").await.status, 200);
}

#[tokio::test]
async fn a_state_that_is_asked_for_wrongly_is_refused_with_its_parameter() {
    let service = Scene::new().with_control().start().await;
    for (wanted, status, told) in [
        (job(json!({"phase": "paused"})), 422, Some("phase")),
        (
            job(json!({"phase": "in-progress", "progress": "most"})),
            422,
            Some("progress"),
        ),
        (
            job(json!({"phase": "accepted", "id": "a b"})),
            422,
            Some("id"),
        ),
        (
            json!({"name": "job", "params": {"kind": "data-export", "phase": "accepted", "member": "nobody"}}),
            422,
            Some("member"),
        ),
        (
            json!({"name": "job", "params": {"kind": "match", "phase": "accepted"}}),
            501,
            None,
        ),
        (
            json!({"name": "history", "params": {"member": "nobody"}}),
            422,
            Some("member"),
        ),
        (
            json!({"name": "history", "params": {"member": "p01", "gaps": [{"from": "2025-01-01"}]}}),
            422,
            Some("gaps"),
        ),
        (
            json!({"name": "request", "params": {"state": "routed", "member": "p01"}}),
            501,
            None,
        ),
        (
            json!({"name": "request", "params": {"state": "matched", "member": "nobody"}}),
            422,
            Some("member"),
        ),
    ] {
        let answer = set(&service, std::slice::from_ref(&wanted)).await;
        assert_eq!(answer.status, status, "{wanted}: {}", answer.text);
        let said = answer.json();
        assert_eq!(said.get("param").and_then(Value::as_str), told, "{wanted}");
    }
}

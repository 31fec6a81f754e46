//! Small contracts of our own, and exchanges written by hand.

use crate::shipped::{versions, written};
use matchmark::contract::{Contract, Planned, verify};
use matchmark::model::{Effects, Exchange, Finding, HttpResponse, Replay};
use serde_json::{Map, Value, json};

const STATES: [&str; 5] = ["authorization", "consent", "coverage", "job", "member"];

/// A contract of `northwind` with these interactions, each completed to one that asks `/things` for nothing.
pub fn contract(interactions: Vec<Value>) -> Contract {
    let interactions: Vec<Value> = (1..)
        .zip(interactions)
        .map(|(number, given)| {
            let mut one = json!({
                "type": "Synchronous/HTTP", "key": format!("i{number}"), "description": format!("call {number}"),
                "providerStates": [],
                "request": {"method": "POST", "path": "/things"},
                "response": {"status": 200},
            });
            let terms = given.get("terms").cloned().unwrap_or_else(|| json!({}));
            for (key, value) in given.as_object().unwrap().iter().filter(|(key, _)| *key != "terms") {
                one[key] = value.clone();
            }
            one["comments"] = json!({"references": {"matchmark": terms}});
            one
        })
        .collect();
    let states: Map<String, Value> = STATES
        .iter()
        .map(|name| ((*name).to_owned(), json!("^1")))
        .collect();
    written(
        "northwind",
        &json!({
            "consumer": {"name": "northwind"},
            "provider": {"name": "payer-exchange"},
            "interactions": interactions,
            "metadata": {"pactSpecification": {"version": "4.0"}, "matchmark": {
                "formatVersion": "1.0", "owner": "northwind-intake", "states": states}},
        }),
    )
}

pub fn sent(body: &Value) -> Value {
    json!({"method": "POST", "path": "/things", "body": {"contentType": "application/json", "encoded": false, "content": body}})
}

pub fn answered(body: &Value) -> Value {
    json!({"status": 200, "body": {"contentType": "application/json", "encoded": false, "content": body}})
}

pub fn exchange(planned: &Planned, status: u16, body: &Value) -> Exchange {
    Exchange {
        contract: planned.contract.clone(),
        interaction: planned.interaction.clone(),
        request: planned.request.clone(),
        answer: Ok(HttpResponse {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }),
        effects: Some(Effects::default()),
        states_missing: Vec::new(),
        replay: Replay {
            variant: planned.variant.clone(),
            course: 1,
            ..Replay::default()
        },
    }
}

pub fn judged(contract: &Contract, seen: &[Exchange]) -> Vec<Finding> {
    verify(contract, seen, versions())
}

pub fn rules(findings: &[Finding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

//! Variants and generators: what is planned for them, and what exchanges show of them.

use crate::shipped::{exchanges, text, versions, workspace, written};
use crate::small::{answered, contract, exchange, judged, rules, sent};
use matchmark::contract::{Contract, Given, Planned, plan, read, unproven};
use matchmark::model::{Exchange, Finding, HttpResponse, Place};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn open(contract: &Contract, seen: &[Exchange], proofs: &[Finding]) -> Vec<Finding> {
    unproven(contract, seen, versions(), proofs)
}

fn body_of(planned: &Planned) -> Value {
    serde_json::from_slice(&planned.request.body).unwrap()
}

#[test]
fn every_combination_of_what_may_be_sent_is_replayed_and_the_example_comes_first() {
    let contract = contract(vec![json!({
        "request": sent(&json!({"a": 1, "b": "x", "list": [{"c": 1}, {"c": 2}]})),
        "terms": {"optional": [
            {"part": "request", "path": "$.a", "variants": [{"is": "absent"}, {"is": "null"}]},
            {"part": "request", "path": "$.list[*].c", "variants": [{"is": "value", "value": 9}]},
        ]},
    })]);
    let planned = plan(&contract);
    let shown: Vec<(&str, Value)> = planned
        .iter()
        .map(|one| (one.variant.as_str(), body_of(one)))
        .collect();
    let (two, nine) = (json!([{"c": 1}, {"c": 2}]), json!([{"c": 9}, {"c": 9}]));
    assert_eq!(
        shown,
        [
            ("", json!({"a": 1, "b": "x", "list": two})),
            (
                "request $.list[*].c variant 1",
                json!({"a": 1, "b": "x", "list": nine})
            ),
            ("request $.a absent", json!({"b": "x", "list": two})),
            (
                "request $.a absent, request $.list[*].c variant 1",
                json!({"b": "x", "list": nine})
            ),
            (
                "request $.a null",
                json!({"a": null, "b": "x", "list": two})
            ),
            (
                "request $.a null, request $.list[*].c variant 1",
                json!({"a": null, "b": "x", "list": nine})
            ),
        ]
    );
    let seen: Vec<Exchange> = planned
        .iter()
        .map(|one| exchange(one, 200, &json!({})))
        .collect();
    assert_eq!(rules(&judged(&contract, &seen)), Vec::<&str>::new());
    let findings = judged(&contract, &seen[..5]);
    assert_eq!(rules(&findings), ["contract/not-verified"]);
    assert!(
        findings[0].message.contains("$.a null"),
        "{}",
        findings[0].message
    );
    let mut broken = seen;
    broken[2].answer.as_mut().unwrap().status = 500;
    let findings = judged(&contract, &broken);
    assert_eq!(rules(&findings), ["contract/status-mismatch"]);
    assert_eq!(findings[0].notes[0].text, "request $.a absent");
}

#[test]
fn many_variants_are_replayed_in_pairs() {
    let members: Map<String, Value> = (0..10).map(|n| (format!("m{n}"), json!(n))).collect();
    let optional: Vec<Value> = (0..10)
        .map(|n| json!({"part": "request", "path": format!("$.m{n}"), "variants": [{"is": "absent"}]}))
        .collect();
    let contract = contract(vec![json!({
        "request": sent(&Value::Object(members)), "terms": {"optional": optional},
    })]);
    let planned = plan(&contract);
    assert!((4..=20).contains(&planned.len()), "{}", planned.len());
    let bodies: Vec<Value> = planned.iter().map(body_of).collect();
    for (one, two) in (0..10).flat_map(|one| (0..one).map(move |two| (one, two))) {
        for (first, second) in [(true, true), (true, false), (false, true), (false, false)] {
            let has = |body: &Value, n: u32| body.get(format!("m{n}")).is_some();
            let held = |body: &Value| has(body, one) == first && has(body, two) == second;
            assert!(bodies.iter().any(held), "m{one} {first}, m{two} {second}");
        }
    }
}

#[test]
fn a_variant_of_the_answer_with_states_is_replayed_in_them_and_must_be_seen() {
    let contract = contract(vec![json!({
        "providerStates": [{"name": "authorization", "params": {}}],
        "response": answered(&json!({"id": "x", "note": "y"})),
        "terms": {"optional": [{"part": "response", "path": "$.note", "variants": [
            {"is": "absent", "states": [{"name": "member", "params": {"ref": "p03", "matches": 0}}]}]}]},
    })]);
    let planned = plan(&contract);
    assert_eq!(planned.len(), 2);
    let names = |planned: &Planned| {
        planned
            .states
            .iter()
            .map(|s| s.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&planned[0]), ["authorization"]);
    assert_eq!(names(&planned[1]), ["authorization", "member"]);
    let whole = exchange(&planned[0], 200, &json!({"id": "x", "note": "y"}));
    let same = exchange(&planned[1], 200, &json!({"id": "x", "note": "y"}));
    let findings = open(&contract, &[whole.clone(), same], &[]);
    assert_eq!(rules(&findings), ["contract/variant-unproven"]);
    assert!(findings[0].message.contains("response $.note absent"));
    let short = exchange(&planned[1], 200, &json!({"id": "x"}));
    assert_eq!(open(&contract, &[whole.clone(), short.clone()], &[]), []);
    assert_eq!(judged(&contract, &[whole, short]), []);
}

#[test]
fn a_variant_that_nobody_showed_counts_only_where_it_is_proved_to_be_read() {
    let source = workspace()
        .contracts
        .iter()
        .find(|source| source.source.path == "contracts/contoso/member-match.json")
        .unwrap();
    let contract = read(source).unwrap();
    let seen: Vec<Exchange> = exchanges()
        .iter()
        .filter(|seen| seen.contract == contract.path)
        .cloned()
        .collect();
    assert_eq!(open(&contract, &seen, &[]), []);

    let subject = format!("{}#cm-one-match", contract.path);
    let proof = Finding::new(
        "contract/static-undecided",
        subject,
        Place::start("contract.json"),
    );
    let findings = open(&contract, &seen, &[proof]);
    assert!(!findings.is_empty());
    assert!(
        findings
            .iter()
            .all(|finding| finding.rule == "contract/variant-unproven")
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding.message.contains("proved to be read"))
    );

    let mut never = text("contoso");
    never["interactions"][0]["comments"]["references"]["matchmark"]["optional"]
        .as_array_mut()
        .unwrap()
        .push(json!({"part": "response", "path": "$.resourceType", "variants": [{"is": "null"}]}));
    let contract = written("contoso", &never);
    let findings = open(&contract, &[], &[]);
    let dead = findings
        .iter()
        .find(|finding| finding.message.contains("$.resourceType"));
    assert!(
        dead.unwrap().message.contains("no version in range"),
        "{findings:#?}"
    );
}

fn given<'a>(
    values: &'a Map<String, Value>,
    steps: &'a BTreeMap<String, HttpResponse>,
) -> Given<'a> {
    Given {
        as_of: "2026-11-01T10:20:30Z".parse().unwrap(),
        base: "http://127.0.0.1:1",
        values,
        steps,
    }
}

#[test]
fn generators_are_run_for_each_replay_and_their_values_are_no_mismatch() {
    let mut request = sent(
        &json!({"id": "example", "on": "2000-01-01", "who": "example", "self": "http://localhost/a/1"}),
    );
    request["path"] = json!("/things/example");
    request["headers"] = json!({"X-Trace": ["example"]});
    request["query"] = json!({"day": ["2000-01-01"]});
    request["generators"] = json!({
        "path": {"type": "ProviderState", "expression": "/things/${patient}"},
        "header": {"X-Trace": {"type": "RandomHexadecimal", "digits": 8}},
        "query": {"day": {"type": "Date"}},
        "body": {
            "$.id": {"type": "Uuid"},
            "$.on": {"type": "DateTime", "format": "yyyy-MM-dd HH:mm"},
            "$.who": {"type": "ProviderState", "expression": "patient"},
            "$.self": {"type": "MockServerURL", "example": "http://localhost/a/1", "regex": ".*(/a/\\d+)$"},
        },
    });
    let contract = contract(vec![
        json!({"request": request, "terms": {"idempotencyKey": "key-1"}}),
    ]);
    let planned = plan(&contract);
    let values = Map::from_iter([("patient".to_owned(), json!("pat-7"))]);
    let steps = BTreeMap::new();
    let made = planned[0].made(&given(&values, &steps)).unwrap();
    assert_eq!(
        made,
        planned[0].made(&given(&values, &steps)).unwrap(),
        "chance falls the same way again"
    );
    assert_eq!(made.path, "/things/pat-7?day=2026-11-01");
    let header = |name: &str| {
        made.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(header("idempotency-key"), Some("key-1"));
    assert_eq!(header("x-trace").unwrap().len(), 8);
    let body: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(body["on"], "2026-11-01 10:20");
    assert_eq!(body["who"], "pat-7");
    assert_eq!(body["self"], "http://127.0.0.1:1/a/1");
    assert_eq!(body["id"].as_str().unwrap().len(), 36);
    assert!(
        planned[0]
            .made(&given(&Map::new(), &steps))
            .unwrap_err()
            .contains("patient")
    );

    let mut seen = exchange(&planned[0], 200, &json!({}));
    seen.request = made;
    assert_eq!(judged(&contract, std::slice::from_ref(&seen)), []);
    seen.request.path = "/things/pat-7?day=2026-11-01&more=1".into();
    seen.request.body = b"{\"id\":\"x\"}".to_vec();
    assert!(rules(&judged(&contract, &[seen])).contains(&"contract/body-mismatch"));
}

//! The OperationOutcome as it travels: closed, and held by its own published schema.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use wire::json::{Document, Limits};
use wire::outcome::{Code, OperationOutcome};
use wire::payload::{Problem, Schema};

fn published() -> Value {
    serde_json::to_value(schemars::schema_for!(OperationOutcome)).unwrap()
}

#[test]
fn problems_become_issues_with_both_codings_and_a_path() {
    let schema = json!({
        "properties": {
            "resourceType": {"const": "Parameters"},
            "parameter": {"items": {"required": ["name"], "additionalProperties": false, "properties": {"name": true}}},
        },
    });
    let schema = Schema::compile(&schema).unwrap();
    let payload = br#"{"resourceType":"Parameters","parameter":[{"name":"a"},{"canary":1}]}"#;
    let problems = schema.problems(&Document::parse(payload, &Limits::PAYLOAD).unwrap());
    let outcome = OperationOutcome::from_problems(Code::BadBundle, &problems);
    let issue = |finding: &str, path: &str| {
        json!({
            "severity": "error",
            "code": "invalid",
            "details": {"coding": [
                {"system": "https://payer-exchange.example/error-codes", "code": "bad-bundle"},
                {"system": "https://payer-exchange.example/findings", "code": finding},
            ]},
            "expression": [path],
        })
    };
    assert_eq!(
        serde_json::to_value(&outcome).unwrap(),
        json!({"resourceType": "OperationOutcome", "issue": [
            issue("payload/required-missing", "Parameters.parameter[1].name"),
            issue("payload/unknown-name", "Parameters.parameter[1]"),
        ]})
    );
    assert_eq!(outcome.code(), Some(Code::BadBundle));
}

#[test]
fn every_outcome_that_can_be_sent_reads_back_and_fits_the_published_schema() {
    let schema = Schema::compile(&published()).expect("a schema");
    for code in Code::ALL {
        for status in code.statuses() {
            let paths = vec!["Parameters.parameter[0].resource".to_owned()];
            let outcome = OperationOutcome::new(code, *status, paths);
            let value = serde_json::to_value(&outcome).unwrap();
            assert!(schema.accepts(&value), "{value}");
            assert_eq!(
                serde_json::from_value::<OperationOutcome>(value).unwrap(),
                outcome
            );
        }
    }
}

#[test]
fn nothing_else_can_be_said() {
    let schema = Schema::compile(&published()).expect("a schema");
    let good = serde_json::to_value(OperationOutcome::new(Code::NoMatch, 422, Vec::new())).unwrap();
    assert!(schema.accepts(&good));
    for (pointer, name, value) in [
        ("", "text", json!({})),
        ("/issue/0", "diagnostics", json!("free text")),
        ("/issue/0/details", "text", json!("free text")),
        ("/issue/0/details/coding/0", "display", json!("free text")),
        ("/issue/0/details/coding/0", "code", json!("unheard-of")),
        ("/issue/0", "expression", json!(["a value, not a path"])),
        ("/issue/0", "code", json!("exception")),
        ("", "issue", json!([])),
    ] {
        let mut bad = good.clone();
        bad.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .insert(name.to_owned(), value);
        assert!(!schema.accepts(&bad), "{bad}");
    }
}

#[test]
fn a_text_that_is_not_json_is_malformed() {
    for (text, id, code) in [
        ("{", "payload/not-json", Code::Malformed),
        ("1e999", "payload/not-json", Code::Malformed),
        (
            "{\"a\":1,\"a\":1}",
            "payload/duplicate-key",
            Code::Malformed,
        ),
        (&"[".repeat(200), "payload/too-deep", Code::Malformed),
        (
            &" ".repeat(Limits::MATCH_BODY.bytes + 1),
            "payload/too-large",
            Code::TooLarge,
        ),
    ] {
        let fault = Document::parse(text.as_bytes(), &Limits::MATCH_BODY).unwrap_err();
        let problem = Problem::from_fault(&fault);
        assert_eq!((problem.id, problem.code), (id, code));
        assert_eq!(problem.position, fault.position);
        assert_eq!(Problem::code_of(&[problem]), Some(code));
    }
}

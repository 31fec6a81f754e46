//! Lines of a batch and their answers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use serde_json::json;

fn told(line: &str) -> Value {
    let answered = answer(line.as_bytes(), &Seal::new(&[7; 32]));
    let value: Value = serde_json::from_str(&answered.text).unwrap();
    assert_eq!(answered.is_verdict, value.get("error").is_none());
    value
}

fn asked(question: &Value) -> Value {
    told(&question.to_string())
}

#[test]
fn a_difference_is_told_by_rule_types_and_marks() {
    let line = json!({ "n": 7, "kind": "request", "spec": "4",
        "expected": { "method": "POST", "body": { "content": { "a": 1 } } },
        "actual": { "method": "POST", "body": { "a": "canary", "canary": 2 } } });
    let answer = asked(&line);
    assert_eq!(answer["n"], 7);
    assert_eq!(answer["match"], false);
    let found = answer["mismatches"].as_array().unwrap();
    assert_eq!(found[0]["pointer"], "/a");
    assert_eq!(found[0]["rule"], "equality");
    assert_eq!(found[0]["expectedType"], "number");
    assert_eq!(found[0]["actualType"], "string");
    assert_eq!(found[0]["actualHash"].as_str().unwrap().len(), 16);
    let place = line.to_string().find("1}").unwrap() + 1;
    assert_eq!(found[0]["contractAt"], format!("-:1:{place}"));
    assert!(found[1]["pointer"].as_str().unwrap().starts_with("/#"));
    assert!(!answer.to_string().contains("canary"));
}

#[test]
fn what_is_not_judged_is_unsupported_and_what_differs_beside_it_is_false() {
    let xml = |expected: &str, actual: &str| {
        json!({ "n": 1, "kind": "response", "spec": "2",
            "expected": { "status": 200, "headers": { "Content-Type": expected }, "body": "<a/>" },
            "actual": { "status": 200, "headers": { "Content-Type": actual }, "body": "<b/>" } })
    };
    let answer = asked(&xml("application/xml", "application/xml"));
    assert_eq!(answer["match"], "unsupported");
    assert_eq!(answer["mismatches"], json!([]));
    assert!(answer["why"].is_string());
    let answer = asked(&xml("application/xml", "application/json"));
    assert_eq!(answer["match"], false);
    let binary = json!({ "n": 2, "kind": "response", "spec": "4",
        "expected": { "body": { "content": {"a": "x"} },
            "matchingRules": { "body": { "$.a": { "matchers": [{ "match": "contentType", "value": "image/png" }] } } } },
        "actual": { "body": {"a": "y"} } });
    assert_eq!(asked(&binary)["match"], "unsupported");
}

#[test]
fn a_line_that_is_no_question_tells_where_it_goes_wrong() {
    let ruled = |matcher: &str, path: &str| {
        format!(
            r#"{{"n":4,"kind":"response","spec":"3","expected":{{"body":{{"a":1}},"matchingRules":{{"body":{{"{path}":{{"matchers":[{matcher}]}}}}}}}},"actual":{{}}}}"#
        )
    };
    for (line, n, id) in [
        ("{\"n\":3,".to_owned(), json!(3), "contract/not-json"),
        ("x".to_owned(), json!(null), "contract/not-json"),
        (
            r#"{"n":3,"kind":"request","spec":"2","expected":{"a":1,"a":2},"actual":{}}"#
                .to_owned(),
            json!(3),
            "contract/duplicate-key",
        ),
        (
            r#"{"n":"x","spec":"2"}"#.to_owned(),
            json!("x"),
            "contract/wrong-type",
        ),
        (
            r#"{"n":3,"kind":"request","spec":"9","expected":{},"actual":{}}"#.to_owned(),
            json!(3),
            "contract/version-unsupported",
        ),
        (
            ruled(r#"{"match":"canary"}"#, "$.a"),
            json!(4),
            "contract/unknown-matcher",
        ),
        (
            ruled(r#"{"match":"regex","regex":"(?=canary)"}"#, "$.a"),
            json!(4),
            "contract/bad-regex",
        ),
        (
            ruled(r#"{"match":"type"}"#, "$.a[canary"),
            json!(4),
            "contract/bad-path",
        ),
        (
            r#"{"n":3,"kind":"request","spec":"2","expected":{},"actual":7}"#.to_owned(),
            json!(3),
            "contract/wrong-type",
        ),
        (
            r#"{"n":3,"kind":"request","spec":"2","actual":{}}"#.to_owned(),
            json!(3),
            "contract/wrong-type",
        ),
    ] {
        let answer = told(&line);
        assert_eq!(answer["n"], n, "{line}");
        assert_eq!(answer["error"]["id"], id, "{line}");
        assert!(
            answer["error"]["at"].as_str().unwrap().starts_with("1:"),
            "{line}"
        );
        assert!(!answer.to_string().contains("canary"), "{answer}");
    }
}

#[test]
fn messages_are_judged_by_contents_and_metadata() {
    let line = |metadata: Value, contents: Value| {
        json!({ "n": 1, "kind": "message", "spec": "3",
            "expected": { "metaData": { "contentType": "application/json", "topic": "a" },
                "contents": { "a": 1 },
                "matchingRules": { "metadata": { "topic": { "matchers": [{ "match": "regex", "regex": "[a-c]" }] } } } },
            "actual": { "metaData": metadata, "contents": contents } })
    };
    let fits = json!({ "contentType": "application/json; charset=utf-8", "topic": "c", "more": 1 });
    assert_eq!(
        asked(&line(fits.clone(), json!({ "a": 1, "b": 2 })))["match"],
        true
    );
    assert_eq!(asked(&line(fits, json!({ "a": 2 })))["match"], false);
    for metadata in [
        json!({ "contentType": "application/json", "topic": "d" }),
        json!({ "contentType": "application/json" }),
        json!({ "contentType": "text/plain", "topic": "a" }),
    ] {
        let answer = asked(&line(metadata, json!({ "a": 1 })));
        assert_eq!(answer["mismatches"][0]["part"], "metadata", "{answer}");
    }
}

//! Every matcher in every part: a match, a mismatch, and nothing of the payload in what is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::contract::matching::{self, Message, Mismatch, Target};
use matchmark::contract::{Edition, Part, Query, Terms, read_request, read_response};
use serde_json::{Value, json};
use wire::json::{Document, Limits};

fn document(value: &Value) -> Document {
    Document::parse(value.to_string().as_bytes(), &Limits::FILE).unwrap()
}

fn response(expected: &Value, body: &Value) -> Vec<Mismatch> {
    raw_response(expected, body.to_string().as_bytes())
}

fn raw_response(expected: &Value, body: &[u8]) -> Vec<Mismatch> {
    let document = document(expected);
    let expected = read_response(&document, "", Edition::V4).unwrap_or_else(|f| panic!("{f:?}"));
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let message = Message {
        headers: &headers,
        body: Some(body),
    };
    matching::response(&expected, &Terms::default(), "", 200, &message)
}

fn request(expected: &Value, path: &str, query: &str, headers: &[(&str, &str)]) -> Vec<Mismatch> {
    let document = document(expected);
    let expected = read_request(&document, "", Edition::V4).unwrap_or_else(|f| panic!("{f:?}"));
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let target = Target {
        method: "get",
        path,
        query: Query::of_text(query, Edition::V4),
    };
    let message = Message {
        headers: &headers,
        body: None,
    };
    matching::request(&expected, &Terms::default(), "", &target, &message)
}

fn ruled(example: &Value, matcher: &Value) -> Value {
    json!({
        "body": { "content": { "a": example } },
        "matchingRules": { "body": { "$.a": { "matchers": [matcher] } } },
    })
}

#[test]
fn every_matcher_judges_bodies() {
    let word = |word: &str| json!({ "match": word });
    let variants = json!({ "match": "arrayContains", "variants": [
        { "index": 1, "rules": { "$.v": { "matchers": [word("type")] } } } ] });
    let list = json!([{ "n": 1, "v": 1 }, { "n": 2, "v": "x" }]);
    for (example, matcher, good, bad) in [
        (json!(1), word("equality"), json!(1.0), json!(2)),
        (
            json!("x"),
            json!({ "match": "regex", "regex": "\\d+" }),
            json!(12),
            json!("1a"),
        ),
        (
            json!({ "b": 1 }),
            word("type"),
            json!({ "b": 7, "c": 1 }),
            json!({ "b": "7" }),
        ),
        (
            json!([1]),
            json!({ "match": "type", "max": 2 }),
            json!([1, 2]),
            json!([1, 2, 3]),
        ),
        (
            json!("ab"),
            json!({ "match": "include", "value": "b" }),
            json!("xbx"),
            json!("x"),
        ),
        (
            json!("1.0.0"),
            word("semver"),
            json!("2.1.0-rc.1"),
            json!("1.0"),
        ),
        (json!(1), word("number"), json!(1.5), json!("1")),
        (json!(1), word("integer"), json!(12), json!(12.5)),
        (json!(1.5), word("decimal"), json!(0.25), json!(12)),
        (json!(true), word("boolean"), json!("false"), json!("no")),
        (json!(null), word("null"), json!(null), json!("null")),
        (
            json!("2026-01-01"),
            word("date"),
            json!("2024-02-29"),
            json!("2026-02-29"),
        ),
        (
            json!("10:00:00"),
            word("time"),
            json!("23:59:59"),
            json!("24:00:00"),
        ),
        (
            json!("2026-01-01T10:00:00Z"),
            word("datetime"),
            json!("2026-01-01T10:00:00+01:00"),
            json!("2026-01-01"),
        ),
        (
            json!({ "b": 1 }),
            word("values"),
            json!({ "c": 1 }),
            json!({ "c": 2 }),
        ),
        (
            list,
            variants,
            json!([{ "n": 2, "v": "y" }]),
            json!([{ "n": 2, "v": 1 }]),
        ),
        (json!("x"), word("notEmpty"), json!("y"), json!("")),
        (
            json!({ "b": 1 }),
            json!({ "match": "eachKey", "rules": [{ "match": "regex", "regex": "[a-z]" }] }),
            json!({ "c": 9 }),
            json!({ "B": 9 }),
        ),
        (
            json!([1]),
            json!({ "match": "eachValue", "rules": [word("number")] }),
            json!([2, 3]),
            json!([2, "3"]),
        ),
    ] {
        let expected = ruled(&example, &matcher);
        assert_eq!(response(&expected, &json!({ "a": good })), [], "{matcher}");
        let found = response(&expected, &json!({ "a": bad }));
        assert!(!found.is_empty(), "{matcher} accepts {bad}");
    }
}

#[test]
fn headers_queries_and_paths_are_texts_and_numbers_are_read_in_them() {
    let expected = json!({
        "method": "GET", "path": "/members/1",
        "query": { "page": ["1"], "kind": ["a", "b"] },
        "headers": { "X-Count": ["1"], "Accept": ["application/json"] },
        "matchingRules": {
            "path": { "matchers": [{ "match": "regex", "regex": "/members/\\d+" }] },
            "query": { "page": { "matchers": [{ "match": "integer" }] } },
            "header": { "X-Count": { "matchers": [{ "match": "number" }] } } },
    });
    let headers = [
        ("x-count", "7"),
        ("accept", "Application/JSON; q=1"),
        ("x-more", "1"),
    ];
    assert_eq!(
        request(&expected, "/members/27", "kind=a&kind=b&page=9", &headers),
        []
    );
    for (path, query, headers, part) in [
        (
            "/members/x",
            "page=1&kind=a&kind=b",
            &headers[..],
            Part::Path,
        ),
        (
            "/members/1",
            "page=x&kind=a&kind=b",
            &headers[..],
            Part::Query,
        ),
        (
            "/members/1",
            "page=1&kind=b&kind=a",
            &headers[..],
            Part::Query,
        ),
        (
            "/members/1",
            "page=1&kind=a&kind=b&canary=canary",
            &headers[..],
            Part::Query,
        ),
        (
            "/members/1",
            "page=1&kind=a&kind=b",
            &[("x-count", "x"), headers[1]][..],
            Part::Header,
        ),
        (
            "/members/1",
            "page=1&kind=a&kind=b",
            &headers[1..],
            Part::Header,
        ),
    ] {
        let found = request(&expected, path, query, headers);
        assert!(
            found.iter().any(|mismatch| mismatch.part == part),
            "{path} {query}"
        );
        assert!(!format!("{found:?}").contains("canary"));
    }
}

#[test]
fn a_status_may_be_given_as_a_class() {
    let expected = json!({ "status": 201, "matchingRules": {
        "status": { "$": { "matchers": [{ "match": "statusCode", "status": "success" }] } } } });
    assert_eq!(raw_response(&expected, b""), []);
    let expected = json!({ "status": 404, "matchingRules": {
        "status": { "matchers": [{ "match": "statusCode", "status": [404, 410] }] } } });
    assert_eq!(raw_response(&expected, b"")[0].part, Part::Status);
}

#[test]
fn matchers_join_with_and_or_with_or() {
    let joined = |combine: &str| {
        json!({
            "body": { "content": { "a": 1 } },
            "matchingRules": { "body": { "$.a": { "combine": combine,
                "matchers": [{ "match": "integer" }, { "match": "null" }] } } } })
    };
    assert_eq!(response(&joined("OR"), &json!({ "a": null })), []);
    assert_eq!(
        response(&joined("AND"), &json!({ "a": null }))[0].rule,
        "integer"
    );
    assert_eq!(
        response(&joined("OR"), &json!({ "a": "x" }))[0].rule,
        "integer"
    );
}

#[test]
fn numbers_compare_exactly_as_they_are_written() {
    let expected = json!({ "body": { "content": { "a": 9_007_199_254_740_993_u64 } } });
    assert_eq!(raw_response(&expected, b"{\"a\": 9007199254740993.0}"), []);
    assert_eq!(
        raw_response(&expected, b"{\"a\": 9007199254740992}").len(),
        1
    );
}

#[test]
fn json_that_stands_as_a_string_is_read_as_json() {
    let expected = json!({ "body": { "encoded": "JSON", "content": "{\"a\": 1}" } });
    assert_eq!(response(&expected, &json!({ "a": 1, "b": 2 })), []);
    assert_eq!(response(&expected, &json!({ "a": 2 })).len(), 1);
}

#[test]
fn nothing_of_the_payload_is_told() {
    let expected = json!({ "body": { "content": { "a": [{ "b": "x" }], "c": "y" } } });
    let canary = json!({ "a": [{ "b": "canary", "canary": 1 }, "canary"], "c": { "canary": 1 } });
    let found = response(&expected, &canary);
    assert!(!found.is_empty());
    for mismatch in found {
        assert!(!format!("{mismatch:?} {}", mismatch.sentence()).contains("canary"));
    }
}

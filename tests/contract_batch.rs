//! Every matcher in every part where it may stand, and a batch that never sings of a value.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::contract::batch::answer;
use matchmark::contract::matching::Seal;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

fn judged(kind: &str, expected: &Value, actual: &Value) -> Value {
    let line = json!({ "n": 1, "kind": kind, "spec": "4", "expected": expected, "actual": actual });
    let answered = answer(line.to_string().as_bytes(), &Seal::new(&[3; 32]));
    serde_json::from_str(&answered.text).unwrap()
}

/// Matchers of a text: example, what fits, what does not.
fn of_texts() -> Vec<(Value, &'static str, &'static str, Option<&'static str>)> {
    let word = |word: &str| json!({ "match": word });
    let regex = json!({ "match": "regex", "regex": "\\d+" });
    let dated = json!({ "match": "datetime", "format": "EEE, dd MMM yyyy HH:mm:ss 'GMT'" });
    vec![
        (word("equality"), "a", "a", Some("b")),
        (regex, "1", "12", Some("1a")),
        (
            json!({ "match": "include", "value": "b" }),
            "ab",
            "xbx",
            Some("x"),
        ),
        (word("semver"), "1.0.0", "2.1.0-rc.1", Some("1.0")),
        (word("number"), "1", "-1.5e3", Some("one")),
        (word("integer"), "1", "12", Some("1.5")),
        (word("decimal"), "1.5", "0.25", Some("12")),
        (word("real"), "1.5", "1e3", Some("12")),
        (word("boolean"), "true", "false", Some("no")),
        (word("date"), "2026-01-01", "2024-02-29", Some("2026-02-29")),
        (word("time"), "10:00:00", "23:59:59", Some("24:00:00")),
        (
            word("datetime"),
            "2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00+01:00",
            Some("2026-01-01"),
        ),
        (
            word("timestamp"),
            "2026-01-01T10:00:00Z",
            "2026-02-01T10:00:00Z",
            Some("soon"),
        ),
        (
            dated,
            "Sun, 22 Nov 2026 10:00:00 GMT",
            "Mon, 23 Nov 2026 10:00:00 GMT",
            Some("Mon, 22 Nov 2026 10:00:00 GMT"),
        ),
        (word("notEmpty"), "a", "b", Some("")),
        // Where everything is text, every text has the type of the example.
        (word("type"), "a", "7", None),
    ]
}

/// Every part whose values are texts: kind of message, expectation with a rule, what is seen.
fn placed(part: &str, matcher: &Value, example: &str, seen: &str) -> (Value, Value) {
    let list = json!({ "matchers": [matcher] });
    match part {
        "path" => (
            json!({ "path": example, "matchingRules": { "path": list } }),
            json!({ "path": seen }),
        ),
        "query" => (
            json!({ "query": { "q": [example] }, "matchingRules": { "query": { "q": list } } }),
            json!({ "query": { "q": [seen] } }),
        ),
        "header" => (
            json!({ "headers": { "X-A": [example] }, "matchingRules": { "header": { "X-A": list } } }),
            json!({ "headers": { "x-a": [seen] } }),
        ),
        "metadata" => (
            json!({ "metadata": { "k": example }, "matchingRules": { "metadata": { "k": list } } }),
            json!({ "metadata": { "k": seen } }),
        ),
        other => panic!("{other}"),
    }
}

#[test]
fn every_matcher_of_texts_judges_paths_queries_headers_and_metadata() {
    for part in ["path", "query", "header", "metadata"] {
        let kind = if part == "metadata" {
            "message"
        } else {
            "request"
        };
        for (matcher, example, good, bad) in of_texts() {
            let (expected, actual) = placed(part, &matcher, example, good);
            let answer = judged(kind, &expected, &actual);
            assert_eq!(answer["match"], true, "{part} {matcher}: {answer}");
            let Some(bad) = bad else { continue };
            let (expected, actual) = placed(part, &matcher, example, bad);
            let answer = judged(kind, &expected, &actual);
            let found = &answer["mismatches"][0];
            assert_eq!(found["part"], part, "{part} {matcher}: {answer}");
            let word = matcher["match"].as_str().unwrap();
            let word = match word {
                "real" => "decimal",
                "timestamp" => "datetime",
                word => word,
            };
            assert_eq!(found["rule"], word, "{part} {matcher}");
        }
    }
}

#[test]
fn no_text_is_null_and_no_text_has_keys_or_items() {
    let inner = json!([{ "match": "type" }]);
    for matcher in [
        json!({ "match": "null" }),
        json!({ "match": "values" }),
        json!({ "match": "eachKey", "rules": inner }),
        json!({ "match": "arrayContains", "variants": [{ "index": 0 }] }),
    ] {
        for part in ["path", "header"] {
            let (expected, actual) = placed(part, &matcher, "a", "a");
            let answer = judged("request", &expected, &actual);
            assert_eq!(answer["match"], false, "{part} {matcher}");
        }
    }
}

#[test]
fn the_values_of_a_query_key_are_a_list() {
    let asked = |matcher: &Value, values: &[&str]| {
        let expected = json!({ "query": { "q": ["a", "b"] },
            "matchingRules": { "query": { "q": { "matchers": [matcher] } } } });
        judged("request", &expected, &json!({ "query": { "q": values } }))["match"].clone()
    };
    let sized = json!({ "match": "type", "min": 2, "max": 3 });
    assert_eq!(asked(&sized, &["x", "y", "z"]), true);
    assert_eq!(asked(&sized, &["x"]), false);
    assert_eq!(asked(&sized, &["x", "y", "z", "a"]), false);
    let each = json!({ "match": "eachValue", "rules": [{ "match": "regex", "regex": "[a-z]" }] });
    assert_eq!(asked(&each, &["x", "y", "z"]), true);
    assert_eq!(asked(&each, &["x", "Y"]), false);
    let contains = json!({ "match": "arrayContains", "variants": [{ "index": 1 }] });
    assert_eq!(asked(&contains, &["x", "b"]), true);
    assert_eq!(asked(&contains, &["x"]), false);
    let single = json!({ "query": { "q": ["1"] }, "matchingRules": {
        "query": { "$.q[0]": { "matchers": [{ "match": "integer" }] } } } });
    assert_eq!(
        judged("request", &single, &json!({ "query": { "q": ["7"] } }))["match"],
        true
    );
    assert_eq!(
        judged("request", &single, &json!({ "query": { "q": ["x"] } }))["match"],
        false
    );
}

#[test]
fn every_class_of_status_codes_admits_its_codes() {
    for (class, good, bad) in [
        (json!("info"), 101, 200),
        (json!("success"), 204, 302),
        (json!("redirect"), 302, 200),
        (json!("clientError"), 422, 500),
        (json!("serverError"), 503, 404),
        (json!("nonError"), 399, 400),
        (json!("error"), 599, 302),
        (json!([404, 410]), 410, 409),
    ] {
        let rule = json!({ "matchers": [{ "match": "statusCode", "status": class }] });
        for rules in [
            json!({ "status": rule }),
            json!({ "status": { "$": rule } }),
        ] {
            let expected = json!({ "status": 200, "matchingRules": rules });
            let seen = |status: u16| judged("response", &expected, &json!({ "status": status }));
            assert_eq!(seen(good)["match"], true, "{class}");
            let answer = seen(bad);
            assert_eq!(answer["mismatches"][0]["part"], "status", "{class}");
            assert_eq!(answer["mismatches"][0]["rule"], "statusCode", "{class}");
        }
    }
}

#[test]
fn a_body_is_judged_in_the_language_that_either_side_names() {
    let typed = |media: &str| json!({ "Content-Type": media });
    let form = "application/x-www-form-urlencoded";
    for (expected, actual, verdict) in [
        // Forms are queries: any order of keys, the same order of values.
        (
            json!({ "headers": typed(form), "body": "a=1&b=2" }),
            json!({ "headers": typed(form), "body": "b=2&a=1" }),
            json!(true),
        ),
        (
            json!({ "headers": typed(form), "body": "a=1&a=2" }),
            json!({ "headers": typed(form), "body": "a=2&a=1" }),
            json!(false),
        ),
        (
            json!({ "body": "a=1&b=2" }),
            json!({ "headers": typed(form), "body": "b=2&a=1" }),
            json!(true),
        ),
        (
            json!({ "body": "x" }),
            json!({ "headers": typed("text/plain"), "body": "x" }),
            json!(true),
        ),
        (
            json!({ "body": "x" }),
            json!({ "headers": typed("application/pdf"), "body": "x" }),
            json!("unsupported"),
        ),
        (
            json!({ "headers": typed("application/json"), "body": "x" }),
            json!({ "headers": typed("application/json"), "body": "x" }),
            json!(true),
        ),
        (json!({ "body": null }), json!({}), json!(true)),
        (json!({ "body": "" }), json!({ "body": null }), json!(true)),
        (
            json!({ "body": { "a": 1 } }),
            json!({ "body": "" }),
            json!(false),
        ),
        (json!({}), json!({ "body": { "a": 1 } }), json!(true)),
    ] {
        let line = json!({ "n": 1, "kind": "response", "spec": "3", "expected": expected, "actual": actual });
        let answered = answer(line.to_string().as_bytes(), &Seal::new(&[3; 32]));
        let told: Value = serde_json::from_str(&answered.text).unwrap();
        assert_eq!(told["match"], verdict, "{line}\n{told}");
    }
    let ruled = json!({ "headers": typed(form), "body": "a=1", "matchingRules": {
        "body": { "$.a": { "matchers": [{ "match": "integer" }] } } } });
    for (seen, fits) in [("a=7", true), ("a=x", false)] {
        let line = json!({ "n": 1, "kind": "request", "spec": "3", "expected": ruled,
            "actual": { "headers": typed(form), "body": seen } });
        let answered = answer(line.to_string().as_bytes(), &Seal::new(&[3; 32]));
        let told: Value = serde_json::from_str(&answered.text).unwrap();
        assert_eq!(told["match"], fits, "{told}");
    }
}

#[test]
fn bodies_of_the_fourth_edition_may_be_wrapped_on_both_sides() {
    let wrapped = |content: Value, encoded: Value| json!({ "body": { "contentType": "application/json", "encoded": encoded, "content": content } });
    let expected = wrapped(json!({ "a": 1 }), json!(false));
    for actual in [
        wrapped(json!({ "a": 1.0 }), json!(false)),
        wrapped(json!("{\"a\":1}"), json!("JSON")),
        json!({ "body": { "a": 1 } }),
    ] {
        assert_eq!(
            judged("request", &expected, &actual)["match"],
            true,
            "{actual}"
        );
    }
    let binary = wrapped(json!("AAEC"), json!("base64"));
    assert_eq!(
        judged("request", &expected, &binary)["match"],
        "unsupported"
    );
    let other = json!({ "body": { "contentType": "text/plain", "content": "x" } });
    assert_eq!(
        judged("request", &expected, &other)["mismatches"][0]["rule"],
        "media-type"
    );
}

/// A thousand differences with a canary in every part of what was seen, as key and as value.
fn sung() -> (Vec<Value>, Vec<String>) {
    let (mut lines, mut canaries) = (Vec::new(), Vec::new());
    for number in 0..143 {
        let canary = format!("canary{number:04}x");
        let key = format!("k{canary}");
        let expected = json!({ "method": "GET", "path": "/a", "query": { "q": ["1"] }, "headers": { "X-A": "1" },
            "body": { "a": 1, "b": [{ "c": "x" }] },
            "matchingRules": { "body": { "$.b[*].c": { "matchers": [{ "match": "integer" }] } } } });
        let mut actual = json!({ "method": canary, "path": format!("/{canary}"), "query": { "q": [canary] },
            "headers": { "X-A": canary, "Cookie": canary }, "body": { "a": canary, "b": [{ "c": canary }] } });
        actual["query"][&key] = json!([canary]);
        actual["body"][&key] = json!(canary);
        lines.push(json!({ "n": number, "kind": "request", "spec": "3", "expected": expected, "actual": actual }));
        let expected = json!({ "contents": "text", "metadata": { "topic": "x", "contentType": "text/plain" } });
        let mut actual = json!({ "contents": canary, "metadata": { "topic": canary, "contentType": "text/plain" } });
        actual["metadata"][&key] = json!(canary);
        lines.push(json!({ "n": 1000 + number, "kind": "message", "spec": "3", "expected": expected, "actual": actual }));
        // A line that is no question tells nothing of itself either.
        lines.push(json!({ "n": 2000 + number, "kind": canary, "spec": canary, "expected": canary, "actual": canary }));
        canaries.push(canary);
    }
    (lines, canaries)
}

#[test]
fn a_thousand_mismatches_tell_no_value_and_no_key() {
    let (lines, canaries) = sung();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let text = format!("{text}{{\"n\": 1, \"canary0000x\": canary0000x}}\n");
    let outputs = [batch(&text, &[]), batch(&text, &["--jobs", "3"])];
    for output in &outputs {
        assert_eq!(output.status.code(), Some(2));
        let stdout = String::from_utf8(output.stdout.clone()).unwrap();
        let answers: Vec<Value> = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), lines.len() + 1);
        let count = |answer: &Value| answer["mismatches"].as_array().map_or(0, Vec::len);
        let found: usize = answers.iter().map(count).sum();
        assert!(found >= 1000, "{found}");
        let stderr = String::from_utf8(output.stderr.clone()).unwrap();
        for canary in &canaries {
            assert!(
                !stdout.contains(canary.as_str()) && !stderr.contains(canary.as_str()),
                "{canary}"
            );
        }
        // Equal values have equal marks inside one run.
        let marks = answers[0]["mismatches"].as_array().unwrap();
        assert_eq!(marks[0]["part"], "method");
        let value = marks
            .iter()
            .find(|mismatch| mismatch["pointer"] == "/a")
            .unwrap();
        assert_eq!(value["actualHash"], marks[0]["actualHash"]);
    }
    let first = |output: &std::process::Output| {
        output
            .stdout
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap()
            .to_vec()
    };
    // And never across two runs.
    assert_ne!(first(&outputs[0]), first(&outputs[1]));
}

#[test]
fn every_answer_is_there_before_the_next_line_is_asked() {
    let mut child = command(&["--jobs", "2"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    for number in 0..20 {
        writeln!(
            input,
            "{}",
            json!({ "n": number, "kind": "response", "spec": "3", "expected": {}, "actual": {} })
        )
        .unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut output, &mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            answer,
            json!({ "n": number, "match": true, "mismatches": [] })
        );
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
    command
        .args(["contract", "match", "--batch"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn batch(text: &str, arguments: &[&str]) -> std::process::Output {
    let mut child = command(arguments).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

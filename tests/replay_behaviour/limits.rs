//! What cannot be had again, what may not be told, and services that answer without end.

use crate::recording::{CONSUMER, Case, body, changed, one, recorded};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

#[test]
fn what_cannot_be_had_again_is_neither_green_nor_red() {
    let malformed = one("$member-match", 400);
    let entry = |change: &dyn Fn(&mut Value)| {
        let line = &recorded()[malformed];
        let list = |side: &str| -> Value {
            let members = line[side]["headers"].as_object().unwrap().iter();
            members
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()
        };
        let text = line["response"]["body"].as_str().unwrap();
        let mut entry = json!({
            "startedDateTime": "2026-11-01T00:00:00Z",
            "request": {"method": "POST", "url": format!("http://127.0.0.1:1{}", line["request"]["path"].as_str().unwrap()),
                        "headers": list("request"), "postData": {"mimeType": "application/fhir+json", "text": line["request"]["body"]}},
            "response": {"status": 400, "headers": list("response"), "content": {"size": text.len(), "text": text}},
        });
        change(&mut entry);
        Case::written("day.har", &json!({"log": {"entries": [entry]}}).to_string())
    };
    let verdict = |change: &dyn Fn(&mut Value)| {
        let result = entry(change).json(&["--consumer", CONSUMER]);
        let why = result["undecided"]["first"][0]["message"]
            .as_str()
            .unwrap_or_default();
        format!("{} {why}", result["verdict"].as_str().unwrap())
    };
    assert_eq!(verdict(&|_| {}), "go ");
    for (change, why) in [
        (
            (|it| it["request"]["postData"]["mimeType"] = json!("multipart/form-data; boundary=x"))
                as fn(&mut Value),
            "several parts",
        ),
        (
            |it| {
                it["request"]["postData"] =
                    json!({"mimeType": "text/plain", "encoding": "base64", "text": "/w=="})
            },
            "no text",
        ),
        (
            |it| {
                it["request"]["bodySize"] = json!(70_000);
            },
            "a part of the body only",
        ),
        (
            |it| {
                it["response"]["content"]["text"] = json!("");
            },
            "a part of the body only",
        ),
        (
            |it| {
                it["response"]["status"] = json!(401);
                it["request"]["headers"] = json!([{"name": "Authorization", "value": "gone"}]);
            },
            "credentials",
        ),
    ] {
        let said = verdict(&change);
        assert!(
            said.starts_with("undecided ") && said.contains(why),
            "{said}"
        );
    }
    // What follows the host of the provider must not become a part of it.
    let mut elsewhere = recorded()[malformed].clone();
    elsewhere["request"]["path"] = json!("@other.example/a");
    let elsewhere = Case::of(&[elsewhere]).json(&[]);
    let why = elsewhere["undecided"]["first"][0]["message"]
        .as_str()
        .unwrap();
    assert!(why.contains("no path"), "{elsewhere:#}");
    let nobody = entry(&|_| {}).run(&[]);
    assert_eq!(nobody.status.code(), Some(2));
    assert_eq!(Case::of(&[]).run(&[]).status.code(), Some(4));
}

#[test]
fn nothing_that_was_said_is_in_any_output() {
    let lines = changed(|all| {
        for line in all {
            line["request"]["headers"]["authorization"] = json!("Bearer canary-token");
            line["request"]["headers"]["x-canary"] = json!("canary-header");
            line["request"]["path"] = json!(format!(
                "{}?canary=canary",
                line["request"]["path"].as_str().unwrap()
            ));
            line["response"]["headers"]["location"] = json!("http://canary/canary/canary");
            line["response"]["status"] = json!(207);
            body(line, |it| it["canary"] = json!({"canary": "canary"}));
        }
    });
    let mut odd = lines[0].clone();
    odd["request"]["method"] = json!("CANARY");
    odd["request"]["path"] = json!("/canary/canary7");
    let case = Case::of(&[&lines[..], &[odd]].concat());
    for format in ["text", "json", "markdown"] {
        let output = case.run(&["--format", format, "--verbose"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        for stream in [output.stdout, output.stderr] {
            let said = String::from_utf8(stream).unwrap().to_lowercase();
            assert!(!said.contains("canary"), "{said}");
        }
    }
    for (member, value) in [
        ("partner", json!("canary")),
        ("states", json!([{"name": "canary"}])),
        ("request", json!("canary")),
    ] {
        let mut line = recorded()[0].clone();
        line[member] = value;
        let output = Case::of(&[line]).run(&[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!format!("{output:?}").contains("canary"), "{output:?}");
    }
}

/// A service on loopback that says `head` to whoever asks, then `chunk` for as long as somebody listens.
fn endless(head: &'static str, chunk: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 65_536]);
            let _ = stream.write_all(head.as_bytes());
            while !chunk.is_empty() && stream.write_all(chunk).is_ok() {}
            open.push(stream);
        }
    });
    url
}

#[test]
fn a_service_that_answers_without_end_or_not_at_all_is_left() {
    static CHUNK: [u8; 65_536] = [b'1'; 65_536];
    let malformed = one("$member-match", 400);
    let mut line = recorded()[malformed].clone();
    line.as_object_mut().unwrap().remove("states");
    let case = Case::of(&vec![line; 5]);
    let endless_body = endless(
        "HTTP/1.1 400 no\r\ncontent-type: application/json\r\n\r\n",
        &CHUNK,
    );
    let silent = endless("", &[]);
    for (url, why) in [
        (endless_body, "longer than 16 MiB"),
        (silent, "no answer in time"),
    ] {
        let result = case.json(&["--provider-url", &url, "--timeout", "1"]);
        assert_eq!(result["verdict"], "undecided", "{result:#}");
        let obstacles = result["undecided"]["first"].as_array().unwrap();
        assert_eq!(obstacles.len(), 5);
        assert!(
            obstacles[0]["message"].as_str().unwrap().contains(why),
            "{result:#}"
        );
        // After three in a row nothing more is sent.
        assert!(
            obstacles[4]["message"]
                .as_str()
                .unwrap()
                .contains("no longer answers"),
            "{result:#}"
        );
    }
}

//! A draft from traffic keeps its shape and nothing of what it said, and waits for a person.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{ContractSource, Source};
use matchmark::contract::read;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every interaction of a shipped contract as an exchange, each text that is a person's exchanged for a canary.
fn traffic() -> String {
    let text =
        std::fs::read_to_string(root().join("contracts/northwind/member-match.json")).unwrap();
    let contract: Value = serde_json::from_str(&text).unwrap();
    let mut lines = String::new();
    for (number, interaction) in contract["interactions"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let side = |name: &str| {
            let side = &interaction[name];
            let mut body = side["body"]["content"].clone();
            sing(&mut body, "", number);
            let mut headers = json!({ "Authorization": "Bearer canary-token", "Set-Cookie": "s=canary-cookie",
                "X-canary-name": "canary-value", "Date": "Sun, 22 Nov 2026 10:00:00 GMT" });
            headers["Content-Type"] = side["headers"]["Content-Type"][0].clone();
            json!({ "method": side["method"], "path": "/Patient/$member-match?subject=canary-query&canary-key=1",
                "status": side["status"], "headers": headers, "body": body })
        };
        let line = json!({ "request": side("request"), "response": side("response") });
        lines.push_str(&format!("{line}\n"));
    }
    let other = json!({ "request": { "method": "GET", "path": "/Patient/canary-path/Coverage" },
        "response": { "status": 200, "headers": { "Content-Type": "text/html; canary=1" }, "body": "<canary>canary-page</canary>" } });
    lines.push_str(&format!("{other}\n"));
    lines
}

/// Leaves that hold data of a person, by the name of their member.
fn sing(value: &mut Value, name: &str, number: usize) {
    match value {
        Value::String(text)
            if [
                "id",
                "family",
                "value",
                "subscriberId",
                "display",
                "text",
                "diagnostics",
            ]
            .contains(&name) =>
        {
            *text = format!("canary-{name}-{number}");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| sing(item, name, number)),
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                sing(member, key, number);
            }
            if members.contains_key("birthDate") {
                members.insert(format!("canary-member-{number}"), json!("canary-inside"));
            }
        }
        _ => {}
    }
}

fn record(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["contract", "record", "--consumer", "northwind", "-C"])
        .arg(root())
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_draft_holds_nothing_of_the_traffic_and_waits_for_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, out) = (
        folder.path().join("t.ndjson"),
        folder.path().join("deep/draft.json"),
    );
    std::fs::write(&lines, traffic()).unwrap();
    let output = record(&[
        "--from",
        "ndjson",
        lines.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(output.stdout.is_empty());
    let draft = std::fs::read_to_string(&out).unwrap();
    for told in [&draft, &stderr] {
        assert!(!told.to_lowercase().contains("canary"), "{told}");
        assert!(!told.contains("1955-04-06"));
    }
    assert!(
        stderr.contains("in which states must the provider be?"),
        "{stderr}"
    );
    assert!(draft.contains("hrex-member-match-request"));

    // As it stands nobody can take it for a contract.
    let found = reread(&draft).expect_err("questions are open");
    assert!(
        found
            .iter()
            .any(|rule| rule.starts_with("contract/state-unknown")),
        "{found:?}"
    );
    // With its answers it is one.
    let mut answered: Value = serde_json::from_str(&draft).unwrap();
    answered["metadata"]["matchmark"]["states"] = json!({ "authorization": "^1" });
    for interaction in answered["interactions"].as_array_mut().unwrap() {
        interaction["providerStates"] =
            json!([{ "name": "authorization", "params": { "token": "valid" } }]);
    }
    assert_eq!(reread(&answered.to_string()), Ok(()));
}

/// Whether the strict reader takes it; or the ids of what it rejects.
fn reread(text: &str) -> Result<(), Vec<String>> {
    let source = ContractSource {
        consumer: "northwind".to_owned(),
        source: Source::new("contracts/northwind/draft.json", text.as_bytes()),
    };
    match read(&source) {
        Ok(_) => Ok(()),
        Err(findings) => Err(findings
            .into_iter()
            .map(|finding| {
                format!(
                    "{} at {}{}: {}",
                    finding.rule, finding.place, finding.pointer, finding.message
                )
            })
            .collect()),
    }
}

#[test]
fn traffic_that_cannot_be_read_is_refused_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.har");
    std::fs::write(
        &file,
        "{\"log\": {\"entries\": [{\"request\": {\"canary\": 1}}]}}",
    )
    .unwrap();
    let output = record(&["--from", "har", file.to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr.contains("entry 1") && !stderr.contains("canary"),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
}

//! The gate over the shipped data: the same words every time, and never green for want of something to judge.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use std::fs;
use std::process::Stdio;
use support::{AS_OF, Repository, deciding, findings, text};

const CHECK: &[&str] = &["check", "--as-of", AS_OF, "--format", "json"];

#[test]
fn the_shipped_repository_goes_and_says_so_in_the_same_bytes_however_it_is_run() {
    let repository = Repository::shipped();
    let run = |jobs: &str| {
        let output = repository.run(&[CHECK, &["--jobs", jobs]].concat());
        (output.status.code(), text(&output.stdout))
    };
    let first = run("1");
    assert_eq!(first.0, Some(0), "{}", first.1);
    assert_eq!(first, run("1"));
    assert_eq!(first, run("2"));

    let report: Value = serde_json::from_str(&first.1).unwrap();
    assert_eq!(report["verdict"], "go");
    for check in report["checks"].as_array().unwrap() {
        assert_eq!(check["ran"], true, "{check}");
        assert!(check["subjects"].as_u64().unwrap() > 0, "{check}");
    }
    assert!(!report["not_proved"].as_array().unwrap().is_empty());
    assert!(!report["inputs"].as_object().unwrap().is_empty());

    // The report is a payload of our own catalogue.
    repository.write("report.json", &first.1);
    let judged = repository.run(&["validate", "report.json", "--as", "matchmark-report"]);
    assert_eq!(judged.status.code(), Some(0), "{}", text(&judged.stdout));
}

/// What is taken away, and what the gate must name for it when nothing tells that it was ever there.
const TAKEN: &[(&str, &[&str])] = &[
    ("contracts", &["gate/nothing-checked"]),
    (
        "contracts/northwind/member-match.json",
        &["contract/partner-without-contract"],
    ),
    ("payloads", &["gate/nothing-checked"]),
    ("payloads/northwind", &["replay/history-missing"]),
    (
        "policies",
        &[
            "catalogue/board-missing",
            "gate/nothing-checked",
            "gate/profile-missing",
        ],
    ),
    ("policies/rules", &["gate/nothing-checked"]),
];

#[test]
fn nothing_that_is_taken_away_leaves_the_gate_green() {
    for (path, expected) in TAKEN {
        let (report, code) = Repository::bare().remove(path).check(&[]);
        // Some of it is an error for a policy too.
        assert!(
            ["undecided", "no-go"].contains(&report["verdict"].as_str().unwrap()),
            "{path}"
        );
        assert!([1, 3].contains(&code), "{path}");
        let named = deciding(&report);
        for rule in *expected {
            assert!(named.contains(rule), "{path}: {named:?}");
        }
    }
}

#[test]
fn without_partners_nobody_is_protected_and_the_gate_says_so() {
    let (report, code) = Repository::bare().remove("partners").check(&[]);
    let named = deciding(&report);
    assert_eq!(
        named,
        ["contract/consumer-unknown", "policy/sla-incomplete"]
    );
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
}

#[test]
fn a_rule_that_the_base_had_cannot_be_taken_away() {
    let repository = Repository::shipped().remove("policies/rules/auth-undeclared");
    let (report, code) = repository.check(&["--base", "HEAD"]);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    assert_eq!(deciding(&report), ["lifecycle/rule-removed"]);
}

#[test]
fn a_required_check_that_is_left_out_is_not_green() {
    let repository = Repository::bare();
    for flags in [
        ["--only", "catalogue,policy,lifecycle"],
        ["--skip", "contract,compat,replay"],
    ] {
        let (report, code) = repository.check(&flags);
        assert_eq!((&report["verdict"], code), (&Value::from("undecided"), 3));
        assert_eq!(deciding(&report), ["gate/check-skipped"]);
        let ran: Vec<bool> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["ran"].as_bool().unwrap())
            .collect();
        assert_eq!(ran, [true, true, false, false, false, true]);
    }
}

#[test]
fn a_trial_never_fails_but_for_an_error() {
    let repository = Repository::bare();
    let trial = ["--only", "catalogue", "--exit-zero"];
    let (report, code) = repository.check(&trial);
    assert_eq!((&report["verdict"], code), (&Value::from("undecided"), 0));
    assert_eq!(report["exit_code"], 0);
    repository.write("matchmark.toml", "edition = \n");
    let (report, code) = repository.check(&trial);
    assert_eq!((&report["verdict"], code), (&Value::from("error"), 2));
}

#[test]
fn an_empty_repository_is_empty_and_may_be_allowed_to_be() {
    let repository = Repository::bare();
    for folder in [
        "schemas",
        "contracts",
        "partners",
        "payloads",
        "policies",
        "reference",
        "docs",
    ] {
        fs::remove_dir_all(repository.path().join(folder)).unwrap();
    }
    let (report, code) = repository.check(&[]);
    assert_eq!((&report["verdict"], code), (&Value::from("empty"), 4));
    let (report, code) = repository.check(&["--allow-empty"]);
    assert_eq!((&report["verdict"], code), (&Value::from("empty"), 0));
}

#[test]
fn a_check_that_is_killed_never_reads_as_a_pass() {
    let repository = Repository::bare();
    let json = repository.beside("report.json");
    fs::write(&json, "{\"verdict\": \"go\"}").unwrap();
    let mut child = repository
        .command(&["check", "--format", &format!("json={}", json.display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while fs::read_to_string(&json).unwrap().contains("\"go\"") {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let report: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(report["verdict"], "error");
}

#[test]
fn the_environment_fills_what_no_flag_says() {
    let repository = Repository::bare();
    let judged = |flags: &[&str]| -> Value {
        let output = repository
            .command(&[&["check", "--format", "json"], flags].concat())
            .env("MATCHMARK_ONLY", "catalogue")
            .env("MATCHMARK_AS_OF", "2026-10-01")
            .env("MATCHMARK_STAGE", "staging")
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let report = judged(&[]);
    assert_eq!(report["as_of"], "2026-10-01T00:00:00Z");
    assert_eq!(report["stage"], "staging");
    assert_eq!(report["checks"][0]["ran"], true);
    assert_eq!(report["checks"][1]["ran"], false);
    let report = judged(&["--as-of", AS_OF, "--stage", "local", "--only", "lifecycle"]);
    assert_eq!(report["as_of"], AS_OF);
    assert_eq!(report["stage"], "local");
    assert_eq!(report["checks"][0]["ran"], false);
    assert!(findings(&report).len() > 1);
}

//! `matchmark contract verify` as a person types it, in the shipped repository.

use serde_json::Value;
use std::net::TcpListener;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["contract", "verify", "--as-of", "2026-11-01"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap()
}

fn report(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        report.unwrap_or_else(|_| panic!("{output:?}")),
    )
}

#[test]
fn row_s0_41_one_interaction_is_verified_against_the_reference_on_its_own() {
    let (code, report) = report(&["--consumer", "northwind", "--only", "nw-one-match"]);
    assert_eq!(code, Some(0), "{report:#}");
    let contract = &report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "contract")
        .unwrap();
    assert_eq!(contract["subjects"], 1);
    let limits = report["not_proved"].to_string();
    assert!(
        limits.contains("Only the interactions that were asked for"),
        "{limits}"
    );
}

#[test]
fn what_nobody_wrote_is_refused_by_name() {
    for (flags, hint) in [
        (["--only", "nw-one-mtch"], "did you mean `nw-one-match`"),
        (["--consumer", "northwnd"], "did you mean `northwind`"),
    ] {
        let output = run(&flags);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn another_machine_is_not_called_without_leave() {
    let url = "http://fhir.fabrikam.example";
    let output = run(&["--provider-url", url]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--allow-net fhir.fabrikam.example"), "{said}");
}

#[test]
fn a_provider_that_is_not_there_is_undecided() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{gone}");
    let (code, report) = report(&["--provider-url", &url, "--only", "nw-malformed"]);
    assert_eq!(code, Some(3), "{report:#}");
}

//! The command line as a stranger uses it: exit codes, help, formats, and what a dying run leaves behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const ACCEPTED: &str = "schemas/p2p-operation-outcome/1.0.0/accepted/no-match.json";
const REJECTED: &str = "schemas/p2p-operation-outcome/1.0.0/rejected/issue-missing.json";

/// The program in the shipped repository, deaf to the caller's environment.
fn matchmark(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
    command
        .args(arguments)
        .current_dir(ROOT)
        .env_clear()
        .stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    matchmark(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn validate<'a>(files: &[&'a str], flags: &[&'a str]) -> Vec<&'a str> {
    [
        &["validate"],
        files,
        &["--as", "p2p-operation-outcome"],
        flags,
    ]
    .concat()
}

#[test]
fn every_outcome_has_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (broken, empty, absent) = (path("broken.json"), path("empty"), path("absent.json"));
    fs::write(&broken, "{\"a\": ").unwrap();
    fs::create_dir(&empty).unwrap();
    for (arguments, expected) in [
        (validate(&[ACCEPTED], &[]), 0),
        (validate(&[REJECTED], &[]), 1),
        (validate(&[&broken], &[]), 1),
        (validate(&[&absent], &[]), 2),
        (validate(&[REJECTED, &absent], &[]), 2),
        (validate(&[&empty], &[]), 4),
        (validate(&[&empty], &["--allow-empty"]), 0),
        (validate(&[REJECTED], &["--exit-zero"]), 0),
        (validate(&[&absent], &["--exit-zero"]), 2),
        (
            vec!["validate", ACCEPTED, "--as", "p2p-operation-outcom"],
            2,
        ),
        (vec!["catalogue", "list"], 0),
        (vec!["catalogue", "show", "hrex-coverage"], 0),
        (vec!["catalogue", "show", "hrex-coverage@9.9.9"], 2),
        (vec!["explain", "hrex-coverage"], 0),
        (vec!["explain", "nothing-like-it"], 2),
        (vec!["chekc"], 2),
        (vec!["check", "--format", "jsno"], 2),
        (vec![], 2),
        (vec!["completions", "fish"], 0),
        (vec!["man"], 0),
        (vec!["man", "validate"], 0),
        (vec!["man", "vaildate"], 2),
        (
            vec!["diff", "hrex-coverage@2.0.0", "hrex-coverage@2.0.1"],
            0,
        ),
        (vec!["diff", "hrex-coverage", "hrex-coverage@2.0.1"], 2),
        (vec!["diff", "hrex-coverage"], 0),
        (vec!["bump", "hrex-coverage"], 2),
        (vec!["bump"], 2),
        (vec!["--version"], 0),
    ] {
        let output = run(&arguments);
        let said = format!("{arguments:?}\n{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(expected), "{said}");
    }
}

#[test]
fn a_misspelt_name_is_answered_with_the_right_one() {
    for (arguments, proposed) in [
        (vec!["chekc"], "check"),
        (vec!["check", "--onyl", "compat"], "--only"),
        (
            vec!["explain", "catalogue/owner-mising"],
            "`catalogue/owner-missing`",
        ),
        (vec!["explain", "hrex-covrage"], "`hrex-coverage`"),
        (vec!["catalogue", "show", "hrex-consnet"], "`hrex-consent`"),
        (vec!["catalogue", "show", "hrex-coverage@3.0.0"], "2.0.1"),
        (validate_as("hrex-coverge"), "`hrex-coverage`"),
        (vec!["catalogue", "list", "--format", "jsn"], "`json`"),
    ] {
        let output = run(&arguments);
        let said = stderr(&output);
        assert!(said.contains(proposed), "{arguments:?}\n{said}");
        assert_eq!(output.status.code(), Some(2));
        assert!(stdout(&output).is_empty());
    }
}

fn validate_as(entry: &str) -> Vec<&str> {
    vec!["validate", ACCEPTED, "--as", entry]
}

#[test]
fn help_opens_with_examples() {
    for (name, arguments) in [
        ("help", vec!["--help"]),
        ("help_short", vec!["-h"]),
        ("help_check", vec!["check", "--help"]),
        ("help_check_short", vec!["check", "-h"]),
        ("help_validate", vec!["validate", "--help"]),
        ("help_replay", vec!["replay", "--help"]),
        (
            "help_replay_exchanges",
            vec!["replay", "exchanges", "--help"],
        ),
        ("help_scrub", vec!["scrub", "--help"]),
        ("help_transform", vec!["transform", "--help"]),
        ("help_diff", vec!["diff", "--help"]),
        ("help_bump", vec!["bump", "--help"]),
        ("help_release", vec!["release", "--help"]),
        ("help_promote", vec!["promote", "--help"]),
        ("help_deprecate", vec!["deprecate", "--help"]),
        ("help_explain", vec!["explain", "--help"]),
        ("help_catalogue", vec!["catalogue", "--help"]),
        ("help_init", vec!["init", "--help"]),
        ("help_compat", vec!["compat", "--help"]),
        ("help_man", vec!["man", "--help"]),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0));
        insta::assert_snapshot!(name, stdout(&output));
    }
}

#[test]
fn json_on_standard_output_is_nothing_but_json() {
    for format in ["json", "json=-", "json=/dev/stdout"] {
        let output = run(&validate(&[REJECTED], &["--format", format]));
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value["verdict"], "no-go", "{format}");
        assert_eq!(value["exit_code"], 1);
    }
}

#[test]
fn one_run_writes_every_format_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("deep/report.json");
    let outcome = folder.path().join("outcome.json");
    let flags = [
        format!("json={}", json.display()),
        format!("operation-outcome={}", outcome.display()),
    ];
    let output = run(&validate(
        &[REJECTED],
        &["--format", &flags[0], "--format", &flags[1]],
    ));
    assert!(stdout(&output).contains("NO-GO"));
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    assert_eq!(read(&json)["verdict"], "no-go");
    assert_eq!(read(&outcome)["resourceType"], "OperationOutcome");
}

#[test]
fn quiet_leaves_the_exit_code_and_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    let format = format!("json={}", json.display());
    let output = run(&validate(&[REJECTED], &["--quiet", "--format", &format]));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
    assert!(json.exists());
}

#[test]
fn a_killed_run_never_reads_as_a_pass() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    fs::write(&json, "{\"verdict\": \"go\"}").unwrap();
    let format = format!("json={}", json.display());
    let mut child = matchmark(&validate(&["-"], &["--format", &format]))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It waits for its standard input, which stays open, so it cannot end by itself.
    while fs::read_to_string(&json).unwrap().contains("\"go\"") {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let value: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(value["verdict"], "error");
    assert_eq!(value["exit_code"], 2);
}

#[test]
fn a_run_that_fails_says_error_to_machines_too() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    fs::write(&json, "{\"verdict\": \"go\"}").unwrap();
    let file = format!("json={}", json.display());
    let nowhere = folder.path().to_str().unwrap();
    run(&["catalogue", "list", "-C", nowhere, "--format", &file]);
    let value: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(value["verdict"], "error");

    let output = run(&["catalogue", "show", "nothing-like-it", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["verdict"], "error");
    assert!(stderr(&output).contains("there is no schema"));
}

#[test]
fn a_reader_that_goes_away_does_no_harm() {
    let mut child = matchmark(&["catalogue", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn the_environment_speaks_after_the_flags() {
    let lenient = |flags: &[&str]| {
        matchmark(&validate(&[REJECTED], flags))
            .env("MATCHMARK_EXIT_ZERO", "1")
            .env("MATCHMARK_FORMAT", "json")
            .output()
            .unwrap()
    };
    let output = lenient(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with('{'));
    let output = lenient(&["--format", "text"]);
    assert!(stdout(&output).contains("INVALID"));
}

#[test]
fn colour_comes_only_when_asked_for_and_never_in_files() {
    let escape = "\u{1b}[";
    assert!(!stdout(&run(&validate(&[REJECTED], &[]))).contains(escape));
    let asked = run(&validate(&[REJECTED], &["--color", "always"]));
    assert!(stdout(&asked).contains(escape));
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("report.txt");
    let format = format!("text={}", text.display());
    run(&validate(
        &[REJECTED],
        &["--color", "always", "--format", &format],
    ));
    assert!(!fs::read_to_string(text).unwrap().contains(escape));
}

#[test]
fn what_a_payload_says_reaches_no_output() {
    const CANARY: &str = "canary7f3a";
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    run(&["init", "-C", root]);
    let file = folder.path().join("::error::name.json");
    let payload = format!(
        r#"{{"resourceType": "{CANARY}", "{CANARY}": 1, "issue": [{{"severity": "{CANARY}",
            "code": "{CANARY}", "details": {{"text": "{CANARY}"}}, "expression": ["{CANARY}"]}}]}}"#
    );
    fs::write(&file, payload).unwrap();
    for format in ["text", "json", "operation-outcome"] {
        let output = run(&validate(
            &["::error::name.json"],
            &["-v", "-C", root, "--format", format],
        ));
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains(CANARY), "{format}\n{said}");
        assert!(
            !said.lines().any(|line| line.trim_start().starts_with("::")),
            "{said}"
        );
    }
}

#[test]
fn standard_input_is_a_payload_too() {
    let mut child = matchmark(&validate(&["-"], &[]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let payload = fs::read(Path::new(ROOT).join(ACCEPTED)).unwrap();
    child.stdin.take().unwrap().write_all(&payload).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_policy_explains_itself() {
    let output = run(&["explain", "policy/auth-undeclared"]);
    insta::assert_snapshot!("explain_policy", stdout(&output));
}

#[test]
fn a_schema_explains_itself() {
    let output = run(&["explain", "hrex-coverage", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["is"], "schema");
    for key in ["owner", "escalation"] {
        assert!(!value[key].as_str().unwrap().is_empty(), "{key}");
    }
    assert!(!value["fields"].as_array().unwrap().is_empty());
    assert!(!value["needed_by"].as_array().unwrap().is_empty());
    let list = run(&["catalogue", "list", "--format", "json"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    for entry in list.as_array().unwrap() {
        for key in ["id", "owner", "phi", "source", "versions"] {
            assert!(!entry[key].is_null(), "{key}");
        }
    }
}

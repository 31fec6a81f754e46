//! What `init` writes: a repository that is judged whole, says the same twice, and whose words can be typed again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program in `root`, deaf to the caller's environment.
fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_fresh_repository_is_green_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let here = |arguments: &[&str]| run(root, arguments);
    assert_eq!(here(&["init"]).status.code(), Some(0));

    let report = "--format=json=.matchmark/report.json";
    let output = here(&["check", "--no-progress", report]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("GO  everything that was asked for was checked"));
    assert_eq!(stderr(&output), "");
    let report = fs::read(root.join(".matchmark/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 6);
    for check in checks {
        assert_eq!(check["ran"], true, "{check:#}");
        assert!(check["subjects"].as_u64().unwrap() > 0, "{check:#}");
    }

    let config = fs::read_to_string(root.join("matchmark.toml")).unwrap();
    for key in ["history", "budget", "volatile", "unordered"] {
        assert!(config.contains(&format!("\n{key} = ")), "{key} {config}");
    }

    let before = files(root);
    assert_eq!(here(&["init"]).status.code(), Some(0));
    assert_eq!(files(root), before);
}

/// Every file below `root` with its bytes.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|item| item.file_type().is_file())
        .map(|item| (item.path().to_owned(), fs::read(item.path()).unwrap()))
        .collect()
}

#[test]
fn a_witness_can_be_seen_again_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let here = |arguments: &[&str]| run(root, arguments);
    here(&["init"]);
    let output = here(&["diff", "hrex-coverage@1.0.0", "hrex-coverage@2.0.1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let mut seen = 0;
    for line in text.lines() {
        let Some((_, command)) = line.split_once("again: matchmark ") else {
            continue;
        };
        let rejects: Vec<&str> = command.split(' ').collect();
        let [verb, file, only, flag, side] = rejects[..] else {
            panic!("{line}");
        };
        assert_eq!(here(&rejects).status.code(), Some(1), "{line}");
        let other = if side.ends_with("@1.0.0") {
            "hrex-coverage@2.0.1"
        } else {
            "hrex-coverage@1.0.0"
        };
        let accepts = here(&[verb, file, only, flag, other]);
        assert_eq!(
            accepts.status.code(),
            Some(0),
            "{line}\n{}",
            stdout(&accepts)
        );
        seen += 1;
    }
    assert!(seen > 3, "{text}");
}

#[test]
fn a_fresh_repository_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let init = || run(folder.path(), &["init"]);
    let first = init();
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    insta::assert_snapshot!("first", stdout(&first));
    insta::assert_snapshot!("again", stdout(&init()));
    let list = run(folder.path(), &["catalogue", "list"]);
    insta::assert_snapshot!("catalogue_list", stdout(&list));
}

#[test]
fn the_gate_says_the_same_twice_and_is_never_green_when_parts_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &[&str]| run(folder.path(), arguments);
    here(&["init"]);
    let check = ["check", "--as-of", "2026-11-21", "--format", "json"];
    let first = here(&check);
    assert_eq!(stdout(&first), stdout(&here(&check)), "{}", stderr(&first));
    let report: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(report["as_of"], "2026-11-21T00:00:00Z");
    assert_eq!(report["verdict"], "go", "{:#}", report["findings"]);

    let partly = here(&[&check[..], &["--only", "catalogue"]].concat());
    let report: Value = serde_json::from_slice(&partly.stdout).unwrap();
    assert_eq!(report["verdict"], "undecided");
    assert_eq!(partly.status.code(), Some(3));
}

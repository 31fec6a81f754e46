//! `doctor`: what does not work is named, and every value says who decided it.

use crate::folder::Folder;
use crate::{json, program};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn git(root: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@payer-exchange.example",
        ])
        .args(arguments)
        .env("GIT_COMMITTER_DATE", "2026-11-20T12:00:00Z")
        .env("GIT_AUTHOR_DATE", "2026-11-20T12:00:00Z")
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
}

/// The health of one topic.
fn health<'c>(checkup: &'c Value, topic: &str) -> &'c str {
    let symptoms = checkup["symptoms"].as_array().unwrap();
    let symptom = symptoms.iter().find(|one| one["topic"] == topic);
    let symptom = symptom.unwrap_or_else(|| panic!("{topic} in {checkup:#}"));
    assert_eq!(symptom["remedy"].is_string(), symptom["health"] != "ok");
    symptom["health"].as_str().unwrap()
}

fn examine(command: &mut Command) -> (Option<i32>, Value) {
    let output = command.env("MATCHMARK_FORMAT", "json").output().unwrap();
    (output.status.code(), json(&output))
}

fn committed() -> Folder {
    let folder = Folder::sound();
    git(folder.path(), &["init", "--quiet", "-b", "main"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "first"]);
    folder
}

#[test]
fn doctor_is_content_with_a_repository_that_works() {
    let folder = committed();
    let (code, checkup) = examine(&mut program(
        folder.path(),
        &["doctor", "--as-of", "2026-11-21"],
    ));
    assert_eq!(code, Some(0), "{checkup:#}");
    for topic in [
        "git",
        "history",
        "base",
        "clock",
        "repository",
        ".matchmark",
        "loopback",
    ] {
        assert_eq!(health(&checkup, topic), "ok");
    }
    // It has no contract yet, and no shell is named.
    assert_eq!(health(&checkup, "contents"), "warn");
    assert_eq!(health(&checkup, "shell"), "warn");
    assert!(checkup.get("settings").is_none());
}

#[test]
fn doctor_names_each_thing_that_does_not_work() {
    let folder = committed();
    let at = "2026-11-21";
    let mut late = program(folder.path(), &["doctor", "--as-of", "2026-11-19"]);
    let mut lost = program(
        folder.path(),
        &["doctor", "--as-of", at, "--", "--base", "no-such-branch"],
    );
    let mut gitless = program(folder.path(), &["doctor", "--as-of", at]);
    gitless.env("PATH", folder.path());
    for (command, topic) in [
        (&mut late, "clock"),
        (&mut lost, "base"),
        (&mut gitless, "git"),
    ] {
        let (code, checkup) = examine(command);
        assert_eq!(code, Some(1), "{topic}");
        assert_eq!(health(&checkup, topic), "fail");
    }
    let folder = folder.with("partners/contoso.toml", "id = ");
    let (code, checkup) = examine(&mut program(folder.path(), &["doctor", "--as-of", at]));
    assert_eq!((code, health(&checkup, "repository")), (Some(1), "fail"));

    let empty = tempfile::tempdir().unwrap();
    let (code, checkup) = examine(&mut program(empty.path(), &["doctor", "--as-of", at]));
    assert_eq!((code, health(&checkup, "repository")), (Some(1), "fail"));
    assert_eq!(health(&checkup, "history"), "warn");
}

#[test]
fn doctor_tells_every_value_and_who_decided_it() {
    let folder = committed();
    let other = "edition = 1\n[gate]\nbase = \"trunk\"\n";
    let folder = folder
        .with("matchmark.toml", other)
        .with("other.toml", "edition = 1\n");
    let ask = |arguments: &[&str], variables: &[(&str, &str)]| {
        let first = ["doctor", "--format", "json", "--as-of", "2026-11-21"];
        let mut command = program(folder.path(), &[&first[..], arguments].concat());
        command.envs(variables.iter().copied());
        json(&command.output().unwrap())
    };
    let origin = |checkup: &Value, name: &str| {
        let settings = checkup["settings"].as_array().unwrap();
        let setting = settings.iter().find(|one| one["name"] == name);
        let setting = setting.unwrap_or_else(|| panic!("{name} in {checkup:#}"));
        [&setting["origin"], &setting["by"], &setting["value"]]
            .map(|value| value.as_str().unwrap().to_owned())
    };
    let plain = ask(&["--config"], &[]);
    assert_eq!(
        origin(&plain, "gate.base"),
        ["file", "./matchmark.toml", "\"trunk\""]
    );
    assert_eq!(
        origin(&plain, "gate.against"),
        ["default", "matchmark", "\"served\""]
    );
    assert_eq!(origin(&plain, "--stage"), ["default", "matchmark", "local"]);

    let told = ask(
        &["--config"],
        &[("MATCHMARK_STAGE", "staging"), ("MATCHMARK_BASE", "HEAD")],
    );
    assert_eq!(
        origin(&told, "--stage"),
        ["environment", "MATCHMARK_STAGE", "staging"]
    );
    assert_eq!(
        origin(&told, "--base"),
        ["environment", "MATCHMARK_BASE", "HEAD"]
    );
    let ci = ask(&["--config"], &[("CI", "1")]);
    assert_eq!(
        origin(&ci, "--stage"),
        ["environment", "CI", "pull-request"]
    );
    // A flag outranks the environment.
    let flagged = ask(
        &[
            "--config",
            "--config-file",
            "other.toml",
            "--",
            "--stage",
            "local",
        ],
        &[("MATCHMARK_STAGE", "staging")],
    );
    assert_eq!(origin(&flagged, "--stage"), ["flag", "--stage", "local"]);
    assert_eq!(origin(&flagged, "gate.base")[0], "default");
    assert_eq!(origin(&flagged, "--config")[..2], ["flag", "--config-file"]);
    assert_eq!(origin(&flagged, "edition")[1], "other.toml");
}

#[test]
fn doctor_tells_what_a_replay_is_judged_by_and_who_decided_it() {
    let folder = committed().with(
        "matchmark.toml",
        "edition = 1\n[replay]\nvolatile = [\"/issue/*/code\"]\nbudget = { behaviour-changed = 3 }\n",
    );
    let mut command = program(
        folder.path(),
        &["doctor", "--config", "--as-of", "2026-11-21"],
    );
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let told: Vec<Vec<&str>> = said
        .lines()
        .filter(|line| line.starts_with("replay."))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let by_default = |name, value| vec![name, value, "default", "matchmark"];
    let by_file = |name, value| vec![name, value, "file", "./matchmark.toml"];
    let expected = [
        by_file("replay.budget.behaviour-changed", "3"),
        by_default("replay.budget.newly-rejected", "0"),
        by_default("replay.history", "\"payloads/**/*.ndjson\""),
        by_default("replay.unordered", "[]"),
        by_file("replay.volatile", "[\"/issue/*/code\"]"),
    ];
    assert_eq!(told, expected, "{said}");
}

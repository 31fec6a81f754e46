//! `diff` as a stranger uses it: every way to name a side, every format, and whom a step hurts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use support::scenario::Scenario;
use support::{Repository, root, text};

fn diff(repository: &Repository, sides: &[&str]) -> Value {
    let output = repository.run(&[&["diff", "--format", "json"], sides].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{sides:?} {error}: {}", text(&output.stderr)))
}

/// From, to and how many changes.
fn step(diff: &Value) -> (String, String, usize) {
    let change = &diff["change"];
    let word = |key: &str| change[key].as_str().unwrap().to_owned();
    let details = change["details"].as_array().unwrap().len();
    (word("from"), word("to"), details)
}

fn changed() -> Repository {
    let repository = Repository::shipped();
    let scenario = Scenario::read(root(), "required-field-added").unwrap();
    scenario.apply(&repository.path()).unwrap();
    repository
}

#[test]
fn a_side_may_be_named_in_every_way_and_means_the_same() {
    let repository = Repository::shipped();
    let two = diff(&repository, &["hrex-coverage@1.0.0", "hrex-coverage@2.0.0"]);
    let (from, to, count) = step(&two);
    assert_eq!((from.as_str(), to.as_str(), count), ("1.0.0", "2.0.0", 7));
    let path = |version: &str| format!("schemas/hrex-coverage/{version}/schema.json");
    let (old, new) = (path("1.0.0"), path("2.0.0"));
    let at_head = format!("HEAD:{old}");
    for (sides, from) in [
        (vec!["hrex-coverage@2.0.0"], "1.0.0"),
        (vec![old.as_str(), new.as_str()], "1.0.0"),
        (
            vec![at_head.as_str(), "hrex-coverage@2.0.0"],
            "1.0.0 at HEAD",
        ),
        (
            vec!["HEAD:hrex-coverage@1.0.0", "hrex-coverage@2.0.0"],
            "1.0.0 at HEAD",
        ),
        (
            vec![
                "hrex-coverage@1.0.0",
                "hrex-coverage@2.0.0",
                "--base",
                "HEAD",
            ],
            "1.0.0 at HEAD",
        ),
    ] {
        let found = diff(&repository, &sides);
        assert_eq!(step(&found).0, from, "{sides:?}");
        assert_eq!(step(&found).2, count, "{sides:?}");
    }
    assert_eq!(step(&diff(&repository, &["hrex-coverage"])).1, "2.0.1");
}

#[test]
fn a_draft_is_compared_with_what_it_was() {
    let repository = changed();
    let draft = "hrex-member-match-request@next";
    assert_eq!(
        step(&diff(&repository, &["hrex-member-match-request"])),
        ("2.0.1".into(), "next".into(), 1)
    );
    let output = repository.run(&["diff", draft, "--base", "HEAD"]);
    assert!(text(&output.stderr).contains("it has 1.0.0, 2.0.0, 2.0.1"));
    for folder in ["add", "commit"] {
        let rest: &[&str] = match folder {
            "add" => &["-A"],
            _ => &["--quiet", "-m", "draft"],
        };
        let who = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@payer-exchange.example",
        ];
        let mut git = std::process::Command::new("git");
        git.args(who)
            .arg(folder)
            .args(rest)
            .current_dir(repository.path());
        assert!(git.status().unwrap().success());
    }
    let found = diff(&repository, &[draft, "--base", "HEAD"]);
    assert_eq!(
        (step(&found).2, found["change"]["effect"].as_str()),
        (0, Some("none"))
    );
}

#[test]
fn a_break_names_whom_it_hurts_and_how_often() {
    let repository = changed();
    let found = diff(&repository, &["hrex-member-match-request"]);
    let hurts = found["findings"][0]["hurts"].to_string();
    for words in [
        "uses hrex-member-match-request ^2",
        "contracts/contoso/member-match.json",
        "recorded as hrex-member-match-request 2.0.1 are newly rejected",
    ] {
        assert!(hurts.contains(words), "{words}: {hurts}");
    }
    // A major step moves nobody who did not ask for it, but what they send is counted.
    let found = diff(&repository, &["hrex-member-match-request@2.0.0"]);
    let hurts = found["findings"][0]["hurts"].to_string();
    assert!(!hurts.contains("uses hrex-member-match-request"), "{hurts}");
}

#[test]
fn every_format_tells_every_break_and_none_shows_what_was_recorded() {
    let repository = changed();
    let page = repository.beside("diff.html");
    let note = repository.beside("diff.md");
    let formats = [
        format!("html={}", page.display()),
        format!("markdown={}", note.display()),
    ];
    let output = repository.run(&[
        "diff",
        "hrex-member-match-request",
        "--format",
        &formats[0],
        "--format",
        &formats[1],
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let all = [
        text(&output.stdout),
        std::fs::read_to_string(page).unwrap(),
        std::fs::read_to_string(note).unwrap(),
    ];
    let history = repository.read("payloads/contoso/2026-08.ndjson");
    let first: Value = serde_json::from_str(history.lines().next().unwrap()).unwrap();
    let id = first["payload"].to_string();
    let family = id
        .split("\"family\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    for told in all {
        for word in [
            "subscriberId",
            "contoso",
            "matchmark validate .matchmark/witness/",
        ] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert!(!told.contains(family), "{family}");
    }
}

#[test]
fn what_cannot_be_named_is_said() {
    let repository = Repository::shipped();
    for (sides, said) in [
        (vec!["hrex-coverage@1.0.0"], "there is nothing before"),
        (vec!["hrex-covrage"], "did you mean"),
        (
            vec!["nowhere:a.json", "hrex-coverage@2.0.0"],
            "nowhere is not a revision",
        ),
        (
            vec!["HEAD:absent.json", "hrex-coverage@2.0.0"],
            "there is no such file",
        ),
    ] {
        let output = repository.run(&[&["diff"], sides.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2), "{sides:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(said), "{sides:?}: {stderr}");
    }
}

#[test]
fn a_step_says_what_its_entry_takes_formats_for() {
    let repository = changed();
    let entry = "hrex-member-match-request";
    let path = repository
        .path()
        .join(format!("schemas/{entry}/entry.toml"));
    let limits = |arguments: &[&str]| {
        let output = repository.run(&[arguments, &["--format", "json"]].concat());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["not_proved"].to_string()
    };
    let asked: [&[&str]; 2] = [&["diff", entry], &["bump", entry, "--dry-run"]];
    for arguments in asked {
        assert!(
            limits(arguments).contains("count as annotations"),
            "{arguments:?}"
        );
    }
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("format = \"assertion\"\n{text}")).unwrap();
    for arguments in asked {
        let said = limits(arguments);
        assert!(
            said.contains("restrict") && !said.contains("annotations"),
            "{arguments:?} {said}"
        );
    }
}

//! Exceptions and the board as the gate sees them: who has to agree, what counts until when, what got softer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "board/printed.rs"]
mod printed;
#[path = "board/release.rs"]
mod release;
#[path = "board/stages.rs"]
mod stages;
#[path = "support/gate.rs"]
mod support;
#[path = "board/voices.rs"]
mod voices;

use serde_json::Value;
use std::process::Command;
use support::scenario::Scenario;
use support::{AS_OF, Repository, findings, root, text};

const ENTRY: &str = "schemas/hrex-coverage/entry.toml";
const WAIVER: &str = "policies/waivers/WV-0001.toml";
const PULL_REQUEST: &[&str] = &["--base", "HEAD", "--stage", "pull-request"];
/// The checks that the tests of single findings need; what is left out makes the verdict `undecided` at best.
const ONLY: &[&str] = &["--only", "catalogue,lifecycle"];
const RULES: &[&str] = &["--only", "policy,lifecycle"];
const ROLES: [&str; 4] = ["platform", "security", "compliance", "integration"];

/// A repository in which an entry has nobody who is called in the night.
fn broken() -> Repository {
    let repository = Repository::shipped();
    let before = "escalation = \"integration-oncall@payer-exchange.example\"";
    repository.edit(ENTRY, before, "escalation = \"\"");
    repository
}

fn waiver() -> String {
    let path = "tests/scenarios/waiver-ends-today/base-overlay/policies/waivers/WV-0001.toml";
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.replace("2026-11-20", "2026-12-18")
        .replace("2026-08-22", "2026-11-20")
}

/// `matchmark approve`, as of the instant of the runs.
fn approve(repository: &Repository, subject: &str, role: &str, account: &str) -> i32 {
    let flags = ["approve", subject, "--role", role, "--as", account];
    let output = repository.run(&[&flags[..], &["--as-of", AS_OF]].concat());
    output.status.code().unwrap()
}

fn agree(repository: &Repository, subject: &str, roles: &[&str]) {
    for role in roles {
        let account = format!("board-{role}");
        assert_eq!(approve(repository, subject, role, &account), 0, "{role}");
    }
}

fn check(repository: &Repository, flags: &[&[&str]]) -> Value {
    repository.check(&flags.concat()).0
}

fn told<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    let all = findings(report).iter();
    all.filter(|finding| finding["rule"] == rule).collect()
}

/// Ids of all findings that decide and that no waiver covers, each once.
fn deciding(report: &Value) -> Vec<&str> {
    let decides = |finding: &&Value| {
        let severity = finding["severity"].as_str().unwrap();
        ["fault", "error", "undecided"].contains(&severity) && finding["waived"].is_null()
    };
    let deciding = findings(report).iter().filter(decides);
    let mut rules: Vec<&str> = deciding.map(|one| one["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The roles that findings of `rule` name.
fn roles<'a>(report: &'a Value, rule: &str) -> Vec<&'a str> {
    let pointer = |finding: &&'a Value| finding["pointer"].as_str().unwrap();
    let found = told(report, rule);
    let role = |pointer: &'a str| pointer.strip_prefix("/approvals/").unwrap();
    let mut roles: Vec<&str> = found.iter().map(|one| role(pointer(one))).collect();
    roles.sort_unstable();
    roles
}

#[test]
fn row_s0_10_an_exception_is_asked_for_approved_shown_and_over_at_its_last_second() {
    let repository = broken();
    let report = repository.run(&[
        "check",
        "--as-of",
        AS_OF,
        "--only",
        "catalogue",
        "--format",
        "json=found.json",
    ]);
    assert_eq!(report.status.code(), Some(1));
    let new = ["waiver", "new", "--for", "ba5d54e06fe03e3c", "--days", "27"];
    let drafted =
        repository.run(&[&new[..], &["--report", "found.json", "--as-of", AS_OF]].concat());
    let said = text(&drafted.stdout);
    assert_eq!(drafted.status.code(), Some(0), "{}", text(&drafted.stderr));
    for words in ["`reason` must be", "approve WV-0001 --role security"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    std::fs::remove_file(repository.path().join("found.json")).unwrap();

    // A draft, and then a complete waiver without an approver, are refused.
    let report = check(&repository, &[PULL_REQUEST, ONLY]);
    assert!(deciding(&report).contains(&"lifecycle/waiver-incomplete"));
    repository.write(WAIVER, waiver());
    let report = check(&repository, &[PULL_REQUEST, ONLY]);
    assert_eq!(report["verdict"], "no-go");
    assert!(deciding(&report).contains(&"catalogue/owner-missing"));
    assert_eq!(
        roles(&report, "lifecycle/waiver-unapproved"),
        ["platform", "security"]
    );
    assert_eq!(report["decisions"][0]["roles"][1], "security");

    agree(&repository, "WV-0001", &["platform", "security"]);
    let report = check(&repository, &[PULL_REQUEST]);
    assert_eq!(report["verdict"], "go", "{report:#}");
    let covered = told(&report, "catalogue/owner-missing")[0];
    assert_eq!(covered["waived"]["id"], "WV-0001");
    let line = &report["waivers"][0];
    assert_eq!(
        (&line["state"], &line["days_left"]),
        (&"active".into(), &27.into())
    );
    assert_eq!(line["approved"][1]["approver"], "board-security");

    let last = ["--as-of", "2026-12-18T23:59:59Z"];
    let output =
        repository.run(&[&["check", "--format", "json"], PULL_REQUEST, ONLY, &last].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(deciding(&report), ["gate/check-skipped"]);
    let after = ["--as-of", "2026-12-19T00:00:00Z"];
    let output = repository.run(&[&["check"], PULL_REQUEST, ONLY, &after].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for words in [
        "error[lifecycle/waiver-expired] WV-0001 ended on 2026-12-18; judged as of 2026-12-19",
        "= covered  catalogue/owner-missing ba5d54e06fe03e3c, hrex-coverage: still present",
        "approved 2026-11-21 by platform, security",
        "matchmark waiver renew WV-0001 --until",
        "matchmark waiver close WV-0001",
        "no file had to change",
    ] {
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&words), "{words}: {said}");
    }
}

#[test]
fn a_rule_that_gets_softer_needs_the_board_and_breaks_nothing_in_the_same_change() {
    let repository = Repository::shipped();
    let rule = "policies/rules/auth-undeclared";
    let report = |stage: &str| check(&repository, &[&["--base", "HEAD", "--stage", stage], RULES]);
    repository.edit(
        &format!("{rule}/rule.toml"),
        "max-waiver-days = 14",
        "max-waiver-days = 15",
    );
    let weakened = "lifecycle/rule-weakened";
    let found = report("pull-request");
    assert!(deciding(&found).contains(&weakened), "{found:#}");
    assert_eq!(told(&found, weakened)[0]["pointer"], "/max-waiver-days");
    assert_eq!(found["decisions"][0]["subject"], "policy/auth-undeclared");
    assert!(!deciding(&report("local")).contains(&weakened));
    agree(
        &repository,
        "policy/auth-undeclared",
        &["platform", "security", "compliance"],
    );
    assert!(told(&report("pull-request"), weakened).is_empty());

    // The approval was for that text. A rule that finds nothing any more, and the thing that it would have found:
    let rego = repository.read(&format!("{rule}/rule.rego"));
    let blunt = rego.replace("some ", "1 == 2\n\tsome ");
    assert_ne!(rego, blunt);
    repository.write(&format!("{rule}/rule.rego"), blunt);
    let request = "schemas/hrex-member-match-request/entry.toml";
    let entry = repository.read(request);
    let scheme = entry
        .lines()
        .find(|line| line.starts_with("scheme"))
        .unwrap()
        .to_owned();
    repository.edit(request, &scheme, "");
    let found = report("pull-request");
    let pointers: Vec<&Value> = told(&found, weakened)
        .iter()
        .map(|one| &one["pointer"])
        .collect();
    assert!(pointers.contains(&&"/text".into()), "{found:#}");
    // Its cases of before say so too, however they read now.
    assert!(pointers.contains(&&"/cases".into()), "{found:#}");
    assert!(deciding(&found).contains(&"policy/auth-undeclared"));
}

#[test]
fn a_softer_profile_or_board_needs_the_board_that_was_there_before() {
    let repository = Repository::shipped();
    repository.edit(
        "matchmark.toml",
        "waiver = [\"platform\", \"security\"]",
        "waiver = [\"platform\"]",
    );
    repository.edit("policies/profiles/local.toml", ", \"replay\", ", ", ");
    repository.write(WAIVER, waiver());
    agree(&repository, "WV-0001", &["platform"]);
    let report = check(&repository, &[PULL_REQUEST, ONLY]);
    let softer = told(&report, "lifecycle/rule-weakened");
    let subjects: Vec<&Value> = softer.iter().map(|one| &one["subject"]).collect();
    assert_eq!(subjects, ["board", "profile:local"]);
    // Both sides' boards are asked, and both sides' profiles require.
    assert_eq!(roles(&report, "lifecycle/waiver-unapproved"), ["security"]);
    let skipped = told(&report, "gate/check-skipped");
    assert!(
        skipped.iter().any(|one| one["subject"] == "replay"),
        "{report:#}"
    );

    let quorum = ["platform", "security", "compliance"];
    agree(&repository, "board", &quorum);
    agree(&repository, "profile:local", &quorum);
    let report = check(&repository, &[PULL_REQUEST, ONLY]);
    assert!(
        told(&report, "lifecycle/rule-weakened").is_empty(),
        "{report:#}"
    );
    assert!(told(&report, "lifecycle/waiver-unapproved").is_empty());
    let skipped = told(&report, "gate/check-skipped");
    assert!(skipped.iter().all(|one| one["subject"] != "replay"));
}

#[test]
fn an_approval_that_no_role_has_to_review_is_said() {
    let repository = Repository::bare();
    let rule = "lifecycle/approval-unguarded";
    let at = |stage: &str| check(&repository, &[&["--stage", stage, "--only", "lifecycle"]]);
    assert!(told(&at("pull-request"), rule).is_empty());
    let repository = repository.remove(".github/CODEOWNERS");
    let report = check(
        &repository,
        &[&["--stage", "pull-request", "--only", "lifecycle"]],
    );
    let found = told(&report, rule);
    assert_eq!(found.len(), ROLES.len());
    assert!(found.iter().all(|one| one["severity"] == "warning"));
    let report = check(&repository, &[&["--only", "lifecycle"]]);
    assert!(
        told(&report, rule)
            .iter()
            .all(|one| one["severity"] == "info")
    );
}

#[test]
fn an_emergency_is_shown_first_and_reviewed_before_a_release() {
    let repository = broken();
    let waiver = waiver()
        .replace("class = \"standard\"", "class = \"emergency\"")
        .replace("why = \"benign\"", "why = \"security\"")
        .replace(
            "partners-notified = []",
            "partners-notified = [\"contoso\"]",
        )
        .replace("2026-12-18", "2026-11-22")
        + "advisory = \"GHSA-0000-0000-0001\"\nreview-due = \"2026-11-27\"\n";
    repository.write(WAIVER, &waiver);
    agree(&repository, "WV-0001", &["platform", "security"]);
    for (format, banner) in [
        ("text", "EMERGENCY  in force: WV-0001"),
        ("markdown", "**EMERGENCY** in force: `WV-0001`"),
    ] {
        let flags = ["check", "--as-of", AS_OF, "--format", format];
        let output = repository.run(&[&flags[..], PULL_REQUEST, ONLY].concat());
        let said = text(&output.stdout);
        let shown = said.find(banner).unwrap_or_else(|| panic!("{said}"));
        assert!(
            said.find("lifecycle/").is_none_or(|first| shown < first),
            "{said}"
        );
    }
    let candidate = ["--base", "HEAD", "--stage", "release-candidate"];
    let report = check(&repository, &[&candidate, ONLY]);
    assert!(deciding(&report).contains(&"lifecycle/emergency-unreviewed"));
    assert!(deciding(&report).contains(&"catalogue/owner-missing"));
    let closed = repository.run(&["waiver", "close", "WV-0001"]);
    assert_eq!(closed.status.code(), Some(2), "not before its review");

    let reviewed = "reviewed = { date = \"2026-11-21\", by = \"board-compliance\" }\n";
    repository.write(WAIVER, waiver + reviewed);
    agree(&repository, "WV-0001", &["platform", "security"]);
    let report = check(&repository, &[&candidate, ONLY]);
    assert_eq!(deciding(&report), ["gate/check-skipped"], "{report:#}");
    assert_eq!(report["emergency"][0], "WV-0001");
}

#[test]
fn a_waiver_is_listed_renewed_by_the_board_and_closed() {
    let repository = broken();
    repository.write(WAIVER, waiver());
    agree(&repository, "WV-0001", &["platform", "security"]);
    let list = || -> Value {
        let flags = ["waiver", "list", "--format", "json", "--as-of", AS_OF];
        serde_json::from_slice(&repository.run(&flags).stdout).unwrap()
    };
    assert_eq!(list()["waivers"][0]["state"], "active");
    let run = |flags: &[&str]| {
        let output = repository.run(&[flags, &["--as-of", AS_OF]].concat());
        (
            output.status.code(),
            text(&output.stdout) + &text(&output.stderr),
        )
    };
    let renew = |until: &str| run(&["waiver", "renew", "WV-0001", "--until", until]);
    assert_eq!(
        renew("2027-12-31").0,
        Some(2),
        "longer than the board allows"
    );
    assert_eq!(renew("2026-12-01").0, Some(2), "not later than it is");
    for until in ["2027-01-31", "2027-02-28"] {
        let (code, said) = renew(until);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("approve WV-0001 --role security"), "{said}");
        assert_eq!(list()["waivers"][0]["state"], "unapproved");
    }
    assert_eq!(renew("2027-03-01").0, Some(2), "a third time");
    assert!(repository.read(WAIVER).contains("renewals = 2"));

    for (flags, why) in [
        (
            ["WV-0001", "--role", "treasury", "--as", "board-treasury"],
            "no role",
        ),
        (
            ["WV-0009", "--role", "security", "--as", "board-security"],
            "WV-0001",
        ),
        (
            ["WV-0001", "--role", "security", "--as", "member-identity"],
            "does not grant",
        ),
        (
            ["WV-0001", "--role", "security", "--as", "board-platform"],
            "another role",
        ),
    ] {
        let (code, said) = run(&[&["approve"], &flags[..]].concat());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why), "{why}: {said}");
    }
    let rejected = [
        "approve",
        "WV-0001",
        "--role",
        "security",
        "--as",
        "board-security",
    ];
    assert_eq!(run(&[&rejected[..], &["--reject"]].concat()).0, Some(0));
    assert_eq!(list()["waivers"][0]["state"], "rejected");

    let (code, said) = run(&["waiver", "close", "WV-0001"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("git keeps"), "{said}");
    assert!(!repository.path().join(WAIVER).exists());
    let approvals = repository.path().join("policies/approvals/WV-0001");
    assert!(std::fs::read_dir(approvals).unwrap().next().is_none());
}

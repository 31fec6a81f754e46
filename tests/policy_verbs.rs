//! `matchmark policy`: what is published, tried, covered, begun and printed, as a stranger runs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use support::{AS_OF, Repository, text};

const RULE: &str = "policies/rules/auth-undeclared";

/// The shipped data with the rules named here only: fewer are tried faster.
fn with(rules: &[&str]) -> Repository {
    let mut repository = Repository::bare().remove("policies/payload");
    let folders = std::fs::read_dir(repository.path().join("policies/rules")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    for name in names
        .filter(|name| !rules.contains(&name.as_str()))
        .collect::<Vec<_>>()
    {
        repository = repository.remove(&format!("policies/rules/{name}"));
    }
    repository
}

fn policy(repository: &Repository, arguments: &[&str]) -> (Value, i32) {
    let output = repository.run(&[&["policy"], arguments, &["--format", "json"]].concat());
    let said = serde_json::from_slice(&output.stdout);
    let said = said.unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    (said, output.status.code().unwrap())
}

#[test]
fn row_s2_78_the_published_rules_page_is_versioned_and_its_digest_stands_in_every_report() {
    let repository = with(&["auth-undeclared", "semantics-missing"]);
    let page = || {
        text(
            &repository
                .run(&["policy", "list", "--format", "markdown"])
                .stdout,
        )
    };
    let listed = || policy(&repository, &["list"]).0["page"].clone();
    let reported = || repository.check(&["--only", "policy"]).0["rules"]["page"].clone();
    let (first, digest) = (page(), listed());
    assert_eq!(first, page(), "the same rules give the same bytes");
    assert!(first.contains(digest.as_str().unwrap()), "{first}");
    assert!(first.contains("Parameter `words`: `2`"), "{first}");
    assert_eq!(reported(), digest);
    repository.edit(
        "policies/rules/semantics-missing/rule.toml",
        "words = 2",
        "words = 3",
    );
    let changed = page();
    let others = |page: &str| {
        page.lines()
            .filter(|line| !line.contains("sha256:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (before, after) = (others(&first), others(&changed));
    let differing: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(old, new)| old != new)
        .collect();
    assert_eq!(differing.len(), 1, "{differing:?}");
    assert_ne!(listed(), digest);
    assert_eq!(reported(), listed());
}

#[test]
fn a_list_tells_how_heavy_each_rule_is_at_each_stage() {
    let repository = with(&["auth-undeclared"]);
    repository.edit(
        &format!("{RULE}/rule.toml"),
        "severity = \"error\"",
        "severity = \"info\"",
    );
    repository.write(
        "policies/profiles/staging.toml",
        "stage = \"staging\"\nextends = \"pull-request\"\n[raise]\n\"policy/auth-undeclared\" = \"warning\"\n",
    );
    let (page, code) = policy(&repository, &["list"]);
    assert_eq!(code, 0);
    let rule = &page["rules"][0];
    let stages: Vec<(&str, &str, bool)> = rule["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["stage"].as_str().unwrap(),
                one["severity"].as_str().unwrap(),
                one["fails"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        stages,
        [
            ("local", "info", false),
            ("pull-request", "info", false),
            ("staging", "warning", false),
            ("release-candidate", "warning", true)
        ]
    );
    for key in [
        "id", "title", "owner", "status", "source", "rows", "waivable", "fires", "quiet",
    ] {
        assert!(!rule[key].is_null(), "{key}");
    }
}

#[test]
fn a_trial_says_what_was_tried_and_ends_with_what_it_came_to() {
    let repository = with(&["auth-undeclared", "auth-scope-mismatch"]);
    let (trial, code) = policy(&repository, &["test", "auth-undeclared"]);
    assert_eq!(
        (code, trial["rules"].as_array().unwrap().len()),
        (0, 1),
        "{trial:#}"
    );
    let rule = &trial["rules"][0];
    for (all, part) in [
        ("mutants", "killed"),
        ("reads", "needed"),
        ("lines", "reached"),
    ] {
        assert_eq!(rule[all], rule[part]);
        assert!(rule[all].as_u64().unwrap() > 3, "{all}");
    }
    assert_eq!(
        (&rule["fires"], &rule["quiet"], &rule["others"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(
        policy(&repository, &["test", "policy/auth-undeclared"]).1,
        0
    );
    let output = repository.run(&["policy", "test", "auth-undeclard"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("auth-undeclared"),
        "it names the nearest"
    );

    let repository = repository.remove(&format!("{RULE}/fires/nothing-declared.json"));
    let (trial, code) = policy(&repository, &["test"]);
    assert_eq!((code, &trial["verdict"]), (1, &"no-go".into()));
    let flawed: Vec<&str> = trial["flaws"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["subject"].as_str().unwrap())
        .collect();
    assert!(
        !flawed.is_empty() && flawed.iter().all(|one| *one == "policy/auth-undeclared"),
        "{trial:#}"
    );

    let repository = repository.remove(&format!("{RULE}/rule.rego"));
    let (trial, code) = policy(&repository, &["test"]);
    assert_eq!(
        (code, &trial["flaws"][0]["rule"]),
        (2, &"policy/rule-unusable".into())
    );
    let repository = repository.remove("policies/rules");
    assert_eq!(policy(&repository, &["test"]).1, 4);
}

#[test]
fn coverage_counts_the_lines_of_every_text_and_not_only_of_those_that_ran() {
    let repository = with(&["auth-undeclared", "auth-scope-mismatch"]);
    let (whole, code) = policy(&repository, &["coverage"]);
    assert_eq!((code, &whole["lines"]), (0, &whole["reached"]));
    // A text that cannot run is not left out of the sum.
    let rego = format!("{RULE}/rule.rego");
    repository.write(&rego, repository.read(&rego).replace("count(", "size("));
    let (part, code) = policy(&repository, &["coverage"]);
    assert_eq!((code, &part["lines"]), (1, &whole["lines"]));
    let file = &part["files"][1];
    assert_eq!(
        (file["file"].as_str().unwrap(), &file["reached"]),
        (rego.as_str(), &0.into())
    );
    assert!(
        file["obstacle"].as_str().unwrap().contains("size"),
        "{file:#}"
    );
    // One that is missing altogether is red too.
    let repository = repository.remove(&rego);
    let (gone, code) = policy(&repository, &["coverage"]);
    assert_eq!((code, gone["files"].as_array().unwrap().len()), (1, 2));
}

#[test]
fn a_begun_rule_is_complained_of_until_its_author_has_finished_it_and_overwrites_nothing() {
    let repository = with(&["auth-undeclared"]);
    let begun = repository.run(&["policy", "new", "owner-away"]);
    assert_eq!(begun.status.code(), Some(0), "{}", text(&begun.stderr));
    assert!(text(&begun.stdout).contains("policies/rules/owner-away/rule.rego"));
    let (trial, code) = policy(&repository, &["test", "owner-away"]);
    assert_eq!(code, 2, "{trial:#}");
    let toml = "policies/rules/owner-away/rule.toml";
    let finished = repository
        .read(toml)
        .replace("= \"\"", "= \"it must be said\"");
    repository.write(toml, finished.replace("rows = []", "rows = [\"S0-09\"]"));
    let (trial, code) = policy(&repository, &["test", "owner-away"]);
    assert_eq!(code, 0, "{trial:#}");
    for name in ["owner-away", "Owner", "../away"] {
        let refused = repository.run(&["policy", "new", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
    }
    assert!(!repository.path().join("policies/away").exists());
}

#[test]
fn the_printed_facts_are_those_of_this_repository_and_repeat_to_the_byte() {
    let repository = with(&["auth-undeclared"]).remove("contracts");
    let print = || repository.run(&["policy", "input", "--as-of", AS_OF]);
    let facts: Value = serde_json::from_slice(&print().stdout).unwrap();
    assert_eq!(facts["as_of"], "2026-11-21");
    for list in [
        "schemas",
        "fields",
        "operations",
        "partners",
        "changes",
        "deprecations",
        "replays",
    ] {
        assert!(!facts[list].as_array().unwrap().is_empty(), "{list}");
    }
    assert_eq!(print().stdout, print().stdout);
}

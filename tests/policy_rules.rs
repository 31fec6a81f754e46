//! The shipped rules: each loads, does what its cases say and nothing else, and keeps out of the others' cases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::Source;
use matchmark::load;
use matchmark::model::{Severity, Stage};
use matchmark::policy::{Profile, RuleBook, cross, test_rule};
use std::path::Path;

/// The rules over a repository and those over a payload.
fn shipped() -> [RuleBook; 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (workspace, _) = load::folder(root, None).unwrap();
    [&workspace.rules, &workspace.payload_rules].map(RuleBook::read)
}

#[test]
fn every_shipped_rule_loads() {
    let books = shipped();
    for book in &books {
        assert!(book.refused.is_empty(), "{:#?}", book.refused);
    }
    assert_eq!(books.map(|book| book.rules.len()), [25, 12]);
}

#[test]
fn every_case_comes_out_as_listed_every_name_matters_and_every_read_is_needed() {
    for rule in shipped().iter().flat_map(|book| &book.rules) {
        let trial = test_rule(rule);
        assert!(trial.findings.is_empty(), "{:#?}", trial.findings);
        assert!(trial.mutants > 5, "{}: {trial:?}", rule.name);
        assert_eq!((trial.killed, trial.needed), (trial.mutants, trial.reads));
    }
}

#[test]
fn no_rule_speaks_about_the_cases_of_another() {
    for book in shipped() {
        for rule in &book.rules {
            let findings = cross(rule, &book.rules);
            assert!(findings.is_empty(), "{findings:#?}");
        }
    }
}

#[test]
fn a_later_stage_demands_at_least_as_much() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (workspace, _) = load::folder(root, None).unwrap();
    let book = RuleBook::read(&workspace.rules);
    let profiles: Vec<Profile> = Stage::ALL
        .iter()
        .map(|stage| Profile::read(*stage, &workspace.profiles, &book).unwrap())
        .collect();
    for pair in profiles.windows(2) {
        assert!(pair[1].require.is_superset(&pair[0].require));
        assert!(pair[1].fail_on <= pair[0].fail_on);
    }
    assert_eq!(profiles[0].require.len(), 6);
}

#[test]
fn a_profile_that_lowers_anything_is_refused_at_its_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (workspace, _) = load::folder(root, None).unwrap();
    let book = RuleBook::read(&workspace.rules);
    let read = |stage: &str, text: &str| {
        let mut files = workspace.profiles.clone();
        let path = format!("policies/profiles/{stage}.toml");
        files.insert(stage.to_owned(), Source::new(path, text.as_bytes()));
        Profile::read(Stage::ReleaseCandidate, &files, &book)
    };
    let last = "stage = \"release-candidate\"\nextends = \"staging\"\n";
    for (lines, line, why) in [
        ("fail-on = \"error\"\nfail-on = \"info\"\n", 4, "duplicate"),
        (
            "[raise]\n\"catalogue/owner-missing\" = \"warning\"\n",
            4,
            "weigh less",
        ),
        (
            "[raise]\n\"policy/name-irregular\" = \"info\"\n",
            4,
            "weigh less",
        ),
        ("[raise]\n\"policy/absent\" = \"error\"\n", 4, "no rule"),
        ("skip = [\"replay\"]\n", 3, "unknown field"),
    ] {
        let findings = read("release-candidate", &format!("{last}{lines}")).unwrap_err();
        assert_eq!(findings[0].rule, "policy/profile-unusable");
        assert_eq!(findings[0].place.line, line, "{findings:?}");
        assert!(findings[0].message.contains(why), "{findings:?}");
    }
    let staging = "stage = \"staging\"\nextends = \"pull-request\"\n";
    let findings = read("staging", &format!("{staging}fail-on = \"info\"\n")).unwrap_err();
    assert!(findings[0].message.contains("softer"), "{findings:?}");
    assert_eq!(findings[0].subject, "release-candidate");
    let findings = read("staging", "stage = \"staging\"\n").unwrap_err();
    assert!(findings[0].message.contains("extends"), "{findings:?}");
    let raised = "[raise]\n\"catalogue/owner-missing\" = \"error\"\n";
    let profile = read("staging", &format!("{staging}{raised}")).unwrap();
    assert_eq!(profile.raise["catalogue/owner-missing"], Severity::Error);
}

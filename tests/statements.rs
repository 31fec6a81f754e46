//! The lists of published statements: what they name exists, and what they say is our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::StatementsFile;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lists() -> Vec<StatementsFile> {
    let folder = std::fs::read_dir(root().join("policies/statements")).unwrap();
    let mut paths: Vec<_> = folder.map(|item| item.unwrap().path()).collect();
    paths.sort();
    let text = |path| std::fs::read_to_string(path).unwrap();
    paths
        .iter()
        .map(|path| toml::from_str(&text(path)).unwrap())
        .collect()
}

#[test]
fn the_payer_to_payer_pages_are_listed_whole() {
    for (list, stem, pages, expected) in [
        (
            0,
            "hrex-1.2.0",
            &["member-match", "hrex-consent", "hrex-coverage", "security"][..],
            13 + 20,
        ),
        // 106 with a mark, and pdex-139a, which the page prints without one.
        (
            1,
            "pdex-2.2.0",
            &["payertopayerexchange", "payertopayerbulkexchange"],
            107,
        ),
    ] {
        let list = &lists()[list];
        assert_eq!(list.stem(), stem);
        let here = list
            .statements
            .iter()
            .filter(|found| pages.contains(&found.page.as_str()));
        assert_eq!(here.count(), expected, "{stem}");
    }
}

#[test]
fn every_named_test_is_a_test_that_runs() {
    let mut count = 0;
    for list in lists() {
        for statement in &list.statements {
            for test in &statement.service {
                let (path, name) = test
                    .split_once("::")
                    .unwrap_or_else(|| panic!("{test} names no function"));
                let text = std::fs::read_to_string(root().join(path))
                    .unwrap_or_else(|_| panic!("{path} is not there"));
                let (before, _) = text
                    .split_once(&format!("fn {name}("))
                    .unwrap_or_else(|| panic!("{test} is gone"));
                let before = before.trim_end().trim_end_matches("async").trim_end();
                let is_attribute = |line: &&str| line.trim_start().starts_with('#');
                let attributes: Vec<&str> = before.lines().rev().take_while(is_attribute).collect();
                assert!(
                    attributes.iter().any(|line| line.contains("test]")),
                    "{test} is no test"
                );
                assert!(
                    !attributes.iter().any(|line| line.contains("ignore")),
                    "{test} does not run"
                );
                count += 1;
            }
        }
    }
    assert!(count >= 15, "{count}");
}

#[test]
fn a_statement_is_short_says_whom_it_binds_and_is_not_held_and_out_of_scope_at_once() {
    for list in lists() {
        for found in &list.statements {
            assert!(
                (20..200).contains(&found.text.len()) && found.text.ends_with('.'),
                "{found:?}"
            );
            assert!(
                !found.actor.is_empty() && !found.text.contains("**"),
                "{found:?}"
            );
            assert!(
                found.out_of_scope.is_none() || found.service.is_empty(),
                "{found:?}"
            );
        }
    }
}

fn coverage(format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["catalogue", "coverage", "--format", format, "-C"])
        .arg(root())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn coverage_tells_every_statement_once_and_adds_up() {
    let report: Value = serde_json::from_str(&coverage("json")).unwrap();
    let sum = |key: &str| report["summary"][key].as_u64().unwrap();
    let listed: usize = lists().iter().map(|list| list.statements.len()).sum();
    assert_eq!(sum("statements"), listed as u64);
    assert_eq!(
        sum("held") + sum("out_of_scope") + sum("open"),
        sum("statements")
    );
    assert!(
        sum("by_schema") >= 10 && sum("by_service") >= 15,
        "{}",
        report["summary"]
    );
    let text = coverage("text");
    for list in lists() {
        for found in &list.statements {
            let lines = text
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(&found.id));
            assert_eq!(lines.count(), 1, "{}", found.id);
        }
    }
    let response = "hrex-member-match-response@2.0.1";
    assert!(text.contains(&format!("schema {response} (1)")), "{text}");
    let named = format!("nothing yet; named in {response}");
    assert!(text.contains(&named), "{text}");
    assert!(text.trim_end().ends_with("SHALL"), "{text}");
    let page = coverage("markdown");
    assert!(page.contains("| `mm-6` | SHALL |"), "{page}");
}

//! Every scenario of `tests/scenarios/`, judged by the real program in a real git repository.
//! Refuses to know any scenario by name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/scenario.rs"]
mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use support::{Expected, Scenario};

/// Severities that decide a verdict.
const DECIDING: &[&str] = &["fault", "error", "undecided"];

#[test]
fn every_scenario_ends_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = Scenario::names(root).expect("the folder of scenarios");
    assert!(!names.is_empty(), "there is no scenario");
    // Two at a time: each is a run of the program, and some of them think for a while.
    let half = names.len().div_ceil(2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves: Vec<_> = names
            .chunks(half)
            .map(|names| scope.spawn(|| names.iter().flat_map(|name| judge(root, name)).collect()))
            .collect();
        let joined = halves.into_iter().map(|half| half.join());
        joined
            .flat_map(|half: std::thread::Result<Vec<String>>| half.expect("no panic"))
            .collect()
    });
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn judge(root: &Path, name: &str) -> Vec<String> {
    let scenario = Scenario::read(root, name).unwrap_or_else(|stale| panic!("{name}: {stale}"));
    differences(&scenario)
}

/// What the gate says of a scenario beside what it should say; empty when they agree.
fn differences(scenario: &Scenario) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder to work in");
    let repository = folder.path().join("repository");
    scenario
        .write(&repository)
        .unwrap_or_else(|stale| panic!("{stale}: {:?}", std::error::Error::source(&stale)));
    let json = folder.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .arg("check")
        .arg("-C")
        .arg(&repository)
        // As on a developer's machine, wherever the test runs: a board's approvals are asked for from pull-request on.
        .args(["--base", "HEAD~1", "--stage", "local"])
        .arg(format!("--format=json={}", json.display()))
        .args(&scenario.expected.args)
        .output()
        .expect("the program");
    let Ok(text) = std::fs::read_to_string(&json) else {
        let said = String::from_utf8_lossy(&output.stderr);
        return vec![format!("{}: no report was written: {said}", scenario.name)];
    };
    let report: Value = serde_json::from_str(&text).expect("a report in JSON");
    compare(&scenario.expected, &report, output.status.code())
        .into_iter()
        .map(|difference| format!("{}: {difference}", scenario.name))
        .collect()
}

fn compare(expected: &Expected, report: &Value, exit_code: Option<i32>) -> Vec<String> {
    let mut wrong = Vec::new();
    if report["verdict"] != expected.verdict.as_str() {
        wrong.push(format!(
            "verdict {}, expected {}",
            report["verdict"], expected.verdict
        ));
    }
    if exit_code != Some(expected.exit_code) || report["exit_code"] != expected.exit_code {
        wrong.push(format!(
            "exit code {exit_code:?}, expected {}",
            expected.exit_code
        ));
    }
    let all = report["findings"].as_array().cloned().unwrap_or_default();
    let (deciding, others): (Vec<&Value>, Vec<&Value>) = all
        .iter()
        .filter(|finding| finding["waived"].is_null())
        .partition(|finding| {
            DECIDING
                .iter()
                .any(|severity| finding["severity"] == *severity)
        });
    let warnings = others
        .into_iter()
        .filter(|finding| finding["severity"] == "warning");
    let hurt = deciding
        .iter()
        .flat_map(|finding| finding["hurts"].as_array().into_iter().flatten());
    let mut same = |what: &str, found: BTreeSet<String>, expected: &[String]| {
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        if found != expected {
            wrong.push(format!("{what} {found:?}, expected {expected:?}"));
        }
    };
    same(
        "findings",
        words(deciding.iter().copied(), "rule"),
        &expected.findings,
    );
    if let Some(expected) = &expected.warnings {
        same("warnings", words(warnings, "rule"), expected);
    }
    if let Some(expected) = &expected.hurts {
        same("hurts", words(hurt, "who"), expected);
    }
    wrong
}

fn words<'a>(values: impl Iterator<Item = &'a Value>, key: &str) -> BTreeSet<String> {
    values
        .filter_map(|value| value[key].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn expected() -> Expected {
        toml::from_str(
            r#"
            story = "a field became required"
            verdict = "no-go"
            exit-code = 1
            findings = ["compat/required-added"]
            hurts = ["northwind"]
            "#,
        )
        .unwrap()
    }

    fn report() -> Value {
        json!({
            "verdict": "no-go",
            "exit_code": 1,
            "findings": [
                { "rule": "compat/required-added", "severity": "error", "hurts": [{ "who": "northwind" }] },
                { "rule": "lifecycle/sunset-near", "severity": "warning", "hurts": [] },
                { "rule": "policy/name-irregular", "severity": "error", "hurts": [], "waived": { "id": "WV-0001" } }
            ]
        })
    }

    #[test]
    fn a_report_that_agrees_has_no_difference() {
        assert_eq!(
            compare(&expected(), &report(), Some(1)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_disagreement_is_named() {
        for (pointer, value) in [
            ("/verdict", json!("go")),
            ("/exit_code", json!(0)),
            ("/findings/0/rule", json!("compat/removed")),
            ("/findings/0/hurts/0/who", json!("contoso")),
            ("/findings/1/severity", json!("error")),
        ] {
            let mut changed = report();
            *changed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(
                compare(&expected(), &changed, Some(1)).len(),
                1,
                "{pointer}"
            );
        }
        assert_eq!(compare(&expected(), &report(), Some(0)).len(), 1);
    }

    /// A repository with one shipped file and one scenario.
    fn made_up(expected: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("schemas/a/entry.toml", "id = \"a\"\n");
        write("payloads/old.ndjson", "{}\n");
        write("tests/scenarios/one/expected.toml", expected);
        write(
            "tests/scenarios/one/overlay/schemas/b/entry.toml",
            "id = \"b\"\n",
        );
        root
    }

    #[test]
    fn a_scenario_is_two_commits_and_the_second_is_the_change() {
        let root = made_up(
            r#"
            story = "b and d are added, the payloads are gone"
            verdict = "go"
            exit-code = 0
            [head]
            copy = [{ from = "schemas/a", to = "schemas/d" }]
            edit = [{ file = "schemas/d/entry.toml", find = "a\"", replace = "d\"" }]
            delete = ["payloads"]
            "#,
        );
        let into = root.path().join("out");
        let scenario = Scenario::read(root.path(), "one").unwrap();
        assert_eq!(Scenario::names(root.path()).unwrap(), ["one"]);
        scenario.write(&into).unwrap();
        let log = Command::new("git")
            .args(["log", "--format=%s", "--name-status", "--no-renames"])
            .current_dir(&into)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(log.stdout).unwrap(),
            "b and d are added, the payloads are gone\n\nD\tpayloads/old.ndjson\n\
             A\tschemas/b/entry.toml\nA\tschemas/d/entry.toml\nBase: the shipped data\n\nA\t.gitignore\nA\tpayloads/old.ndjson\n\
             A\tschemas/a/entry.toml\n"
        );
    }

    #[test]
    fn a_scenario_that_no_longer_fits_the_data_is_refused() {
        for change in [
            r#"head.delete = ["contracts"]"#,
            r#"head.edit = [{ file = "schemas/a/entry.toml", find = "absent", replace = "x" }]"#,
            r#"head.edit = [{ file = "schemas/absent.toml", find = "x", replace = "y" }]"#,
        ] {
            let expected = format!("story = \"s\"\nverdict = \"go\"\nexit-code = 0\n{change}\n");
            let root = made_up(&expected);
            let scenario = Scenario::read(root.path(), "one").unwrap();
            assert!(
                scenario.write(&root.path().join("out")).is_err(),
                "{change}"
            );
        }
    }
}

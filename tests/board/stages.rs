//! One input over the four stages.

use super::*;

const STAGES: [&str; 4] = ["local", "pull-request", "staging", "release-candidate"];

fn rank(verdict: &str) -> usize {
    let ranked = ["go", "empty", "undecided", "no-go", "error"];
    ranked.iter().position(|word| *word == verdict).unwrap()
}

/// The verdicts of a scenario at the four stages.
fn verdicts(name: &str, only: &[&str]) -> Vec<String> {
    let scenario = Scenario::read(root(), name).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("it");
    scenario.write(&into).unwrap();
    let verdict = |stage: &&str| {
        let flags = [
            "check", "--base", "HEAD~1", "--format", "json", "--stage", stage,
        ];
        let output = support::matchmark(&[&flags[..], only].concat())
            .args(&scenario.expected.args)
            .current_dir(&into)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["verdict"].as_str().unwrap().to_owned()
    };
    STAGES.iter().map(verdict).collect()
}

fn rises(name: &str, verdicts: &[String]) {
    let ranks: Vec<usize> = verdicts.iter().map(|word| rank(word)).collect();
    assert!(ranks.is_sorted(), "{name}: {verdicts:?}");
}

#[test]
fn row_s0_53_a_later_stage_is_never_softer() {
    let names = Scenario::names(root()).unwrap();
    // Each run costs seconds: a few of them here, all checks below.
    for name in names.iter().step_by(names.len().div_ceil(3)) {
        rises(name, &verdicts(name, ONLY));
    }
    // A whole run that only the board can let through.
    let found = verdicts("waiver-ends-today", &[]);
    assert_eq!(found, ["go", "no-go", "no-go", "no-go"]);
}

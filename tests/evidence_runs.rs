//! Kept runs of the gate: each leaves a record, every change of one is found, and what was decided can be judged again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "evidence_runs/chain.rs"]
mod chain;
#[path = "evidence_runs/hidden.rs"]
mod hidden;
#[path = "evidence_runs/packet.rs"]
mod packet;
#[path = "evidence_runs/place.rs"]
mod place;
#[path = "support/gate.rs"]
mod support;

use matchmark::evidence::{run_file, runs};
use matchmark::model::{Kept, RunRecord, Stage, Verdict, digest};
use matchmark::release::{Unproven, proven};
use place::{Place, Seeded, json};
use serde_json::Value;
use std::collections::BTreeMap;
use support::{AS_OF, Repository, text};

/// What `evidence verify` says of faults: number and path, in their order.
fn faults(answer: &Value) -> Vec<(Option<u64>, String)> {
    let fault = |fault: &Value| {
        let path = fault["path"].as_str().unwrap().to_owned();
        (fault["number"].as_u64(), path)
    };
    answer["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(fault)
        .collect()
}

#[test]
fn row_s0_19_each_check_leaves_a_record_of_what_was_judged_and_a_flipped_byte_is_found() {
    let repository = Repository::shipped();
    let (report, code) = repository.check(&[]);
    assert_eq!((&report["verdict"], code), (&Value::from("go"), 0));
    let (later, _) = repository.check(&["--stage", "pull-request", "--as-of", "2026-11-22"]);
    assert_eq!(later["verdict"], "undecided", "a commit against itself");
    let kept = place::records(&repository.path());
    assert_eq!(kept.len(), 2);
    tells_of(&repository, &kept[0].value, &report);
    assert_eq!(
        kept[1].value.as_of.to_rfc3339(),
        "2026-11-22T00:00:00+00:00"
    );
    assert_eq!(kept[1].value.stage, Stage::PullRequest);
    assert_eq!(later["digest"], kept[1].value.report.as_str());
    let previous = kept[1].value.previous.as_deref().unwrap();
    assert_eq!(
        format!("{}.json", previous.trim_start_matches("sha256:")),
        kept[0].path
    );

    let verified = repository.run(&["evidence", "verify", "--format", "json"]);
    assert_eq!(
        verified.status.code(),
        Some(0),
        "{}",
        text(&verified.stdout)
    );
    let verified = json(&verified);
    assert_eq!(
        (&verified["records"], &verified["reports"]),
        (&2.into(), &2.into())
    );

    // Bytes of the records and of the reports beside them, at places that a fixed seed gives.
    let files = place::files(&repository.path());
    assert_eq!(files.len(), 4);
    let mut seeded = Seeded(0x19);
    for _ in 0..60 {
        let (path, at, mask) = seeded.flip(&files);
        let mut flipped = files.clone();
        flipped.get_mut(&path).unwrap()[at] ^= mask;
        let found = runs(&flipped).faults;
        assert!(
            found.iter().any(|fault| fault.path == path),
            "{path} at {at}"
        );
    }
    let (path, at, mask) = seeded.flip(&files);
    place::flip(&repository.path(), &path, at, mask);
    let verified = repository.run(&["evidence", "verify", "--format", "json"]);
    assert_eq!(verified.status.code(), Some(2));
    assert!(
        faults(&json(&verified))
            .iter()
            .any(|(_, fault)| *fault == path)
    );
}

/// Row S0-19: input hashes, rule versions, decision, time.
fn tells_of(repository: &Repository, record: &RunRecord, report: &Value) {
    let inputs = &record.head.inputs;
    for (path, own) in inputs {
        let bytes = std::fs::read(repository.path().join(path)).unwrap();
        assert_eq!(*own, digest(&bytes), "{path}");
    }
    for folder in [
        "schemas/",
        "policies/rules/",
        "policies/profiles/",
        "contracts/",
        "partners/",
        "payloads/",
    ] {
        assert!(
            inputs.keys().any(|path| path.starts_with(folder)),
            "{folder}"
        );
    }
    let rules = inputs.keys().filter(|path| path.ends_with("/rule.rego"));
    assert_eq!(record.rule_versions.len(), rules.count());
    assert_eq!((record.verdict, record.exit_code), (Verdict::Go, 0));
    assert_eq!(record.as_of.to_rfc3339(), "2026-11-21T00:00:00+00:00");
    assert_eq!(record.report, report["digest"].as_str().unwrap());
    let program = std::fs::read(env!("CARGO_BIN_EXE_matchmark")).unwrap();
    assert_eq!(
        record.tool.digest.as_deref(),
        Some(digest(&program).as_str())
    );
    assert!(record.head.clean && record.head.commit.is_some());
    assert!(record.policy_input.is_some() && record.asked.is_whole());
    let rates = &record.contracts;
    assert!(
        rates
            .iter()
            .all(|rate| rate.passed == rate.total && rate.total > 0)
    );
    let cells = report["matrix"].as_array().unwrap().iter();
    let told: u64 = cells
        .map(|cell| cell["interactions"].as_u64().unwrap())
        .sum();
    assert_eq!(rates.iter().map(|rate| rate.total).sum::<u64>(), told);
    // Names and numbers only: no member of a recorded payload stands in what is kept.
    let kept = run_file(record).1;
    for value in ["PX-M1000", "Testmember", "resourceType"] {
        assert!(!kept.contains(value), "{value}");
    }
}

#[test]
fn a_run_is_judged_again_from_its_commits() {
    let repository = Repository::shipped();
    let path = "policies/rules/auth-undeclared/rule.toml";
    // A change that the gate stops is as much a decision as one that it lets pass.
    repository.edit(path, "severity = \"error\"", "severity = \"warning\"");
    place::commit(&repository.path(), "Weaken a rule");
    let (report, _) = repository.check(&["--base", "HEAD~1"]);
    // What is committed since, and what lies about, is not what was judged.
    repository.write("contracts/northwind/odd.json", "{}");
    let again = |flags: &[&str]| {
        let output = repository.run(&[&["evidence", "verify", "--format", "json"], flags].concat());
        (output.status.code().unwrap(), json(&output))
    };
    let (code, answer) = again(&["--rederive"]);
    assert_eq!(
        (code, &answer["rederived"]["verdict"]),
        (0, &"go".into()),
        "{answer:#}"
    );
    assert_eq!(answer["rederived"]["because"], serde_json::json!([]));
    // Now its files differ from every commit: nobody can judge them again.
    repository.check(&["--base", "HEAD~1", "--only", "lifecycle"]);
    let (code, answer) = again(&["--rederive=2"]);
    assert_eq!(
        (code, &answer["verdict"]),
        (3, &"undecided".into()),
        "{answer:#}"
    );
    assert!(
        answer["rederived"]["because"][0]
            .as_str()
            .unwrap()
            .contains("differed from commit")
    );
    // A record that was written well and says otherwise than its commits.
    let mut record = place::records(&repository.path()).remove(0).value;
    assert_eq!(report["verdict"], record.verdict.word());
    record.verdict = Verdict::Empty;
    record.exit_code = Verdict::Empty.exit_code();
    record.findings.clear();
    let (path, text, _) = run_file(&record);
    let folder = repository.path().join(".matchmark/evidence");
    std::fs::remove_dir_all(&folder).unwrap();
    repository.write(&format!(".matchmark/evidence/{path}"), text);
    let (code, answer) = again(&["--rederive"]);
    assert_eq!(
        (code, &answer["rederived"]["verdict"]),
        (2, &"error".into()),
        "{answer:#}"
    );
    assert!(
        answer["rederived"]["because"]
            .to_string()
            .contains("it came to `empty`")
    );
}

#[test]
fn row_s0_88_a_run_keeps_the_pass_rate_of_contracts_by_partner_and_version() {
    let repository = Repository::shipped();
    let path = "contracts/northwind/member-match.json";
    let broken = repository
        .read(path)
        .replacen("\"status\": 200", "\"status\": 201", 1);
    repository.write(path, broken);
    let (report, _) = repository.check(&["--only", "contract"]);
    let record = place::records(&repository.path()).remove(0).value;
    // Interactions by partner that some finding of the report speaks against.
    let findings = report["findings"].as_array().unwrap().iter();
    let against: Vec<&str> = findings
        .filter(|finding| ["error", "undecided"].contains(&finding["severity"].as_str().unwrap()))
        .filter_map(|finding| finding["subject"].as_str())
        .collect();
    assert!(against.iter().any(|subject| subject.contains("northwind")));
    let lacking: Vec<_> = record
        .contracts
        .iter()
        .filter(|rate| rate.passed < rate.total)
        .collect();
    assert!(!lacking.is_empty());
    assert!(
        lacking.iter().all(|rate| rate.partner == "northwind"),
        "{lacking:?}"
    );
    for cell in report["matrix"].as_array().unwrap() {
        let version = format!(
            "{}@{}",
            cell["entry"].as_str().unwrap(),
            cell["version"].as_str().unwrap()
        );
        let same = |rate: &&matchmark::model::ContractRate| {
            cell["partner"] == rate.partner.as_str() && rate.version == version
        };
        let total = record
            .contracts
            .iter()
            .find(same)
            .map_or(0, |rate| rate.total);
        assert_eq!(cell["interactions"], total, "{cell}");
    }
}

#[test]
fn row_s0_89_seven_mismatches_of_a_hundred_are_seven_percent_by_partner_and_version() {
    let place = Place::with_history(&[("north", 100, 7), ("south", 40, 0)]);
    place.check(&[]);
    let record = place.records().remove(0).value;
    let rates: Vec<(&str, &str, u64, u64)> = record
        .replays
        .iter()
        .map(|rate| {
            (
                rate.partner.as_str(),
                rate.version.as_str(),
                rate.replayed,
                rate.mismatched,
            )
        })
        .collect();
    assert_eq!(
        rates,
        [("north", "a@1.0.0", 100, 7), ("south", "a@1.0.0", 40, 0)]
    );
    let listed = place.run(&["evidence", "list"]);
    let shown = text(&listed.stdout);
    assert!(shown.contains("north  a@1.0.0  7 of 100  7 %"), "{shown}");
    let listed = json(&place.run(&["evidence", "list", "--format", "json"]));
    assert_eq!(listed["runs"][0]["replays"][0]["mismatched"], 7);
    // Nothing that is kept has a word of a payload.
    for (path, bytes) in place.files() {
        assert!(!text(&bytes).contains("CANARY"), "{path}");
    }
    // And the board sees it over time.
    let packet = json(&place.run(&[
        "report",
        "--since",
        "2026-11-01",
        "--until",
        "2026-11-30",
        "--format",
        "json",
    ]));
    let point = &packet["trend"][0];
    assert_eq!(
        point["mismatches"]["north"],
        serde_json::json!({"replayed": 100, "mismatched": 7})
    );
}

#[test]
fn a_kept_run_of_the_shipped_repository_proves_its_files_and_no_others() {
    let repository = Repository::shipped();
    let (report, code) = repository.check(&["--stage", "staging"]);
    assert_eq!(
        (code, support::deciding(&report)),
        (3, vec!["gate/base-is-head"])
    );
    std::fs::remove_dir_all(repository.path().join(".matchmark")).unwrap();
    support::scenario::commit(&repository.path(), "Change nothing").unwrap();
    let (_, code) = repository.check(&["--stage", "staging", "--base", "HEAD~1"]);
    let kept: Vec<Kept<RunRecord>> = place::records(&repository.path());
    let run = &kept[0].value;
    assert_eq!((code, run.verdict), (0, Verdict::Go));
    let at = |text: &str| text.parse().unwrap();
    let own = run.head.digest.as_str();
    assert!(proven(&kept, Stage::Staging, at("2026-11-28T00:00:00Z"), own).is_ok());
    let late = proven(&kept, Stage::Staging, at("2026-11-28T00:00:01Z"), own);
    assert!(matches!(late, Err(Unproven::Stale { .. })));
    assert_eq!(
        proven(&kept, Stage::Staging, at(AS_OF), "sha256:0").unwrap_err(),
        Unproven::Missing
    );
    let other: BTreeMap<String, String> = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    assert_ne!(matchmark::evidence::of_inputs(&other), own);
    assert_eq!(matchmark::evidence::of_inputs(&run.head.inputs), own);
}

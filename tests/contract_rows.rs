//! What the contract check says as a whole: its matrix, the cases it demands, the notices it writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::scenario::Scenario;
use support::{AS_OF, Repository, deciding, findings, root};

/// `contract check` as of a fixed instant; the report and the exit code.
fn contract_check(repository: &Repository) -> (Value, i32) {
    let arguments = ["contract", "check", "--as-of", AS_OF, "--format", "json"];
    let output = repository.run(&arguments);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (report, output.status.code().unwrap())
}

/// `entry version partner` of every cell whose proof is one of `words`.
fn cells(report: &Value, words: &[&str]) -> BTreeSet<String> {
    let is_asked = |cell: &&Value| words.contains(&cell["proof"].as_str().unwrap());
    let name = |cell: &Value| {
        let word = |key: &str| cell[key].as_str().unwrap().to_owned();
        [word("entry"), word("version"), word("partner")].join(" ")
    };
    let all = report["matrix"].as_array().unwrap().iter();
    all.filter(is_asked).map(name).collect()
}

#[test]
fn the_contract_check_alone_is_green_on_what_is_shipped() {
    let repository = Repository::shipped();
    let (report, code) = contract_check(&repository);
    assert_eq!((&report["verdict"], code), (&Value::from("go"), 0));
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0]["name"], "contract");
}

#[test]
fn row_s0_43_a_break_against_the_version_before_turns_exactly_its_cells_red() {
    let repository = Repository::shipped();
    let (report, _) = contract_check(&repository);
    let all = ["tested", "proved", "stale", "unproven", "broken"];
    let before = cells(&report, &all);
    assert!(cells(&report, &["broken"]).is_empty());
    for version in ["2.0.0", "2.0.1"] {
        for partner in ["contoso", "fabrikam"] {
            let cell = format!("hrex-member-match-response {version} {partner}");
            assert!(cells(&report, &["tested"]).contains(&cell), "{cell}");
        }
    }
    // The answer of the version before may hold a part that nobody reads.
    repository.edit(
        "schemas/hrex-member-match-response/2.0.0/schema.json",
        "\"const\": \"Parameters\"",
        "\"enum\": [\"Parameters\", \"Bundle\"]",
    );
    let (report, code) = contract_check(&repository);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    assert_eq!(cells(&report, &all), before);
    let red = ["contoso", "fabrikam"].map(|who| format!("hrex-member-match-response 2.0.0 {who}"));
    assert_eq!(cells(&report, &["broken"]), red.into());
}

#[test]
fn a_case_that_no_contract_shows_is_missed() {
    let path = "contracts/contoso/member-match.json";
    for (key, case) in [
        ("cm-malformed", "malformed-payload"),
        ("cm-expired-consent", "expired-consent"),
    ] {
        let repository = Repository::shipped();
        let mut contract: Value = serde_json::from_str(&repository.read(path)).unwrap();
        let interactions = contract["interactions"].as_array_mut().unwrap();
        interactions.retain(|interaction| interaction["key"] != key);
        repository.write(path, contract.to_string());
        let (report, code) = contract_check(&repository);
        assert_eq!((&report["verdict"], code), (&Value::from("undecided"), 3));
        assert_eq!(deciding(&report), ["contract/edge-uncovered"]);
        let message = findings(&report)[0]["message"].as_str().unwrap();
        assert_eq!(
            message,
            format!("no interaction of `contoso` shows a {case} case of $member-match")
        );
    }
}

#[test]
fn a_tag_that_the_expectation_does_not_agree_with_covers_nothing() {
    let repository = Repository::shipped();
    let path = "contracts/contoso/member-match.json";
    let mut contract: Value = serde_json::from_str(&repository.read(path)).unwrap();
    let interactions = contract["interactions"].as_array_mut().unwrap();
    interactions.retain(|interaction| interaction["key"] != "cm-expired-consent");
    interactions[0]["comments"]["references"]["matchmark"]["edge"] =
        Value::from(vec!["expired-consent"]);
    repository.write(path, contract.to_string());
    let (report, code) = contract_check(&repository);
    assert_eq!((&report["verdict"], code), (&Value::from("undecided"), 3));
    assert_eq!(deciding(&report), ["contract/edge-uncovered"]);
}

#[test]
fn a_refusal_of_ours_that_may_be_repeated_needs_a_promise() {
    let repository = Repository::shipped();
    let path = "contracts/payer-exchange/contoso-member-match.json";
    let mut contract: Value = serde_json::from_str(&repository.read(path)).unwrap();
    let interactions = contract["interactions"].as_array_mut().unwrap();
    let refused = |one: &&Value| one["key"] == "px-cm-no-match";
    let mut busy = interactions.iter().find(refused).unwrap().clone();
    busy["key"] = "px-cm-transient".into();
    busy["description"] = "member match, the old payer has no time".into();
    busy["response"]["status"] = 503.into();
    busy["comments"]["references"]["matchmark"]["outcome"] = serde_json::json!({
        "class": "transient", "code": "transient", "retryable": true, "sideEffects": "any"
    });
    interactions.push(busy);
    repository.write(path, contract.to_string());
    let (report, code) = contract_check(&repository);
    assert_ne!(code, 0, "{report:#}");
    assert!(deciding(&report).contains(&"contract/not-verified"));
}

#[test]
fn more_variants_than_can_be_tried_are_refused_at_once() {
    let repository = Repository::shipped();
    let path = "contracts/contoso/member-match.json";
    let mut contract: Value = serde_json::from_str(&repository.read(path)).unwrap();
    let variants: Vec<Value> = (0..40)
        .map(|number| serde_json::json!({"is": "value", "value": number.to_string()}))
        .collect();
    let places: Vec<Value> = (0..60)
        .map(|_| serde_json::json!({"part": "request", "path": "$.parameter[0].name", "variants": variants}))
        .collect();
    contract["interactions"][0]["comments"]["references"]["matchmark"]["optional"] = places.into();
    repository.write(path, contract.to_string());
    let (report, code) = contract_check(&repository);
    assert_eq!(code, 3, "{report:#}");
    assert!(deciding(&report).contains(&"contract/unsupported-content"));
}

#[test]
fn an_interaction_that_is_pending_covers_nothing() {
    let repository = Repository::shipped();
    let path = "contracts/contoso/member-match.json";
    let mut contract: Value = serde_json::from_str(&repository.read(path)).unwrap();
    for interaction in contract["interactions"].as_array_mut().unwrap() {
        interaction["pending"] = (interaction["key"] == "cm-malformed").into();
    }
    repository.write(path, contract.to_string());
    let (report, _) = contract_check(&repository);
    assert_eq!(deciding(&report), ["contract/edge-uncovered"]);
}

#[test]
fn row_s0_97_silent_drift_is_flagged_and_its_readers_are_told_before_release() {
    let repository = Repository::shipped();
    Scenario::read(root(), "optional-field-added")
        .unwrap()
        .apply(&repository.path())
        .unwrap();
    let (report, code) = contract_check(&repository);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    let version = ["hrex-member-match-response", "next"].join("@");
    for (who, owner, rule) in [
        ("contoso", "contoso-", "contract/response-not-read"),
        ("fabrikam", "fabrikam-", "contract/reader-order-broken"),
    ] {
        let finding = findings(&report)
            .iter()
            .find(|finding| finding["rule"] == rule && finding["hurts"][0]["who"] == who)
            .unwrap();
        let path = format!(".matchmark/notices/{who}/{version}.md");
        let notes = finding["notes"].to_string();
        assert!(notes.contains(&path), "{notes}");
        let letter = repository.read(&path);
        assert!(letter.contains(owner), "{letter}");
        assert!(letter.contains("while the version is draft"), "{letter}");
        assert!(
            letter.contains(finding["fingerprint"].as_str().unwrap()),
            "{letter}"
        );
        assert!(
            letter.contains(&format!("contracts/{who}/member-match.json:")),
            "{letter}"
        );
    }
    let unread = repository
        .path()
        .join(format!(".matchmark/notices/northwind/{version}.md"));
    assert!(!unread.exists(), "northwind bears what it does not know");
}

//! Payload rules in the gate: recorded payloads that a new rule refuses, a rule that is gone, a body that breaks one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod gate;

use gate::{AS_OF, Repository};
use serde_json::Value;

/// The report of a check of the head against its last commit.
fn judged(repository: &Repository, checks: &str) -> Value {
    let arguments = [
        "check", "--base", "HEAD", "--as-of", AS_OF, "--only", checks,
    ];
    let output = repository.run(&[&arguments[..], &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", gate::text(&output.stderr)))
}

fn found<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter(|f| f["rule"] == rule).collect()
}

const RULE: &str = "policies/payload/reference-elsewhere/rule.toml";

#[test]
fn a_rule_that_grows_stricter_newly_rejects_what_was_accepted() {
    let repository = Repository::shipped();
    let report = judged(&repository, "replay");
    assert_eq!(found(&report, "replay/newly-rejected").len(), 0);
    let text = repository.read(RULE);
    let stricter = text.replace(
        "elements = [\"Coverage.beneficiary\", \"Consent.patient\"]",
        "elements = [\"Coverage.beneficiary\", \"Consent.patient\", \"Consent.sourceReference\"]",
    );
    assert_ne!(text, stricter);
    repository.write(RULE, stricter);
    let report = judged(&repository, "replay");
    let rejected = found(&report, "replay/newly-rejected");
    assert!(!rejected.is_empty(), "{report:#}");
    for finding in rejected {
        let kind = finding["kind"].as_str().unwrap();
        assert!(kind.ends_with("payload/reference-elsewhere"), "{finding:#}");
        assert!(finding["pointer"].as_str().unwrap().ends_with("/reference"));
    }
    assert_eq!(report["verdict"], "no-go");
}

#[test]
fn a_payload_rule_that_is_gone_is_told() {
    let repository = Repository::shipped().remove("policies/payload/consent-period");
    let report = judged(&repository, "lifecycle");
    let removed = found(&report, "lifecycle/rule-removed");
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0]["subject"], "payload/consent-period");
}

#[test]
fn a_payload_rule_that_its_cases_do_not_prove_is_told() {
    let repository = Repository::shipped();
    let path = "policies/payload/consent-period/rule.rego";
    let text = repository.read(path);
    repository.write(path, text.replace("\"unknown\"", "\"unkown\""));
    let report = judged(&repository, "policy");
    let unproven = found(&report, "policy/rule-unproven");
    assert!(!unproven.is_empty(), "{report:#}");
    assert_eq!(unproven[0]["subject"], "payload/consent-period");
    assert_eq!(report["verdict"], "error");
}

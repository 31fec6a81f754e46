//! The rows of the mission that payload rules serve.

use crate::asking::{judge, shipped, validated};
use matchmark::payload::Circumstances;
use matchmark::policy::{Rule, RuleBook, Specimen};
use serde_json::{Value, json};
use wire::outcome::Code;

/// A match request of contoso to us, as it was recorded.
pub fn request() -> Value {
    specimen("reference-elsewhere", "all-at-the-member").payload
}

/// The payload and circumstances of one shipped case.
pub fn specimen(rule: &str, case: &str) -> Specimen {
    let book = RuleBook::read(&shipped());
    let is_named = |rule: &&Rule, name: &str| rule.name == name;
    let rule = book
        .rules
        .iter()
        .find(|found| is_named(found, rule))
        .unwrap();
    let path = format!("/{case}.json");
    let mut cases = rule.fires.iter().chain(&rule.quiet);
    let case = cases.find(|found| found.path.ends_with(&path)).unwrap();
    case.payload.clone().unwrap()
}

const AS_OF: [&str; 2] = ["--as-of", "2026-10-01T12:00:00Z"];

#[test]
fn row_s0_44_a_request_without_a_number_is_refused_as_missing_identifier() {
    let mut payload = request();
    let coverage = payload["parameter"][1]["resource"].as_object_mut().unwrap();
    coverage.retain(|name, _| name != "identifier" && name != "subscriberId");
    let flags = [
        AS_OF[0],
        AS_OF[1],
        "--as",
        "hrex-member-match-request@2.0.1",
    ];
    let (exit, result) = validated(&payload, &flags);
    let told = &result["payloads"][0];
    assert_eq!(exit, 1, "{result:#}");
    assert_eq!(told["answer"]["status"], 422);
    assert_eq!(told["answer"]["code"], "missing-identifier", "{result:#}");
}

#[test]
fn row_s0_45_a_part_of_five_years_is_never_called_complete() {
    let book = RuleBook::read(&shipped());
    for (case, kinds) in [
        ("two-of-five-years", vec!["short"]),
        ("a-day-short", vec!["short"]),
        ("claims-missing", vec!["gaps"]),
        ("called-partial", vec![]),
        ("five-years", vec![]),
        ("more-than-five", vec![]),
    ] {
        let specimen = specimen("window-short", case);
        let judgement = judge(&book, &specimen.payload, &specimen.circumstances);
        let found: Vec<&str> = judgement
            .breaks
            .iter()
            .map(|found| found.finding.kind.as_str())
            .collect();
        assert_eq!(found, kinds, "{case}");
        assert!(judgement.breaks.iter().all(|b| b.code == Code::Partial));
    }
}

#[test]
fn row_s0_46_an_expired_consent_is_refused_and_no_patient_is_named() {
    let mut payload = request();
    payload["parameter"][3]["resource"]["provision"]["period"]["end"] = json!("2026-09-30");
    let (exit, result) = validated(&payload, &AS_OF);
    let told = &result["payloads"][0];
    assert_eq!(exit, 1, "{result:#}");
    assert_eq!(told["problems"][0]["rule"], "payload/consent-period");
    assert_eq!(told["problems"].as_array().unwrap().len(), 1);
    assert_eq!(told["answer"]["status"], 422);
    assert_eq!(told["answer"]["code"], "consent-constraint");
    let patient = payload["parameter"][0]["resource"]["id"].as_str().unwrap();
    assert!(!result.to_string().contains(&format!("Patient/{patient}")));
    let (exit, result) = validated(&payload, &["--as-of", "2026-09-30T12:00:00Z"]);
    assert_eq!(exit, 0, "its last day counts: {result:#}");
}

#[test]
fn row_s0_46_in_a_bulk_call_only_the_member_with_the_expired_consent_is_held_back() {
    let book = RuleBook::read(&shipped());
    let specimen = specimen("consent-period", "one-of-two-members");
    let judgement = judge(&book, &specimen.payload, &specimen.circumstances);
    let [found] = judgement.breaks.as_slice() else {
        panic!("{judgement:#?}");
    };
    assert!(found.per_member);
    assert_eq!(found.code, Code::ConsentConstraint);
    assert!(found.finding.pointer.starts_with("/parameter/1/part/"));
    let later = Circumstances {
        as_of: Some("2027-06-01T00:00:00Z".parse().unwrap()),
        ..specimen.circumstances
    };
    let both = judge(&book, &specimen.payload, &later);
    assert_eq!(both.breaks.len(), 2, "each member is judged for itself");
}

//! What a code scanner reads, and where it stops.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::report::sample::{green, red, required_added};

fn read(whole: &Report) -> Value {
    let text = report(whole, &Style::default());
    assert!(text.len() <= 10_000_000, "{}", text.len());
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_red_run_is_a_run_with_results() {
    let file = read(&red());
    insta::assert_snapshot!("report_red_sarif", format!("{file:#}"));
    assert_eq!(read(&green())["runs"][0]["results"], json!([]));
}

#[test]
fn a_waiver_is_a_suppression_and_nothing_else_is() {
    let file = read(&red());
    for result in file["runs"][0]["results"].as_array().unwrap() {
        let is_waived = result["ruleId"] == "policy/name-irregular";
        assert_eq!(result["suppressions"].is_array(), is_waived, "{result:#}");
    }
}

#[test]
fn only_a_rule_of_security_has_a_weight_of_security() {
    let mut exposed = required_added();
    exposed.rule = "policy/auth-undeclared".to_owned();
    let whole = Report {
        findings: vec![required_added(), exposed],
        ..red()
    };
    let rules = read(&whole)["runs"][0]["tool"]["driver"]["rules"].clone();
    assert!(rules[0]["properties"]["security-severity"].is_null());
    assert_eq!(rules[1]["properties"]["security-severity"], "7.5");
    assert_eq!(rules[1]["properties"]["tags"][1], "security");
}

#[test]
fn more_than_the_host_takes_is_dropped_and_counted() {
    let one = required_added();
    let whole = Report {
        findings: vec![one; 25_100],
        ..red()
    };
    let file = read(&whole);
    let run = &file["runs"][0];
    let kept = run["results"].as_array().unwrap().len();
    assert!(kept > 5_000 && kept <= 25_000, "{kept}");
    let said = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(said["level"], "error");
    let text = said["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with(&format!("{} of 25100", 25_100 - kept)),
        "{text}"
    );
}

#[test]
fn two_findings_of_one_fingerprint_stay_two() {
    let whole = Report {
        findings: vec![required_added(); 2],
        ..red()
    };
    let file = read(&whole);
    let hash = |index: usize| {
        let prints = &file["runs"][0]["results"][index]["partialFingerprints"];
        prints["primaryLocationLineHash"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(hash(0).ends_with(":1") && hash(1).ends_with(":2"));
}

#[test]
fn a_path_is_a_reference_whatever_it_holds() {
    assert_eq!(
        uri("schemas/a b/ü#?%.json"),
        "schemas/a%20b/%C3%BC%23%3F%25.json"
    );
}

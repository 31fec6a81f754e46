//! Histories: the dates of an answer against the span that a contract promises.

use crate::small::{answered, contract, exchange, judged, rules};
use matchmark::contract::{Contract, plan};
use matchmark::model::Finding;
use serde_json::{Value, json};

/// What the dates of one answer come to under a promise.
fn dated(history: &Value, body: &str) -> Vec<Finding> {
    judged_as(contract(vec![json!({"terms": {"history": history}})]), body)
}

fn judged_as(contract: Contract, body: &str) -> Vec<Finding> {
    let planned = plan(&contract);
    let mut seen = exchange(&planned[0], 200, &json!({}));
    seen.answer.as_mut().unwrap().body = body.as_bytes().to_vec();
    judged(&contract, &[seen])
}

fn claim(start: &str, end: &str) -> String {
    json!({"resourceType": "ExplanationOfBenefit", "billablePeriod": {"start": start, "end": end}})
        .to_string()
}

#[test]
fn row_s0_45_a_record_outside_the_promised_span_or_in_its_gap_is_caught() {
    let history = json!({"from": "2024-01-01", "to": "2025-12-31", "complete": true,
        "gaps": [{"from": "2024-06-01", "to": "2024-06-30", "reason": "migrated"}]});
    assert_eq!(dated(&history, &claim("2024-01-01", "2025-12-31")), []);
    assert_eq!(dated(&history, &claim("2024-05-31", "2024-07-01")), []);
    for (start, end, count) in [
        ("2023-12-31", "2024-01-01", 1),
        ("2025-12-31", "2026-01-01", 1),
        ("2024-06-02", "2024-06-29", 2),
        ("2023", "2024", 1),
    ] {
        let findings = dated(&history, &claim(start, end));
        assert_eq!(
            rules(&findings),
            vec!["contract/history-broken"; count],
            "{start} {end}"
        );
        assert!(
            findings
                .iter()
                .all(|finding| ["2023", "2026", "06-02", "06-29"]
                    .iter()
                    .all(|date| !finding.message.contains(date))),
            "{findings:#?}"
        );
    }
    let lines = format!(
        "{}\n{}\n",
        claim("2024-01-01", "2024-01-02"),
        claim("2020-01-01", "2024-01-02")
    );
    let findings = dated(&history, &lines);
    assert_eq!(
        rules(&findings),
        ["contract/history-broken"],
        "each line of a file is a record"
    );
    assert_eq!(rules(&dated(&history, "{}")), ["contract/not-verified"]);
}

#[test]
fn row_s0_45_an_answer_that_is_not_complete_says_so() {
    let marked = json!({"resourceType": "Bundle", "meta": {"tag": [{"code": "partial"}]}});
    let partial = || {
        contract(vec![json!({
            "response": answered(&marked),
            "terms": {
                "history": {"from": "2024-01-01", "to": "2025-12-31", "complete": false, "marker": "$.meta.tag[*]"},
                "optional": [{"part": "response", "path": "$.meta", "variants": [{"is": "absent"}]}],
            },
        })])
    };
    assert_eq!(judged_as(partial(), &marked.to_string()), []);
    let findings = judged_as(partial(), r#"{"resourceType": "Bundle"}"#);
    assert_eq!(rules(&findings), ["contract/history-broken"]);
    assert!(findings[0].message.contains("$.meta.tag[*]"));
}

//! The rules of operations, partners, sensitivity and time over the shipped files, with one thing taken out at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/files.rs"]
mod files;
#[path = "policy_governance/time.rs"]
mod time;

use files::*;
use matchmark::app::over_files;
use matchmark::load;
use matchmark::model::Stage;
use serde_json::json;
use std::collections::BTreeSet;

/// Entries that declare an operation.
fn endpoints(files: &Files) -> Vec<String> {
    let mut found = files.named("schemas", "/entry.toml");
    found.retain(|path| files.toml(path).contains_key("operation"));
    assert_eq!(found.len(), 3);
    found
}

/// Takes `key` out of the table `path` of every file; what `rule` then finds must be `kind` in each of them.
fn each_lacks(files: &Files, paths: &[String], rule: &str, (at, key): (&str, &str), kind: &str) {
    let before: Vec<String> = paths
        .iter()
        .map(|path| {
            files.edit_toml(path, |file| {
                let table = if at.is_empty() { file } else { table(file, at) };
                table
                    .remove(key)
                    .unwrap_or_else(|| panic!("{path}: {at}.{key}"));
            })
        })
        .collect();
    assert_eq!(files.found(rule), everywhere(paths, kind), "{at}.{key}");
    for (path, text) in paths.iter().zip(before) {
        files.write(path, &text);
    }
}

#[test]
fn the_shipped_files_break_no_rule() {
    let (workspace, unreadable) = load::folder(root(), None).unwrap();
    assert!(unreadable.is_empty(), "{unreadable:#?}");
    let outcome = over_files(&workspace, day(), Stage::ReleaseCandidate);
    assert!(outcome.findings.is_empty(), "{:#?}", outcome.findings);
    let results = [
        "bump-too-small",
        "contract-coverage-missing",
        "drift-unannounced",
    ];
    let asked: BTreeSet<&str> = outcome.not_applicable.iter().map(String::as_str).collect();
    assert_eq!(
        asked,
        BTreeSet::from(results),
        "rules over results alone have nothing to judge"
    );
    assert_eq!(
        outcome.evaluated.len() + results.len(),
        outcome.expected.len()
    );
}

#[test]
fn row_s0_57_every_endpoint_declares_its_idempotency() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for (key, kind) in [
        ("key", "key"),
        ("retention-hours", "window"),
        ("conflict", "conflict"),
    ] {
        let at = ("operation.idempotency", key);
        each_lacks(&files, &endpoints, "idempotency-undeclared", at, kind);
    }
}

#[test]
fn row_s0_58_a_retryable_class_names_attempts_backoff_jitter_and_cap() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for class in ["transient", "throttled", "auth-refresh"] {
        let at = format!("operation.retry.{class}");
        for (key, kind) in [
            ("attempts", "max"),
            ("factor", "backoff"),
            ("jitter", "jitter"),
            ("cap-ms", "cap"),
        ] {
            each_lacks(&files, &endpoints, "retry-incomplete", (&at, key), kind);
        }
    }
}

#[test]
fn row_s2_24_a_refusal_that_never_changes_is_in_no_class_that_is_tried_again() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for path in &endpoints {
        files.edit_toml(path, |file| {
            for (class, code) in [("permanent", None), ("transient", Some("malformed"))] {
                let table = table(file, &format!("operation.retry.{class}"));
                let codes = table.get_mut("codes").unwrap().as_array_mut().unwrap();
                codes.retain(|word| word.as_str() != Some("malformed"));
                codes.extend(code.map(toml::Value::from));
            }
        });
    }
    assert_eq!(
        files.found("retry-incomplete"),
        everywhere(&endpoints, "malformed")
    );
    let messages = files.on(day(), "retry-incomplete");
    assert!(
        messages
            .iter()
            .all(|found| found.message.contains("another class"))
    );
    for path in &endpoints {
        files.edit_toml(path, |file| {
            let codes = table(file, "operation.retry.transient").get_mut("codes");
            codes.unwrap().as_array_mut().unwrap().pop();
        });
    }
    let messages = files.on(day(), "retry-incomplete");
    assert_eq!(messages.len(), endpoints.len());
    assert!(
        messages
            .iter()
            .all(|found| found.message.contains("no class"))
    );
}

#[test]
fn row_s0_30_every_operation_carries_both_ids() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for header in ["x-correlation-id", "x-business-transaction-id"] {
        let mut before = Vec::new();
        for path in &endpoints {
            before.push(files.edit_toml(path, |file| {
                let headers = table(file, "operation").get_mut("headers").unwrap();
                headers
                    .as_array_mut()
                    .unwrap()
                    .retain(|one| one.as_str() != Some(header));
            }));
        }
        assert_eq!(
            files.found("trace-ids-missing"),
            everywhere(&endpoints, header)
        );
        for (path, text) in endpoints.iter().zip(before) {
            files.write(path, &text);
        }
    }
}

#[test]
fn row_s0_23_an_endpoint_without_a_tier_is_refused() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for (key, kind) in [
        ("tier", "tier"),
        ("timeout-ms", "timeout"),
        ("latency-p95-ms", "latency"),
        ("error-budget", "error-budget"),
    ] {
        each_lacks(
            &files,
            &endpoints,
            "criticality-missing",
            ("operation.service", key),
            kind,
        );
    }
}

#[test]
fn row_s0_08_each_of_the_four_failure_semantics_is_missed() {
    let files = Files::shipped();
    let partners = files.named("partners", ".toml");
    for (key, kind) in [
        ("idempotency", "idempotency"),
        ("timeout-ms", "timeout"),
        ("duplicates", "duplicate-suppression"),
        ("dead-letter", "dead-letter"),
    ] {
        each_lacks(
            &files,
            &partners,
            "golive-incomplete",
            ("failure", key),
            kind,
        );
    }
}

#[test]
fn row_s0_100_contract_telemetry_fallback_and_escalation_are_each_asked_for() {
    let files = Files::shipped();
    let partners = files.named("partners", ".toml");
    for (at, kind) in [
        ("failure", "fallback"),
        ("", "telemetry"),
        ("", "escalation"),
    ] {
        each_lacks(&files, &partners, "golive-incomplete", (at, kind), kind);
    }
    for path in &partners {
        let id = path
            .trim_start_matches("partners/")
            .trim_end_matches(".toml");
        files.remove(&format!("contracts/{id}"));
    }
    assert_eq!(
        files.found("golive-incomplete"),
        everywhere(&partners, "no-contract")
    );
}

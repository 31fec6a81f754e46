//! The rules of operations, partners, sensitivity and time over the shipped files, with one thing taken out at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/files.rs"]
mod files;

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

/// Entries with a deprecated version.
fn ending(files: &Files) -> Vec<String> {
    let mut found = files.named("schemas", "/entry.toml");
    found.retain(|path| files.read(path).contains("status = \"deprecated\""));
    assert!(found.len() > 3);
    found
}

fn without(files: &Files, path: &str, key: &str) {
    files.edit_toml(path, |file| {
        for version in tables(file, "version") {
            if version.get("status").and_then(toml::Value::as_str) == Some("deprecated") {
                version.remove(key).unwrap();
            }
        }
    });
}

#[test]
fn row_s0_18_a_deprecation_without_notice_end_replacement_or_note_is_refused() {
    for (key, kind) in [
        ("deprecated", "notice"),
        ("sunset", "sunset"),
        ("replaced-by", "replacement"),
        ("migration", "migration"),
    ] {
        let files = Files::shipped();
        let ending = ending(&files);
        for path in &ending {
            without(&files, path, key);
        }
        assert_eq!(
            files.found("deprecation-incomplete"),
            everywhere(&ending, kind),
            "{key}"
        );
    }
}

#[test]
fn row_s0_51_a_notice_is_too_short_for_the_partner_that_needs_longer() {
    let files = Files::shipped();
    let entry = "schemas/hrex-consent/entry.toml";
    files.edit_toml(entry, |file| {
        for version in tables(file, "version") {
            if version.get("status").and_then(toml::Value::as_str) == Some("deprecated") {
                version.insert("deprecated".to_owned(), "2026-09-01".into());
                version.insert("sunset".to_owned(), "2027-01-30".into());
            }
        }
    });
    let found = files.on(day(), "notice-too-short");
    assert_eq!(at(&found), everywhere([&entry.to_owned()], "northwind"));
    assert!(
        found[0].message.contains("151 days"),
        "{}",
        found[0].message
    );
    // The same days are enough for a partner of high maturity.
    files.edit_toml("partners/northwind.toml", |file| {
        file.insert("maturity".to_owned(), "high".into());
        file.insert("criticality".to_owned(), "low".into());
    });
    assert_eq!(files.found("notice-too-short"), BTreeSet::new());
}

#[test]
fn row_s2_34_a_record_of_our_own_holds_nothing_above_p1_and_every_leaf_a_class() {
    let files = Files::shipped();
    let schema = "schemas/audit-record/1.0.0/schema.json";
    let before = files.read(schema);
    assert!(before.contains("\"x-phi\": \"P1\""));
    let leaves = before.matches("\"x-phi\": \"P1\"").count();
    files.write(
        schema,
        &before.replace("\"x-phi\": \"P1\"", "\"x-phi\": \"P2\""),
    );
    let found = files.on(day(), "phi-class-missing");
    assert_eq!(at(&found), everywhere([&schema.to_owned()], "operational"));
    assert_eq!(found.len(), leaves);
    files.write(
        schema,
        &before.replace("\"x-phi\": \"P1\"", "\"title\": \"P1\""),
    );
    let found = files.on(day(), "phi-class-missing");
    assert_eq!(at(&found), everywhere([&schema.to_owned()], "absent"));
    assert_eq!(found.len(), leaves);
}

#[test]
fn row_s2_13_a_refusal_with_a_free_text_is_refused() {
    let files = Files::shipped();
    let schema = "schemas/p2p-operation-outcome/1.0.0/schema.json";
    files.edit_json(schema, |value| {
        let issue = &mut value["properties"]["issue"]["items"]["properties"];
        issue["diagnostics"] = json!({"type": "string", "x-phi": "P0"});
    });
    let found = files.on(day(), "error-text-unbound");
    let pointers: BTreeSet<&str> = found.iter().map(|one| one.pointer.as_str()).collect();
    assert!(
        pointers.contains("/properties/issue/items/properties/diagnostics"),
        "{found:#?}"
    );
    assert!(at(&found).is_subset(&everywhere([&schema.to_owned()], "free-text")));
}

#[test]
fn row_s2_54_an_operation_that_refuses_by_no_schema_is_refused() {
    let files = Files::shipped();
    let endpoints = endpoints(&files);
    for path in &endpoints {
        files.edit_toml(path, |file| {
            file.insert("errors".to_owned(), "none".into());
        });
    }
    assert_eq!(
        files.found("error-structure-missing"),
        everywhere(&endpoints, "undeclared")
    );
    let files = Files::shipped();
    let schema = "schemas/p2p-operation-outcome/1.0.0/schema.json";
    files.edit_json(schema, |value| unbind(value));
    assert_eq!(
        files.found("error-structure-missing"),
        everywhere([&schema.to_owned()], "unbound")
    );
}

/// Lets every member `code` be any text.
fn unbind(value: &mut serde_json::Value) {
    if let Some(code) = value.pointer_mut("/properties/code") {
        *code = json!({"type": "string"});
    }
    match value {
        serde_json::Value::Object(members) => members.values_mut().for_each(unbind),
        serde_json::Value::Array(items) => items.iter_mut().for_each(unbind),
        _ => {}
    }
}

#[test]
fn row_s2_05_each_attribute_of_the_matching_policy_is_asked_for() {
    let files = Files::shipped();
    let entry = "schemas/hrex-member-match-request/entry.toml";
    let listed = files.toml(entry)["identity"].as_array().unwrap().clone();
    let mut missed = BTreeSet::new();
    for attribute in &listed {
        let before = files.edit_toml(entry, |file| {
            file.get_mut("identity")
                .unwrap()
                .as_array_mut()
                .unwrap()
                .retain(|one| one != attribute);
        });
        missed.extend(files.found("identity-undeclared"));
        files.write(entry, &before);
    }
    let needed = [
        "identity.member-id",
        "identity.subscriber-id",
        "person.birth-date",
        "person.family-name",
    ];
    let needed = needed.map(|tag| (entry.to_owned(), tag.to_owned()));
    assert_eq!(missed, BTreeSet::from(needed));
}

#[test]
fn row_s0_101_a_quarter_without_a_review_warns_and_120_days_fail() {
    let files = Files::shipped();
    let last = files.named("policies/reviews", ".toml").pop().unwrap();
    let date = files.toml(&last)["date"].to_string();
    let date: chrono::NaiveDate = date.trim_matches('"').parse().unwrap();
    let after = |days| {
        let found = files.on(date + chrono::Duration::days(days), "review-overdue");
        let found = found.into_iter().map(|one| (one.kind, one.gravity));
        found.collect::<Vec<_>>()
    };
    use matchmark::model::{
        Gravity::Declared,
        Severity::{Error, Warning},
    };
    assert_eq!(after(90), []);
    for (days, kind, weight) in [
        (91, "due", Warning),
        (119, "due", Warning),
        (120, "overdue", Error),
    ] {
        assert_eq!(after(days), [(kind.to_owned(), Declared(weight))], "{days}");
    }
    files.remove("policies/reviews");
    let never: Vec<String> = files
        .on(day(), "review-overdue")
        .into_iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(never, ["never"]);
}

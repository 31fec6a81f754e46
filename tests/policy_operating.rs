//! The rules of promises, alerts, runbooks and accountability over the shipped documents, with one thing taken out at a
//! time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/files.rs"]
mod files;

use files::*;
use serde_json::Value;
use std::collections::BTreeSet;

const RACI: &str = "policies/raci.toml";

/// Removes a member, or one of each item of a list: `support.*.response_minutes`.
fn take(value: &mut Value, path: &str) {
    match path.split_once(".*.") {
        Some((list, member)) => {
            for item in value[list].as_array_mut().unwrap() {
                item.as_object_mut().unwrap().shift_remove(member).unwrap();
            }
        }
        None => drop(value.as_object_mut().unwrap().shift_remove(path).unwrap()),
    }
}

#[test]
fn row_s0_26_each_of_the_six_promises_of_each_service_level_is_missed() {
    let files = Files::shipped();
    let slas = files.named("reference/ops/sla", ".json");
    for (member, kind) in [
        ("availability", "availability"),
        ("latency", "latency"),
        ("support.*.response_minutes", "support-response"),
        ("support.*.update_minutes", "incident-updates"),
        ("deprecation_days", "deprecation-notice"),
        ("correction_days", "data-correction"),
        ("exclusions", "exclusions"),
    ] {
        let edit = |path: &String| files.edit_json(path, |value| take(value, member));
        let before: Vec<String> = slas.iter().map(edit).collect();
        assert_eq!(
            files.found("sla-incomplete"),
            everywhere(&slas, kind),
            "{member}"
        );
        for (path, text) in slas.iter().zip(before) {
            files.write(path, &text);
        }
    }
}

#[test]
fn row_s0_27_a_service_level_without_shared_responsibilities_is_refused() {
    let files = Files::shipped();
    for path in files.named("partners", ".toml") {
        let before = files.edit_toml(&path, |file| drop(file.remove("responsibilities").unwrap()));
        let id = path
            .trim_start_matches("partners/")
            .trim_end_matches(".toml");
        let found = files.found("sla-incomplete");
        assert!(
            found.contains(&(
                format!("reference/ops/sla/{id}.json"),
                "responsibilities".to_owned()
            )),
            "{found:?}"
        );
        files.write(&path, &before);
    }
}

#[test]
fn row_s0_09_every_owner_reviewer_and_escalation_is_missed_by_its_path() {
    let files = Files::shipped();
    for (list, rule_keys) in [
        (
            "area",
            [
                ("accountable", "accountable"),
                ("reviewers", "reviewers"),
                ("escalation", "escalation"),
            ],
        ),
        (
            "process",
            [
                ("owner", "owner"),
                ("reviewers", "reviewers"),
                ("escalation", "escalation"),
            ],
        ),
    ] {
        let count = tables(&mut files.toml(RACI), list).len();
        assert!(count > 1, "{list}");
        for (key, kind) in rule_keys {
            let before = files.edit_toml(RACI, |file| {
                for one in tables(file, list) {
                    one.remove(key).unwrap();
                }
            });
            let found = files.on(day(), "accountability-incomplete");
            let own = found.iter().filter(|one| one.kind == kind);
            let pointers: BTreeSet<String> = own.map(|one| one.pointer.clone()).collect();
            let each = (0..count).map(|index| format!("/{list}/{index}"));
            assert_eq!(pointers, each.collect(), "{list} {key}: {found:#?}");
            assert!(found.iter().all(|one| one.place.file == RACI));
            files.write(RACI, &before);
        }
    }
}

#[test]
fn row_s2_03_every_area_is_somebody_s_and_every_alert_has_somebody_on_call() {
    let files = Files::shipped();
    let wanted =
        files.toml("policies/rules/accountability-incomplete/rule.toml")["params"]["areas"].clone();
    let wanted = wanted.as_array().unwrap();
    // One area stays, so that there is a file to speak of; then another one, so that the first is missed too.
    for stays in [0, 1] {
        let stays = wanted[stays].as_str().unwrap();
        let before = files.edit_toml(RACI, |file| {
            let all = file.get_mut("area").unwrap().as_array_mut().unwrap();
            all.retain(|one| one["id"].as_str() == Some(stays));
        });
        let others = wanted.iter().filter_map(toml::Value::as_str);
        let others = others.filter(|area| *area != stays);
        let expected = others.map(|area| (RACI.to_owned(), area.to_owned()));
        let expected: BTreeSet<_> = expected.collect();
        assert_eq!(
            files.found("accountability-incomplete"),
            expected,
            "{stays}"
        );
        files.write(RACI, &before);
    }
    files.edit_toml(RACI, |file| {
        let on_call = file.remove("on-call");
        assert!(on_call.is_some());
    });
    let alerts = files.named("reference/ops/alerts", ".json");
    assert_eq!(
        files.found("alert-without-runbook"),
        everywhere(&alerts, "on-call")
    );
}

#[test]
fn row_s2_65_two_accountable_are_nobody_and_an_author_who_left_is_not_on_call() {
    let files = Files::shipped();
    let before = files.edit_toml(RACI, |file| {
        for area in tables(file, "area") {
            let accountable = area.get_mut("accountable").unwrap().as_array_mut().unwrap();
            let other = match accountable[0].as_str() {
                Some("security") => "exchange-platform",
                _ => "security",
            };
            accountable.push(other.into());
        }
    });
    let found = files.on(day(), "accountability-incomplete");
    let areas = tables(&mut files.toml(RACI), "area").len();
    assert_eq!(
        found.iter().filter(|one| one.kind == "accountable").count(),
        areas
    );
    files.write(RACI, &before);
    files.edit_toml(RACI, |file| drop(file.remove("on-call").unwrap()));
    let found = files.on(day(), "accountability-incomplete");
    assert_eq!(
        found.iter().filter(|one| one.kind == "on-call").count(),
        areas
    );
}

#[test]
fn row_s0_66_an_alert_without_its_runbook_or_owner_is_refused() {
    let files = Files::shipped();
    let alerts = files.named("reference/ops/alerts", ".json");
    for (member, kind) in [("runbook", "runbook"), ("owner", "owner")] {
        let edit = |path: &String| files.edit_json(path, |value| take(value, member));
        let before: Vec<String> = alerts.iter().map(edit).collect();
        assert_eq!(
            files.found("alert-without-runbook"),
            everywhere(&alerts, kind),
            "{member}"
        );
        for (path, text) in alerts.iter().zip(before) {
            files.write(path, &text);
        }
    }
    for path in files.named("docs/runbooks", ".md") {
        if !path.ends_with("README.md") {
            files.remove(&path);
        }
    }
    let found = files.found("alert-without-runbook");
    assert_eq!(found, everywhere(&alerts, "runbook"));
}

//! Deprecations, sensitivity, refusals, identity and reviews, with one thing taken out at a time.

use super::*;

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
    files.edit_json(schema, unbind);
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

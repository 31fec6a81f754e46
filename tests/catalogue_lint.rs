//! Every lint over a schema fires on the slip that it is for, and stays quiet on what looks like it and is none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;

use folder::{ENTRY, Folder};
use matchmark::catalogue::lint;
use serde_json::{Value, json};

/// Rules of this file; what else is wrong with so small a catalogue is not asked here.
const RULES: [&str; 8] = [
    "catalogue/annotation-missing",
    "catalogue/consent-mismatch",
    "catalogue/description-empty",
    "catalogue/id-mismatch",
    "catalogue/identity-mismatch",
    "catalogue/open-unexplained",
    "catalogue/statement-misplaced",
    "catalogue/statement-unknown",
];

const STATEMENTS: &str = r#"guide = "HRex"
version = "1.2.0"
invariants = ["us-core-15"]

[[statement]]
id = "mm-6"
strength = "SHALL"
page = "member-match"
actor = "requester"
text = "References stay in the request."

[[statement]]
id = "mm-10"
strength = "SHALL"
page = "member-match"
actor = "responder"
text = "Several are refused."
"#;

/// A leaf with all its marks and with `more`.
fn leaf(more: Value) -> Value {
    let mut leaf = json!({
        "type": "string",
        "x-semantics": {"text": "Whether the cover runs.", "tag": "coverage.status"},
        "x-phi": "P0", "x-since": "1.0.0", "x-source": {"guide": "HRex", "version": "1.2.0"},
    });
    leaf.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    leaf
}

/// A closed schema of version 1.0.0 with one leaf, and `more` beside its keywords.
fn schema(properties: Value, more: Value) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://matchmark.example/schemas/a/1.0.0",
        "type": "object",
        "additionalProperties": false,
        "properties": {"status": leaf(json!({}))},
    });
    schema["properties"]
        .as_object_mut()
        .unwrap()
        .extend(properties.as_object().unwrap().clone());
    schema
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    schema
}

fn folder(schema: &Value) -> Folder {
    Folder::empty()
        .with("schemas/a/entry.toml", ENTRY)
        .with("schemas/a/1.0.0/schema.json", schema.to_string())
        .with("policies/statements/hrex-1.2.0.toml", STATEMENTS)
}

/// What the lints of this file say, as `rule pointer kind` without the room.
fn said(folder: &Folder) -> Vec<String> {
    let (workspace, findings) = folder.read();
    let unreadable: Vec<_> = findings
        .iter()
        .filter(|found| found.rule.ends_with("unreadable"))
        .collect();
    assert!(unreadable.is_empty(), "{unreadable:?}");
    let found = lint(&workspace, None);
    let ours = found.iter().filter(|found| {
        RULES.contains(&found.rule.as_str()) || found.rule == "catalogue/type-missing"
    });
    ours.map(|found| {
        format!(
            "{} {} {}",
            found.rule.trim_start_matches("catalogue/"),
            found.pointer,
            found.kind
        )
    })
    .collect()
}

fn says(schema: &Value, expected: &[&str]) {
    assert_eq!(said(&folder(schema)), expected, "{schema:#}");
}

fn of(properties: Value) -> Value {
    schema(properties, json!({}))
}

#[test]
fn properties_without_an_object_are_found_in_conditions_too() {
    let inner = json!({"status": {"const": "a"}});
    says(&of(json!({})), &[]);
    says(
        &schema(
            json!({}),
            json!({"if": {"type": "object", "properties": inner}}),
        ),
        &[],
    );
    says(
        &schema(json!({}), json!({"if": {"properties": inner}})),
        &["type-missing /if object"],
    );
    let list = |contains: Value| {
        of(
            json!({"list": {"type": "array", "contains": contains, "items": leaf(json!({})),
        "x-phi": "P0", "x-since": "1.0.0", "x-source": {"guide": "x", "version": "1"}}}),
        )
    };
    says(
        &list(json!({"properties": inner})),
        &["type-missing /properties/list/contains object"],
    );
    says(&list(json!({"type": "object", "properties": inner})), &[]);
}

#[test]
fn an_object_that_is_open_says_why() {
    let part = |more: Value| {
        let mut part = json!({"type": "object", "properties": {"status": leaf(json!({}))}});
        part.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        of(json!({"part": part}))
    };
    says(
        &part(json!({})),
        &["open-unexplained /properties/part open"],
    );
    for closing in [
        json!({"additionalProperties": false}),
        json!({"unevaluatedProperties": false}),
        json!({"x-open": "a FHIR datatype"}),
        json!({"additionalProperties": {"type": "string"}}),
    ] {
        says(&part(closing), &[]);
    }
    // What only adds to a closed object, and what only asks, leaves nothing open.
    let inner = json!({"type": "object", "properties": {"status": {"const": "a"}}});
    says(&schema(json!({}), json!({"if": inner, "then": inner})), &[]);
    says(&schema(json!({}), json!({"not": inner})), &[]);
}

#[test]
fn a_branch_that_is_open_is_not_excused_by_a_closed_one_beside_it() {
    let closed = json!({"type": "object", "additionalProperties": false, "properties": {"status": leaf(json!({}))}});
    let open = json!({"type": "object", "properties": {"status": leaf(json!({}))}});
    says(
        &of(json!({"part": {"anyOf": [closed, open]}})),
        &["open-unexplained /properties/part/anyOf/1 open"],
    );
    says(&of(json!({"part": {"anyOf": [closed, closed]}})), &[]);
}

#[test]
fn every_leaf_carries_its_age_and_its_source() {
    for (mark, expected) in [
        ("x-since", "annotation-missing /properties/name x-since"),
        ("x-source", "annotation-missing /properties/name x-source"),
    ] {
        let mut bare = leaf(json!({}));
        bare.as_object_mut().unwrap().remove(mark);
        says(&of(json!({"name": bare})), &[expected]);
        // The type that it refers to may carry them.
        let defs = json!({"$defs": {"name": leaf(json!({}))}});
        bare["$ref"] = json!("#/$defs/name");
        says(&schema(json!({"name": bare}), defs), &[]);
    }
}

#[test]
fn a_description_says_more_than_the_name() {
    let described = |text: &str| of(json!({"subscriberId": leaf(json!({"description": text}))}));
    says(
        &described("The identifier of the subscriber."),
        &["description-empty /properties/subscriberId/description restates-name"],
    );
    says(
        &described("The number on the card of the policy holder."),
        &[],
    );
    let whole = |text: &str| schema(json!({}), json!({"description": text}));
    says(
        &whole("This is an a."),
        &["description-empty /description restates-name"],
    );
    says(&whole("Cover of a member."), &[]);
}

#[test]
fn a_statement_that_nobody_published_is_found() {
    let cites = |statement: Value| {
        let source = json!({"guide": "HRex", "version": "1.2.0", "statement": statement});
        of(json!({"name": leaf(json!({"x-source": source}))}))
    };
    let unknown = "statement-unknown /properties/name/x-source";
    says(&cites(json!("mm-7")), &[&format!("{unknown} mm-7")]);
    says(
        &cites(json!(["mm-6", "mm-66"])),
        &[&format!("{unknown} mm-66")],
    );
    says(
        &cites(json!("us-core-51")),
        &[&format!("{unknown} us-core-51")],
    );
    says(&cites(json!(["mm-10", "us-core-15"])), &[]);
    let elsewhere = json!({"guide": "HRex", "version": "1.0.0", "statement": "mm-7"});
    says(
        &of(json!({"name": leaf(json!({"x-source": elsewhere}))})),
        &[],
    );
}

#[test]
fn a_list_of_statements_is_sorted_and_holds_each_number_once() {
    let list = |path: &str, text: String| said(&folder(&of(json!({}))).with(path, text));
    let path = "policies/statements/hrex-1.2.0.toml";
    let swapped = STATEMENTS.replace("mm-6", "mm-11");
    assert_eq!(
        list(path, swapped),
        ["statement-misplaced /statement order"]
    );
    let twice = STATEMENTS.replace("mm-10", "mm-6");
    assert_eq!(list(path, twice), ["statement-misplaced /statement twice"]);
    let other = "policies/statements/hrex-1.1.0.toml";
    assert_eq!(
        list(other, STATEMENTS.to_owned()),
        ["id-mismatch /guide statements"]
    );
}

#[test]
fn what_identifies_is_marked_and_listed_alike() {
    let marked = of(json!({
        "list": leaf(json!({"type": "array", "items": leaf(json!({"x-identity": true}))})),
        "other": leaf(json!({})),
    }));
    let lists = |identity: &str| {
        let entry = ENTRY.replace("identity = []", &format!("identity = [{identity}]"));
        said(&folder(&marked).with("schemas/a/entry.toml", entry))
    };
    assert_eq!(lists("\"/list/*\""), [""; 0]);
    assert_eq!(lists(""), ["identity-mismatch /identity unlisted /list/*"]);
    assert_eq!(
        lists("\"/list/*\", \"/other\""),
        ["identity-mismatch /identity unmarked /other"]
    );
    assert_eq!(
        lists("\"/list/*\", \"/none\""),
        ["identity-mismatch /identity unresolved /none"]
    );
}

#[test]
fn what_an_entry_says_of_consent_is_what_its_schema_shows() {
    let kind = leaf(json!({"const": "Consent"}));
    let bearing = of(json!({"resourceType": kind}));
    let asks = schema(
        json!({}),
        json!({"not": {"type": "object", "properties": {"resourceType": kind}}}),
    );
    let entry = |need: &str, phi: &str| {
        ENTRY
            .replace("consent = \"none\"", &format!("consent = \"{need}\""))
            .replace("\"P0\"", &format!("\"{phi}\""))
    };
    for (schema, need, phi, expected) in [
        (&bearing, "bearing", "P2", None),
        (&bearing, "none", "P2", Some("bearing")),
        (&bearing, "required", "P3", Some("bearing")),
        (&asks, "none", "P2", None),
        (&asks, "bearing", "P2", Some("absent")),
        (&asks, "none", "P3", Some("required")),
        (&asks, "required", "P3", None),
    ] {
        let said = said(&folder(schema).with("schemas/a/entry.toml", entry(need, phi)));
        let expected: Vec<String> = expected
            .iter()
            .map(|kind| format!("consent-mismatch /consent {kind}"))
            .collect();
        assert_eq!(said, expected, "{need} {phi} {schema:#}");
    }
}

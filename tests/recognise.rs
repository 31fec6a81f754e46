//! What `validate` takes a payload for when nobody names a schema: by claim, by type, by parts, by fixed values, by names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/validate.rs"]
mod support;

use folder::{ENTRY, Folder};
use serde_json::{Value, json};
use std::path::Path;
use support::validate;

const PROFILE: &str = "http://hl7.org/fhir/us/example/StructureDefinition/";

fn resource(kind: &str, properties: Value, required: &[&str]) -> Value {
    let mut schema = json!({"type": "object", "properties": properties, "required": required});
    schema["properties"]["resourceType"] = json!({"const": kind});
    schema
}

fn group(code: &str) -> Value {
    let coding =
        json!({"type": "object", "required": ["code"], "properties": {"code": {"const": code}}});
    let code = json!({"type": "object", "required": ["coding"],
        "properties": {"coding": {"type": "array", "contains": coding}}});
    let properties = json!({"actual": {"const": true}, "type": {"const": "person"}, "code": code});
    resource(
        "Group",
        properties,
        &["resourceType", "actual", "type", "code"],
    )
}

fn parameters(names: &[&str], inner: &[&str]) -> Value {
    let parts = json!({"type": "array", "items": {"type": "object", "properties": {"name": {"enum": inner}}}});
    let item = json!({"type": "object", "properties": {"name": {"enum": names}, "part": {"$ref": "#/$defs/parts"}}});
    let mut schema = resource(
        "Parameters",
        json!({"parameter": {"type": "array", "items": item}}),
        &["resourceType"],
    );
    schema["$defs"] = json!({"parts": parts});
    schema
}

/// Entries that can only be told apart by one mark each.
fn catalogue() -> Folder {
    let cover = resource(
        "Coverage",
        json!({"status": {"const": "active"}}),
        &["resourceType", "status"],
    );
    let other = resource(
        "Coverage",
        json!({"kind": {"type": "string"}}),
        &["resourceType", "kind"],
    );
    let signed = resource(
        "Bundle",
        json!({"type": {"enum": ["collection", "searchset"]}}),
        &["resourceType", "type", "signature"],
    );
    let manifest = json!({"type": "object", "required": ["transactionTime", "request", "output"],
        "properties": {"transactionTime": {"type": "string"}, "request": {"type": "string"}, "output": {"type": "array"}}});
    let claims = json!({"type": "object", "required": ["iss", "sub", "aud"],
        "properties": {"iss": {"type": "string"}, "sub": {"type": "string"}, "aud": {"type": "string"}}});
    [
        (
            "bulk",
            parameters(&["MemberBundle"], &["MemberPatient", "Consent"]),
        ),
        ("single", parameters(&["MemberPatient", "Consent"], &[])),
        ("answer", parameters(&["MatchedMembers"], &[])),
        ("match-group", group("match")),
        ("no-match-group", group("nomatch")),
        ("cover", cover),
        ("other-cover", other),
        ("signed", signed),
        ("manifest", manifest),
        ("claims", claims),
    ]
    .into_iter()
    .fold(Folder::empty(), |folder, (id, schema)| {
        with_entry(folder, id, schema)
    })
}

fn with_entry(folder: Folder, id: &str, mut schema: Value) -> Folder {
    schema["$id"] = json!(format!("https://matchmark.example/schemas/{id}/1.0.0"));
    let profiles = format!("guide = \"x\"\nprofiles = [\"{PROFILE}{id}\"]");
    let entry = ENTRY
        .replace("id = \"a\"", &format!("id = \"{id}\""))
        .replace("guide = \"matchmark\"", &profiles);
    folder
        .with(&format!("schemas/{id}/entry.toml"), entry)
        .with(
            &format!("schemas/{id}/1.0.0/schema.json"),
            schema.to_string(),
        )
}

/// The entry that a payload is taken for, or why none.
fn taken(folder: &Folder, payload: &Value) -> String {
    let said = validate(folder.path(), ".json", &payload.to_string(), &[]);
    let against = said["against"]
        .as_str()
        .map(|against| against.split('@').next().unwrap());
    against.or(said["obstacle"].as_str()).unwrap().to_owned()
}

fn coded(code: &str) -> Value {
    json!({"resourceType": "Group", "actual": true, "type": "person", "code": {"coding": [{"code": "x"}, {"code": code}]}})
}

#[test]
fn a_payload_is_told_by_the_strongest_mark_that_it_has() {
    let folder = catalogue();
    let bag = |parts: Value| json!({"resourceType": "Parameters", "parameter": parts});
    for (payload, entry) in [
        (bag(json!([{"name": "MemberPatient"}])), "single"),
        (
            bag(json!([{"name": "MemberBundle", "part": [{"name": "MemberPatient"}]}])),
            "bulk",
        ),
        (
            bag(json!([{"name": "MatchedMembers"}, {"name": "x"}])),
            "answer",
        ),
        (coded("match"), "match-group"),
        (coded("nomatch"), "no-match-group"),
        (
            json!({"transactionTime": 1, "request": "r", "output": []}),
            "manifest",
        ),
        // One of three required names is absent: the payload is judged, not lost.
        (json!({"transactionTime": 1, "output": []}), "manifest"),
        (json!({"iss": "i", "sub": "s", "aud": "a"}), "claims"),
        (
            json!({"resourceType": "Bundle", "type": "searchset", "signature": {}}),
            "signed",
        ),
        // A claim outweighs every other mark.
        (
            json!({"resourceType": "Coverage", "status": "active", "meta": {"profile": [format!("{PROFILE}other-cover")]}}),
            "other-cover",
        ),
        (
            json!({"resourceType": "Coverage", "status": "x", "meta": {"profile": [format!("{PROFILE}cover|9.9")]}}),
            "cover",
        ),
        // A claim beside that of another guide still stands; FHIR lets a resource follow several profiles.
        (
            json!({"resourceType": "Coverage", "meta": {"profile": ["http://elsewhere.example/p", format!("{PROFILE}cover")]}}),
            "cover",
        ),
        // Every resource follows the profile of its own type: that claim says nothing.
        (
            json!({"resourceType": "Coverage", "status": "active",
            "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Coverage"]}}),
            "cover",
        ),
    ] {
        assert_eq!(taken(&folder, &payload), entry, "{payload}");
    }
}

#[test]
fn what_fits_nothing_is_told_why_and_what_is_near() {
    let folder = catalogue();
    for (payload, words) in [
        (json!([1]), vec!["no JSON object"]),
        (
            json!({"resourceType": "Covrage"}),
            vec!["describes its resourceType", "`Coverage`"],
        ),
        (
            json!({"resourceType": "Coverage", "meta": {"profile": ["http://elsewhere.example/canary"]}}),
            vec![
                "no entry of the catalogue stands for one",
                "--as: cover, other-cover",
            ],
        ),
        (
            json!({"resourceType": "Parameters", "parameter": [{"name": "canary"}]}),
            vec!["knows its parts", "bulk"],
        ),
        (
            coded("canary"),
            vec!["match-group and no-match-group equally well", "--as"],
        ),
        (
            json!({"resourceType": "Group", "type": "device", "actual": false, "code": {"coding": [{"code": "canary"}]}}),
            vec!["is of its kind", "match-group"],
        ),
        (
            json!({"resourceType": "Bundle", "type": "searchset"}),
            vec!["is of its kind", "signed"],
        ),
        (
            json!({"output": [], "canary": 1}),
            vec!["no resourceType", "manifest"],
        ),
        (json!({"canary": 1}), vec!["no entry asks for the names"]),
    ] {
        let said = taken(&folder, &payload);
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!said.contains("canary"), "{said}");
    }
}

#[test]
fn a_claimed_version_narrows_to_the_versions_that_follow_it() {
    let version = |number: &str, guide: &str| {
        format!(
            "\n[[version]]\nversion = \"{number}\"\nguide-version = \"{guide}\"\nstatus = \"released\"\nreleased = \"2026-03-02\"\n"
        )
    };
    let (head, _) = ENTRY.split_once("\n[[version]]").unwrap();
    let head = head.replace(
        "guide = \"matchmark\"",
        &format!("guide = \"x\"\nprofiles = [\"{PROFILE}a\"]"),
    );
    let schema = |number: &str| {
        let mut schema = resource("Coverage", json!({}), &["resourceType"]);
        schema["$id"] = json!(format!("https://matchmark.example/schemas/a/{number}"));
        schema.to_string()
    };
    let folder = Folder::empty()
        .with(
            "schemas/a/entry.toml",
            format!(
                "{head}{}{}",
                version("1.0.0", "1.0"),
                version("2.0.0", "1.1")
            ),
        )
        .with("schemas/a/1.0.0/schema.json", schema("1.0.0"))
        .with("schemas/a/2.0.0/schema.json", schema("2.0.0"));
    for (claim, version) in [
        ("", "2.0.0"),
        ("|1.0", "1.0.0"),
        ("|1.1", "2.0.0"),
        ("|7", "2.0.0"),
    ] {
        let payload = json!({"resourceType": "Coverage", "meta": {"profile": [format!("{PROFILE}a{claim}")]}});
        let said = validate(folder.path(), ".json", &payload.to_string(), &[]);
        assert_eq!(said["against"], format!("a@{version}"), "{claim}");
    }
}

#[test]
fn a_recorded_line_is_judged_by_the_version_that_it_was_spoken_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cover = json!({"resourceType": "Coverage", "status": "active", "beneficiary": {"reference": "Patient/1"}});
    let line = |version: &str| {
        json!({"id": "e", "schema": "hrex-coverage", "version": version, "outcome": "accepted", "payload": cover}).to_string()
    };
    for version in ["1.0.0", "2.0.1"] {
        let said = validate(root, ".ndjson", &line(version), &[]);
        assert_eq!(said["against"], format!("hrex-coverage@{version}"));
        let problems = said["problems"].as_array().unwrap();
        let problem = problems
            .iter()
            .find(|found| found["pointer"] == "/payor")
            .unwrap();
        // The place is that of the payload inside the line.
        assert!(problem["column"].as_u64().unwrap() > 20, "{problem}");
    }
    let unknown = validate(root, ".ndjson", &line("9.0.0"), &[]);
    assert_eq!(unknown["against"], "hrex-coverage@2.0.1");
}

#[test]
fn a_payload_of_an_older_version_is_told_what_is_coming() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root
        .join("schemas/hrex-coverage/1.0.0/accepted/untyped-identifier-without-relationship.json");
    let payload = std::fs::read_to_string(file).unwrap();
    let said = validate(root, ".json", &payload, &[]);
    assert_eq!(
        (&said["state"], &said["against"]),
        (&json!("valid"), &json!("hrex-coverage@1.0.0"))
    );
    let refusing: Vec<&Value> = said["refused_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["version"])
        .collect();
    assert_eq!(refusing, ["hrex-coverage@2.0.0", "hrex-coverage@2.0.1"]);
    assert_eq!(
        said["refused_by"][0]["problems"]["payload/required-missing"],
        1
    );

    let asked = validate(root, ".json", &payload, &["--against", "1.x,2.0.1"]);
    let states: Vec<String> = asked["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            format!(
                "{} {}",
                found["version"].as_str().unwrap(),
                found["state"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        states,
        ["hrex-coverage@1.0.0 valid", "hrex-coverage@2.0.1 invalid"]
    );
    // Whoever names a version is told of that one only.
    let told = validate(root, ".json", &payload, &["--as", "hrex-coverage@1.0.0"]);
    assert!(told["refused_by"].is_null() && told["versions"].is_null());
}

//! The types of the exchange read every accepted example of the catalogue and write back what they read.
//! Refuses to know what a message means; the schema beside it judges what was written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use domain::message::envelope::{Unreadable, read, write};
use domain::message::{
    assertion, bulk, consent, coverage, endpoint_bundle, eob, export, group, manifest,
    member_match, patient, prior_authorization, provenance,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use wire::payload::Schema;

type Trip = fn(Value) -> Result<Value, Unreadable>;

/// The type of each authored entry.
const TYPES: &[(&str, Trip)] = &[
    ("bulk-export-manifest", trip::<manifest::Manifest>),
    ("davinci-data-export-request", trip::<export::Question>),
    ("eob-nonfinancial", trip::<eob::Explanation>),
    ("hrex-consent", trip::<consent::Consent>),
    ("hrex-coverage", trip::<coverage::Coverage>),
    ("hrex-member-match-request", trip::<member_match::Question>),
    ("hrex-member-match-response", trip::<member_match::Answer>),
    ("hrex-patient-demographics", trip::<patient::Patient>),
    (
        "mtls-endpoint-bundle",
        trip::<endpoint_bundle::EndpointBundle>,
    ),
    ("pdex-bulk-member-match-request", trip::<bulk::Question>),
    ("pdex-bulk-member-match-response", trip::<bulk::Envelope>),
    ("pdex-member-match-group", trip::<group::Group>),
    ("pdex-member-no-match-group", trip::<group::Group>),
    (
        "pdex-prior-authorization",
        trip::<prior_authorization::PriorAuthorization>,
    ),
    ("pdex-provenance", trip::<provenance::Provenance>),
    ("udap-b2b-assertion", trip::<assertion::Assertion>),
];

/// Entries whose schemas are made from the types that read them, so that a round trip would prove nothing.
const GENERATED: &[&str] = &[
    "alert-rule",
    "async-status-headers",
    "audit-record",
    "dead-letter",
    "match-decision",
    "matchmark-report",
    "p2p-attestation",
    "p2p-operation-outcome",
    "p2p-workflow-request",
    "partner-profile",
    "policy-input",
    "release-record",
    "sla-document",
    "waiver-record",
];

fn trip<M: DeserializeOwned + Serialize>(message: Value) -> Result<Value, Unreadable> {
    write(&read::<M>(message)?)
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

/// What stands in a folder, in order of the names.
fn within(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    all.sort();
    all
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema of a version with every version that it refers to, each under its own `$id`.
fn schema(folder: &Path) -> Schema {
    let mut root = json_of(&folder.join("schema.json"));
    let own = root["$id"].as_str().unwrap().to_owned();
    let mut members = BTreeMap::new();
    let mut open = references(&root);
    while let Some(target) = open.pop_first() {
        if target == own || members.contains_key(&target) {
            continue;
        }
        let version = target
            .strip_prefix("https://matchmark.example/schemas/")
            .unwrap();
        let member = json_of(&schemas().join(version).join("schema.json"));
        open.extend(references(&member));
        members.insert(target, member);
    }
    for (target, member) in members {
        root["$defs"][target] = member;
    }
    Schema::compile(&root).unwrap()
}

/// The versions of the catalogue that a schema refers to.
fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| match (key.as_str(), member.as_str()) {
                ("$ref", Some(target)) if target.starts_with("https://") => {
                    BTreeSet::from([target.to_owned()])
                }
                _ => references(member),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}

/// Folders of the versions of an entry.
fn versions(entry: &str) -> Vec<PathBuf> {
    within(&schemas().join(entry))
        .into_iter()
        .filter(|path| path.join("schema.json").is_file())
        .collect()
}

#[test]
fn every_accepted_example_is_read_and_written_back_whole() {
    let mut messages = 0;
    for (entry, trip) in TYPES {
        for version in versions(entry) {
            let schema = schema(&version);
            for path in within(&version.join("accepted")) {
                let message = json_of(&path);
                let written = trip(message.clone())
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert_eq!(written, message, "{}", path.display());
                assert!(schema.accepts(&written), "{}", path.display());
                messages += 1;
            }
        }
    }
    println!("{messages} messages went through {} types", TYPES.len());
    assert!(messages >= 2 * TYPES.len());
}

/// Every published payload of the shared folder that is one JSON value, or nothing when the folder is not there.
fn published() -> Vec<(PathBuf, Value)> {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("not run: MATCHMARK_SHARED does not name the shared folder");
        return Vec::new();
    };
    let replay = Path::new(&shared).join("data/fhir-replay");
    within(&replay)
        .iter()
        .filter(|folder| folder.is_dir() && !name(folder).starts_with('_'))
        .flat_map(|folder| within(folder))
        .map(|path| (path.clone(), json_of(&path)))
        .collect()
}

#[test]
fn every_published_payload_that_a_schema_accepts_is_read_and_written_back_whole() {
    let published = published();
    let mut read = BTreeSet::new();
    for (entry, trip) in TYPES {
        for version in versions(entry) {
            let schema = schema(&version);
            for (path, message) in &published {
                if schema.accepts(message) {
                    assert_eq!(
                        trip(message.clone()).as_ref(),
                        Ok(message),
                        "{}",
                        path.display()
                    );
                    read.insert(path);
                }
            }
        }
    }
    println!("{} of {} payloads were read", read.len(), published.len());
    // Source: README of the shared folder; of its patients, covers, permissions and groups most are accepted
    assert!(published.is_empty() || read.len() >= 100, "{}", read.len());
}

#[test]
fn what_no_reader_knows_is_handed_on() {
    let unknown = json!({ "https://contoso.example/key": [1, { "a": null }] });
    for (entry, trip) in TYPES {
        for version in versions(entry) {
            for path in within(&version.join("accepted")) {
                let mut message = json_of(&path);
                message["_unheardOf"] = unknown.clone();
                assert_eq!(trip(message.clone()), Ok(message), "{}", path.display());
            }
        }
    }
}

#[test]
fn no_type_takes_nothing_for_a_message() {
    for (entry, trip) in TYPES {
        assert_eq!(trip(json!({})), Err(Unreadable), "{entry}");
        assert_eq!(trip(json!([])), Err(Unreadable), "{entry}");
    }
}

#[test]
fn every_entry_has_a_type_or_is_made_from_one() {
    let typed: BTreeSet<String> = TYPES.iter().map(|(entry, _)| (*entry).to_owned()).collect();
    let entries: BTreeSet<String> = within(&schemas()).iter().map(|path| name(path)).collect();
    let untyped: Vec<&String> = entries
        .iter()
        .filter(|entry| !typed.contains(*entry) && !GENERATED.contains(&entry.as_str()))
        .collect();
    assert!(untyped.is_empty(), "no type reads {untyped:?}");
    let gone: Vec<&String> = typed.difference(&entries).collect();
    assert!(gone.is_empty(), "no entry is called {gone:?}");
}

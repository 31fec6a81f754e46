//! The files that people write about partners and exceptions, against the entries that are generated from their types.
//! Refuses to know how such a file is judged.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used
)]

use matchmark::catalogue::{PartnerFile, WaiverFile};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wire::payload::Schema;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The newest version of an entry.
fn version(entry: &str) -> PathBuf {
    let folder = root().join("schemas").join(entry);
    let names = fs::read_dir(&folder).unwrap();
    let names = names.map(|item| item.unwrap().file_name().into_string().unwrap());
    let newest = names
        .filter_map(|name| name.parse::<semver::Version>().ok())
        .max();
    folder.join(newest.unwrap().to_string())
}

fn schema(entry: &str) -> Schema {
    let text = fs::read(version(entry).join("schema.json")).unwrap();
    Schema::compile(&serde_json::from_slice(&text).unwrap()).unwrap()
}

fn examples(entry: &str, kind: &str) -> BTreeMap<String, Value> {
    let files = fs::read_dir(version(entry).join(kind)).unwrap();
    let found: BTreeMap<String, Value> = files
        .map(|file| {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (
                stem,
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(),
            )
        })
        .collect();
    assert!(found.len() >= 2, "{entry}/{kind}");
    found
}

/// Holds a type against its entry; `bounds` are the rejected examples whose shape is right and whose text is not,
/// which the type leaves to the schema and to the gate's own checks.
fn holds<T: Serialize + DeserializeOwned>(entry: &str, bounds: &[&str]) {
    let schema = schema(entry);
    for (name, example) in examples(entry, "accepted") {
        let read: T = serde_json::from_value(example.clone())
            .unwrap_or_else(|error| panic!("{entry}/{name}: {error}"));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, example, "{entry}/{name}");
        assert!(schema.accepts(&written), "{entry}/{name}");
    }
    let mut read_all_the_same = BTreeSet::new();
    for (name, example) in examples(entry, "rejected") {
        assert!(!schema.accepts(&example), "{entry}/{name}");
        if serde_json::from_value::<T>(example).is_ok() {
            read_all_the_same.insert(name);
        }
    }
    let bounds: BTreeSet<String> = bounds.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(read_all_the_same, bounds, "{entry}");
}

#[test]
fn the_types_of_partners_and_waivers_read_and_write_what_their_entries_accept() {
    holds::<PartnerFile>("partner-profile", &["id-with-capitals"]);
    let bounds = [
        "fingerprint-with-a-wildcard",
        "number-without-its-letters",
        "reason-too-short",
    ];
    holds::<WaiverFile>("waiver-record", &bounds);
}

#[test]
fn every_partner_file_of_the_repository_is_a_partner_profile() {
    let schema = schema("partner-profile");
    let mut seen = 0;
    for file in fs::read_dir(root().join("partners")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let partner: PartnerFile = toml::from_str(&text).unwrap();
        let written = serde_json::to_value(&partner).unwrap();
        assert!(schema.accepts(&written), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 3);
}

//! Published examples are taken for what their publisher meant them to be, or for nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "support/validate.rs"]
mod support;

use std::path::{Path, PathBuf};
use support::validate;

/// Published files and what they are taken for; `-` where they are meant for something else.
const PUBLISHED: &[(&str, &str)] = &[
    (
        "Parameters/hrex-1.0.0__parameters-member-match-in.json",
        "hrex-member-match-request@1.0.0 valid",
    ),
    (
        "Parameters/hrex-1.1.0__Parameters-member-match-in.json",
        "hrex-member-match-request@2.0.1 valid",
    ),
    (
        "Parameters/hrex-1.2.0__Parameters-member-match-in-provider.json",
        "hrex-member-match-request@2.0.1 valid",
    ),
    (
        "Parameters/hrex-1.2.0__Parameters-member-match-out.json",
        "hrex-member-match-response@2.0.1 valid",
    ),
    (
        "Parameters/inferno-pdex-0.13.0__postman-member-match-missing-CoverageToMatch.json",
        "hrex-member-match-request@2.0.1 invalid",
    ),
    (
        "Parameters/pas-2.2.1__Parameters-SubscriptionNotificationParameters.json",
        "-",
    ),
    (
        "Parameters/pdex-2.2.0__Parameters-provider-member-match-response-001.json",
        "-",
    ),
    (
        "Coverage/hrex-1.2.0__Coverage-full.json",
        "hrex-coverage@2.0.1 valid",
    ),
    (
        "Coverage/us-core-6.1.0__Coverage-coverage-example.json",
        "-",
    ),
    (
        "Consent/pdex-2.2.0__Consent-consent-2.json",
        "hrex-consent@2.0.1 valid",
    ),
    ("Consent/pdex-2.2.0__Consent-no-consent-1.json", "-"),
    (
        "Group/pdex-2.2.0__Group-example-pdex-treatment-relationship-group.json",
        "-",
    ),
];

/// The same by entry alone, for entries that a catalogue may lack: the file, the entry, the state.
const BY_ENTRY: &[(&str, &str, &str)] = &[
    (
        "Parameters/pdex-2.2.0__Parameters-payer-multi-member-match-in.json",
        "pdex-bulk-member-match-request",
        "valid",
    ),
    (
        "Parameters/pdex-2.2.0__Parameters-payer-multi-member-match-out.json",
        "pdex-bulk-member-match-response",
        "valid",
    ),
    // A draft from before 2.1, with other names for the three lists.
    (
        "Parameters/pdex-ri-2024-11__Parameters-payer-multi-member-match-out.json",
        "pdex-bulk-member-match-response",
        "invalid",
    ),
    (
        "Group/pdex-2.2.0__Group-07e72a15407547bf9d03f522aa536a72.1.json",
        "pdex-member-match-group",
        "valid",
    ),
    (
        "Group/pdex-2.2.0__Group-example-pdex-member-consent-constraint-group.json",
        "pdex-member-no-match-group",
        "valid",
    ),
    (
        "BulkManifest/bulk-data-3.0.0__BulkDataManifestMinimalExample.json",
        "bulk-export-manifest",
        "valid",
    ),
    (
        "Bundle/pdex-2.2.0__Bundle-example-mtls-endpoint-bundle.json",
        "mtls-endpoint-bundle",
        "valid",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn published() -> Option<PathBuf> {
    let shared = std::env::var_os("MATCHMARK_SHARED");
    if shared.is_none() {
        println!("NOT RUN: needs data/fhir-replay in the folder that MATCHMARK_SHARED names");
    }
    Some(Path::new(&shared?).join("data/fhir-replay"))
}

#[test]
fn published_examples_are_taken_for_what_their_publisher_meant() {
    let Some(folder) = published() else { return };
    for (name, expected) in PUBLISHED {
        let payload = std::fs::read_to_string(folder.join(name)).unwrap();
        let said = validate(root(), ".json", &payload, &["--schema-only"]);
        let taken = match said["against"].as_str() {
            Some(against) => format!("{against} {}", said["state"].as_str().unwrap()),
            None => "-".to_owned(),
        };
        assert_eq!(taken, *expected, "{name}");
    }
}

#[test]
fn bulk_answers_and_bundles_are_told_by_their_parts_codes_and_names() {
    let Some(folder) = published() else { return };
    for (name, entry, state) in BY_ENTRY {
        if !root().join("schemas").join(entry).is_dir() {
            println!("NOT RUN: the catalogue has no {entry}");
            continue;
        }
        let payload = std::fs::read_to_string(folder.join(name)).unwrap();
        let said = validate(root(), ".json", &payload, &["--schema-only"]);
        let against = said["against"].as_str().unwrap_or("-").split('@').next();
        assert_eq!(
            (against, said["state"].as_str()),
            (Some(*entry), Some(*state)),
            "{name}"
        );
        for problem in said["problems"].as_array().unwrap() {
            assert!(
                problem["pointer"]
                    .as_str()
                    .unwrap()
                    .starts_with("/parameter"),
                "{problem}"
            );
        }
    }
}

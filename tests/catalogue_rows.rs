//! Capabilities of the catalogue as a whole: how much it holds, and that every field of it says what it means.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use matchmark::load;
use serde_json::Value;
use support::{Repository, findings, root};
use wire::payload::Schema;

/// Fewest entries of the catalogue.
///
/// Source: S0-03
const FEWEST: usize = 23;

#[test]
fn row_s0_03_the_catalogue_lists_its_entries_with_owner_sensitivity_and_source() {
    let repository = Repository::bare();
    let output = repository.run(&["catalogue", "list", "--format", "json"]);
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for entry in &listed {
        for key in ["id", "direction", "owner", "phi", "source", "consent"] {
            assert!(
                entry[key].as_str().is_some_and(|word| !word.is_empty()),
                "{key}: {entry:#}"
            );
        }
        assert!(entry["profiles"].is_array(), "{entry:#}");
        let versions = entry["versions"].as_array().unwrap();
        assert!(!versions.is_empty(), "{entry:#}");
        for version in versions {
            assert!(
                version["version"].is_string() && version["status"].is_string(),
                "{version:#}"
            );
            let examples = |kind: &str| version[kind].as_u64().unwrap();
            assert!(
                examples("accepted") > 0 && examples("rejected") > 0,
                "{version:#}"
            );
        }
    }
    let (workspace, _) = load::folder(root(), None).unwrap();
    for version in workspace.catalogue.versions() {
        let bundle = workspace.catalogue.bundle(&version.id).unwrap();
        let schema = Schema::compile(&bundle.value).unwrap();
        let judged = |examples: &[matchmark::catalogue::Example]| -> Vec<bool> {
            examples
                .iter()
                .map(|example| schema.accepts(example.document.value()))
                .collect()
        };
        assert!(
            judged(&version.accepted).iter().all(|accepted| *accepted),
            "{}",
            version.id
        );
        assert!(
            judged(&version.rejected).iter().all(|accepted| !accepted),
            "{}",
            version.id
        );
    }
    println!("{} entries", listed.len());
    assert!(
        listed.len() >= FEWEST,
        "{} entries of {FEWEST}",
        listed.len()
    );
}

/// What the catalogue and the policies say of the subject, as `rule kind`.
fn said(repository: &Repository, subject: &str) -> Vec<String> {
    let (report, _) = repository.check(&["--only", "catalogue,policy"]);
    let of_subject = findings(&report)
        .iter()
        .filter(|found| found["subject"].as_str().unwrap().starts_with(subject));
    let word = |found: &Value, key: &str| found[key].as_str().unwrap().to_owned();
    of_subject
        .map(|found| format!("{} {}", word(found, "rule"), word(found, "kind")))
        .collect()
}

#[test]
fn row_s0_14_every_field_says_what_it_means_and_a_name_said_twice_is_refused() {
    let repository = Repository::bare();
    let (report, _) = repository.check(&["--only", "catalogue,policy"]);
    let silent = |found: &&Value| {
        let rule = found["rule"].as_str().unwrap();
        [
            "policy/semantics-missing",
            "catalogue/description-empty",
            "catalogue/annotation-missing",
        ]
        .contains(&rule)
    };
    assert_eq!(
        findings(&report).iter().filter(silent).count(),
        0,
        "{report:#}"
    );

    let entry = "schemas/hrex-coverage/entry.toml";
    let draft =
        "\n[[version]]\nversion = \"3.0.0\"\nguide-version = \"1.2.0\"\nstatus = \"draft\"\n";
    repository.write(entry, repository.read(entry) + draft);
    for kind in ["accepted", "rejected"] {
        let name = if kind == "accepted" {
            "member-number-and-plan"
        } else {
            "payer-missing"
        };
        let example = repository.read(&format!("schemas/hrex-coverage/2.0.1/{kind}/{name}.json"));
        repository.write(
            &format!("schemas/hrex-coverage/next/{kind}/{name}.json"),
            example,
        );
    }
    let released = repository.read("schemas/hrex-coverage/2.0.1/schema.json");
    let mut schema: Value = serde_json::from_str(&released).unwrap();
    schema["$id"] = Value::from("https://matchmark.example/schemas/hrex-coverage/next");
    let path = "schemas/hrex-coverage/next/schema.json";
    repository.write(path, schema.to_string());
    assert_eq!(said(&repository, "hrex-coverage@next"), [""; 0]);

    for (place, key, text, expected) in [
        (
            "x-semantics",
            "text",
            "The subscriber's id.",
            "policy/semantics-missing restates-name",
        ),
        ("x-semantics", "text", "", "policy/semantics-missing absent"),
        (
            "",
            "description",
            "The identifier of the subscriber.",
            "catalogue/description-empty restates-name",
        ),
    ] {
        let mut worse = schema.clone();
        let field = &mut worse["properties"]["subscriberId"];
        let carrier = if place.is_empty() {
            field
        } else {
            &mut field[place]
        };
        carrier[key] = Value::from(text);
        repository.write(path, worse.to_string());
        assert_eq!(said(&repository, "hrex-coverage@next"), [expected], "{key}");
    }
}

//! Transforms as a user runs them and as the catalogue holds them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{Catalogue, Step};
use matchmark::model::VersionId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use wire::payload::Schema;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn catalogue() -> Catalogue {
    matchmark::load::folder(root(), None).unwrap().0.catalogue
}

fn id(text: &str) -> VersionId {
    text.parse().unwrap()
}

/// `matchmark transform` from the repository, with `input` on standard input.
fn transform(ends: (&str, &str), arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
    command.args(["transform", "--from", ends.0, "--to", ends.1]);
    command.args(arguments).current_dir(root()).env_remove("CI");
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

/// The report of a run over `files`, and its product.
fn told(ends: (&str, &str), files: &[PathBuf]) -> (Value, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("product.ndjson");
    let report = format!("json={}", folder.path().join("report.json").display());
    let mut arguments = vec![
        "--out",
        out.to_str().unwrap(),
        "--format",
        &report,
        "--quiet",
    ];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    transform(ends, &arguments, "");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let product = read("product.ndjson");
    let products = serde_json::Deserializer::from_str(&product).into_iter();
    let products = products.map(Result::unwrap).collect();
    (
        serde_json::from_str(&read("report.json")).unwrap(),
        products,
    )
}

/// Facts that the payloads of a report lack, each payload's; one that lacks nothing and did not turn is a failure.
fn facts(report: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for payload in report["payloads"].as_array().unwrap() {
        let lacking = payload["lacking"].as_array().unwrap();
        let tags: BTreeSet<String> = lacking
            .iter()
            .map(|lacking| lacking["tag"].as_str().unwrap().to_owned())
            .collect();
        let is_named = !tags.is_empty() && !tags.contains("") && !tags.contains("unknown");
        assert!(payload["state"] == "turned" || is_named, "{payload:#}");
        let name = format!(
            "{}:{}",
            payload["file"].as_str().unwrap(),
            payload["record"]
        );
        all.insert(name, tags);
    }
    all
}

fn schema(catalogue: &Catalogue, version: &str) -> Schema {
    Schema::compile(&catalogue.bundle(&id(version)).unwrap().value).unwrap()
}

/// Payloads that `version` accepted: the examples of the catalogue, and what was recorded of it.
fn on_record(catalogue: &Catalogue, version: &str) -> Vec<String> {
    let (entry, number) = version.split_once('@').unwrap();
    let examples = &catalogue.version(&id(version)).unwrap().accepted;
    let mut payloads: Vec<String> = examples
        .iter()
        .map(|example| example.document.value().to_string())
        .collect();
    for history in &matchmark::load::folder(root(), None).unwrap().0.histories {
        for (_, line) in history.lines() {
            let envelope: Value = serde_json::from_slice(line).unwrap();
            if envelope["schema"] == entry
                && envelope["version"] == number
                && envelope["outcome"] == "accepted"
            {
                payloads.push(envelope["payload"].to_string());
            }
        }
    }
    payloads
}

#[test]
fn row_s0_13_each_transform_turns_or_refuses_by_a_named_fact_all_that_is_on_record() {
    let catalogue = catalogue();
    let folder = tempfile::tempdir().unwrap();
    let mut transforms = 0;
    for one in catalogue.transforms() {
        let (from, to) = (one.from.to_string(), one.to.to_string());
        let payloads = on_record(&catalogue, &from);
        assert!(!payloads.is_empty(), "{from} has nothing on record");
        let path = folder.path().join("all.ndjson");
        std::fs::write(&path, payloads.join("\n")).unwrap();
        let (report, products) = told((&from, &to), &[path]);
        let lacking = facts(&report);
        assert_eq!(lacking.len(), payloads.len(), "{from} to {to}");
        let target = schema(&catalogue, &to);
        assert!(
            products.iter().all(|product| target.accepts(product)),
            "{from} to {to}"
        );
        println!(
            "{from} to {to}: {} turned, {} refused",
            report["turned"], report["refused"]
        );
        transforms += 1;
    }
    assert!(transforms >= 8, "{transforms}");
}

#[test]
fn row_s0_13_every_published_payload_of_hrex_1_0_0_turns_into_1_2_0_or_lacks_a_named_fact() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("NOT RUN: S0-13 needs data/fhir-replay in the folder that MATCHMARK_SHARED names");
        return;
    };
    let folder = Path::new(&shared).join("data/fhir-replay");
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut seen = BTreeMap::new();
    for line in manifest.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[2..4] != ["hrex", "1.0.0"] || columns[0].starts_with("_malformed") {
            continue;
        }
        let path = folder.join(columns[0]);
        let payload: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let entry = match (&payload["resourceType"], &payload["parameter"][0]["name"]) {
            (Value::String(kind), _) if kind == "Coverage" => "hrex-coverage",
            (_, Value::String(name)) if name == "MemberIdentifier" => "hrex-member-match-response",
            _ => "hrex-member-match-request",
        };
        let ends = (format!("{entry}@1.0.0"), format!("{entry}@2.0.1"));
        let (report, products) = told((&ends.0, &ends.1), &[path]);
        let lacking = facts(&report).into_values().next().unwrap();
        let target = schema(&catalogue(), &ends.1);
        assert!(
            products.iter().all(|product| target.accepts(product)),
            "{}",
            columns[0]
        );
        let name = columns[0].split("__").nth(1).unwrap().to_owned();
        println!("{name}: {lacking:?}");
        seen.insert(name, lacking);
    }
    let lacks = |name: &str, tags: &[&str]| {
        let tags: BTreeSet<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        assert_eq!(seen[name], tags, "{name}");
    };
    let old_shape = ["coverage.relationship", "identity.member-id"];
    lacks("parameters-member-match-in.json", &old_shape);
    lacks("parameters-member-match-in-provider.json", &old_shape);
    lacks(
        "parameters-member-match-out.json",
        &["identity.unique-member-id"],
    );
    assert_eq!(seen.len(), 5);
}

#[test]
fn a_patch_is_passed_without_a_transform_and_the_shortest_way_is_taken() {
    let catalogue = catalogue();
    let way = |from: &str, to: &str| {
        let way = catalogue.way(&id(from), &id(to))?;
        let name = |step: &Step<'_>| match step {
            Step::By(one) => one.title(),
            Step::Patch { to } => format!("patch {to}"),
        };
        Some(way.iter().map(name).collect::<Vec<_>>())
    };
    let forth = way("hrex-coverage@1.0.0", "hrex-coverage@2.0.1").unwrap();
    assert_eq!(
        forth,
        [
            "hrex-coverage@1.0.0 -> hrex-coverage@2.0.0",
            "patch hrex-coverage@2.0.1"
        ]
    );
    assert_eq!(
        way("hrex-coverage@2.0.1", "hrex-coverage@1.0.0")
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        way("hrex-coverage@2.0.0", "hrex-coverage@2.0.0"),
        Some(Vec::new())
    );
    assert_eq!(way("hrex-coverage@1.0.0", "hrex-consent@2.0.0"), None);
}

/// PDex 2.1 answers with one envelope of groups, PDex 2.2 with the groups themselves, one a line.
#[test]
fn row_s0_52_one_answer_has_the_same_meaning_in_both_versions() {
    let catalogue = catalogue();
    let mut compared = 0;
    for number in ["1.0.0", "1.1.0"] {
        let envelope = format!("pdex-bulk-member-match-response@{number}");
        for example in &catalogue.version(&id(&envelope)).unwrap().accepted {
            let path = root().join(&example.path);
            let mut lines = Vec::new();
            for entry in ["pdex-member-match-group", "pdex-member-no-match-group"] {
                let (report, products) = told(
                    (&envelope, &format!("{entry}@{number}")),
                    std::slice::from_ref(&path),
                );
                assert_eq!(report["refused"], 0, "{}", example.path);
                lines.extend(products);
            }
            // Who was found, who was not, who may not be disclosed: the same groups, none twice, none lost.
            let parts = example.document.value()["parameter"].as_array().unwrap();
            let mut inside: Vec<String> = parts
                .iter()
                .map(|part| part["resource"].to_string())
                .collect();
            let mut alone: Vec<String> = lines.iter().map(Value::to_string).collect();
            inside.sort();
            alone.sort();
            assert_eq!(alone, inside, "{}", example.path);
            compared += 1;
        }
    }
    assert!(compared >= 5, "{compared}");
}

const COVERAGE: (&str, &str) = ("hrex-coverage@1.0.0", "hrex-coverage@2.0.1");

fn example(name: &str) -> String {
    let path = root()
        .join("schemas/hrex-coverage/1.0.0/accepted")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_product_goes_to_standard_output_and_what_is_said_of_it_beside() {
    let turned = transform(COVERAGE, &["-"], &example("typed-member-number.json"));
    assert_eq!(turned.status.code(), Some(0));
    let product: Value = serde_json::from_slice(&turned.stdout).unwrap();
    let source: Value = serde_json::from_str(&example("typed-member-number.json")).unwrap();
    assert_eq!(product, source);
    assert!(String::from_utf8_lossy(&turned.stderr).contains("1 turned, 0 refused"));
}

#[test]
fn a_refusal_names_the_fact_and_holds_no_value() {
    let text = example("untyped-identifier-without-relationship.json");
    let canary = text
        .replace("NW-M100148", "canary7f3a")
        .replace("cov-p04-northwind", "canary7f3b");
    let refused = transform(COVERAGE, &["-"], &canary);
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(
        told.contains("coverage.relationship") && told.contains("identity.member-id"),
        "{told}"
    );
    assert!(!told.contains("canary7f3"), "{told}");
}

#[test]
fn lines_turn_one_by_one_and_a_refused_one_stops_no_other() {
    let line = |name: &str| {
        serde_json::from_str::<Value>(&example(name))
            .unwrap()
            .to_string()
    };
    let input = [
        "typed-member-number.json",
        "subscriber-number-only.json",
        "typed-member-number.json",
    ]
    .map(line);
    let run = transform(COVERAGE, &["-"], &input.join("\n"));
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&run.stdout).lines().count(), 2);
    assert!(String::from_utf8_lossy(&run.stderr).contains("-:2  REFUSED"));
}

#[test]
fn where_ci_is_set_the_product_needs_a_named_place() {
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
        command
            .args(["transform", "--from", COVERAGE.0, "--to", COVERAGE.1])
            .args(more);
        let file = "schemas/hrex-coverage/1.0.0/accepted/typed-member-number.json";
        command
            .arg(file)
            .current_dir(root())
            .env("CI", "true")
            .output()
            .unwrap()
    };
    let refused = run(&[]);
    assert_eq!(
        (refused.status.code(), refused.stdout.is_empty()),
        (Some(2), true)
    );
    let asked = run(&["--out", "-"]);
    assert_eq!(
        (asked.status.code(), asked.stdout.is_empty()),
        (Some(0), false)
    );
}

#[test]
fn what_is_not_of_the_source_version_or_has_no_way_is_told() {
    let not_source = transform(COVERAGE, &["-"], "{\"resourceType\": \"Coverage\"}");
    assert_eq!(not_source.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&not_source.stderr).contains("it does not fit hrex-coverage@1.0.0")
    );
    let no_way = transform((COVERAGE.0, "hrex-consent@2.0.0"), &["-"], "{}");
    assert_eq!(no_way.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&no_way.stderr).contains("no transform leads from"));
}

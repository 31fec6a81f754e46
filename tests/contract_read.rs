//! The strict reader: what it rejects and where, and that nothing makes it panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::{ContractSource, Source};
use matchmark::contract::read;
use matchmark::model::{Finding, Severity, rule};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn source(consumer: &str, bytes: &[u8]) -> ContractSource {
    ContractSource {
        consumer: consumer.into(),
        source: Source::new("contract.json", bytes.to_vec()),
    }
}

fn rejected(bytes: &[u8]) -> Vec<Finding> {
    read(&source("northwind", bytes)).err().unwrap_or_default()
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            format!(
                "{}:{} {}",
                finding.place.line, finding.place.column, finding.rule
            )
        })
        .collect()
}

#[test]
fn the_base_of_all_cases_is_accepted() {
    let bytes = std::fs::read(folder("tests/contract/accepted.json")).unwrap();
    assert_eq!(shown(&rejected(&bytes)), Vec::<String>::new());
}

#[test]
fn every_rejection_names_its_token() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder("tests/contract/reject")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        cases += 1;
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
        let expected: Vec<_> = expected.lines().map(str::to_owned).collect();
        let found = shown(&rejected(&std::fs::read(&path).unwrap()));
        if found != expected {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            wrong.push((name, expected, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases >= 85, "{cases}");
}

#[test]
fn every_rejection_rule_has_a_case() {
    let seen: Vec<String> = std::fs::read_dir(folder("tests/contract/reject"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "expected"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    // Faults of kept records and of other files are given elsewhere.
    let reader: String = std::fs::read_dir(folder("src/contract/read"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let faults: Vec<_> = matchmark::model::rules()
        .filter(|rule| rule.severity == Severity::Fault)
        .filter(|rule| reader.contains(&format!("\"{}\"", rule.id)))
        .collect();
    assert!(faults.len() >= 17, "{}", faults.len());
    for fault in faults {
        let id = format!(" {}\n", fault.id);
        assert!(
            seen.iter().any(|text| text.contains(&id)),
            "{} has no case",
            fault.id
        );
    }
}

#[test]
fn bytes_that_are_no_contract_are_rejected_with_a_known_rule() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let texts: [&[u8]; 7] = [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"{\"a\":1} x",
        deep.as_bytes(),
    ];
    for bytes in texts {
        let findings = rejected(bytes);
        assert!(!findings.is_empty());
        for finding in findings {
            assert!(rule(&finding.rule).is_some(), "{}", finding.rule);
            assert!(!finding.remedy.is_empty());
        }
    }
}

#[test]
fn a_file_of_more_than_16_mib_is_rejected_at_the_first_byte_too_many() {
    let accepted = std::fs::read_to_string(folder("tests/contract/accepted.json")).unwrap();
    let padded = |bytes: usize| {
        let mut text = accepted.trim_end().to_owned();
        text.push_str(&" ".repeat(bytes - text.len()));
        text.into_bytes()
    };
    let largest = 16 * 1024 * 1024;
    assert_eq!(shown(&rejected(&padded(largest))), Vec::<String>::new());
    let before = accepted.trim_end().rfind('\n').unwrap() + 1;
    let place = format!("24:{} contract/not-json", largest - before + 1);
    assert_eq!(shown(&rejected(&padded(largest + 1))), [place]);
}

#[test]
fn other_media_type_with_the_same_meaning_and_remarks_of_other_tools_are_borne() {
    let text = std::fs::read_to_string(folder("tests/contract/accepted.json")).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["interactions"][0]["comments"]["text"] = json!(["a remark"]);
    value["metadata"]["pactRust"] = json!({ "ffi": "0.4" });
    let before = read(&source("northwind", text.as_bytes())).unwrap();
    let after = read(&source("northwind", value.to_string().as_bytes())).unwrap();
    assert_eq!(before.digest(), after.digest());
    value["interactions"][0]["response"]["status"] = json!(201);
    let changed = read(&source("northwind", value.to_string().as_bytes())).unwrap();
    assert_ne!(before.digest(), changed.digest());
}

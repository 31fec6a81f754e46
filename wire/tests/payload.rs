//! Payloads against a bundled schema: every case folder holds a payload and what must be said of it, word for word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use wire::json::{Document, Limits};
use wire::outcome::OperationOutcome;
use wire::payload::{IDS, Problem, Schema};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payload")
}

fn document(path: &Path) -> Document {
    let bytes = std::fs::read(path).expect("a file");
    Document::parse(&bytes, &Limits::PAYLOAD).expect("a document")
}

fn schema() -> Schema {
    compiled("member-match")
}

fn compiled(name: &str) -> Schema {
    let bundle = document(&folder().join(format!("schemas/{name}.json")));
    Schema::compile(bundle.value()).expect("a schema")
}

/// The schema that a case is judged by: the one whose name its own begins with, or else that of a single match.
fn schema_of(case: &Path) -> Schema {
    let name = case.file_name().unwrap().to_string_lossy();
    let others = ["bulk-match", "group", "benefit"];
    let other = others.into_iter().find(|other| name.starts_with(other));
    compiled(other.unwrap_or("member-match"))
}

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder().join("cases")).expect("a folder");
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn printed(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let code = problem.code.word();
        writeln!(
            text,
            "{} {} {} ({code})",
            problem.position, problem.id, problem.pointer
        )
        .unwrap();
        for (label, line) in [
            ("path", Some(&problem.expression)),
            ("schema", Some(&problem.schema_pointer)),
            ("says", Some(&problem.message)),
            ("is", problem.found.as_ref()),
            ("want", problem.want.as_ref()),
            ("means", problem.means.as_ref()),
            ("form", problem.form.as_ref()),
            ("rule", problem.statement.as_ref()),
        ] {
            if let Some(line) = line {
                writeln!(text, "  {label:<7}{line}").unwrap();
            }
        }
    }
    text
}

#[test]
fn every_case_is_explained_word_for_word() {
    let mut wrong = String::new();
    for case in cases() {
        let schema = schema_of(&case);
        let expected = std::fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        let actual = printed(&schema.problems(&document(&case.join("payload.json"))));
        if actual != expected {
            let name = case.file_name().unwrap().to_string_lossy();
            writeln!(wrong, "== {name}\n{actual}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "these differ from expected.txt:\n{wrong}");
}

#[test]
fn a_problem_is_never_said_without_a_known_id_and_never_repeats_the_payload() {
    for case in cases() {
        let schema = schema_of(&case);
        let document = document(&case.join("payload.json"));
        let problems = schema.problems(&document);
        assert_eq!(problems.is_empty(), schema.accepts(document.value()));
        let code = Problem::code_of(&problems).expect("a code");
        let outcome = OperationOutcome::from_problems(code, &problems);
        let outcome = serde_json::to_string(&outcome).unwrap();
        for text in [
            printed(&problems),
            outcome,
            format!("{document:?}{problems:?}"),
        ] {
            let text = text.to_lowercase();
            assert!(
                !text.contains("canary") && !text.contains("testperson"),
                "{text}"
            );
        }
        for problem in problems {
            assert!(IDS.contains(&problem.id), "{} is not listed", problem.id);
        }
    }
}

/// Payloads that know the schema's names and hide a canary in every value and in half of the names.
fn wild_payload() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "resourceType",
        "parameter",
        "name",
        "resource",
        "birthDate",
        "identifier",
        "subscriberId",
        "provision",
        "period",
        "source",
        "kind",
        "canary-a",
        "canary-b",
        "canary/c",
        "CANARY",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::from(7_331_733)),
        Just(Value::from("canary")),
        prop::sample::select(vec![
            "MemberPatient",
            "CoverageToMatch",
            "Consent",
            "Parameters"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_payload_is_explained_with_its_own_words(part in wild_payload(), whole in wild_payload()) {
        let schema = schema();
        let name = serde_json::json!({"resourceType": "Parameters", "parameter": [part]});
        for payload in [name, whole] {
            let text = serde_json::to_string_pretty(&payload).unwrap();
            let document = Document::parse(text.as_bytes(), &Limits::PAYLOAD).expect("a document");
            let problems = schema.problems(&document);
            prop_assert_eq!(problems.is_empty(), schema.accepts(&payload));
            let said = printed(&problems).to_lowercase();
            prop_assert!(!said.contains("canary") && !said.contains("7331733"), "{}", said);
        }
    }
}

//! Payloads against a bundled schema: every case folder holds a payload and what must be said of it, word for word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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
    let bundle = document(&folder().join("schemas/member-match.json"));
    Schema::compile(bundle.value()).expect("a schema")
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
    let schema = schema();
    let mut wrong = String::new();
    for case in cases() {
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
    let schema = schema();
    for case in cases() {
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

//! The matcher against the published test cases of the Pact specification, where they are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use matchmark::contract::batch::answer;
use matchmark::contract::matching::Seal;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A published case: its question, its verdict, and whether it speaks XML.
struct Case {
    name: String,
    question: Value,
    fits: bool,
    is_xml: bool,
}

/// Source: what the specification's repository holds, all but the cases in XML
const JUDGED: usize = 474;
const XML: usize = 103;

fn cases() -> Option<Vec<Case>> {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("MATCHMARK_SHARED is not set: the published cases are not at hand");
        return None;
    };
    let root = PathBuf::from(shared).join("data/pact-cases");
    let mut cases = Vec::new();
    for (folder, edition) in [("v1", "1"), ("v1.1", "1.1"), ("v2", "2"), ("v3", "3")] {
        for file in files(&root.join(folder)) {
            let number = cases.len();
            cases.push(case(&file, edition, number));
        }
    }
    assert_eq!(cases.iter().filter(|case| !case.is_xml).count(), JUDGED);
    assert_eq!(cases.iter().filter(|case| case.is_xml).count(), XML);
    Some(cases)
}

fn case(file: &Path, edition: &str, number: usize) -> Case {
    let text = std::fs::read_to_string(file).expect("a readable case");
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON");
    let name = file.display().to_string();
    let kind = ["request", "response", "message"].into_iter();
    let kind = kind
        .into_iter()
        .find(|kind| name.contains(&format!("/{kind}/")))
        .expect("a kind");
    Case {
        is_xml: text.to_lowercase().contains("xml"),
        fits: value["match"].as_bool().expect("a verdict"),
        question: json!({
            "n": number, "kind": kind, "spec": edition,
            "expected": value["expected"], "actual": value["actual"],
        }),
        name,
    }
}

/// The verdict of a case without XML is the published one; with XML there is that or none.
fn wrong(cases: &[Case], answers: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    for answer in answers {
        let number = usize::try_from(answer["n"].as_u64().expect("a number")).unwrap();
        let case = &cases[number];
        let is_right = answer["match"] == case.fits;
        let is_left_open = case.is_xml && answer["match"] == "unsupported";
        let found = answer["mismatches"].as_array().map_or(0, Vec::len);
        if !is_right && !is_left_open || (answer["match"] == false) != (found > 0) {
            wrong.push(format!("{}: {answer}", case.name));
        }
    }
    wrong
}

#[test]
fn published_cases_are_judged_as_published() {
    let Some(cases) = cases() else { return };
    let seal = Seal::new(&[1; 32]);
    let told = |case: &Case| {
        let answered = answer(case.question.to_string().as_bytes(), &seal);
        serde_json::from_str(&answered.text).expect("an answer")
    };
    let answers: Vec<Value> = cases.iter().map(told).collect();
    let open = |answer: &&Value| answer["match"] == "unsupported";
    println!(
        "{} lines, {} unsupported",
        answers.len(),
        answers.iter().filter(open).count()
    );
    assert_eq!(wrong(&cases, &answers), Vec::<String>::new());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of cases") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One process, all lines, and the same lines again from the last one to the first.
#[test]
fn published_cases_get_the_same_verdicts_in_any_order() {
    let Some(cases) = cases() else { return };
    let forth = batch(cases.iter());
    assert_eq!(forth.len(), cases.len());
    assert_eq!(wrong(&cases, &forth), Vec::<String>::new());
    let mut back = batch(cases.iter().rev());
    back.reverse();
    assert_eq!(verdicts(&forth), verdicts(&back));
}

/// Line by line: its number, its verdict, and every difference without the marks of the run.
fn verdicts(answers: &[Value]) -> Vec<Value> {
    let bare = |answer: &Value| {
        let mut answer = answer.clone();
        for mismatch in answer["mismatches"].as_array_mut().into_iter().flatten() {
            let mismatch = mismatch.as_object_mut().expect("a mismatch");
            mismatch.remove("actualHash");
            let pointer = mismatch["pointer"].as_str().unwrap_or_default();
            if pointer.contains("/#") {
                mismatch.remove("pointer");
            }
        }
        answer
    };
    answers.iter().map(bare).collect()
}

fn batch<'c>(cases: impl Iterator<Item = &'c Case>) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["contract", "match", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let lines: Vec<String> = cases.map(|case| format!("{}\n", case.question)).collect();
    let mut input = child.stdin.take().expect("its input");
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("a writer").expect("all was read");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("an answer"))
        .collect()
}

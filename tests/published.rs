//! Published examples, judged as a domain reviewer would: every verdict on them is reviewed, and nothing else is said.
//!
//! With `MATCHMARK_SHARED` set, each file of its `data/fhir-replay` is given to the program. What the catalogue
//! recognises is judged by the version that was live with the file's release, and gives exactly the problems of
//! `published/verdicts.toml`; a problem that is not there is a false alarm until somebody has looked at it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

#[path = "published/defect.rs"]
mod defect;
#[path = "published/judged.rs"]
mod judged;
#[path = "published/manifest.rs"]
mod manifest;
#[path = "published/page.rs"]
mod page;
#[path = "support/gate.rs"]
mod support;
#[path = "published/truth.rs"]
mod truth;

use judged::{Case, Problem};
use manifest::{Folder, Published};
use std::collections::{BTreeMap, BTreeSet};
use truth::Truth;

fn shared() -> Option<Folder> {
    let folder = Folder::shared();
    if folder.is_none() {
        println!("NOT RUN: set MATCHMARK_SHARED to the folder with data/fhir-replay");
    }
    folder
}

fn paths(files: &[Published]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

/// The version by which each covered file deserves to be judged.
fn deserved(folder: &Folder, files: &[Published]) -> BTreeMap<String, String> {
    let catalogue = matchmark::load::folder(support::root(), None)
        .unwrap()
        .0
        .catalogue;
    let recognised = judged::recognised(folder, &paths(files));
    assert_eq!(recognised.len(), files.len(), "a file got no answer");
    let mut deserved = BTreeMap::new();
    for file in files {
        if let Ok(entry) = &recognised[&file.path] {
            let version = manifest::deserved(&catalogue, entry, file);
            deserved.insert(file.path.clone(), version);
        }
    }
    deserved
}

#[test]
fn every_published_example_gets_exactly_its_reviewed_verdict() {
    let Some(folder) = shared() else { return };
    let (files, truth) = (folder.files(), Truth::reviewed());
    let deserved = deserved(&folder, &files);
    println!("{} files, {} covered", files.len(), deserved.len());
    let covered: BTreeSet<Case> = deserved.clone().into_iter().collect();
    let own = truth.own();
    let unreviewed: Vec<_> = covered.difference(&own).collect();
    let stale: Vec<_> = own.difference(&covered).collect();
    assert!(
        unreviewed.is_empty(),
        "no verdict was reviewed: {unreviewed:#?}"
    );
    assert!(
        stale.is_empty(),
        "reviewed, and no longer covered: {stale:#?}"
    );
    let judged = judged::judged(&folder, &truth.cases());
    let wrong = differences(&judged, &truth.expected());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let claims = judged
        .iter()
        .filter(|((file, _), _)| file.starts_with("ExplanationOfBenefit/"));
    let (carrying, clean): (Vec<_>, Vec<_>) = claims.partition(|(_, problems)| {
        problems
            .iter()
            .any(|(id, _)| id == "payload/amount-carried")
    });
    assert_eq!((carrying.len(), clean.len()), (24, 13));
    compare(&page::page(&files, &truth, &deserved));
}

/// Holds the page in `docs/` against what it should be, or writes it when it is asked to.
fn compare(page: &str) {
    let path = support::root().join("docs/PUBLISHED.md");
    if std::env::var_os("MATCHMARK_WRITE").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let difference = written
        .lines()
        .zip(page.lines())
        .find(|(old, new)| old != new);
    assert_eq!(
        written, page,
        "first at {difference:?}; MATCHMARK_WRITE=1 writes it"
    );
}

/// Each case that does not give what was reviewed, with what is missing and what is new.
fn differences(
    judged: &BTreeMap<Case, Vec<Problem>>,
    expected: &BTreeMap<Case, Vec<Problem>>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (case, problems) in judged {
        let reviewed = &expected[case];
        if problems != reviewed {
            let new: Vec<_> = problems.iter().filter(|p| !reviewed.contains(p)).collect();
            let gone: Vec<_> = reviewed.iter().filter(|p| !problems.contains(p)).collect();
            wrong.push(format!(
                "{} as {}: new {new:?}, gone {gone:?}",
                case.0, case.1
            ));
        }
    }
    wrong
}

#[test]
fn every_natural_defect_is_found_at_its_place() {
    let Some(folder) = shared() else { return };
    let deserved = deserved(&folder, &folder.files());
    let mut found = BTreeMap::new();
    for (file, rule, detail) in folder.defects() {
        let wanted = defect::expected(&rule, &detail, &folder.value(&file));
        let version = match wanted.version.contains('@') {
            true => wanted.version.to_owned(),
            false => deserved[&file].clone(),
        };
        assert!(
            version.starts_with(wanted.version),
            "{file} is taken for {version}"
        );
        let case = (file.clone(), version);
        let judged = judged::judged(&folder, &BTreeSet::from([case.clone()]));
        let problem = (wanted.id.to_owned(), wanted.pointer.clone());
        assert!(
            judged[&case].contains(&problem),
            "{rule} in {file}: {problem:?}"
        );
        *found.entry(rule).or_insert(0) += 1;
    }
    println!("{found:?}");
    let count = |rule: &str| found[rule];
    assert_eq!(count("mm-6-local-reference"), 17);
    assert_eq!(
        count("us-core-15") + count("hrex-coverage-relationship-1..1"),
        8
    );
    assert_eq!(found.values().sum::<i32>(), 27);
}

#[test]
fn the_malformed_file_is_told_with_its_place() {
    let Some(folder) = shared() else { return };
    let text = folder
        .0
        .join("_malformed/hrex-1.0.0__organization-payer-min.json.txt");
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("payload.json");
    std::fs::copy(text, &file).unwrap();
    let mut command = support::matchmark(&["validate", "--format", "json"]);
    let output = command
        .arg(&file)
        .current_dir(support::root())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problem = &said["payloads"][0]["problems"][0];
    assert_eq!(problem["rule"], "payload/not-json", "{said:#}");
    assert!(problem["line"].as_u64() > Some(1) && problem["column"].as_u64() >= Some(1));
}

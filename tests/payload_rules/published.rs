//! The rules on what guides and implementations publish: every listed defect is found, and nothing else.
//! Runs where `MATCHMARK_SHARED` names the folder that holds the examples.

use crate::asking::{judge, shipped, validated};
use matchmark::payload::Circumstances;
use matchmark::policy::RuleBook;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn examples() -> Option<PathBuf> {
    let shared = std::env::var_os("MATCHMARK_SHARED").map(PathBuf::from);
    let folder = shared.map(|shared| shared.join("data/fhir-replay"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("NOT RUN: set MATCHMARK_SHARED to the folder with data/fhir-replay");
    }
    folder
}

fn files(folder: &Path, kind: &str) -> Vec<(String, Value)> {
    let mut files: Vec<(String, Value)> = std::fs::read_dir(folder.join(kind))
        .unwrap()
        .map(|item| {
            let path = item.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (
                format!("{kind}/{name}"),
                serde_json::from_str(&text).unwrap(),
            )
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn as_of_no_day(schema: &str) -> Circumstances {
    Circumstances {
        schema: schema.to_owned(),
        as_of: None,
        zone: chrono::FixedOffset::east_opt(0).unwrap(),
        parties: None,
    }
}

/// The names of the parts of a Parameters resource.
fn parts(payload: &Value) -> BTreeSet<&str> {
    let parameters = payload["parameter"].as_array();
    let names = parameters.into_iter().flatten();
    names.filter_map(|part| part["name"].as_str()).collect()
}

/// The entry that a published Parameters or Group is, by its parts and profile.
fn entry(payload: &Value) -> Option<&'static str> {
    let names = parts(payload);
    if names.contains("MemberBundle") {
        return Some("pdex-bulk-member-match-request@1.0.0");
    }
    if names.contains("MemberPatient") {
        return Some("hrex-member-match-request@2.0.1");
    }
    let profiles = payload["meta"]["profile"].as_array()?;
    profiles
        .iter()
        .filter_map(Value::as_str)
        .find_map(|profile| match profile.rsplit('/').next()? {
            "pdex-parameters-multi-member-match-bundle-out" => {
                Some("pdex-bulk-member-match-response@1.0.0")
            }
            "pdex-member-match-group" => Some("pdex-member-match-group@1.0.0"),
            "pdex-member-no-match-group" => Some("pdex-member-no-match-group@1.0.0"),
            _ => None,
        })
}

/// `root.CoverageToMatch.beneficiary`, as the list of defects writes places.
fn listed_place(payload: &Value, pointer: &str) -> String {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    let (home, part, element) = match segments.as_slice() {
        ["parameter", bundle, "part", part, "resource", element, ..] => {
            let bundle: usize = bundle.parse().unwrap();
            let before = payload["parameter"].as_array().unwrap()[..bundle]
                .iter()
                .filter(|parameter| parameter["name"] == "MemberBundle")
                .count();
            let part = &payload["parameter"][bundle]["part"][part.parse::<usize>().unwrap()];
            (format!("MemberBundle[{before}]"), part, element)
        }
        ["parameter", part, "resource", element, ..] => {
            let part = &payload["parameter"][part.parse::<usize>().unwrap()];
            ("root".to_owned(), part, element)
        }
        _ => panic!("{pointer}"),
    };
    format!("{home}.{}.{element}", part["name"].as_str().unwrap())
}

#[test]
fn the_seventeen_published_references_elsewhere_are_found_and_no_other() {
    let Some(folder) = examples() else { return };
    let list = std::fs::read_to_string(folder.join("NATURAL-DEFECTS.tsv")).unwrap();
    let listed: BTreeSet<(String, String)> = list
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (path, rule, detail) = (columns.next()?, columns.next()?, columns.next()?);
            let place = detail.split('=').next()?;
            (rule == "mm-6-local-reference").then(|| (path.to_owned(), place.to_owned()))
        })
        .collect();
    assert_eq!(listed.len(), 17);
    let book = RuleBook::read(&shipped());
    let mut found = BTreeSet::new();
    let mut judged = 0;
    for kind in ["Parameters", "Group"] {
        for (path, payload) in files(&folder, kind) {
            let Some(entry) = entry(&payload) else {
                continue;
            };
            judged += 1;
            let judgement = judge(&book, &payload, &as_of_no_day(entry));
            assert!(judgement.not_evaluated.is_empty(), "{path}");
            for told in judgement.breaks {
                assert_eq!(told.finding.rule, "payload/reference-elsewhere", "{path}");
                let place = listed_place(&payload, &told.finding.pointer);
                found.insert((path.clone(), place));
            }
        }
    }
    assert_eq!(found, listed);
    assert!(judged > 20, "{judged}");
}

#[test]
fn twenty_four_of_the_published_claims_carry_amounts_and_thirteen_do_not() {
    let Some(folder) = examples() else { return };
    let book = RuleBook::read(&shipped());
    let claims = files(&folder, "ExplanationOfBenefit");
    let carrying = claims.iter().filter(|(path, payload)| {
        let judgement = judge(&book, payload, &as_of_no_day("eob-nonfinancial@1.0.0"));
        assert!(judgement.not_evaluated.is_empty(), "{path}");
        let rules: BTreeSet<&str> = judgement
            .breaks
            .iter()
            .map(|found| found.finding.rule.as_str())
            .collect();
        assert!(rules.iter().all(|rule| *rule == "payload/amount-carried"));
        !rules.is_empty()
    });
    let carrying = carrying.count();
    assert_eq!((carrying, claims.len() - carrying), (24, 13));
}

#[test]
fn row_s0_44_published_requests_without_a_number_are_refused() {
    let Some(folder) = examples() else { return };
    let mut seen = 0;
    for (path, payload) in files(&folder, "Parameters") {
        let is_old = ["hrex-1.0.0__", "inferno-"]
            .iter()
            .any(|source| path.contains(source));
        if !is_old || !parts(&payload).contains("CoverageToMatch") {
            continue;
        }
        let flags = [
            "--as",
            "hrex-member-match-request@2.0.1",
            "--as-of",
            "2024-01-01",
        ];
        let (exit, result) = validated(&payload, &flags);
        assert_eq!(exit, 1, "{path}");
        let told = &result["payloads"][0];
        assert_eq!(told["answer"]["status"], 422, "{path}");
        let problems = told["problems"].as_array().unwrap();
        assert!(
            problems.iter().any(|p| p["code"] == "missing-identifier"),
            "{path}: {problems:#?}"
        );
        seen += 1;
    }
    assert_eq!(seen, 3);
}

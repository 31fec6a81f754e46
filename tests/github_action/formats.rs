//! One judgement in every format: the same ids, counted alike, in files that their published schemas accept.

use super::support::{AS_OF, Repository};
use super::{committed, flooded};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// How often each rule is named, waived or not.
type Counts = BTreeMap<(String, bool), usize>;

fn given(repository: &Repository) -> BTreeMap<&'static str, String> {
    let formats = [
        "text", "json", "markdown", "html", "sarif", "junit", "github",
    ];
    let mut command = repository.command(&["check", "--base", "HEAD~1", "--as-of", AS_OF]);
    // What is left out is told by findings of the gate, which are as good as any here, and quicker.
    command.args(["--only", "catalogue,compat,lifecycle"]);
    command.args(["--stage", "pull-request", "-v", "--max-findings", "100000"]);
    let file = |format: &str| repository.beside(&format!("report.{format}"));
    for format in formats {
        command.arg(format!("--format={format}={}", file(format).display()));
    }
    command.output().unwrap();
    let read = |format| (format, std::fs::read_to_string(file(format)).unwrap());
    formats.into_iter().map(read).collect()
}

/// What a replay of the payloads on record says of a change that newly rejects some.
fn replayed(repository: &Repository) -> BTreeMap<&'static str, String> {
    let said = |format| {
        let output = repository.run(&["replay", "--base", "HEAD~1", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("replay/newly-rejected"), "{text}");
        (format, text)
    };
    ["sarif", "junit"].into_iter().map(said).collect()
}

/// Counts what `pattern` finds: the rule, and before it the word of a waiver where there is one.
fn matched(pattern: &str, text: &str) -> Counts {
    let mut counts = Counts::new();
    for found in Regex::new(pattern).unwrap().captures_iter(text) {
        let rule = found["rule"].to_owned();
        *counts
            .entry((rule, found.name("waived").is_some()))
            .or_default() += 1;
    }
    counts
}

fn json_counts(text: &str) -> Counts {
    let report: Value = serde_json::from_str(text).unwrap();
    let mut counts = Counts::new();
    for finding in report["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap().to_owned();
        *counts
            .entry((rule, finding["waived"].is_object()))
            .or_default() += 1;
    }
    counts
}

fn sarif_counts(text: &str) -> Counts {
    let file: Value = serde_json::from_str(text).unwrap();
    let mut counts = Counts::new();
    for result in file["runs"][0]["results"].as_array().unwrap() {
        let rule = result["ruleId"].as_str().unwrap().to_owned();
        let waived = result["suppressions"].is_array();
        *counts.entry((rule, waived)).or_default() += 1;
    }
    counts
}

/// Annotations, and what the last line of a level says of the others.
fn github_counts(text: &str) -> Counts {
    let mut counts = Counts::new();
    let more = Regex::new(r"(\d+) ([a-z-]+/[a-z-]+)").unwrap();
    for line in text.lines() {
        let (properties, message) = line.trim_start_matches("::").split_once("::").unwrap();
        let title = properties.split("title=").nth(1).unwrap();
        if title.contains('/') {
            let waived = message.contains("%0Awaived by ");
            *counts.entry((title.to_owned(), waived)).or_default() += 1;
        } else if let Some((_, rest)) = message.split_once(", see the summary: ") {
            for found in more.captures_iter(rest) {
                *counts.entry((found[2].to_owned(), false)).or_default() +=
                    found[1].parse::<usize>().unwrap();
            }
        }
    }
    counts
}

/// What a page tells in full, as rows under a caption, and as remarks; a waiver is a row of its own there.
fn html_counts(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let full = Regex::new(r"<dt>rule</dt><dd><code>([a-z-]+/[a-z-]+)</code> \(").unwrap();
    for found in full.captures_iter(text) {
        *counts.entry(found[1].to_owned()).or_default() += 1;
    }
    let more = Regex::new(r"(\d+) (?:more )?of <code>([a-z-]+)/<wbr>([a-z-]+)</code>").unwrap();
    for found in more.captures_iter(text) {
        let rule = format!("{}/{}", &found[2], &found[3]);
        *counts.entry(rule).or_default() += found[1].parse::<usize>().unwrap();
    }
    counts
}

/// The same, whether a waiver covers it or not.
fn merged(counts: &Counts) -> BTreeMap<String, usize> {
    let mut merged = BTreeMap::new();
    for ((rule, _), count) in counts {
        *merged.entry(rule.clone()).or_default() += count;
    }
    merged
}

#[test]
fn every_format_has_the_same_ids_as_often() {
    for repository in [
        flooded(),
        committed("waiver-ends-today"),
        committed("schema-unparsable"),
    ] {
        let given = given(&repository);
        let wanted = json_counts(&given["json"]);
        assert!(!wanted.is_empty());
        let waived = r"(?m)^(?<waived>waived )?[a-z]+\[(?<rule>[a-z-]+/[a-z-]+)\]";
        assert_eq!(matched(waived, &given["text"]), wanted, "text");
        let heading = r"(?m)^### (?<waived>waived )?[a-z]+ `(?<rule>[a-z-]+/[a-z-]+)`$";
        assert_eq!(matched(heading, &given["markdown"]), wanted, "markdown");
        let case =
            r#"<testcase classname="(?<rule>[a-z-]+/[a-z-]+)" [^\n]*\n *(?<waived><skipped)?"#;
        assert_eq!(matched(case, &given["junit"]), wanted, "junit");
        assert_eq!(html_counts(&given["html"]), merged(&wanted), "html");
        assert_eq!(sarif_counts(&given["sarif"]), wanted, "sarif");
        assert_eq!(github_counts(&given["github"]), wanted, "github");
    }
}

/// Where `cargo xtask test` has put what others publish; none where it could not be had.
fn published(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MATCHMARK_PUBLISHED").map(PathBuf::from);
    let path = folder
        .map(|folder| folder.join(file))
        .filter(|path| path.exists());
    if path.is_none() {
        println!(
            "NOT RUN: {file} is fetched by `cargo xtask test`, which says where it is in MATCHMARK_PUBLISHED"
        );
    }
    path
}

/// The published schema has one pattern that is no regular expression, of a property that we do not write.
fn without_slip(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let slip = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
            map.retain(|key, value| key != "pattern" || value != slip);
            map.values_mut().for_each(without_slip);
        }
        Value::Array(list) => list.iter_mut().for_each(without_slip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_files_for_other_tools_meet_their_published_schemas() {
    let reports = [
        "required-field-added",
        "schema-unparsable",
        "declared-producer",
    ];
    let mut given: Vec<_> = reports.iter().map(|name| given(&committed(name))).collect();
    given.push(replayed(&committed("required-field-added")));
    if let Some(path) = published("sarif-2.1.0.json") {
        let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        without_slip(&mut schema);
        let validator = jsonschema::validator_for(&schema).unwrap();
        for given in &given {
            let file: Value = serde_json::from_str(&given["sarif"]).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&file)
                .map(|e| e.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
    }
    if let Some(path) = published("junit-10.xsd") {
        let folder = tempfile::tempdir().unwrap();
        let validate = |text: &str| {
            let file = folder.path().join("report.xml");
            std::fs::write(&file, text).unwrap();
            let script =
                "import sys, xmlschema; xmlschema.XMLSchema(sys.argv[1]).validate(sys.argv[2])";
            let mut command = Command::new("python3");
            command.args(["-c", script]).arg(&path).arg(file);
            command.env("PYTHONPATH", path.parent().unwrap().join("python"));
            command.output().unwrap()
        };
        for given in &given {
            let output = validate(&given["junit"]);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert!(
            !validate("<testsuites><testcase/></testsuites>")
                .status
                .success()
        );
    }
}

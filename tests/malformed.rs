//! Payloads that nobody can read, or that are not what they seem: each is told with its place, and nothing falls over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "malformed/damage.rs"]
mod damage;
#[path = "support/gate.rs"]
mod support;

use damage::Dice;
use matchmark::catalogue::Catalogue;
use matchmark::replay::Schemas;
use serde_json::Value;
use support::{Repository, matchmark, root};
use wire::json::{Document, Limits};

/// Damaged payloads of one run.
const CASES: usize = 6_000;

const ENTRY: &str = "hrex-coverage@2.0.1";
const SOUND: &str = "schemas/hrex-coverage/2.0.1/accepted/member-number-and-plan.json";

fn sound() -> String {
    let text = std::fs::read_to_string(root().join(SOUND)).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    value.to_string()
}

/// What is wrong, how the payload then reads, and by which finding at which line it is told.
fn flaws() -> Vec<(&'static str, String, &'static str, u64)> {
    let sound = sound();
    let pretty = std::fs::read_to_string(root().join(SOUND)).unwrap();
    let cut: String = pretty.lines().take(6).collect::<Vec<_>>().join("\n");
    let twice = sound.replacen('{', "{\n\"status\": \"active\",", 1);
    let escaped = sound.replacen('{', "{\n\"st\\u0061tus\": \"active\",", 1);
    vec![
        ("cut off", cut, "payload/not-json", 6),
        (
            "a comma too many",
            pretty.replacen(",\n", ",,\n", 1),
            "payload/not-json",
            2,
        ),
        (
            "two documents",
            format!("{sound}\n{sound}"),
            "payload/not-json",
            2,
        ),
        ("a name twice", twice, "payload/duplicate-key", 2),
        (
            "a name twice, once escaped",
            escaped,
            "payload/duplicate-key",
            2,
        ),
        (
            "too deep",
            format!("{}{}", "[".repeat(300), "]".repeat(300)),
            "payload/too-deep",
            1,
        ),
        ("no bytes", String::new(), "payload/not-json", 1),
    ]
}

/// What `validate` says of a file with this text.
fn validated(name: &str, text: &[u8]) -> (Value, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    let path = folder.path().join(name);
    let mut command = matchmark(&["validate", "--as", ENTRY, "--format", "json"]);
    let output = command.arg("-C").arg(root()).arg(path).output().unwrap();
    let said = serde_json::from_slice(&output.stdout);
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    (
        said.unwrap_or_else(|_| panic!("{shown}")),
        output.status.code(),
    )
}

#[test]
fn row_s0_47_a_malformed_payload_is_told_with_its_place() {
    for (name, text, rule, line) in flaws() {
        let (said, code) = validated("payload.json", text.as_bytes());
        assert_eq!(code, Some(1), "{name}: {said:#}");
        let payload = &said["payloads"][0];
        let problem = &payload["problems"][0];
        assert_eq!(
            (&problem["rule"], &problem["line"]),
            (&rule.into(), &line.into()),
            "{name}"
        );
        assert!(problem["column"].as_u64() >= Some(1), "{name}");
        assert_eq!(payload["answer"]["status"], 400, "{name}: {payload:#}");
    }
}

#[test]
fn row_s0_47_a_wrong_type_is_told_at_its_member() {
    for (member, other) in [
        ("status", "7"),
        ("payor", "{}"),
        ("period", "[]"),
        ("class", "\"x\""),
    ] {
        let mut value: Value = serde_json::from_str(&sound()).unwrap();
        value[member] = serde_json::from_str(other).unwrap();
        let (said, code) = validated("payload.json", value.to_string().as_bytes());
        assert_eq!(code, Some(1), "{member}");
        let problems = said["payloads"][0]["problems"].as_array().unwrap();
        let at = format!("/{member}");
        assert!(
            problems.iter().any(|p| p["pointer"] == at.as_str()),
            "{member}: {problems:#?}"
        );
        assert_eq!(said["payloads"][0]["answer"]["status"], 422, "{member}");
    }
}

#[test]
fn row_s0_47_a_day_of_lines_that_breaks_off_loses_only_its_broken_lines() {
    let sound = sound();
    let half: String = sound.chars().take(sound.chars().count() / 2).collect();
    let twice = sound.replacen('{', "{\"status\":\"active\",", 1);
    let day = format!("{sound}\n{twice}\n{sound}\n{half}");
    let (said, code) = validated("day.ndjson", day.as_bytes());
    assert_eq!(
        (code, &said["valid"], &said["invalid"]),
        (Some(1), &2.into(), &2.into())
    );
    let payloads = said["payloads"].as_array().unwrap().iter();
    let broken: Vec<(&Value, &Value)> = payloads
        .filter_map(|payload| payload["problems"].get(0))
        .map(|problem| (&problem["rule"], &problem["line"]))
        .collect();
    let expected: [(Value, Value); 2] = [
        ("payload/duplicate-key".into(), 2.into()),
        ("payload/not-json".into(), 4.into()),
    ];
    assert_eq!(
        broken,
        expected.iter().map(|(r, l)| (r, l)).collect::<Vec<_>>()
    );
}

/// The texts of all accepted examples with the version that accepts them.
fn examples(catalogue: &Catalogue) -> Vec<(&matchmark::model::VersionId, String)> {
    let accepted = catalogue.versions().flat_map(|version| {
        let text = |e: &matchmark::catalogue::Example| e.document.value().to_string();
        version.accepted.iter().map(move |e| (&version.id, text(e)))
    });
    accepted.collect()
}

#[test]
fn row_s0_47_no_damage_brings_the_judge_down() {
    let catalogue = matchmark::load::folder(root(), None).unwrap().0.catalogue;
    let (schemas, examples) = (Schemas::of(&catalogue), examples(&catalogue));
    let mut dice = Dice::new(47);
    let (mut unreadable, mut refused, mut accepted) = (0, 0, 0);
    for _ in 0..CASES {
        let (id, text) = &examples[dice.roll(examples.len())];
        let bytes = damage::damaged(text, &mut dice);
        let document = match Document::parse(&bytes, &Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                assert!(fault.position.line >= 1 && fault.position.column >= 1);
                unreadable += 1;
                continue;
            }
        };
        let schema = schemas.get(id).unwrap();
        let is_accepted = schema.accepts(document.value());
        assert_eq!(schema.problems(&document).is_empty(), is_accepted, "{id}");
        accepted += usize::from(is_accepted);
        refused += usize::from(!is_accepted);
    }
    println!(
        "{CASES} damaged payloads: {unreadable} unreadable, {refused} refused, {accepted} whole"
    );
    assert!(
        unreadable > CASES / 4 && refused > CASES / 10,
        "{unreadable} {refused}"
    );
}

#[test]
fn row_s0_47_a_judged_payload_leaves_nothing_behind() {
    let repository = Repository::bare();
    let files = |repository: &Repository| {
        let mut all: Vec<String> = walk(&repository.path());
        all.sort();
        all
    };
    let before = files(&repository);
    let cut = repository.beside("cut.json");
    std::fs::write(&cut, "{\"resourceType\": \"Cover").unwrap();
    let output = repository.run(&["validate", cut.to_str().unwrap(), "--as", ENTRY]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(files(&repository), before);
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        }
        found.push(path.display().to_string());
    }
    found
}

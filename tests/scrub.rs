//! `matchmark scrub` over everything that is shipped: judged as before, nobody in it, and the gate sees nobody either.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "scrub/input.rs"]
mod input;
#[path = "support/promised.rs"]
mod promised;

use flate2::Compression;
use flate2::write::GzEncoder;
use matchmark::catalogue::Workspace;
use matchmark::scrub::Scanner;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use wire::json::{Document, Limits};
use wire::payload::Schema;

/// Entries whose payloads are documents of operators and of this product, about no member: their patterns ask for paths,
/// numbers of files, times of day and dates of headers, which pseudonyms are not.
const NOT_OF_MEMBERS: &[&str] = &[
    "alert-rule",
    "async-status-headers",
    "sla-document",
    "waiver-record",
];

/// Payloads that are judged in another way, each for its reason.
const OTHERWISE: &[(&str, &str)] = &[(
    "schemas/match-decision/1.0.0/rejected/score-over-certain.json",
    "of a number its first digit stays, so that one just over a bound falls on it",
)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One payload, and the version that judges it.
struct Line {
    id: String,
    path: String,
    value: Value,
}

/// Every example of the catalogue and every recorded envelope.
fn shipped(workspace: &Workspace) -> Vec<Line> {
    let mut lines = Vec::new();
    for version in workspace.catalogue.versions() {
        for example in version.accepted.iter().chain(&version.rejected) {
            lines.push(Line {
                id: version.id.to_string(),
                path: example.path.clone(),
                value: example.document.value().clone(),
            });
        }
    }
    for history in &workspace.histories {
        for (number, bytes) in history.lines() {
            let value: Value = serde_json::from_slice(bytes).unwrap();
            let word = |key: &str| value[key].as_str().unwrap().to_owned();
            lines.push(Line {
                id: format!("{}@{}", word("schema"), word("version")),
                path: format!("{}:{number}", history.source.path),
                value,
            });
        }
    }
    assert!(lines.len() > 1_000, "{}", lines.len());
    lines
}

fn workspace() -> Workspace {
    matchmark::load::folder(root(), None).unwrap().0
}

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::write(bench.at("key"), "scrub-key-of-a-test-only-0123456789").unwrap();
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(["scrub", "-C", root().to_str().unwrap()])
            .args(arguments)
            .env_clear()
            .output()
            .unwrap()
    }

    /// `text` as it comes out under `key`, and what was said of it.
    fn scrubbed(&self, text: &str, more: &[&str]) -> (String, String, Option<i32>) {
        let file = self.at("in.ndjson");
        fs::write(&file, text).unwrap();
        let key = self.at("key");
        let fixed = [
            file.to_str().unwrap(),
            "--key-file",
            key.to_str().unwrap(),
            "--no-progress",
        ];
        let output = self.run(&[&fixed, more].concat());
        let word = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code();
        (word(output.stdout), word(output.stderr), code)
    }

    fn values(&self, lines: &[Value]) -> Vec<Value> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let (out, said, code) = self.scrubbed(&text, &[]);
        assert_eq!(code, Some(0), "{said}");
        let values: Vec<Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(values.len(), lines.len());
        values
    }
}

/// Rules and places of what is wrong with `value`.
fn findings(schema: &Schema, value: &Value) -> BTreeSet<(String, String)> {
    let payload = value.get("correlation_id").and(value.get("payload"));
    let text = payload.unwrap_or(value).to_string();
    let document = Document::parse(text.as_bytes(), &Limits::PAYLOAD).unwrap();
    let problems = schema.problems(&document).into_iter();
    problems
        .map(|problem| (problem.id.to_owned(), problem.pointer))
        .collect()
}

#[test]
fn what_is_scrubbed_is_judged_as_before_and_tells_nobody() {
    let workspace = workspace();
    let lines = shipped(&workspace);
    let before: Vec<Value> = lines.iter().map(|line| line.value.clone()).collect();
    let after = Bench::new().values(&before);
    let mut schemas = BTreeMap::new();
    let scanner = Scanner::new(&workspace.config.privacy);
    let (mut wrong, mut excused) = (Vec::new(), BTreeSet::new());
    for (line, after) in lines.iter().zip(&after) {
        let schema = schemas.entry(line.id.clone()).or_insert_with(|| {
            let bundle = workspace
                .catalogue
                .bundle(&line.id.parse().unwrap())
                .unwrap();
            Schema::compile(&bundle.value).unwrap()
        });
        let (before, now) = (findings(schema, &line.value), findings(schema, after));
        let entry = line.id.split('@').next().unwrap();
        let is_otherwise = OTHERWISE.iter().any(|(path, _)| *path == line.path);
        assert!(
            !is_otherwise || before != now,
            "{} is no exception",
            line.path
        );
        if before != now && NOT_OF_MEMBERS.contains(&entry) {
            excused.insert(entry.to_owned());
        } else if before != now && !is_otherwise {
            let lost: Vec<_> = before.symmetric_difference(&now).collect();
            wrong.push(format!("{}: {lost:?}", line.path));
        }
        for told in scanner.suspicions(after) {
            wrong.push(format!("{}: {} at {}", line.path, told.kind, told.pointer));
        }
    }
    assert_eq!(wrong.join("\n"), "");
    let listed: BTreeSet<String> = NOT_OF_MEMBERS.iter().map(ToString::to_string).collect();
    assert_eq!(excused, listed, "every exception is needed");
}

/// Puts a word that is nowhere else in place of every string below, but where words of schemas and envelopes stand.
fn plant(key: &str, value: &mut Value, words: &BTreeSet<String>, planted: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if !words.contains(text) {
                let canary = format!("Canary{}q", planted.len());
                // In every form that a text may have.
                *text = match planted.len() % 6 {
                    _ if key == "url" || key == "system" => {
                        format!("https://{canary}.invalid/{canary}")
                    }
                    0 => canary.clone(),
                    1 => format!("{canary} and more of {canary}"),
                    2 => format!("Patient/{canary}"),
                    3 => format!("urn:{canary}"),
                    4 => format!("#{canary}"),
                    _ => format!("{text}{canary}"),
                };
                planted.push(canary);
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| plant(key, item, words, planted)),
        Value::Object(members) => {
            // A code stays beside a system that schemas name.
            let system = members.get("system").and_then(Value::as_str);
            let is_coded = system.is_some_and(|system| words.contains(system));
            for (key, member) in members {
                if !(is_coded && key == "code") {
                    plant(key, member, words, planted);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What schemas list, and the words of an envelope.
fn words(workspace: &Workspace) -> BTreeSet<String> {
    fn listed(value: &Value, words: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let found = match (key.as_str(), member) {
                        ("const", word) => vec![word.clone()],
                        ("enum", Value::Array(found)) => found.clone(),
                        _ => Vec::new(),
                    };
                    words.extend(found.iter().filter_map(Value::as_str).map(str::to_owned));
                    listed(member, words);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| listed(item, words)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut words = BTreeSet::new();
    for version in workspace.catalogue.versions() {
        listed(version.schema.value(), &mut words);
    }
    words
}

#[test]
fn no_text_of_any_payload_comes_out() {
    let workspace = workspace();
    let words = words(&workspace);
    let mut planted = Vec::new();
    let mut text = String::new();
    for mut line in shipped(&workspace) {
        let is_envelope = line.value.get("correlation_id").is_some();
        match line.value.get_mut("payload").filter(|_| is_envelope) {
            Some(payload) => plant("", payload, &words, &mut planted),
            None => plant("", &mut line.value, &words, &mut planted),
        }
        if is_envelope {
            for key in ["id", "correlation_id", "recorded_at"] {
                plant(key, &mut line.value[key], &words, &mut planted);
            }
        }
        text.push_str(&format!("{}\n", line.value));
    }
    assert!(planted.len() > 5_000, "{}", planted.len());
    let (out, said, code) = Bench::new().scrubbed(&text, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(text.contains("Canary") && !said.to_lowercase().contains("canary"));
    let out = out.to_lowercase();
    let seen: Vec<&str> = out.lines().filter(|line| line.contains("canary")).collect();
    let at = |line: &str| {
        let at = line.find("canary").unwrap();
        line.chars()
            .skip(at.saturating_sub(60))
            .take(90)
            .collect::<String>()
    };
    let told: BTreeSet<String> = seen.iter().map(|line| at(line)).collect();
    assert_eq!(told, BTreeSet::new());
}

#[test]
fn a_line_that_is_no_json_is_told_by_its_place_and_never_given_out() {
    let bench = Bench::new();
    let text = "{\"id\": \"a\"}\n{\"id\": CANARY\n{\"id\": \"b\"}\n";
    let (out, said, code) = bench.scrubbed(text, &[]);
    assert_eq!((code, out.lines().count()), (Some(1), 2), "{said}");
    assert!(said.contains("in.ndjson:2:8  payload/not-json"), "{said}");
    assert!(!said.contains("CANARY") && !out.contains("CANARY"));
    let json = bench.at("done.json");
    let out = bench.at("out.ndjson");
    let format = format!("json={}", json.display());
    let (text, _, code) =
        bench.scrubbed(text, &["--out", out.to_str().unwrap(), "--format", &format]);
    assert_eq!(code, Some(1), "{text}");
    let done: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!((&done["lines"], &done["refused"]), (&2.into(), &1.into()));
    assert_eq!(promised::broken("scrub", &done), Vec::<String>::new());
    assert_eq!(fs::read_to_string(out).unwrap().lines().count(), 2);
}

#[test]
fn the_same_key_gives_the_same_bytes_in_the_same_order_by_any_number_of_threads() {
    let bench = Bench::new();
    let filler = "x".repeat(200);
    let text: String = (0..20_000)
        .map(|number| {
            format!(
                "{{\"sequence\":{},\"id\":\"n{number:05}\",\"note\":\"{filler}\"}}\n",
                number % 90
            )
        })
        .collect();
    let (one, _, code) = bench.scrubbed(&text, &["--jobs", "1"]);
    assert_eq!(code, Some(0));
    let (four, _, _) = bench.scrubbed(&text, &["--jobs", "4"]);
    assert!(one == four);
    for (number, line) in one.lines().enumerate() {
        let start = format!("{{\"sequence\":{},", number % 90);
        assert!(line.starts_with(&start), "{line}");
    }
    let ids: BTreeSet<&str> = one
        .lines()
        .filter_map(|line| line.split('"').nth(5))
        .collect();
    assert_eq!(ids.len(), 20_000);
    fs::write(bench.at("key"), "another-key-of-a-test-only-98765432").unwrap();
    let (other, _, _) = bench.scrubbed(&text, &["--jobs", "4"]);
    assert!(one != other);
}

#[test]
fn a_key_is_made_once_and_a_short_one_is_refused() {
    let bench = Bench::new();
    let (key, file) = (bench.at("new.key"), bench.at("in.ndjson"));
    fs::write(&file, "{\"id\": \"a\"}\n").unwrap();
    let (key, file) = (key.to_str().unwrap(), file.to_str().unwrap());
    let missing = bench.run(&[file, "--key-file", key]);
    assert_eq!(missing.status.code(), Some(2));
    let first = bench.run(&[file, "--key-file", key, "--new-key"]);
    assert_eq!(first.status.code(), Some(0));
    let made = fs::read(key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let second = bench.run(&[file, "--key-file", key, "--new-key"]);
    assert_eq!(
        (second.status.code(), fs::read(key).unwrap()),
        (Some(0), made)
    );
    assert_eq!(first.stdout, second.stdout);
    for out in [key, file] {
        let before = fs::read(out).unwrap();
        let clash = bench.run(&[file, "--key-file", key, "--out", out]);
        assert_eq!(clash.status.code(), Some(2));
        assert_eq!(fs::read(out).unwrap(), before);
    }
    fs::write(key, "s".repeat(31)).unwrap();
    let short = bench.run(&[file, "--key-file", key]);
    assert_eq!(short.status.code(), Some(2));
    let said = String::from_utf8(short.stderr).unwrap();
    assert!(said.contains("holds no key: 32 bytes"), "{said}");
    assert!(short.stdout.is_empty());
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_leaves_no_product() {
    let bench = Bench::new();
    let line = |number: u64| format!("{{\"id\":\"n{number:05}\",\"note\":{}}}\n", number * 7919);
    let text: String = (0..40_000).map(line).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let at = |name: &str| bench.at(name).to_str().unwrap().to_owned();
    let (key, cut, out) = (at("key"), at("cut.ndjson.gz"), at("out.ndjson"));
    fs::write(&cut, &packed[..packed.len() * 4 / 5]).unwrap();
    let given = bench.run(&[&cut, "--key-file", &key]);
    assert_eq!(given.status.code(), Some(2));
    let said = String::from_utf8(given.stderr).unwrap();
    assert!(!given.stdout.is_empty(), "{said}");
    assert!(said.contains("not whole"), "{said}");
    let output = bench.run(&[&cut, "--key-file", &key, "--out", &out]);
    assert_eq!(output.status.code(), Some(2));
    let entries = fs::read_dir(bench.0.path()).unwrap();
    let left: BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["cut.ndjson.gz", "key"].map(Into::into).into());
}

//! What authors of our files lean on: `schema`, `doctor`, `fmt`, and the schema that every file names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "support/boon.rs"]
mod boon;
#[path = "support/folder.rs"]
mod folder;

use folder::Folder;
use matchmark::format::{self, Draft, KINDS};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn shipped() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program in `root` with nothing of the caller's environment but where git is.
fn program(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
    command
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    command
}

fn run(root: &Path, arguments: &[&str]) -> Output {
    program(root, arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn git(root: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@payer-exchange.example",
        ])
        .args(arguments)
        .env("GIT_COMMITTER_DATE", "2026-11-20T12:00:00Z")
        .env("GIT_AUTHOR_DATE", "2026-11-20T12:00:00Z")
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
}

/// Every file of ours in the repository that has a format, with that format.
fn formatted() -> Vec<(PathBuf, &'static format::Kind)> {
    let folders = [
        "schemas",
        "contracts",
        "policies",
        "partners",
        "docs",
        "matchmark.toml",
    ];
    let files = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(shipped().join(folder)).sort_by_file_name());
    files
        .map(|item| item.unwrap().into_path())
        .filter_map(|path| {
            let relative = path.strip_prefix(shipped()).unwrap().to_owned();
            let kind = format::of_path(relative.to_str().unwrap())?;
            Some((relative, kind))
        })
        .collect()
}

#[test]
fn schema_prints_what_the_repository_publishes() {
    for kind in KINDS {
        for (words, draft) in [
            (vec!["schema", kind.name], Draft::Modern),
            (vec!["schema", kind.name, "--draft", "7"], Draft::Seven),
        ] {
            let published = shipped().join("docs/schemas").join(kind.file(draft));
            let output = run(shipped(), &words);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(stdout(&output), fs::read_to_string(published).unwrap());
        }
    }
    let published = fs::read_dir(shipped().join("docs/schemas")).unwrap();
    assert_eq!(published.count(), 2 * KINDS.len());
}

#[test]
fn schema_lists_its_formats_and_asks_back() {
    let listed = json(&run(shipped(), &["schema", "--list", "--format", "json"]));
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|format| format["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>()
    );

    let output = run(shipped(), &["schema", "waver"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did you mean `waiver`?"), "{said}");
    assert_eq!(run(shipped(), &["schema"]).status.code(), Some(2));
}

#[test]
fn every_shipped_file_names_its_schema_and_fits_it() {
    let files = formatted();
    assert!(files.len() > 70, "{}", files.len());
    for (path, kind) in files {
        let text = fs::read_to_string(shipped().join(&path)).unwrap();
        let shown = path.to_str().unwrap();
        let line = format::directive(shown, format::PUBLISHED).unwrap();
        assert!(
            text.starts_with(&line),
            "{shown} does not begin with {line}"
        );
        let named = line.trim_start_matches("#:schema ").trim();
        let named = shipped().join(path.parent().unwrap()).join(named);
        let schema: Value = serde_json::from_slice(&fs::read(named).unwrap()).unwrap();
        let value: Value = toml::from_str(&text).unwrap();
        assert_eq!(
            boon::accepts(&schema, "7", &value),
            Some(true),
            "{shown} against {}",
            kind.name
        );
    }
}

#[test]
fn a_slip_in_a_shipped_file_is_seen_by_an_editor() {
    for (path, kind) in formatted() {
        let text = fs::read_to_string(shipped().join(&path)).unwrap();
        let mut value: Value = toml::from_str(&text).unwrap();
        value["no-such-key"] = true.into();
        let schema = kind.schema(Draft::Seven);
        assert_eq!(
            boon::accepts(&schema, "7", &value),
            Some(false),
            "{}",
            path.display()
        );
    }
}

#[test]
fn init_writes_the_schemas_and_every_file_names_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init"]).status.code(), Some(0));
    let mut seen = 0;
    for item in walkdir::WalkDir::new(folder.path()) {
        let path = item.unwrap().into_path();
        let relative = path.strip_prefix(folder.path()).unwrap();
        let Some(kind) = format::of_path(relative.to_str().unwrap()) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        let named = first.strip_prefix("#:schema ").expect(first);
        let schema = fs::read(path.parent().unwrap().join(named)).unwrap();
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        assert_eq!(schema, kind.schema(Draft::Seven));
        let value: Value = toml::from_str(&text).unwrap();
        assert_eq!(boon::accepts(&schema, "7", &value), Some(true), "{path:?}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_shipped_files_have_their_layout() {
    let output = run(shipped(), &["fmt", "--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

/// A repository with a loose partner file, a draft and a released version in one line.
fn loose() -> Folder {
    let schema = folder::SCHEMA.replace('\n', "");
    let draft = schema.replace("1.0.0", "1.1.0");
    let digest = matchmark::model::digest(schema.as_bytes());
    let entry = format!(
        "{}digest = \"{digest}\"\n\n[[version]]\nversion   =   \"1.1.0\"\nstatus = \"draft\"\n",
        folder::ENTRY
    );
    Folder::empty()
        .with("schemas/a/entry.toml", entry)
        .with("schemas/a/1.0.0/schema.json", schema)
        .with("schemas/a/1.0.0/accepted/any.json", "{ }")
        .with("schemas/a/next/schema.json", draft)
        .with("partners/contoso.toml", "# why\nid=\"contoso\"")
}

#[test]
fn fmt_lists_first_and_lays_out_then_and_is_content_with_itself() {
    let folder = loose();
    let root = folder.path();
    let changing = [
        "partners/contoso.toml",
        "schemas/a/entry.toml",
        "schemas/a/next/schema.json",
    ];
    let before = changing.map(|path| fs::read(root.join(path)).unwrap());

    let output = run(root, &["fmt", "--check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let listed = json(&output);
    assert_eq!(listed["verdict"], "no-go");
    let would: Vec<&str> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["state"] == "would-change")
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(would, changing);
    assert_eq!(
        changing.map(|path| fs::read(root.join(path)).unwrap()),
        before
    );

    assert_eq!(run(root, &["fmt"]).status.code(), Some(0));
    let partner = fs::read_to_string(root.join("partners/contoso.toml")).unwrap();
    assert_eq!(partner, "# why\nid = \"contoso\"\n");
    let output = run(root, &["fmt", "--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn fmt_never_touches_what_somebody_holds_the_digest_of() {
    let folder = loose();
    let partner = fs::read(folder.path().join("partners/contoso.toml")).unwrap();
    let approval = format!(
        "subject = \"partner:contoso\"\ndigest = \"{}\"\nrole = \"platform\"\napprover = \"board-platform\"\ndecision = \"approve\"\ndate = \"2026-11-19\"\n",
        matchmark::model::digest(&partner)
    );
    let folder = folder.with("policies/approvals/partner-contoso/platform.toml", approval);
    let root = folder.path();
    let sealed = [
        "schemas/a/1.0.0/schema.json",
        "schemas/a/1.0.0/accepted/any.json",
        "partners/contoso.toml",
    ];
    let before = sealed.map(|path| fs::read(root.join(path)).unwrap());
    for arguments in [&["fmt"][..], &[&["fmt"][..], &sealed].concat()] {
        let output = run(root, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert_eq!(
            sealed.map(|path| fs::read(root.join(path)).unwrap()),
            before
        );
    }
    let output = stdout(&run(root, &["fmt", "schemas/a/1.0.0/schema.json"]));
    assert!(
        output.contains("left alone") && output.contains("is released"),
        "{output}"
    );
}

#[test]
fn fmt_tells_a_broken_file_by_its_place_and_lays_out_the_others() {
    let folder = loose().with("policies/board.toml", "[[team]]\nid = \n");
    let folder = folder.with("schemas/a/next/schema.json", "{\n  \"a\": \n}");
    let output = run(folder.path(), &["fmt"]);
    assert_eq!(output.status.code(), Some(2));
    let said = stdout(&output);
    for words in ["policies/board.toml  2:", "schemas/a/next/schema.json  3:1"] {
        assert!(said.contains(words), "{said}");
    }
    let partner = fs::read_to_string(folder.path().join("partners/contoso.toml")).unwrap();
    assert_eq!(partner, "# why\nid = \"contoso\"\n");
    let missing = run(folder.path(), &["fmt", "no/such.toml"]);
    assert_eq!(missing.status.code(), Some(2));
}

/// The health of one topic.
fn health<'c>(checkup: &'c Value, topic: &str) -> &'c str {
    let symptoms = checkup["symptoms"].as_array().unwrap();
    let symptom = symptoms.iter().find(|one| one["topic"] == topic);
    let symptom = symptom.unwrap_or_else(|| panic!("{topic} in {checkup:#}"));
    assert_eq!(symptom["remedy"].is_string(), symptom["health"] != "ok");
    symptom["health"].as_str().unwrap()
}

fn examine(command: &mut Command) -> (Option<i32>, Value) {
    let output = command.env("MATCHMARK_FORMAT", "json").output().unwrap();
    (output.status.code(), json(&output))
}

fn committed() -> Folder {
    let folder = Folder::sound();
    git(folder.path(), &["init", "--quiet", "-b", "main"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "first"]);
    folder
}

#[test]
fn doctor_is_content_with_a_repository_that_works() {
    let folder = committed();
    let (code, checkup) = examine(&mut program(
        folder.path(),
        &["doctor", "--as-of", "2026-11-21"],
    ));
    assert_eq!(code, Some(0), "{checkup:#}");
    for topic in [
        "git",
        "history",
        "base",
        "clock",
        "repository",
        ".matchmark",
        "loopback",
    ] {
        assert_eq!(health(&checkup, topic), "ok");
    }
    // It has no contract yet, and no shell is named.
    assert_eq!(health(&checkup, "contents"), "warn");
    assert_eq!(health(&checkup, "shell"), "warn");
    assert!(checkup.get("settings").is_none());
}

#[test]
fn doctor_names_each_thing_that_does_not_work() {
    let folder = committed();
    let at = "2026-11-21";
    let mut late = program(folder.path(), &["doctor", "--as-of", "2026-11-19"]);
    let mut lost = program(
        folder.path(),
        &["doctor", "--as-of", at, "--", "--base", "no-such-branch"],
    );
    let mut gitless = program(folder.path(), &["doctor", "--as-of", at]);
    gitless.env("PATH", folder.path());
    for (command, topic) in [
        (&mut late, "clock"),
        (&mut lost, "base"),
        (&mut gitless, "git"),
    ] {
        let (code, checkup) = examine(command);
        assert_eq!(code, Some(1), "{topic}");
        assert_eq!(health(&checkup, topic), "fail");
    }
    let folder = folder.with("partners/contoso.toml", "id = ");
    let (code, checkup) = examine(&mut program(folder.path(), &["doctor", "--as-of", at]));
    assert_eq!((code, health(&checkup, "repository")), (Some(1), "fail"));

    let empty = tempfile::tempdir().unwrap();
    let (code, checkup) = examine(&mut program(empty.path(), &["doctor", "--as-of", at]));
    assert_eq!((code, health(&checkup, "repository")), (Some(1), "fail"));
    assert_eq!(health(&checkup, "history"), "warn");
}

#[test]
fn doctor_tells_every_value_and_who_decided_it() {
    let folder = committed();
    let other = "edition = 1\n[gate]\nbase = \"trunk\"\n";
    let folder = folder
        .with("matchmark.toml", other)
        .with("other.toml", "edition = 1\n");
    let ask = |arguments: &[&str], variables: &[(&str, &str)]| {
        let first = ["doctor", "--format", "json", "--as-of", "2026-11-21"];
        let mut command = program(folder.path(), &[&first[..], arguments].concat());
        command.envs(variables.iter().copied());
        json(&command.output().unwrap())
    };
    let origin = |checkup: &Value, name: &str| {
        let settings = checkup["settings"].as_array().unwrap();
        let setting = settings.iter().find(|one| one["name"] == name);
        let setting = setting.unwrap_or_else(|| panic!("{name} in {checkup:#}"));
        [&setting["origin"], &setting["by"], &setting["value"]]
            .map(|value| value.as_str().unwrap().to_owned())
    };
    let plain = ask(&["--config"], &[]);
    assert_eq!(
        origin(&plain, "gate.base"),
        ["file", "./matchmark.toml", "\"trunk\""]
    );
    assert_eq!(
        origin(&plain, "gate.against"),
        ["default", "matchmark", "\"served\""]
    );
    assert_eq!(origin(&plain, "--stage"), ["default", "matchmark", "local"]);

    let told = ask(
        &["--config"],
        &[("MATCHMARK_STAGE", "staging"), ("MATCHMARK_BASE", "HEAD")],
    );
    assert_eq!(
        origin(&told, "--stage"),
        ["environment", "MATCHMARK_STAGE", "staging"]
    );
    assert_eq!(
        origin(&told, "--base"),
        ["environment", "MATCHMARK_BASE", "HEAD"]
    );
    let ci = ask(&["--config"], &[("CI", "1")]);
    assert_eq!(
        origin(&ci, "--stage"),
        ["environment", "CI", "pull-request"]
    );
    // A flag outranks the environment.
    let flagged = ask(
        &[
            "--config",
            "--config-file",
            "other.toml",
            "--",
            "--stage",
            "local",
        ],
        &[("MATCHMARK_STAGE", "staging")],
    );
    assert_eq!(origin(&flagged, "--stage"), ["flag", "--stage", "local"]);
    assert_eq!(origin(&flagged, "gate.base")[0], "default");
    assert_eq!(origin(&flagged, "--config")[..2], ["flag", "--config-file"]);
    assert_eq!(origin(&flagged, "edition")[1], "other.toml");
}

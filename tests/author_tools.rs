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
#[path = "author_tools/doctor.rs"]
mod doctor;
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

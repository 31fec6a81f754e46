//! Reading a workspace: what is wrong is found at its place, and the rest is read all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;
use matchmark::catalogue::Workspace;
use matchmark::load;
use matchmark::model::{Finding, Severity, rule};
use std::path::Path;
use std::process::Command;

const EXAMPLE: &str = "schemas/a/1.0.0/accepted/x.json";

fn workspace(extra: &[(&str, &[u8])]) -> Folder {
    extra.iter().fold(Folder::sound(), |folder, (path, bytes)| {
        folder.with(path, bytes)
    })
}

fn read(extra: &[(&str, &[u8])]) -> (Workspace, Vec<Finding>) {
    workspace(extra).read()
}

#[test]
fn a_sound_workspace_gives_no_finding() {
    let (workspace, findings) = read(&[]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(workspace.catalogue.versions().count(), 1);
    assert_eq!(workspace.inputs.len(), 3);
}

#[test]
fn every_unreadable_file_is_found_at_its_place_and_the_rest_is_read() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let cases: [(&str, &[u8], &str, &str); 10] = [
        (
            EXAMPLE,
            b"{\"a\": 1,\n",
            "catalogue/example-unreadable",
            "2:1",
        ),
        (
            EXAMPLE,
            b"{\"a\":1,\n \"a\":2}",
            "catalogue/example-unreadable",
            "2:2",
        ),
        (
            EXAMPLE,
            b"{\"a\": \"\xff\"}",
            "catalogue/example-unreadable",
            "1:8",
        ),
        (
            EXAMPLE,
            deep.as_bytes(),
            "catalogue/example-unreadable",
            "1:129",
        ),
        (
            "schemas/b/1.0.0/schema.json",
            b"{}",
            "catalogue/entry-unreadable",
            "1:1",
        ),
        (
            "schemas/b/entry.toml",
            b"id = \"b\"\nownr = \"x\"\n",
            "catalogue/entry-unreadable",
            "2:1",
        ),
        (
            "partners/p.toml",
            b"id = 7\n",
            "catalogue/partner-unreadable",
            "1:6",
        ),
        (
            "policies/waivers/WV-1.toml",
            b"id = \"WV-1\"\nexpires = yes\n",
            "lifecycle/waiver-unreadable",
            "2:11",
        ),
        (
            "policies/board.toml",
            b"\xff",
            "catalogue/board-unreadable",
            "1:1",
        ),
        (
            "schemas/a/1.0.0/acepted/x.json",
            b"{}",
            "catalogue/file-unexpected",
            "1:1",
        ),
    ];
    for (path, bytes, id, place) in cases {
        let (workspace, findings) = read(&[(path, bytes)]);
        let found = findings
            .iter()
            .find(|finding| finding.rule == id)
            .unwrap_or_else(|| panic!("{path}: {id} not among {findings:?}"));
        let at = format!("{}:{}", found.place.line, found.place.column);
        assert_eq!(at, place, "{path} {id}");
        assert!(rule(id).is_some(), "{id} stands in no table");
        assert!(workspace.catalogue.entry("a").is_some(), "{path}");
    }
}

#[test]
fn an_unknown_key_of_the_configuration_is_a_fault() {
    let (_, findings) = read(&[("matchmark.toml", b"edition = 1\n[gate]\nbas = \"main\"\n")]);
    let found = &findings[0];
    assert_eq!(found.place.to_string(), "matchmark.toml:3:1");
    assert_eq!(rule(&found.rule).unwrap().severity, Severity::Fault);
}

#[test]
fn a_line_of_fifty_megabytes_is_read_or_refused_but_never_fatal() {
    let mut line = br#"{"id":""#.to_vec();
    line.resize(50 << 20, b'x');
    let (workspace, findings) = read(&[
        ("payloads/p/2026-08.ndjson", line.as_slice()),
        ("partners/big.toml", line.as_slice()),
    ]);
    assert_eq!(workspace.histories.len(), 1);
    assert!(findings.iter().any(|found| {
        found.rule == "catalogue/file-unreadable" && found.place.file == "partners/big.toml"
    }));
}

#[test]
fn a_folder_without_anything_of_ours_is_an_error() {
    let empty = Folder::empty();
    std::fs::remove_file(empty.path().join("matchmark.toml")).unwrap();
    let error = load::folder(empty.path(), None).unwrap_err();
    assert!(error.to_string().contains("matchmark init"), "{error}");
}

fn git(root: &Path, args: &[&str]) {
    let done = Command::new("git")
        .current_dir(root)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(args)
        .output()
        .unwrap();
    assert!(done.status.success(), "git {args:?}");
}

#[test]
fn a_revision_reads_the_same_as_the_folder_that_was_committed() {
    let folder = workspace(&[("payloads/p/2026-08.ndjson", b"{}\n\n{}")]);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "base"]);
    let folder = folder.with("schemas/a/1.0.0/schema.json", "true");
    let base = load::base(folder.path(), None, "origin/main").unwrap();
    let load::Base::Commit(commit) = base else {
        panic!("no base");
    };
    let (old, findings) = load::revision(folder.path(), &commit).unwrap();
    let (new, _) = load::folder(folder.path(), None).unwrap();
    assert!(findings.is_empty());
    let names = |workspace: &Workspace| workspace.inputs.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&old), names(&new));
    let schema = "schemas/a/1.0.0/schema.json";
    assert_ne!(old.inputs[schema], new.inputs[schema]);
    assert_eq!(old.histories, new.histories);
}

#[test]
fn an_unknown_revision_is_named() {
    let folder = workspace(&[]);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    let error = load::base(folder.path(), Some("nowhere"), "origin/main").unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn outside_a_repository_there_is_no_base() {
    let folder = workspace(&[]);
    let base = load::base(folder.path(), None, "origin/main").unwrap();
    assert!(matches!(base, load::Base::None(_)), "{base:?}");
}

//! Reading a workspace: what is wrong is found at its place, and the rest is read all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "load/lean.rs"]
mod lean;

use folder::Folder;
use matchmark::catalogue::Workspace;
use matchmark::load::{self, Piece};
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

#[test]
fn a_git_that_refuses_to_look_is_an_error_and_not_a_missing_base() {
    let folder = workspace(&[(".git", b"nonsense\n")]);
    let error = load::base(folder.path(), None, "origin/main").unwrap_err();
    assert!(
        error.to_string().contains("git rev-parse failed"),
        "{error}"
    );
}

#[test]
fn before_the_first_commit_there_is_no_base_and_no_head() {
    let folder = workspace(&[]);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    let base = load::base(folder.path(), None, "origin/main").unwrap();
    assert!(matches!(base, load::Base::None(_)), "{base:?}");
    assert_eq!(load::head(folder.path()).unwrap(), None);
}

#[test]
fn a_workspace_in_a_subfolder_of_a_repository_is_read_by_its_own_paths() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("gate");
    for (path, text) in [
        ("matchmark.toml", "edition = 1\n"),
        ("schemas/a/entry.toml", folder::ENTRY),
        ("schemas/a/1.0.0/schema.json", folder::SCHEMA),
    ] {
        let path = inner.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    git(outer.path(), &["init", "-q", "-b", "main"]);
    git(outer.path(), &["add", "-A"]);
    git(outer.path(), &["commit", "-q", "-m", "base"]);
    git(outer.path(), &["checkout", "-q", "--detach"]);
    let load::Base::Commit(commit) = load::base(&inner, None, "origin/main").unwrap() else {
        panic!("no base");
    };
    let (old, findings) = load::revision(&inner, &commit).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(old.inputs, load::folder(&inner, None).unwrap().0.inputs);
}

#[cfg(unix)]
#[test]
fn a_link_is_never_passed_over_in_silence() {
    let folder = workspace(&[("contracts/p/real.json", b"{}")]);
    let link = folder.path().join("contracts/p/other.json");
    std::os::unix::fs::symlink("real.json", link).unwrap();
    let unread = |findings: &[Finding]| {
        let of_link = findings.iter().find(|found| {
            found.place.file == "contracts/p/other.json"
                && found.rule == "catalogue/file-unreadable"
        });
        of_link.is_some()
    };
    assert!(unread(&folder.read().1));
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "base"]);
    let load::Base::Commit(commit) = load::base(folder.path(), None, "x").unwrap() else {
        panic!("no base");
    };
    assert!(unread(&load::revision(folder.path(), &commit).unwrap().1));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_text_never_hide_one_another() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = workspace(&[]);
    let contracts = folder.path().join("contracts/p");
    std::fs::create_dir_all(&contracts).unwrap();
    for name in [b"\xff.json".as_slice(), b"\xfe.json".as_slice()] {
        let path = contracts.join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(path, "{}").unwrap();
    }
    let (workspace, findings) = folder.read();
    assert!(workspace.contracts.is_empty());
    assert!(
        findings
            .iter()
            .any(|found| found.message.contains("not UTF-8"))
    );
}

#[test]
fn line_ends_and_byte_order_marks_of_windows_do_no_harm_unseen() {
    let crlf = folder::ENTRY.replace('\n', "\r\n");
    let (read_back, findings) = read(&[("schemas/a/entry.toml", crlf.as_bytes())]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(read_back.catalogue.versions().count(), 1);
    let marked = format!("\u{feff}{}", folder::SCHEMA);
    let (_, findings) = read(&[("schemas/a/1.0.0/schema.json", marked.as_bytes())]);
    assert_eq!(findings[0].rule, "catalogue/schema-unreadable");
}

#[cfg(unix)]
#[test]
fn a_folder_of_payloads_hides_neither_a_linked_file_nor_what_cannot_be_entered() {
    use std::os::unix::fs::symlink;
    let folder = workspace(&[("out/real.json", b"{}"), ("elsewhere.json", b"[]")]);
    let out = folder.path().join("out");
    symlink("../elsewhere.json", out.join("linked.json")).unwrap();
    symlink(".", out.join("loop")).unwrap();
    let found: Vec<(String, bool)> = load::payloads(folder.path(), &["out".into()])
        .map(|part| {
            let is_read = !matches!(part.piece, Piece::Unreadable(_));
            (part.file.to_string(), is_read)
        })
        .collect();
    let expected = [
        ("out/linked.json", true),
        ("out/loop", false),
        ("out/real.json", true),
    ];
    assert_eq!(found, expected.map(|(name, read)| (name.to_owned(), read)));
}

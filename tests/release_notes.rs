//! The number and the notes of a release: computed, written whole or not at all, and missed by the gate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/gate.rs"]
mod support;

use folder::{ENTRY, Folder, SCHEMA};
use matchmark::lifecycle::approvable;
use matchmark::model::digest;
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use support::scenario::Scenario;
use support::{Repository, deciding, findings, matchmark, root, text};

const ONLY: [&str; 4] = ["--base", "HEAD", "--only", "catalogue,compat"];

/// `bump` in a folder: the exit code and everything that it said.
fn bump(folder: &Path, flags: &[&str]) -> (i32, String) {
    run(folder, "bump", flags)
}

/// A verb in a folder: the exit code and everything that it said.
fn run(folder: &Path, verb: &str, flags: &[&str]) -> (i32, String) {
    let output: Output = matchmark(&[&[verb, "--as-of", "2026-11-21"], flags].concat())
        .current_dir(folder)
        .output()
        .unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    (output.status.code().unwrap(), said)
}

fn draft(number: &str, rest: &str) -> String {
    SCHEMA
        .replace("1.0.0", number)
        .replace("\"object\"", &format!("\"object\"{rest}"))
}

/// A catalogue with one released version, and `schema` as its draft under the number `declared`.
fn drafted(declared: &str, schema: &str) -> Folder {
    let record = format!("\n[[version]]\nversion = \"{declared}\" # soon\nstatus = \"draft\"\n");
    Folder::sound()
        .with("schemas/a/entry.toml", format!("{ENTRY}{record}"))
        .with("schemas/a/next/schema.json", schema)
}

fn read(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.path().join(path)).unwrap_or_default()
}

/// Every file below `folder` with its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
    found.sort();
    found
}

#[test]
fn row_s0_84_the_notes_of_every_release_are_those_that_are_computed() {
    let repository = Repository::bare();
    let (code, said) = bump(&repository.path(), &["--notes", "--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("Every note is there and names every change."),
        "stale; `matchmark bump --notes` writes them anew: {said}"
    );
}

#[test]
fn row_s0_84_the_notes_list_every_change_with_its_class() {
    let repository = Repository::bare();
    for (old, new, direction) in [
        ("hrex-coverage@1.0.0", "hrex-coverage@2.0.0", "shared"),
        (
            "hrex-member-match-response@1.0.0",
            "hrex-member-match-response@2.0.0",
            "response",
        ),
    ] {
        let output = repository.run(&["diff", old, new, "--format", "json"]);
        let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
        let (entry, number) = new.split_once('@').unwrap();
        let notes = repository.read(&format!("schemas/{entry}/{number}/NOTES.md"));
        let details = diff["change"]["details"].as_array().unwrap();
        assert!(details.len() > 2, "{diff:#}");
        for detail in details {
            let narrows = detail["effect"] == "narrows";
            let class = match direction {
                "response" if narrows => "minor",
                _ => "major",
            };
            let effect = if narrows { "narrows" } else { "widens" };
            let rule = detail["rule"].as_str().unwrap();
            let row = format!("| {class} | {effect} | `{rule}` |");
            let said = detail["message"].as_str().unwrap();
            let is_row = |line: &str| line.starts_with(&row) && line.contains(said);
            assert!(notes.lines().any(is_row), "{row} {said}: {notes}");
        }
    }
}

#[test]
fn row_s0_84_a_release_without_whole_notes_is_blocked() {
    let notes = "schemas/hrex-coverage/2.0.0/NOTES.md";
    let repository = Repository::shipped();
    let clean = deciding(&repository.check(&ONLY).0).join(" ");
    assert_eq!(clean, "gate/check-skipped");

    let whole = repository.read(notes);
    let row = whole.lines().find(|line| line.contains("required-added"));
    let cut = whole.replace(&format!("{}\n", row.unwrap()), "");
    let (body, seal) = cut.rsplit_once("<!-- ").unwrap();
    let (seal, _) = seal.rsplit_once("sha256:").unwrap();
    let forged = format!("{body}<!-- {seal}{} -->\n", digest(body.as_bytes()));
    for (text, rule, kind) in [
        (cut.clone(), "catalogue/notes-stale", "edited"),
        (forged, "catalogue/notes-stale", "incomplete"),
        (
            "All is well.\n".to_owned(),
            "catalogue/notes-stale",
            "unsealed",
        ),
        (
            repository.read("schemas/hrex-coverage/2.0.1/NOTES.md"),
            "catalogue/notes-stale",
            "other",
        ),
    ] {
        repository.write(notes, text);
        let (report, code) = repository.check(&ONLY);
        assert_eq!(code, 1, "{kind}");
        let is_told = |found: &&Value| {
            let file = &found["location"]["file"];
            found["rule"] == rule && found["kind"] == kind && file == notes
        };
        assert!(findings(&report).iter().any(|f| is_told(&f)), "{kind}");
    }
    let repository = repository.remove(notes);
    let (report, code) = repository.check(&ONLY);
    assert_eq!(code, 1);
    assert!(deciding(&report).contains(&"catalogue/notes-missing"));
    let (code, said) = bump(&repository.path(), &["--notes", "hrex-coverage"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(repository.read(notes), whole, "{said}");
}

#[test]
fn row_s0_15_a_change_passes_with_the_version_that_bump_gives_it() {
    let repository = Repository::shipped();
    let scenario = Scenario::read(root(), "required-field-added").unwrap();
    scenario.apply(&repository.path()).unwrap();
    let said = deciding(&repository.check(&ONLY).0).join(" ");
    assert!(said.contains("compat/required-added"), "{said}");

    let entry = "schemas/hrex-member-match-request";
    let (code, said) = bump(&repository.path(), &["hrex-member-match-request"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("2.0.1 -> 3.0.0   declared 2.1.0, required major"),
        "{said}"
    );
    let notes = repository.read(&format!("{entry}/next/NOTES.md"));
    assert_eq!(deciding(&repository.check(&ONLY).0), ["gate/check-skipped"]);

    // The same by hand, as the handbook tells it, and in one step: the notes hold in both places.
    let subject = "hrex-member-match-request@3.0.0";
    let (workspace, _) = matchmark::load::folder(&repository.path(), None).unwrap();
    let digest = approvable(&workspace, subject).unwrap();
    for role in ["platform", "security", "compliance", "integration"] {
        repository.write(
            &format!("policies/approvals/{subject}/{role}.toml"),
            format!(
                "subject = \"{subject}\"\ndigest = \"{digest}\"\nrole = \"{role}\"\napprover = \"board-{role}\"\n\
                 decision = \"approve\"\ndate = \"2026-11-20\"\n"
            ),
        );
    }
    let asked = [
        "hrex-member-match-request",
        "--requested-by",
        "integration-bot",
    ];
    let (code, said) = run(&repository.path(), "release", &asked);
    assert_eq!(code, 0, "{said}");
    assert_eq!(repository.read(&format!("{entry}/3.0.0/NOTES.md")), notes);
    assert!(!repository.path().join(entry).join("next").exists());
    let (report, _) = repository.check(&ONLY);
    assert_eq!(deciding(&report), ["gate/check-skipped"], "{report:#}");
}

#[test]
fn a_version_that_was_released_by_hand_owes_its_notes() {
    let folder = drafted("1.0.1", &draft("1.0.1", ", \"minProperties\": 1"));
    let at = |path: &str| folder.path().join("schemas/a").join(path);
    std::fs::rename(at("next"), at("2.0.0")).unwrap();
    let schema = draft("2.0.0", ", \"minProperties\": 1");
    std::fs::write(at("2.0.0/schema.json"), &schema).unwrap();
    let entry = std::fs::read_to_string(at("entry.toml")).unwrap();
    let entry = entry.replace(
        "\"1.0.1\" # soon\nstatus = \"draft\"",
        "\"2.0.0\"\nstatus = \"released\"",
    );
    std::fs::write(at("entry.toml"), entry).unwrap();
    let rules = || -> Vec<String> {
        let found = matchmark::release::unnoted(&folder.read().0.catalogue);
        found.into_iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(), ["catalogue/notes-missing"]);
    assert_eq!(bump(folder.path(), &["--notes"]).0, 0);
    assert_eq!(rules(), Vec::<String>::new());
    // What it was made from is not what stands there any more.
    std::fs::write(at("2.0.0/schema.json"), schema.replace('1', "2")).unwrap();
    assert_eq!(rules(), ["catalogue/notes-stale"]);
}

#[test]
fn a_bump_writes_the_number_everywhere_and_a_dry_run_nowhere() {
    let schema = draft("1.0.1", ", \"x-since\": \"1.0.1\", \"minProperties\": 1");
    let folder = drafted("1.0.1", &schema);
    let before = files(folder.path());
    let (code, dry) = bump(folder.path(), &["a", "--dry-run"]);
    assert_eq!((code, &files(folder.path())), (0, &before), "{dry}");
    assert!(
        dry.contains("the draft would be 2.0.0") && dry.contains("witness sha256:"),
        "{dry}"
    );

    let (code, said) = bump(folder.path(), &["a"]);
    assert_eq!(code, 0, "{said}");
    let wanted = schema.replace("1.0.1", "2.0.0");
    assert_eq!(read(&folder, "schemas/a/next/schema.json"), wanted);
    let entry = read(&folder, "schemas/a/entry.toml");
    assert!(
        entry.contains("version = \"2.0.0\" # soon\nstatus = \"draft\"\n"),
        "{entry}"
    );
    assert!(read(&folder, "schemas/a/next/NOTES.md").contains("| major | narrows |"));

    let (code, said) = bump(folder.path(), &["a"]);
    assert!(code == 0 && said.contains("nothing to bump"), "{said}");
}

#[test]
fn a_draft_that_no_record_lists_gets_one_and_one_that_goes_further_keeps_its_number() {
    let folder = Folder::sound().with(
        "schemas/a/next/schema.json",
        draft("1.0.0", ", \"title\": \"A\""),
    );
    let (code, said) = bump(folder.path(), &["a"]);
    assert_eq!(code, 0, "{said}");
    let entry = read(&folder, "schemas/a/entry.toml");
    assert_eq!(
        entry,
        format!("{ENTRY}\n[[version]]\nversion = \"1.0.1\"\nstatus = \"draft\"\n")
    );
    assert!(read(&folder, "schemas/a/next/schema.json").contains("schemas/a/1.0.1\""));

    let folder = drafted("1.1.0", &draft("1.1.0", ", \"title\": \"A\""));
    let (_, said) = bump(folder.path(), &["a"]);
    assert!(
        said.contains("1.0.0 -> 1.1.0   declared 1.1.0, required patch"),
        "{said}"
    );
}

#[test]
fn what_is_not_there_or_not_new_is_said_with_the_remedy() {
    let sound = Folder::sound();
    let (code, said) = bump(sound.path(), &["a"]);
    assert!(
        code == 2 && said.contains("copy schemas/a/1.0.0 to schemas/a/next"),
        "{said}"
    );
    let same = drafted("1.0.1", &draft("1.0.1", ""));
    let (code, said) = bump(same.path(), &["a"]);
    assert!(
        code == 0 && said.contains("next says what 1.0.0 says"),
        "{said}"
    );
}

#[test]
fn what_stays_open_is_not_numbered_until_somebody_decides() {
    let open = draft(
        "1.1.0",
        ", \"$ref\": \"https://matchmark.example/schemas/b/1.0.0\"",
    );
    let folder = drafted("1.1.0", &open);
    let before = files(folder.path());
    let (code, said) = bump(folder.path(), &["a"]);
    assert_eq!((code, &files(folder.path())), (3, &before), "{said}");
    assert!(
        said.contains("settle: ") && said.contains("--major"),
        "{said}"
    );
    let (code, said) = bump(folder.path(), &["a", "--major"]);
    assert_eq!(code, 0, "{said}");
    assert!(read(&folder, "schemas/a/entry.toml").contains("version = \"2.0.0\" # soon"));
    // Whoever has decided is not asked again.
    assert_eq!(bump(folder.path(), &["a"]).0, 0);
}

#[test]
fn a_bump_that_cannot_write_one_file_writes_none() {
    let rest = ", \"minProperties\": 0, \"x-open\": \"partners send names of their own\"";
    let folder = drafted("1.1.0", &draft("1.1.0", rest));
    for (kind, example) in [("accepted", "{}"), ("rejected", "[]")] {
        let home = folder.path().join("schemas/a/next").join(kind);
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("one.json"), example).unwrap();
    }
    std::fs::create_dir_all(folder.path().join("schemas/a/1.1.0")).unwrap();
    let before = files(folder.path());
    let (code, said) = run(folder.path(), "release", &["a"]);
    assert_eq!((code, &files(folder.path())), (2, &before), "{said}");
    assert!(said.contains("schemas/a/1.1.0"), "{said}");
}

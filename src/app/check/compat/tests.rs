//! Small catalogues of one entry, judged.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::load;
use std::path::Path;

const ENTRY: &str = "id = 'a'\ntitle = 'A'\ndirection = 'request'\ncriticality = 'low'\nphi = 'P0'\n\
    guide = 'matchmark'\nerrors = 'none'\nidentity = []\nconsent = 'none'\n";

/// An open object that lists these names.
fn open(names: &[&str]) -> String {
    let each: Vec<String> = names
        .iter()
        .map(|name| format!("\"{name}\": {{\"type\": \"string\"}}"))
        .collect();
    format!(
        "{{\"type\": \"object\", \"properties\": {{{}}}}}",
        each.join(", ")
    )
}

fn version(number: &str, status: &str) -> String {
    format!("[[version]]\nversion = '{number}'\nstatus = '{status}'\n")
}

/// Writes files below `root` and judges the repository that they make.
fn judged(root: &Path, files: &[(&str, String)]) -> Judged {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (head, _) = load::folder(root, None).unwrap();
    check(&Question {
        head: &head,
        base: None,
        base_day: None,
        as_of: chrono::DateTime::UNIX_EPOCH,
        jobs: 1,
    })
}

fn rules(judged: &Judged) -> Vec<&str> {
    let findings = judged.room.findings.iter();
    findings.map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn what_stays_open_is_settled_by_a_major_version_and_by_no_smaller_one() {
    let folder = tempfile::tempdir().unwrap();
    for (number, open) in [("1.1.0", 1), ("2.0.0", 0)] {
        // The draft refers to what is not there, so that nothing about it can be proved.
        let judged = judged(
            folder.path(),
            &[
                (
                    "schemas/a/entry.toml",
                    format!(
                        "{ENTRY}{}{}",
                        version("1.0.0", "released"),
                        version(number, "draft")
                    ),
                ),
                (
                    "schemas/a/1.0.0/schema.json",
                    "{\"type\": \"object\"}".to_owned(),
                ),
                (
                    "schemas/a/next/schema.json",
                    "{\"$ref\": \"https://matchmark.example/schemas/b/1.0.0\"}".to_owned(),
                ),
            ],
        );
        let open_ones = rules(&judged);
        let open_ones = open_ones
            .iter()
            .filter(|rule| **rule == "compat/not-proved");
        assert_eq!(open_ones.count(), open);
        let mut said = judged.room.not_proved.iter();
        assert!(said.any(|said| said.contains("not decided")), "{number}");
    }
}

#[test]
fn a_draft_must_fit_every_version_that_the_gate_names() {
    let folder = tempfile::tempdir().unwrap();
    let statuses = [
        ("1.0.0", "retired"),
        ("1.1.0", "deprecated"),
        ("1.2.0", "released"),
        ("1.3.0", "draft"),
    ];
    let versions: String = statuses
        .map(|(number, status)| version(number, status))
        .concat();
    let closed = |least: u32| format!("{{\"type\": \"string\", \"minLength\": {least}}}");
    for (against, from) in [
        ("latest", vec!["1.2.0"]),
        ("served", vec!["1.2.0", "1.1.0"]),
        ("all", vec!["1.2.0", "1.1.0", "1.0.0"]),
    ] {
        let judged = judged(
            folder.path(),
            &[
                (
                    "matchmark.toml",
                    format!("edition = 1\n[gate]\nagainst = '{against}'\n"),
                ),
                ("schemas/a/entry.toml", format!("{ENTRY}{versions}")),
                ("schemas/a/1.0.0/schema.json", closed(1)),
                ("schemas/a/1.1.0/schema.json", closed(2)),
                ("schemas/a/1.2.0/schema.json", closed(3)),
                ("schemas/a/next/schema.json", closed(3)),
            ],
        );
        let drafts = judged.changes.iter().filter(|change| change.to == "next");
        let compared: Vec<&str> = drafts.clone().map(|change| change.from.as_str()).collect();
        assert_eq!(compared, from, "{against}");
        let highest = drafts.map(|change| change.required).max();
        let wanted = if against == "latest" {
            Bump::Patch
        } else {
            Bump::Major
        };
        assert_eq!(highest, Some(wanted), "{against}");
        // One change, one finding, however many older versions it breaks.
        let narrowed = rules(&judged);
        let narrowed = narrowed
            .iter()
            .filter(|rule| **rule == "compat/bounds-narrowed");
        assert!(narrowed.count() <= 3, "two are the released history's");
    }
}

#[test]
fn an_assumption_holds_until_a_recorded_payload_refutes_it() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = |payload: &str| {
        format!(
            "{{\"id\":\"1\",\"recorded_at\":\"2026-11-01T00:00:00Z\",\"partner\":\"p\",\"direction\":\"request\",\
             \"schema\":\"a\",\"version\":\"1.0.0\",\"outcome\":\"accepted\",\"correlation_id\":\"c\",\
             \"payload\":{payload}}}\n"
        )
    };
    let versions = version("1.0.0", "released") + &version("1.1.0", "draft");
    let mut files = vec![
        (
            "schemas/a/entry.toml",
            format!("{ENTRY}assume = ['declared-producer']\n{versions}"),
        ),
        ("schemas/a/1.0.0/schema.json", open(&["x"])),
        ("schemas/a/next/schema.json", open(&["x", "y"])),
        ("payloads/p/2026-11.ndjson", recorded("{\"x\":\"1\"}")),
    ];
    let held = judged(folder.path(), &files);
    assert_eq!(rules(&held), ["compat/assumption-used"]);
    let [change] = held.changes.as_slice() else {
        unreachable!("{:?}", held.changes)
    };
    assert!(
        change.required <= change.declared && change.proof.ends_with("; assumes declared-producer")
    );
    let mut said = held.room.not_proved.iter();
    assert!(said.any(|said| said.starts_with("a assumes declared-producer")));

    files.truncate(3);
    let twice = recorded("{\"x\":\"1\"}") + &recorded("{\"z\":7}") + &recorded("{\"z\":8}");
    files.push(("payloads/p/2026-11.ndjson", twice));
    let dropped = judged(folder.path(), &files);
    assert_eq!(
        rules(&dropped),
        ["compat/assumption-refuted", "compat/properties-narrowed"]
    );
    let refuted = dropped.room.findings.first().unwrap();
    assert_eq!(
        (refuted.subject.as_str(), refuted.place.line),
        ("a@1.0.0", 2)
    );
    assert!(
        refuted.message.starts_with("2 recorded payloads"),
        "{}",
        refuted.message
    );
    assert!(!refuted.message.contains('z'));
}

#[test]
fn a_format_restricts_where_the_entry_says_so_and_the_report_names_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let versions = version("1.0.0", "released") + &version("1.0.1", "draft");
    for (mode, fits, said) in [
        (
            "annotation",
            true,
            "count as annotations, as JSON Schema 2020-12 has it",
        ),
        ("assertion", false, "restrict in a; elsewhere"),
    ] {
        let judged = judged(
            folder.path(),
            &[
                (
                    "schemas/a/entry.toml",
                    format!("{ENTRY}format = '{mode}'\n{versions}"),
                ),
                (
                    "schemas/a/1.0.0/schema.json",
                    "{\"type\": \"string\"}".to_owned(),
                ),
                (
                    "schemas/a/next/schema.json",
                    "{\"type\": \"string\", \"format\": \"date\"}".to_owned(),
                ),
            ],
        );
        let change = judged.changes.first().unwrap();
        assert_eq!(
            change.required <= change.declared,
            fits,
            "{mode}: {}",
            change.proof
        );
        let named = judged
            .room
            .not_proved
            .iter()
            .filter(|line| line.contains(said));
        assert_eq!(named.count(), 1, "{:?}", judged.room.not_proved);
    }
}

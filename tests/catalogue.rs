//! What the catalogue says of itself must hold: names, numbers, references and who uses what.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;

use folder::{ENTRY, Folder, SCHEMA};
use matchmark::catalogue::lint;
use matchmark::model::Finding;

const PARTNER: &str = "id = \"north\"\nname = \"North\"\nmaturity = \"low\"\ncriticality = \"high\"\n\
     lines-of-business = []\nuses = { a = \"^1\" }\ndialect = {}\n";

/// Everything that loading and the catalogue's own lint say of a folder, as `rule kind`.
fn said(folder: &Folder) -> Vec<String> {
    let shown = |finding: &Finding| format!("{} {}", finding.rule, finding.kind);
    let (workspace, mut findings) = folder.read();
    findings.extend(lint(&workspace, None));
    findings.iter().map(shown).collect()
}

/// What is said of `folder` and not of a sound one.
fn news(folder: &Folder) -> Vec<String> {
    let known = said(&Folder::sound().with("partners/north.toml", PARTNER));
    let mut news = said(folder);
    news.retain(|line| !known.contains(line));
    news
}

fn with_partner(name: &str, from: &str, to: &str) -> Folder {
    Folder::sound()
        .with("partners/north.toml", PARTNER)
        .with(&format!("partners/{name}.toml"), PARTNER.replace(from, to))
}

#[test]
fn a_range_that_admits_nothing_protects_nobody_and_is_found() {
    for (to, expected) in [
        ("a = \"^1.0\"", None),
        ("a = \"^2\"", Some("catalogue/uses-unknown range")),
        ("b = \"^1\"", Some("catalogue/uses-unknown entry")),
    ] {
        let news = news(&with_partner("north", "a = \"^1\"", to));
        assert_eq!(news.first().map(String::as_str), expected, "{to}");
    }
}

#[test]
fn two_partner_files_of_one_id_do_not_hide_each_other() {
    for name in ["aaa", "zzz"] {
        let folder = with_partner(name, "North", "Other");
        assert_eq!(news(&folder), ["catalogue/id-mismatch file"], "{name}");
        assert_eq!(folder.read().0.partners.len(), 2);
    }
}

fn with_version(record: &str, folder: &str) -> Folder {
    Folder::sound()
        .with("partners/north.toml", PARTNER)
        .with("schemas/a/entry.toml", format!("{ENTRY}{record}"))
        .with(
            &format!("schemas/a/{folder}/schema.json"),
            SCHEMA.replace("a/1.0.0", "a/next"),
        )
}

#[test]
fn a_number_stands_once_and_one_version_at_most_is_open() {
    let draft =
        |number: &str| format!("\n[[version]]\nversion = \"{number}\"\nstatus = \"draft\"\n");
    let released = "\n[[version]]\nversion = \"1.0.0\"\nstatus = \"released\"\n";
    let (one, two) = (draft("1.1.0"), draft("2.0.0"));
    for (records, kind) in [
        (format!("{one}{two}"), Some("draft")),
        (draft("1.0.0"), Some("number")),
        (released.to_owned(), Some("number")),
        (one, None),
    ] {
        let said = said(&with_version(&records, "next"));
        let taken = kind.map(|kind| format!("catalogue/version-taken {kind}"));
        let found = said
            .iter()
            .find(|line| line.starts_with("catalogue/version-taken"));
        assert_eq!(found, taken.as_ref(), "{records}");
    }
}

#[test]
fn an_entry_that_is_named_must_be_there() {
    let entry = ENTRY.replace("errors = \"none\"", "errors = \"absent\"");
    let folder = Folder::sound()
        .with("partners/north.toml", PARTNER)
        .with("schemas/a/entry.toml", entry);
    assert_eq!(news(&folder), ["catalogue/reference-missing absent"]);
}

#[test]
fn what_replaces_a_version_must_be_there_in_this_entry_or_named_whole() {
    for (successor, wrong) in [
        ("1.0.0", false),
        ("a@1.0.0", false),
        ("3.0.0", true),
        ("b@1.0.0", true),
    ] {
        let entry = format!("{ENTRY}replaced-by = \"{successor}\"\n");
        let folder = Folder::sound()
            .with("partners/north.toml", PARTNER)
            .with("schemas/a/entry.toml", entry);
        let finding = format!("catalogue/reference-missing {successor}");
        assert_eq!(news(&folder).contains(&finding), wrong, "{successor}");
    }
}

#[test]
fn every_entry_that_is_drawn_in_must_be_named_not_only_the_first() {
    let mut folder = Folder::sound().with("partners/north.toml", PARTNER);
    for name in ["b", "c"] {
        let entry = ENTRY.replace("id = \"a\"", &format!("id = \"{name}\""));
        let schema = SCHEMA.replace("/a/", &format!("/{name}/"));
        folder = folder
            .with(&format!("schemas/{name}/entry.toml"), entry)
            .with(&format!("schemas/{name}/1.0.0/schema.json"), schema);
    }
    let base = "https://matchmark.example/schemas";
    let refs = format!(
        "\"allOf\": [{{\"$ref\": \"{base}/b/1.0.0\"}}, {{\"$ref\": \"{base}/c/1.0.0\"}}], \"type\": \"object\""
    );
    let schema = SCHEMA.replace("\"type\": \"object\"", &refs);
    let folder = folder.with("schemas/a/1.0.0/schema.json", schema);
    assert_eq!(
        news(&folder),
        [
            "catalogue/dependency-undeclared b",
            "catalogue/dependency-undeclared c"
        ]
    );
}

#[test]
fn a_reference_that_leads_out_of_the_catalogue_is_never_taken_for_an_open_door() {
    for target in [
        "https://elsewhere.example/x",
        "https://matchmark.example/schemas/a/latest",
        "https://matchmark.example/schemas/a/9.0.0",
        "#/$defs/absent",
    ] {
        let reference = format!("\"$ref\": \"{target}\", \"type\": \"object\"");
        let schema = SCHEMA.replace("\"type\": \"object\"", &reference);
        let folder = Folder::sound()
            .with("partners/north.toml", PARTNER)
            .with("schemas/a/1.0.0/schema.json", schema);
        let news = news(&folder);
        let stopped = ["catalogue/schema-invalid", "catalogue/reference-missing"];
        let is_stopped = |line: &String| stopped.iter().any(|rule| line.starts_with(rule));
        assert!(news.iter().any(is_stopped), "{target}: {news:?}");
    }
}

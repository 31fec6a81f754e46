//! Reading only what payloads are judged by, and holding once what two sides say alike.

use super::{EXAMPLE, git, workspace};
use crate::folder::{self, Folder};
use matchmark::catalogue::{Catalogue, Workspace};
use matchmark::load;
use matchmark::model::{Finding, VersionId};
use matchmark::replay::Schemas;

/// An example that is none, a history, a contract and a payload rule.
const BESIDE: [(&str, &[u8]); 5] = [
    (EXAMPLE, b"{}"),
    ("schemas/a/1.0.0/rejected/broken.json", b"{"),
    ("payloads/p/2026-08.ndjson", b"{}\n"),
    ("contracts/p/x.json", b"{}"),
    ("policies/payload/a/rule.rego", b"package a"),
];

#[test]
fn what_a_replay_reads_has_the_digest_of_every_file_and_holds_only_what_judges() {
    let folder = workspace(&BESIDE);
    let (whole, findings) = folder.read();
    let (lean, found) = load::replaying(folder.path(), None).unwrap();
    assert_eq!(lean.inputs, whole.inputs);
    assert_eq!(lean.inputs.len(), 8);
    assert!(whole.histories.len() == 1 && lean.histories.is_empty());
    assert!(whole.contracts.len() == 1 && lean.contracts.is_empty());
    assert_eq!(lean.payload_rules, whole.payload_rules);
    let accepted = |workspace: &Workspace| {
        let mut versions = workspace.catalogue.versions();
        versions.next().unwrap().accepted.len()
    };
    assert_eq!((accepted(&whole), accepted(&lean)), (1, 0));
    // What is wrong with an entry is found all the same.
    let of_schemas = |findings: &[Finding]| {
        let below = findings
            .iter()
            .filter(|it| it.place.file.starts_with("schemas/"));
        below.cloned().collect::<Vec<_>>()
    };
    assert_eq!(of_schemas(&found), of_schemas(&findings));
    assert_eq!(found.len(), 1, "{found:?}");
    let (least, found) = load::judging(folder.path(), None).unwrap();
    assert_eq!(of_schemas(&found), of_schemas(&findings));
    assert_eq!(least.payload_rules, whole.payload_rules);
    assert!(
        least
            .inputs
            .keys()
            .all(|path| !path.starts_with("payloads/"))
    );
}

#[test]
fn a_schema_that_did_not_change_is_held_once_for_both_sides() {
    let other = folder::SCHEMA.replace("schemas/a", "schemas/b");
    let folder = workspace(&BESIDE)
        .with(
            "schemas/b/entry.toml",
            folder::ENTRY.replace("\"a\"", "\"b\""),
        )
        .with("schemas/b/1.0.0/schema.json", &other);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "base"]);
    let changed = other.replace("object", "array");
    let folder = folder.with("schemas/b/1.0.0/schema.json", changed);
    let (head, _) = load::replaying(folder.path(), None).unwrap();
    let (base, _) = load::judging_at(folder.path(), "HEAD", None, &head).unwrap();
    let (after, before) = (&head.catalogue, &base.catalogue);
    let ids: Vec<_> = after.versions().map(|version| &version.id).collect();
    let [a, b] = ids.as_slice() else {
        panic!("{ids:?}");
    };
    let schema = |catalogue: &Catalogue, id: &VersionId| {
        std::sync::Arc::as_ptr(&catalogue.version(id).unwrap().schema)
    };
    assert_eq!(schema(after, a), schema(before, a));
    assert_ne!(schema(after, b), schema(before, b));
    assert!(after.is_same(before, a) && !after.is_same(before, b));
    let compiled = Schemas::of(after);
    let beside = Schemas::beside(before, &compiled);
    let both = |id: &VersionId| (compiled.get(id).unwrap(), beside.get(id).unwrap());
    assert!(std::ptr::eq(both(a).0, both(a).1));
    let empty = serde_json::json!([]);
    let (now, then) = both(b);
    assert!(now.accepts(&empty) && !then.accepts(&empty));
}

#[test]
fn a_version_is_another_when_what_it_refers_to_is() {
    let refers = folder::SCHEMA.replace(
        "\"type\"",
        "\"properties\": {\"b\": {\"$ref\": \"https://matchmark.example/schemas/b/1.0.0\"}}, \"type\"",
    );
    let side = |kind: &str| {
        let other = folder::SCHEMA.replace("schemas/a", "schemas/b");
        Folder::sound()
            .with("schemas/a/1.0.0/schema.json", &refers)
            .with(
                "schemas/b/entry.toml",
                folder::ENTRY.replace("\"a\"", "\"b\""),
            )
            .with("schemas/b/1.0.0/schema.json", other.replace("object", kind))
            .read()
            .0
            .catalogue
    };
    let (one, same, other) = (side("object"), side("object"), side("array"));
    let mut ids = one.versions().map(|version| version.id.clone());
    let a = ids.next().unwrap();
    assert!(one.is_same(&same, &a) && !one.is_same(&other, &a));
    let alone = Folder::sound().with("schemas/a/1.0.0/schema.json", &refers);
    assert!(!alone.read().0.catalogue.is_same(&one, &a));
}

#[cfg(unix)]
#[test]
fn linked_payload_rules_are_listed_and_not_followed_however_little_is_read() {
    let outside = workspace(&[("policies/payload/b/rule.rego", b"package b")]);
    let rules = outside.path().join("policies/payload");
    for below in ["", "/b"] {
        let folder = workspace(&[("policies/README.md", b"# Policies")]);
        let link = format!("policies/payload{below}");
        let place = folder.path().join(&link);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let target = rules.join(below.trim_start_matches('/'));
        std::os::unix::fs::symlink(target, place).unwrap();
        for (workspace, findings) in [
            folder.read(),
            load::replaying(folder.path(), None).unwrap(),
            load::judging(folder.path(), None).unwrap(),
        ] {
            assert!(workspace.payload_rules.is_empty(), "{link}");
            let [finding] = findings.as_slice() else {
                panic!("{link}: {findings:?}");
            };
            assert_eq!(finding.rule, "catalogue/file-unreadable");
            assert_eq!(finding.place.file, link);
        }
    }
}

/// What stands beside payload rules is not even listed, whatever it is.
#[cfg(unix)]
#[test]
fn a_link_beside_what_judges_is_no_finding_of_a_run_that_only_judges() {
    let folder = workspace(&BESIDE);
    let link = folder.path().join("policies/linked.toml");
    std::os::unix::fs::symlink("none", link).unwrap();
    let is_listed = |findings: &[Finding]| {
        let mut files = findings.iter().map(|it| it.place.file.as_str());
        files.any(|file| file == "policies/linked.toml")
    };
    let (whole, findings) = folder.read();
    assert!(is_listed(&findings), "{findings:?}");
    let (least, findings) = load::judging(folder.path(), None).unwrap();
    assert!(!is_listed(&findings), "{findings:?}");
    assert_eq!(least.payload_rules, whole.payload_rules);
    assert!(!least.payload_rules.is_empty());
}

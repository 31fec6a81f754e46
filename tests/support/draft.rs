//! The shipped data with a draft on top: what a change would do to the consumers of a schema.
#![allow(dead_code, clippy::expect_used, clippy::unwrap_used)]

use matchmark::catalogue::{SchemaVersion, Status, Workspace};
use matchmark::model::{Finding, VersionId, VersionName};
use std::path::Path;
use std::sync::Arc;
use wire::json::{Document, Limits};

/// The data that ships.
pub fn shipped() -> Workspace {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (workspace, findings) = matchmark::load::folder(root, None).expect("a readable folder");
    assert!(findings.is_empty(), "{findings:?}");
    workspace
}

/// The catalogue with a draft of `entry`: the text of its version `from`, edited.
pub fn with_draft(entry: &str, from: &str, number: &str, edits: &[(&str, &str)]) -> Workspace {
    let mut workspace = shipped();
    let entry = workspace
        .catalogue
        .entries
        .get_mut(entry)
        .expect("an entry");
    let base = entry.versions[&from.parse::<VersionName>().unwrap()].clone();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&base.path));
    let mut text = text.expect("a readable schema");
    let edits = [(format!("/{from}\""), format!("/{number}\""))]
        .into_iter()
        .chain(
            edits
                .iter()
                .map(|(find, put)| ((*find).to_owned(), (*put).to_owned())),
        );
    for (find, put) in edits {
        assert!(text.contains(&find), "{find}");
        text = text.replacen(&find, &put, 1);
    }
    let document = Document::parse(text.as_bytes(), &Limits::FILE).expect("a schema");
    let mut file = base.file.clone();
    file.version = number.parse().unwrap();
    file.status = Status::Draft;
    let draft = SchemaVersion {
        id: VersionId {
            entry: base.id.entry.clone(),
            version: VersionName::Next,
        },
        number: file.version.clone(),
        file,
        path: format!("schemas/{}/next/schema.json", base.id.entry),
        schema: Arc::new(document),
        ..base
    };
    entry.versions.insert(VersionName::Next, draft);
    workspace
}

/// An answer may hold one member more.
pub fn optional_field_added() -> Workspace {
    with_draft(
        "hrex-member-match-response",
        "2.0.1",
        "2.1.0",
        &[(
            "              \"assigner\": {",
            "              \"use\": { \"enum\": [\"usual\", \"official\"] },\n              \"assigner\": {",
        )],
    )
}

/// The rules that fired, each once.
pub fn rules(findings: &[Finding]) -> Vec<&str> {
    let mut rules: Vec<_> = findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

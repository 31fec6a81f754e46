//! What in recorded payloads, examples and contracts looks like data of somebody real.
//! Refuses to say the value: its kind, its place and how many more of them a file holds.

use crate::catalogue::Workspace;
use crate::model::{Finding, Place, counted};
use crate::scrub::{Kind, Scanner};
use std::collections::BTreeMap;
use wire::json::{Document, Limits, Position};

const RULE: &str = "catalogue/phi-suspected";

/// One finding for each kind in each file: where it stands first.
pub(super) fn suspected(workspace: &Workspace) -> Vec<Finding> {
    let scanner = Scanner::new(&workspace.config.privacy);
    let mut findings = Vec::new();
    for version in workspace.catalogue.versions() {
        for example in version.accepted.iter().chain(&version.rejected) {
            let mut seen = Seen::default();
            seen.document(&scanner, &example.document, None);
            findings.extend(seen.findings(&example.path));
        }
    }
    for contract in &workspace.contracts {
        let mut seen = Seen::default();
        seen.bytes(&scanner, &contract.source.bytes, None);
        findings.extend(seen.findings(&contract.source.path));
    }
    for history in &workspace.histories {
        let mut seen = Seen::default();
        for (line, bytes) in history.lines() {
            seen.bytes(&scanner, bytes, Some(line));
        }
        findings.extend(seen.findings(&history.source.path));
    }
    findings
}

/// Where a kind stands first in a file, and how often it stands there.
#[derive(Default)]
struct Seen(BTreeMap<Kind, (Position, String, u64)>);

impl Seen {
    /// What is no JSON is told by whoever reads it.
    fn bytes(&mut self, scanner: &Scanner<'_>, bytes: &[u8], line: Option<u32>) {
        if let Ok(document) = Document::parse(bytes, &Limits::default()) {
            self.document(scanner, &document, line);
        }
    }

    fn document(&mut self, scanner: &Scanner<'_>, document: &Document, line: Option<u32>) {
        for told in scanner.suspicions(document.value()) {
            let mut position = document.nearest(&told.pointer);
            position.line = line.unwrap_or(position.line);
            let first = self.0.entry(told.kind);
            first
                .and_modify(|(_, _, count)| *count += 1)
                .or_insert((position, told.pointer, 1));
        }
    }

    fn findings(self, path: &str) -> impl Iterator<Item = Finding> {
        self.0
            .into_iter()
            .map(move |(kind, (position, pointer, count))| {
                let place = Place::at(path, position);
                let more = match count {
                    1 => String::new(),
                    _ => format!("; {} of the file do", counted(count, "value")),
                };
                Finding::new(RULE, path, place)
                    .pointer(pointer)
                    .kind(kind.word())
                    .message(format!("a value looks like {kind}{more}"))
                    .remedy("put a made-up value there, and take the real one out of the history of the repository")
            })
    }
}

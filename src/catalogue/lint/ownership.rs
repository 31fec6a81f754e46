//! Whether every entry has someone who answers for it.

use crate::catalogue::{BoardFile, Catalogue, Entry};
use crate::model::{Finding, Place};

/// Without a list of teams an owner is taken at its word, and that is said once.
pub(super) fn board(catalogue: &Catalogue, board: &BoardFile) -> Option<Finding> {
    let path = "policies/board.toml";
    (board.teams.is_empty() && !catalogue.entries.is_empty()).then(|| {
        Finding::new("catalogue/board-missing", "board", Place::start(path))
            .kind("missing")
            .message("no list says which teams there are, so no owner or reviewer is held to one")
            .remedy(format!("write {path} with one [[team]] for every owner"))
    })
}

pub(super) fn entry(entry: &Entry, board: &BoardFile) -> Vec<Finding> {
    let file = &entry.file;
    let mut findings = Vec::new();
    let reviewers: Vec<&str> = file.reviewers.iter().map(String::as_str).collect();
    for (key, named) in [
        ("owner", vec![file.owner.as_str()]),
        ("reviewers", reviewers),
    ] {
        let unknown = named
            .iter()
            .find(|team| team.trim().is_empty() || !board.may_know(team));
        if named.is_empty() || unknown.is_some() {
            findings.push(missing(entry, key, "a team of policies/board.toml"));
        }
    }
    if file.escalation.trim().is_empty() {
        findings.push(missing(
            entry,
            "escalation",
            "an address that someone reads",
        ));
    }
    findings
}

fn missing(entry: &Entry, key: &str, wanted: &str) -> Finding {
    let line = format!("\n{key} ");
    let mut place = entry.source.find(&line);
    if place != Place::start(&entry.source.path) {
        place.line += 1;
        place.column = 1;
    }
    Finding::new("catalogue/owner-missing", entry.file.id.clone(), place)
        .pointer(format!("/{key}"))
        .kind(key)
        .message(format!(
            "`{}` names no {key} that is {wanted}",
            entry.file.id
        ))
        .remedy(format!("set `{key}` in {}", entry.source.path))
}

//! Whether the lists of published statements can be counted on, and whether every number that a schema names is in one.

use crate::catalogue::citation::{Citation, citations};
use crate::catalogue::{SchemaVersion, StatementList, Workspace};
use crate::model::{Finding, Place};
use std::collections::BTreeSet;

/// A number as it is sorted: its series, its number, its letter.
type Rank<'a> = (&'a str, u32, &'a str);

pub(super) fn list(list: &StatementList) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stem = list.file.stem();
    if list.source.path.rsplit('/').next() != Some(format!("{stem}.toml").as_str()) {
        let said = format!(
            "`{}` lists {} {}",
            list.source.path, list.file.guide, list.file.version
        );
        findings.push(
            Finding::new("catalogue/id-mismatch", &*stem, list.source.find("guide ="))
                .pointer("/guide")
                .kind("statements")
                .message(said)
                .remedy(format!("call the file {stem}.toml")),
        );
    }
    let mut seen = BTreeSet::new();
    let mut before: Option<Rank<'_>> = None;
    for statement in &list.file.statements {
        let here = rank(&statement.id);
        let kind = if !seen.insert(&statement.id) {
            Some("twice")
        } else if before.is_some_and(|before| before > here) {
            Some("order")
        } else {
            None
        };
        findings.extend(kind.map(|kind| misplaced(list, &statement.id, kind)));
        before = Some(here);
    }
    findings
}

/// `pdex-154b` is (`pdex`, 154, `b`); what has no number sorts first in its series.
fn rank(id: &str) -> Rank<'_> {
    let (series, rest) = id.rsplit_once('-').unwrap_or((id, ""));
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, letter) = rest.split_at(end);
    (series, number.parse().unwrap_or_default(), letter)
}

fn misplaced(list: &StatementList, id: &str, kind: &str) -> Finding {
    let said = match kind {
        "twice" => format!("`{id}` is listed twice"),
        _ => format!("`{id}` stands after a later number"),
    };
    let place = list.source.find_last(&format!("id = \"{id}\""));
    Finding::new("catalogue/statement-misplaced", id, place)
        .pointer("/statement")
        .kind(kind)
        .message(said)
        .remedy("list every number once, in the order of the numbers")
}

/// Numbers that a schema names of a guide and version whose statements are listed, and that are none of them.
pub(super) fn version(version: &SchemaVersion, workspace: &Workspace) -> Vec<Finding> {
    let named = citations(version);
    let unknown = named.iter().filter(|citation| {
        let lists = &mut workspace.statements.iter();
        let list = lists.find(|list| {
            list.file.guide == citation.guide && list.file.version == citation.version
        });
        list.is_some_and(|list| !list.file.numbers().contains(citation.statement.as_str()))
    });
    unknown
        .map(|citation| not_listed(version, citation))
        .collect()
}

fn not_listed(version: &SchemaVersion, citation: &Citation) -> Finding {
    let pointer = format!("{}/x-source", citation.pointer);
    let place = Place::at(&version.path, version.schema.nearest(&pointer));
    Finding::new("catalogue/statement-unknown", version.id.to_string(), place)
        .pointer(pointer)
        .kind(&*citation.statement)
        .message(format!(
            "`{}` is no listed statement of {} {}",
            citation.statement, citation.guide, citation.version
        ))
        .remedy("correct the number, or add the statement to its list in policies/statements")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_by_series_then_number_then_letter() {
        let sorted = [
            "mm-2",
            "mm-10",
            "pdex-138",
            "pdex-138a",
            "pdex-138b",
            "pdex-139",
        ];
        assert!(sorted.is_sorted_by_key(|id| rank(id)));
        assert_eq!(rank("us-core-15"), ("us-core", 15, ""));
    }
}

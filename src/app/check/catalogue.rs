//! The catalogue check: complete, unaltered, true to its own examples.

use super::{Question, Room};
use crate::catalogue::lint;
use crate::model::{CheckName, Finding};

/// `unreadable` is what could not be loaded; it belongs to this check.
pub(super) fn check(question: &Question<'_>, unreadable: Vec<Finding>) -> Room {
    let catalogue = &question.head.catalogue;
    let versions = catalogue.versions().count() as u64;
    let examples: usize = catalogue
        .versions()
        .map(|version| version.accepted.len() + version.rejected.len())
        .sum();
    let base = question.base.map(|base| &base.catalogue);
    let mut findings = unreadable;
    findings.extend(lint(question.head, base));
    Room::ran(
        CheckName::Catalogue,
        catalogue.entries.len() as u64 + versions,
        "entries and versions",
    )
    .summary(format!(
        "{} schemas in {versions} versions, {examples} examples hold",
        catalogue.entries.len()
    ))
    .findings(findings)
    .not_proved(if base.is_none() {
        vec!["Nothing was compared with a base, so an edit of a released version is told by its digest only.".to_owned()]
    } else {
        Vec::new()
    })
}

//! The catalogue check: complete, unaltered, true to its own examples.

use super::{Question, Room, phi, transform};
use crate::app::hurts;
use crate::catalogue::lint;
use crate::model::{CheckName, Finding, counted};
use crate::release::unnoted;

pub(super) fn check(question: &Question<'_>) -> Room {
    let catalogue = &question.head.catalogue;
    let versions = catalogue.versions().count() as u64;
    let examples: usize = catalogue
        .versions()
        .map(|version| version.accepted.len() + version.rejected.len())
        .sum();
    let base = question.base.map(|base| &base.catalogue);
    let findings: Vec<Finding> = lint(question.head, base)
        .into_iter()
        .chain(unnoted(catalogue))
        .chain(phi::suspected(question.head))
        .map(|finding| with_users(finding, question))
        .collect();
    let proof = transform::prove(question.head);
    let misled = ["catalogue/example-accepted", "catalogue/example-rejected"];
    let failed = findings
        .iter()
        .filter(|finding| misled.contains(&finding.rule.as_str()));
    let failed = failed.count();
    Room::ran(
        CheckName::Catalogue,
        catalogue.entries.len() as u64 + versions,
        "entries and versions",
    )
    .summary(format!(
        "{} in {}; {}, {failed} of them wrong{}",
        counted(catalogue.entries.len(), "schema"),
        counted(versions, "version"),
        counted(examples, "example"),
        proof.summary()
    ))
    .not_proved(limits(base.is_none(), &proof))
    .findings(findings.into_iter().chain(proof.findings).collect())
}

fn limits(without_base: bool, proof: &transform::Proof) -> Vec<String> {
    let alone = "Nothing was compared with a base, so an edit of a released version is told by its digest only.";
    let alone = without_base.then(|| alone.to_owned());
    alone.into_iter().chain(proof.limits()).collect()
}

/// Who uses a version takes its text on trust once it is released.
fn with_users(finding: Finding, question: &Question<'_>) -> Finding {
    let is_released = ["catalogue/released-edited", "catalogue/released-removed"];
    if !is_released.contains(&finding.rule.as_str()) {
        return finding;
    }
    let sides = [Some(question.head), question.base];
    let mut all = sides
        .into_iter()
        .flatten()
        .flat_map(|workspace| workspace.catalogue.versions());
    let subject = finding.subject.to_string();
    match all.find(|version| version.id.to_string() == subject) {
        Some(version) => hurts::with(finding, None, version, question.head),
        None => finding,
    }
}

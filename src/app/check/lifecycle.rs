//! The lifecycle check: deprecated versions and waivers at the instant of the run.

use super::{Question, Room};
use crate::lifecycle::{Standing, removed_rules, versions, waivers};
use crate::model::{CheckName, Finding};
use std::collections::BTreeSet;

/// `others` is what every other check found: waivers are held against it.
pub(super) fn check(
    question: &Question<'_>,
    standings: &[Standing<'_>],
    others: &[&Finding],
) -> Room {
    let head = question.head;
    let present: BTreeSet<String> = others.iter().map(|finding| finding.fingerprint()).collect();
    let mut findings = versions(&head.catalogue, head.partners.values(), question.as_of);
    findings.extend(waivers(
        standings,
        &head.config.board,
        &present,
        question.as_of,
    ));
    if let Some(base) = question.base {
        findings.extend(removed_rules(&base.rules, &head.rules));
    }
    let judged = head.catalogue.versions().count();
    let deprecated = head
        .catalogue
        .versions()
        .filter(|version| version.file.status == crate::catalogue::Status::Deprecated)
        .count();
    Room::ran(
        CheckName::Lifecycle,
        (judged + standings.len()) as u64,
        "versions and waivers",
    )
    .summary(format!(
        "{judged} versions, {deprecated} deprecated; {} {}",
        standings.len(),
        if standings.len() == 1 { "waiver" } else { "waivers" }
    ))
    .findings(findings)
    .not_proved(vec![
        "A waiver is taken at its word: approvals by the board are proved by branch protection, not here.".to_owned(),
    ])
}

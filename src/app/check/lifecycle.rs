//! The lifecycle check: deprecated versions and waivers at the instant of the run.

use super::{Question, Room};
use crate::catalogue::Board;
use crate::lifecycle::{Allowance, Standing, removed_rules, versions, waivers};
use crate::model::{CheckName, Finding, counted};
use crate::policy::RuleBook;
use std::collections::{BTreeMap, BTreeSet};

/// What may be waived, and for how long. A change cannot make a rule waivable and waive it in one go:
/// of the rules before and after it, the stricter word counts.
pub(super) fn allowance<'a>(
    board: &Board,
    books: impl IntoIterator<Item = &'a RuleBook>,
) -> Allowance {
    let mut policies: BTreeMap<String, u32> = BTreeMap::new();
    for rule in books.into_iter().flat_map(|book| &book.rules) {
        let file = &rule.file;
        let days = if file.waivable {
            file.max_waiver_days
        } else {
            0
        };
        let known = policies.entry(file.id.clone()).or_insert(days);
        *known = days.min(*known);
    }
    Allowance {
        board: board.clone(),
        policies,
    }
}

/// `others` is what every other check found: waivers are held against it.
pub(super) fn check(
    question: &Question<'_>,
    standings: &[Standing<'_>],
    allowance: &Allowance,
    others: &[&Finding],
) -> Room {
    let head = question.head;
    let present: BTreeSet<String> = others.iter().map(|finding| finding.fingerprint()).collect();
    let mut findings = versions(&head.catalogue, head.partners.values(), question.as_of);
    findings.extend(waivers(standings, allowance, &present, question.as_of));
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
        "{}, {deprecated} deprecated; {}",
        counted(judged, "version"),
        counted(standings.len(), "waiver")
    ))
    .findings(findings)
    .not_proved(vec![
        "A waiver is taken at its word: approvals by the board are proved by branch protection, not here.".to_owned(),
    ])
}

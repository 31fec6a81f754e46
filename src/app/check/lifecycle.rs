//! The lifecycle check: deprecated versions and waivers at the instant of the run.

use super::{Question, Room};
use crate::catalogue::Board;
use crate::lifecycle::{Allowance, Standing, removed_rules, versions, waivers};
use crate::model::{CheckName, Finding, counted};
use crate::policy::RuleBook;
use std::collections::{BTreeMap, BTreeSet};

/// What may be waived, and for how long. A change cannot make a rule waivable and waive it in one go:
/// of the rules before and after it, the stricter word counts.
pub(in crate::app) fn allowance<'a>(
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
        findings.extend(removed_rules(&base.payload_rules, &head.payload_rules));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::Source;
    use crate::load;
    use std::path::Path;

    const NAME: &str = "consent-metadata-missing";
    const ID: &str = "policy/consent-metadata-missing";

    #[test]
    fn a_change_cannot_make_a_rule_waivable_and_waive_it_in_one_go() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = load::folder(root, None).unwrap().0.rules;
        let mut head = base.clone();
        let toml = &mut head.get_mut(NAME).unwrap().toml;
        let before = toml.as_ref().unwrap().text().unwrap();
        let after = before.replace("waivable = false", "waivable = true");
        *toml = Some(Source::new("rule.toml", after.into_bytes()));
        let (base, head) = (RuleBook::read(&base), RuleBook::read(&head));
        let refused =
            |books: &[&RuleBook]| allowance(&Board::default(), books.iter().copied()).unwaivable();
        assert!(!refused(&[&head]).contains(ID), "the head alone allows it");
        assert!(refused(&[&head, &base]).contains(ID));
    }
}

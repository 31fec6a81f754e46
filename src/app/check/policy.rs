//! The policy check: facts of the catalogue, asked of every rule that the base or the head has.

use super::{Books, Question, Room};
use crate::app::facts::{facts, places};
use crate::model::{CheckName, Stage, counted};
use crate::policy::{aimless, run, test_rule};

/// Asks the policies of both sides, and tries out every rule of the head, those over payloads too.
pub(super) fn check(question: &Question<'_>, stage: Stage, books: &Books) -> Room {
    let book = &books.head;
    let catalogue = &question.head.catalogue;
    let input = facts(catalogue, question.as_of.date_naive(), stage);
    let places = places(catalogue);
    let document = input.to_value();
    let mut outcome = run(book, &document, &places);
    if let Some(before) = &books.base {
        // A change cannot weaken a rule and break it in one go: both sides' rules count.
        outcome = outcome.with_base(run(before, &document, &places));
    }
    let mut findings = outcome.findings;
    let payload = &books.payload;
    findings.extend(payload.refused.values().flatten().cloned());
    findings.extend(aimless(payload, catalogue));
    for rule in book.rules.iter().chain(&payload.rules) {
        findings.extend(test_rule(rule).findings);
    }
    let evaluated = outcome.evaluated.len();
    let mut not_proved = Vec::new();
    for (rules, why) in [
        (&outcome.not_applicable, "had nothing to judge"),
        (&outcome.not_evaluated, "could not be evaluated"),
        (&outcome.draft, "are drafts and never fail the gate"),
    ] {
        if !rules.is_empty() {
            let names: Vec<&str> = rules.iter().map(String::as_str).collect();
            not_proved.push(format!("Rules that {why}: {}.", names.join(", ")));
        }
    }
    Room::ran(CheckName::Policy, evaluated as u64, "rules")
        .summary(format!(
            "of {} expected: {} not applicable, {} not evaluated; {} proven by cases",
            outcome.expected.len(),
            outcome.not_applicable.len(),
            outcome.not_evaluated.len(),
            counted(payload.rules.len(), "payload rule")
        ))
        .findings(findings)
        .not_proved(not_proved)
}

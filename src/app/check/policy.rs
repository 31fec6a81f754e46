//! The policy check: facts of the files and of the other checks, asked of every rule that the base or the head has.

use super::gathering::Gathering;
use super::{Books, Question, Room};
use crate::app::facts::{Grounds, add, of_files, places};
use crate::evidence::of_value;
use crate::model::{CheckName, Finding, Stage, counted};
use crate::policy::input::Input;
use crate::policy::{aimless, run, test_rule};

/// What can be had without the other checks.
pub(super) struct Prepared {
    input: Input,
    /// What the cases of the rules show.
    findings: Vec<Finding>,
}

/// Computes the facts that the files tell, and tries out every rule of the head, those over payloads too.
pub(super) fn prepare(question: &Question<'_>, stage: Stage, books: &Books) -> Prepared {
    let input = of_files(&Grounds {
        head: question.head,
        payload_rules: &books.payload,
        as_of: question.as_of.date_naive(),
        stage,
    });
    let payload = &books.payload;
    let mut findings: Vec<Finding> = payload.refused.values().flatten().cloned().collect();
    findings.extend(aimless(payload, &question.head.catalogue));
    for rule in books.head.rules.iter().chain(&payload.rules) {
        findings.extend(test_rule(rule).findings);
    }
    Prepared { input, findings }
}

/// What the policies said, and the digest of the facts that they were asked about.
pub(super) struct Answered {
    pub room: Room,
    pub input: String,
}

/// Asks the policies of both sides about everything that is known by now.
pub(super) fn check(
    question: &Question<'_>,
    books: &Books,
    prepared: Prepared,
    others: &Gathering,
) -> Answered {
    let Prepared {
        mut input,
        findings: tried,
    } = prepared;
    add(&mut input, question.head, &others.shown());
    let places = places(question.head);
    let document = input.to_value();
    let mut outcome = run(&books.head, &document, &places);
    if let Some(before) = &books.base {
        // A change cannot weaken a rule and break it in one go: both sides' rules count.
        outcome = outcome.with_base(run(before, &document, &places));
    }
    let mut findings = std::mem::take(&mut outcome.findings);
    findings.extend(tried);
    let evaluated = outcome.evaluated.len();
    let mut not_proved: Vec<String> = others.unknown().into_iter().collect();
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
    let room = Room::ran(CheckName::Policy, evaluated as u64, "rules")
        .summary(format!(
            "of {} expected: {} not applicable, {} not evaluated; {} proven by cases",
            outcome.expected.len(),
            outcome.not_applicable.len(),
            outcome.not_evaluated.len(),
            counted(books.payload.rules.len(), "payload rule")
        ))
        .findings(findings)
        .not_proved(not_proved);
    Answered {
        input: of_value(&document),
        room: room.rules(outcome, document),
    }
}

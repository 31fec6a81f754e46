//! What holds for all payloads of a run, added up block by block.
//! Refuses to hold payloads: it grows with causes, and with those only up to a bound.

use crate::model::{
    PayloadCount, PayloadProblem, PayloadState, ProblemCause, ValidatedPayload, ValidationSummary,
};
use std::collections::BTreeMap;
use wire::json::pointer_starred;

/// Causes that are told apart; of more only the problems are counted.
const CAUSES: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub payloads: PayloadCount,
    causes: BTreeMap<Cause, (u64, String)>,
    /// All but the causes.
    summary: ValidationSummary,
}

/// Schema, rule and place.
type Cause = (Option<String>, String, String);

impl Tally {
    /// Adds as many payloads of which is said what is said of every one that is fine.
    pub(super) fn add_fine(&mut self, fine: &ValidatedPayload, payloads: u64) {
        let alike = PayloadCount {
            valid: payloads,
            ..PayloadCount::default()
        };
        self.count(fine, alike, payloads);
    }

    pub(super) fn add(&mut self, told: &ValidatedPayload) {
        let mut one = PayloadCount::default();
        one.add(told.state);
        self.count(told, one, 1);
        for problem in &told.problems {
            self.cause(told, problem);
        }
        if let Some(answer) = &told.answer {
            let text = format!("{} {}; {}", answer.status, answer.code, answer.retry);
            *self.summary.answers.entry(text).or_default() += 1;
        }
        let is_warned = told.state == PayloadState::Valid && !told.refused_by.is_empty();
        self.summary.warned += u64::from(is_warned);
        for verdict in &told.versions {
            let versions = &mut self.summary.versions;
            let count = versions.entry(verdict.version.clone()).or_default();
            count.payloads.add(match verdict.state {
                PayloadState::Valid => PayloadState::Valid,
                PayloadState::Invalid | PayloadState::Unreadable | PayloadState::Undecided => {
                    PayloadState::Invalid
                }
            });
            add(&mut count.problems, &verdict.problems);
        }
    }

    /// What is counted of every payload, for as many as are alike.
    fn count(&mut self, told: &ValidatedPayload, states: PayloadCount, payloads: u64) {
        plus(&mut self.payloads, states);
        if let Some(against) = &told.against {
            match self.summary.schemas.get_mut(against) {
                Some(count) => plus(count, states),
                None => {
                    self.summary.schemas.insert(against.clone(), states);
                }
            }
        }
        for left in &told.not_judged {
            let text = format!("{}: {}", left.rule, left.why);
            *self.summary.not_judged.entry(text).or_default() += payloads;
        }
    }

    fn cause(&mut self, told: &ValidatedPayload, problem: &PayloadProblem) {
        let cause = (
            told.against.clone(),
            problem.rule.clone(),
            pointer_starred(&problem.pointer),
        );
        let first = match told.record {
            Some(line) => format!("{}:{line}", told.file),
            None => told.file.clone(),
        };
        self.caused(cause, 1, first);
    }

    fn caused(&mut self, cause: Cause, problems: u64, first: String) {
        let is_known = self.causes.contains_key(&cause);
        if is_known || self.causes.len() < CAUSES {
            self.causes.entry(cause).or_insert((0, first)).0 += problems;
        } else {
            self.summary.more_causes += problems;
        }
    }

    /// Adds what came later.
    pub(super) fn merge(&mut self, later: Self) {
        plus(&mut self.payloads, later.payloads);
        for (schema, count) in later.summary.schemas {
            plus(self.summary.schemas.entry(schema).or_default(), count);
        }
        self.summary.more_causes += later.summary.more_causes;
        self.summary.warned += later.summary.warned;
        for (cause, (problems, first)) in later.causes {
            self.caused(cause, problems, first);
        }
        add(&mut self.summary.answers, &later.summary.answers);
        add(&mut self.summary.not_judged, &later.summary.not_judged);
        for (version, count) in later.summary.versions {
            let sum = self.summary.versions.entry(version).or_default();
            plus(&mut sum.payloads, count.payloads);
            add(&mut sum.problems, &count.problems);
        }
    }

    pub(super) fn finish(self) -> ValidationSummary {
        let causes = self.causes.into_iter();
        let mut causes: Vec<ProblemCause> = causes
            .map(
                |((against, rule, pointer), (problems, first))| ProblemCause {
                    against,
                    rule,
                    pointer,
                    problems,
                    first,
                },
            )
            .collect();
        // Sorting is stable: equal ones stay in the order of their schemas, rules and places.
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.problems));
        ValidationSummary {
            causes,
            ..self.summary
        }
    }
}

fn plus(sum: &mut PayloadCount, other: PayloadCount) {
    sum.valid += other.valid;
    sum.invalid += other.invalid;
    sum.undecided += other.undecided;
    sum.unreadable += other.unreadable;
}

fn add(sum: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (what, count) in other {
        *sum.entry(what.clone()).or_default() += count;
    }
}

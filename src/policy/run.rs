//! Asks every rule about one document of facts and checks each answer before it becomes a finding.
//! Refuses to take silence for a pass: a rule that raised, ran out of time or pointed nowhere is not evaluated.

use super::denial::{Denial, fill};
use super::file::RuleStatus;
use super::guard::all_empty;
use super::rule::Rule;
use super::{RuleBook, input};
use crate::model::{Finding, Gravity, Place};
use crate::rego::{Facts, PolicyEngine, Raised};
use serde_json::Value;
use std::collections::BTreeSet;

/// Finds the place of a pointer of a subject; `None` when either does not exist.
pub type Places<'a> = dyn Fn(&str, &str) -> Option<Place> + 'a;

/// What the rules said, and which of them said it. Every expected rule is in exactly one of
/// `evaluated`, `not_applicable` and `not_evaluated`; `draft` repeats those that never gate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    pub expected: BTreeSet<String>,
    pub evaluated: BTreeSet<String>,
    pub not_applicable: BTreeSet<String>,
    pub draft: BTreeSet<String>,
    pub not_evaluated: BTreeSet<String>,
}

impl Outcome {
    /// Adds what the base's rules say of the same document: a finding from either side counts, the heavier weight wins.
    ///
    /// A change that weakens a rule and breaks it in one go is still found. Rules of the base that can no longer
    /// be loaded or evaluated say nothing here; that a rule is gone is told by `lifecycle`.
    #[must_use]
    pub fn with_base(mut self, base: Self) -> Self {
        for finding in base.findings {
            let Gravity::Declared(weight) = finding.gravity else {
                continue;
            };
            let print = finding.fingerprint();
            let same = self.findings.iter_mut().find(|f| f.fingerprint() == print);
            match same {
                None => self.findings.push(
                    finding.note("base", "only the rule as it was before this change says so"),
                ),
                Some(found) => {
                    if let Gravity::Declared(own) = found.gravity {
                        found.gravity = Gravity::Declared(own.max(weight));
                    }
                }
            }
        }
        self
    }
}

/// Every rule of the book over `document`.
#[must_use]
pub fn run(book: &RuleBook, document: &Value, places: &Places<'_>) -> Outcome {
    let mut outcome = Outcome {
        findings: book.refused.values().flatten().cloned().collect(),
        not_evaluated: book.refused.keys().cloned().collect(),
        ..Outcome::default()
    };
    let rules: Vec<&Rule> = book.rules.iter().filter(|rule| rule.runs()).collect();
    let names = rules.iter().map(|rule| rule.name.clone());
    outcome.expected = names.chain(outcome.not_evaluated.clone()).collect();
    if let Some(fault) = input::fault(document) {
        outcome.findings.push(invalid(&fault));
        outcome.not_evaluated = outcome.expected.clone();
        return outcome;
    }
    let facts = Facts::new(document);
    let subjects = input::subjects(document);
    for rule in rules {
        let host = Host {
            rule,
            subjects: &subjects,
            places,
        };
        let params = Value::Object(rule.file.params.clone());
        let answer = ask(rule, &facts.with("params", &params));
        let flawed = host.judge(answer.as_deref(), &mut outcome.findings);
        let list = match flawed {
            true => &mut outcome.not_evaluated,
            false if all_empty(document, &rule.file.applies) => &mut outcome.not_applicable,
            false => &mut outcome.evaluated,
        };
        list.insert(rule.name.clone());
        if rule.file.status == RuleStatus::Draft {
            outcome.draft.insert(rule.name.clone());
        }
    }
    outcome
}

/// What one rule says of a document, in its own parameters unless `facts` carry others.
///
/// Errors: it raised, ran out of time or gave no set
pub(super) fn ask(rule: &Rule, facts: &Facts) -> Result<Vec<Value>, Raised> {
    rule.engine.clone().ask(facts, &rule.query())
}

/// One rule and what its answers are checked against.
pub(super) struct Host<'a> {
    pub rule: &'a Rule,
    pub subjects: &'a BTreeSet<&'a str>,
    pub places: &'a Places<'a>,
}

impl Host<'_> {
    /// Adds the rule's findings; true when any part of its answer could not be used.
    pub(super) fn judge(
        &self,
        answer: Result<&[Value], &Raised>,
        findings: &mut Vec<Finding>,
    ) -> bool {
        let members = match answer {
            Ok(members) => members,
            Err(raised) => {
                findings.push(self.not_evaluated(&raised.to_string()));
                return true;
            }
        };
        let mut told = BTreeSet::new();
        let before = findings.len();
        let mut flaw = None;
        for member in members {
            match self.finding(member) {
                Ok(finding) if told.insert(finding.fingerprint()) => findings.push(finding),
                Ok(_) => flaw = Some("two results differ in nothing that a waiver sees".to_owned()),
                Err(reason) => flaw = Some(reason),
            }
        }
        if let Some(after) = findings.get_mut(before..) {
            after.sort_by(|a, b| {
                let key = |f: &Finding| (f.place.clone(), f.pointer.clone(), f.kind.clone());
                key(a).cmp(&key(b))
            });
        }
        if let Some(reason) = &flaw {
            findings.push(self.not_evaluated(reason));
        }
        flaw.is_some()
    }

    fn finding(&self, member: &Value) -> Result<Finding, String> {
        let denial = Denial::read(member)?;
        let file = &self.rule.file;
        if !self.subjects.contains(denial.subject.as_str()) {
            return Err("a result names a subject that is not in the facts".to_owned());
        }
        let place = (self.places)(&denial.subject, &denial.pointer).ok_or_else(|| {
            format!(
                "a result points at `{}` of `{}`, where nothing stands",
                denial.pointer, denial.subject
            )
        })?;
        let finding = Finding::new(&file.id, denial.subject.clone(), place)
            .gravity(Gravity::Declared(file.severity_of(&denial.kind)))
            .pointer(denial.pointer.clone())
            .kind(denial.kind.clone())
            .message(fill(&file.message, &denial)?)
            .remedy(fill(&file.remedy, &denial)?)
            .note("owner", file.owner.clone());
        Ok(match file.status {
            RuleStatus::Draft => finding.note("draft", "this rule is a draft and does not gate"),
            RuleStatus::Active | RuleStatus::Retired => finding,
        })
    }

    fn not_evaluated(&self, reason: &str) -> Finding {
        let rule = self.rule;
        let place = Place::start(&rule.rego.path);
        Finding::new("policy/rule-not-evaluated", rule.file.id.clone(), place)
            .kind("not-evaluated")
            .message(format!(
                "`{}` could not be evaluated: {reason}",
                rule.file.id
            ))
            .remedy("mend the rule; until then nobody knows what it would have said")
    }
}

fn invalid(fault: &str) -> Finding {
    Finding::new(
        "policy/input-invalid",
        "policy-input",
        Place::start("schemas/policy-input"),
    )
    .kind("invalid")
    .message(format!(
        "the facts do not fit the schema that the rules rely on: {fault}"
    ))
    .remedy("report this as a defect of matchmark; no rule was evaluated")
}

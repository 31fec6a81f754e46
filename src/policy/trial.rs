//! Whether a rule does exactly what its cases say, and whether every word of it matters.
//! Refuses a rule of which a name could be misspelt, a line left out or a fact deleted without any case noticing.

use super::denial::Denial;
use super::fixture::Fixture;
use super::path;
use super::rule::Rule;
use super::run::ask;
use crate::model::{Finding, Place};
use crate::rego::{Facts, PolicyEngine, Raised, Regorus, Span};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the trial of one rule came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    pub cases: usize,
    /// Texts with one name misspelt, and how many of them some case noticed.
    pub mutants: usize,
    pub killed: usize,
    /// Declared reads, and how many of them some case noticed the loss of.
    pub reads: usize,
    pub needed: usize,
    /// Lines that hold code, and those of them that no case reached.
    pub lines: BTreeSet<u32>,
    pub unreached: BTreeSet<u32>,
    pub findings: Vec<Finding>,
}

type Answer = Result<Vec<Value>, Raised>;

/// Runs every case of a rule, then misspells each of its names, then deletes each fact that it reads.
#[must_use]
pub fn test_rule(rule: &Rule) -> Trial {
    let mut trial = Trial {
        cases: rule.fires.len() + rule.quiet.len(),
        reads: rule.file.reads.len(),
        mutants: rule.reading.words.len(),
        ..Trial::default()
    };
    let answers = cases(rule, &mut trial);
    for word in &rule.reading.words {
        if is_noticed(rule, *word, &answers) {
            trial.killed += 1;
        } else {
            let place = rule.rego.place(word.start);
            let reason = "this name can be misspelt and no case notices";
            trial.findings.push(unproven(rule, place, "mutant", reason));
        }
    }
    for read in &rule.file.reads {
        if is_needed(rule, read) {
            trial.needed += 1;
        } else {
            let place = rule.toml.find(read);
            let reason = format!("`{read}` can be deleted and no firing case notices");
            trial
                .findings
                .push(unproven(rule, place, "idle-read", &reason));
        }
    }
    trial
}

/// Numbers of the lines of a rule's text that some case has to reach: all but the package, comments, blank lines and
/// those that only open or close something.
#[must_use]
pub fn code_lines(text: &str) -> BTreeSet<u32> {
    let is_code = |line: &str| {
        let line = line.trim();
        let holds = line.chars().any(char::is_alphanumeric);
        holds && !line.starts_with('#') && !line.starts_with("package ")
    };
    let numbered = (1..).zip(text.lines());
    numbered
        .filter(|(_, line)| is_code(line))
        .map(|(number, _)| number)
        .collect()
}

/// What other rules say of this rule's cases: each case is about one thing only.
#[must_use]
pub fn cross(rule: &Rule, others: &[Rule]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for other in others.iter().filter(|other| other.file.id != rule.file.id) {
        let params = Value::Object(other.file.params.clone());
        let cases = rule.fires.iter().chain(&rule.quiet);
        for case in cases.filter(|case| case.is_within(&other.ranges)) {
            let facts = Facts::new(&case.input).with("params", &params);
            if ask(other, &facts) != Ok(Vec::new()) {
                let reason = format!("`{}` also speaks about this case", other.file.id);
                let place = Place::start(&case.path);
                findings.push(unproven(rule, place, "cross", &reason));
            }
        }
    }
    findings
}

/// The answer to every case; what differs from the case, and lines that none reached, are findings.
fn cases<'a>(rule: &'a Rule, trial: &mut Trial) -> Vec<(&'a Fixture, Answer)> {
    let mut engine = rule.engine.clone();
    engine.watch();
    let query = rule.query();
    let mut answers = Vec::with_capacity(trial.cases);
    for case in rule.fires.iter().chain(&rule.quiet) {
        let answer = engine.ask(&Facts::new(&case.input), &query);
        if let Err(reason) = as_listed(case, &answer) {
            let place = Place::start(&case.path);
            trial.findings.push(unproven(rule, place, "case", &reason));
        }
        answers.push((case, answer));
    }
    trial.lines = code_lines(rule.rego.text().unwrap_or_default());
    trial.unreached = &trial.lines - &engine.reached();
    for line in &trial.unreached {
        let place = Place {
            line: *line,
            ..Place::start(&rule.rego.path)
        };
        let reason = "no case reaches this line";
        trial.findings.push(unproven(rule, place, "line", reason));
    }
    answers
}

/// The cases of the rule as it was that the rule as it is answers otherwise than they list.
#[must_use]
pub fn unheld<'a>(before: &'a Rule, now: &Rule) -> Vec<&'a Fixture> {
    let cases = before.fires.iter().chain(&before.quiet);
    let is_unheld = |case: &&Fixture| {
        let answer = ask(now, &Facts::new(&case.input));
        as_listed(case, &answer).is_err()
    };
    cases.filter(is_unheld).collect()
}

fn as_listed(case: &Fixture, answer: &Answer) -> Result<(), String> {
    let members = answer.as_ref().map_err(ToString::to_string)?;
    let denials: BTreeSet<Denial> = members.iter().map(Denial::read).collect::<Result<_, _>>()?;
    let missing = case.findings.difference(&denials).count();
    let extra = denials.difference(&case.findings).count();
    if missing + extra == 0 {
        return Ok(());
    }
    Err(format!(
        "the rule does not say {missing} of the findings listed here and says {extra} others"
    ))
}

/// Whether some case comes out differently when the word at `span` is misspelt.
fn is_noticed(rule: &Rule, span: Span, answers: &[(&Fixture, Answer)]) -> bool {
    let Some(text) = misspelt(rule.rego.text().unwrap_or_default(), span) else {
        return false;
    };
    let Ok(mut mutant) = Regorus::load(&rule.rego.path, &text) else {
        return true;
    };
    let query = rule.query();
    answers
        .iter()
        .any(|(case, answer)| mutant.ask(&Facts::new(&case.input), &query) != *answer)
}

/// The text with one letter too many in the word at `span`.
fn misspelt(text: &str, span: Span) -> Option<String> {
    let word = text.get(span.start..span.end)?;
    let quote = usize::from(word.starts_with('"'));
    let mut text = text.to_owned();
    text.insert(span.start + quote, 'x');
    Some(text)
}

/// Whether some firing case comes out differently, on the bare engine, without the fact.
fn is_needed(rule: &Rule, read: &str) -> bool {
    rule.fires.iter().any(|case| {
        let (lacking, removed) = path::without(&case.input, read);
        removed && ask(rule, &Facts::new(&lacking)) != ask(rule, &Facts::new(&case.input))
    })
}

fn unproven(rule: &Rule, place: Place, kind: &str, reason: &str) -> Finding {
    Finding::new("policy/rule-unproven", rule.file.id.clone(), place)
        .kind(kind)
        .message(format!(
            "`{}` is not proven by its cases: {reason}",
            rule.file.id
        ))
        .remedy("add or mend a case in fires/ or quiet/, or simplify the rule")
}

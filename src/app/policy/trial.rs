//! `policy test` and `policy coverage`: what the cases of rules prove, and what they leave open.

use super::{Books, only, workspace};
use crate::app::{Answer, AppError};
use crate::catalogue::{RuleFolder, Workspace};
use crate::model::{
    CoveredFile, Finding, PolicyCoverage, PolicyTestRequest, PolicyTrial, RuleFlaw, Severity,
    TriedRule, Verdict, rule,
};
use crate::policy::{Rule, RuleBook, Trial, code_lines, cross, test_rule};
use crate::report::Content;
use std::collections::BTreeMap;

/// Every rule that was asked for, tried out; each of its cases is put to the other rules of its family too.
pub(super) fn test(request: &PolicyTestRequest) -> Result<Answer, AppError> {
    let (whole, mut findings) = workspace(&request.repository)?;
    let mut asked = whole.clone();
    only(&mut asked, &request.rules)?;
    findings.retain(|finding| finding.place.file.starts_with("policies/"));
    let all = Books::of(&whole);
    let mut rules = Vec::new();
    for (book, folders) in books(&all, &asked) {
        for name in folders.keys() {
            findings.extend(book.refused.get(name).into_iter().flatten().cloned());
        }
        let asked = |rule: &&Rule| folders.contains_key(&rule.name);
        for rule in book.rules.iter().filter(asked) {
            let trial = test_rule(rule);
            let spoken = cross(rule, &book.rules);
            rules.push(tried(rule, &trial, book.rules.len(), spoken.is_empty()));
            findings.extend(trial.findings);
            findings.extend(spoken);
        }
    }
    let unusable = |finding: &Finding| finding.rule != "policy/rule-unproven";
    let verdict = match () {
        () if findings.iter().any(unusable) => Verdict::Error,
        () if !findings.is_empty() => Verdict::NoGo,
        () if rules.is_empty() => Verdict::Empty,
        () => Verdict::Go,
    };
    let trial = PolicyTrial {
        verdict,
        exit_code: verdict.exit_code(),
        rules,
        flaws: findings.into_iter().map(flaw).collect(),
    };
    let content = Content::PolicyTrial(&trial);
    Answer::of(verdict, trial.exit_code, content, &request.show, None)
}

/// How much of the text of every rule some case reaches. The files are counted here, not by the engine: a text that
/// was never asked about is not left out of the sum.
pub(super) fn coverage(request: &PolicyTestRequest) -> Result<Answer, AppError> {
    let (mut asked, _) = workspace(&request.repository)?;
    only(&mut asked, &request.rules)?;
    let all = Books::of(&asked);
    let mut files = Vec::new();
    for (book, folders) in books(&all, &asked) {
        for (name, folder) in folders {
            let rule = book.rules.iter().find(|rule| rule.name == *name);
            files.push(match rule {
                Some(rule) => covered(rule),
                None => uncovered(folder, book.refused.get(name)),
            });
        }
    }
    let full = |file: &CoveredFile| file.obstacle.is_none() && file.unreached.is_empty();
    let verdict = match () {
        () if files.is_empty() => Verdict::Empty,
        () if files.iter().all(full) => Verdict::Go,
        () => Verdict::NoGo,
    };
    let coverage = PolicyCoverage {
        verdict,
        exit_code: verdict.exit_code(),
        lines: files.iter().map(|file| file.lines).sum(),
        reached: files.iter().map(|file| file.reached).sum(),
        files,
    };
    let content = Content::PolicyCoverage(&coverage);
    Answer::of(verdict, coverage.exit_code, content, &request.show, None)
}

/// Each family's book beside the folders of it that were asked for.
fn books<'a>(
    all: &'a Books,
    asked: &'a Workspace,
) -> [(&'a RuleBook, &'a BTreeMap<String, RuleFolder>); 2] {
    [
        (&all.policy, &asked.rules),
        (&all.payload, &asked.payload_rules),
    ]
}

fn flaw(finding: Finding) -> RuleFlaw {
    let known = rule(&finding.rule);
    RuleFlaw {
        severity: known.map_or(Severity::Error, |known| known.severity),
        rule: finding.rule,
        subject: finding.subject,
        kind: finding.kind,
        location: finding.place,
        message: finding.message,
        remedy: finding.remedy,
    }
}

fn tried(rule: &Rule, trial: &Trial, rules: usize, alone: bool) -> TriedRule {
    TriedRule {
        id: rule.file.id.clone(),
        fires: rule.fires.len(),
        quiet: rule.quiet.len(),
        mutants: trial.mutants,
        killed: trial.killed,
        reads: trial.reads,
        needed: trial.needed,
        lines: trial.lines.len(),
        reached: trial.lines.len() - trial.unreached.len(),
        others: rules.saturating_sub(1),
        proven: trial.findings.is_empty() && alone,
    }
}

fn covered(rule: &Rule) -> CoveredFile {
    let trial = test_rule(rule);
    CoveredFile {
        rule: rule.file.id.clone(),
        file: rule.rego.path.clone(),
        lines: trial.lines.len(),
        reached: trial.lines.len() - trial.unreached.len(),
        unreached: trial.unreached.into_iter().collect(),
        obstacle: None,
    }
}

fn uncovered(folder: &RuleFolder, refused: Option<&Vec<Finding>>) -> CoveredFile {
    let text = folder.rego.as_ref().and_then(|source| source.text());
    let lines = text.map(code_lines).unwrap_or_default();
    let why = refused.and_then(|findings| findings.first());
    CoveredFile {
        rule: folder.id(),
        file: format!("{}/rule.rego", folder.home()),
        lines: lines.len(),
        reached: 0,
        unreached: lines.into_iter().collect(),
        obstacle: Some(why.map_or_else(
            || "the rule cannot run".to_owned(),
            |finding| finding.message.clone(),
        )),
    }
}

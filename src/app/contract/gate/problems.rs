//! What a report found wrong, as it is kept: rules, places and fingerprints, never the message.

use crate::contract::Contract;
use crate::model::{CheckName, Judged, Problem, ReplayProof, Report, Severity, Standing};

/// One finding as it is kept; `None` for what decides nothing.
fn problem(finding: &Judged) -> Option<Problem> {
    let standing = match finding.severity {
        Severity::Fault | Severity::Error => Standing::Failed,
        Severity::Undecided => Standing::Undecided,
        Severity::Warning | Severity::Info => return None,
    };
    Some(Problem {
        rule: finding.rule.clone(),
        standing,
        pointer: finding.pointer.clone(),
        kind: finding.kind.clone(),
        fingerprint: finding.fingerprint.clone(),
        contract_at: finding.location.to_string(),
    })
}

pub(super) fn kept<'a>(findings: impl Iterator<Item = &'a Judged>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = findings.filter_map(problem).collect();
    problems.sort();
    problems.dedup();
    problems
}

/// What was found wrong with `subject`.
pub(super) fn of_subject(report: &Report, subject: &str) -> Vec<Problem> {
    kept(report.findings.iter().filter(|it| it.subject == subject))
}

/// What was found wrong between the two sides of a contract and belongs to no interaction of its own.
pub(super) fn of_contract(report: &Report, contract: &Contract, us: &str) -> Vec<Problem> {
    let inside = format!("{}#", contract.path);
    let other = if contract.provider == us {
        &contract.consumer
    } else {
        &contract.provider
    };
    kept(report.findings.iter().filter(|it| {
        let is_ours = it.rule.starts_with("contract/") && !it.subject.starts_with(&inside);
        is_ours && (it.subject == contract.path || it.subject == *other)
    }))
}

/// The worst of them; `Passed` where there are none.
pub(super) fn worst(problems: &[Problem]) -> Standing {
    let worst = problems.iter().map(|problem| problem.standing).max();
    worst.unwrap_or(Standing::Passed)
}

/// What the recorded payloads showed, where they were replayed.
pub(super) fn replay(report: &Report, corpus: Option<String>) -> Option<ReplayProof> {
    let corpus = corpus?;
    let check = report
        .checks
        .iter()
        .find(|it| it.name == CheckName::Replay)?;
    if !check.ran {
        return None;
    }
    let problems =
        kept(report.findings.iter().filter(|it| {
            it.rule.starts_with("replay/") || it.location.file.starts_with("payloads/")
        }));
    Some(ReplayProof {
        corpus,
        envelopes: check.subjects,
        standing: worst(&problems),
        problems,
    })
}

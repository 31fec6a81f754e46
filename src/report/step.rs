//! The report as outputs of a GitHub step: one word a line, for a workflow to decide by.
//! Refuses to hold a name that somebody wrote: words of ours and counts only.

use crate::model::{Bump, CheckName, Judged, Report, Severity, Verdict};

/// The four steps of the gate and the checks that each of them stands for.
///
/// Source: playbook, phase 2: schema lint, contract tests, policy-as-code, release gates
const STEPS: [(&str, &[CheckName]); 4] = [
    ("schema-lint", &[CheckName::Catalogue, CheckName::Compat]),
    ("contract-tests", &[CheckName::Contract, CheckName::Replay]),
    ("policy-as-code", &[CheckName::Policy]),
    ("release-gates", &[CheckName::Lifecycle]),
];

/// Every output, `name=value`.
pub(super) fn outputs(report: &Report) -> String {
    let bump = report
        .changes
        .iter()
        .filter(|change| change.new)
        .map(|change| change.required)
        .max()
        .unwrap_or(Bump::None);
    let summary = &report.summary;
    let mut text = format!(
        "verdict={}\nerrors={}\nrequired-bump={}\n",
        report.verdict.word(),
        summary.faults + summary.errors,
        bump.word()
    );
    for (step, verdict) in steps(report) {
        text.push_str(&format!("{step}={}\n", verdict.word()));
    }
    text
}

/// The outputs of a run that did not end.
pub(super) fn unfinished() -> String {
    let mut text = "verdict=error\nerrors=0\nrequired-bump=none\n".to_owned();
    for (step, _) in STEPS {
        text.push_str(&format!("{step}=error\n"));
    }
    text
}

/// Each step with the worst of its checks. What no check answers for falls to the release gates; a step without a check
/// that spoke has checked nothing.
fn steps(report: &Report) -> impl Iterator<Item = (&'static str, Verdict)> {
    STEPS.into_iter().map(|(step, names)| {
        let own = report.checks.iter().filter(|c| names.contains(&c.name));
        let worst = own.filter_map(|check| check.verdict).max();
        let mut verdict = worst.unwrap_or(Verdict::Empty);
        if names.contains(&CheckName::Lifecycle) {
            verdict = verdict.max(orphaned(report));
        }
        (step, verdict)
    })
}

/// What the findings come to for which no check answers.
fn orphaned(report: &Report) -> Verdict {
    let is_of_a_check = |judged: &Judged| {
        let mut names = CheckName::ALL.into_iter();
        judged.check().is_some() || names.any(|name| judged.subject == name.word())
    };
    let weigh = |judged: &Judged| match judged.severity {
        Severity::Fault => Verdict::Error,
        Severity::Error => Verdict::NoGo,
        Severity::Undecided => Verdict::Undecided,
        Severity::Warning | Severity::Info => Verdict::Go,
    };
    let own = report.findings.iter();
    let own = own.filter(|judged| judged.waived.is_none() && !is_of_a_check(judged));
    own.map(weigh).max().unwrap_or(Verdict::Go)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{green, red};

    fn judged(mut report: Report) -> Report {
        for check in &mut report.checks {
            check.verdict = Some(Verdict::Go);
        }
        report
    }

    #[test]
    fn a_step_is_the_worst_of_its_checks() {
        let mut report = judged(red());
        for check in &mut report.checks {
            match check.name {
                CheckName::Compat => check.verdict = Some(Verdict::NoGo),
                CheckName::Replay => check.verdict = Some(Verdict::Undecided),
                CheckName::Catalogue
                | CheckName::Policy
                | CheckName::Contract
                | CheckName::Lifecycle => {}
            }
        }
        assert_eq!(
            outputs(&report),
            "verdict=no-go\nerrors=1\nrequired-bump=major\n\
             schema-lint=no-go\ncontract-tests=undecided\npolicy-as-code=go\nrelease-gates=go\n"
        );
    }

    #[test]
    fn a_step_that_checked_nothing_is_not_green() {
        let mut report = judged(green());
        report
            .checks
            .retain(|check| check.name != CheckName::Lifecycle);
        assert!(outputs(&report).ends_with("release-gates=empty\n"));
    }

    #[test]
    fn a_run_that_did_not_end_leaves_no_step_green() {
        assert!(!unfinished().contains("=go"));
        assert_eq!(
            unfinished().lines().count(),
            outputs(&green()).lines().count()
        );
    }
}

//! Whether a record may say of itself what it says: its verdict and exit code follow from what it lists.
//! Refuses to find a verdict too hard: a record does not tell how strict the profile was, only what no profile forgives.

use crate::model::{CheckState, FindingMark, RunRecord, Severity, Verdict};

/// What is wrong with a record whose own list speaks against its verdict.
pub(super) fn forged(record: &RunRecord) -> Option<&'static str> {
    if record.verdict < at_least(record) {
        return Some("it is forged: what it lists does not allow the verdict that it claims");
    }
    let asked = &record.asked;
    let code = record.verdict.forgiven(asked.allow_empty, asked.exit_zero);
    (record.exit_code != code)
        .then_some("it is forged: its exit code is not the one of the verdict that it claims")
}

/// The best verdict that any profile could have given.
fn at_least(record: &RunRecord) -> Verdict {
    let is_idle = |check: &CheckState| check.subjects == 0;
    let is_light = |mark: &FindingMark| mark.severity < Severity::Error;
    if record.checks.iter().all(is_idle) && record.findings.iter().all(is_light) {
        return Verdict::Empty;
    }
    let asked = record.asked.fail_on;
    let floor = asked.map_or(Severity::Error, |asked| asked.min(Severity::Error));
    let verdicts = record.findings.iter().map(|mark| match mark.severity {
        Severity::Fault => Verdict::Error,
        Severity::Undecided => Verdict::Undecided,
        // A waiver covers neither a file that cannot be used nor an open question.
        Severity::Error | Severity::Warning | Severity::Info if mark.waiver.is_some() => {
            Verdict::Go
        }
        severity @ (Severity::Error | Severity::Warning | Severity::Info) if severity >= floor => {
            Verdict::NoGo
        }
        Severity::Error | Severity::Warning | Severity::Info => Verdict::Go,
    });
    verdicts.max().unwrap_or(Verdict::Go)
}

//! The last line: the verdict as a word, one sentence, the exit code.

use super::Paint;
use crate::model::{Report, Verdict};
use std::fmt::Write as _;

/// Column where the exit code stands.
const WIDTH: usize = 100;

/// Writes the verdict line.
pub(in crate::report) fn line(
    out: &mut String,
    verdict: Verdict,
    exit_code: u8,
    sentence: &str,
    paint: Paint,
) {
    let word = verdict.word().to_uppercase();
    let painted = match verdict {
        Verdict::Go => paint.green(&word),
        Verdict::NoGo | Verdict::Error => paint.red(&word),
        Verdict::Undecided | Verdict::Empty => paint.yellow(&word),
    };
    let used = word.chars().count() + 2;
    let room = WIDTH.saturating_sub(used);
    let _ = writeln!(out, "{painted}  {sentence:<room$} exit {exit_code}");
}

/// What the verdict rests on, in one sentence.
pub(in crate::report) fn sentence(report: &Report) -> String {
    let summary = &report.summary;
    let mut text = match report.verdict {
        Verdict::Go => "everything that was asked for was checked".to_owned(),
        Verdict::Empty => "nothing was checked".to_owned(),
        Verdict::Error => format!(
            "{} of ours could not be used",
            counted(summary.faults, "file")
        ),
        Verdict::NoGo => format!(
            "{}, {}",
            counted(summary.errors, "error"),
            counted(summary.warnings, "warning")
        ),
        Verdict::Undecided => undecided(report),
    };
    if report.verdict == Verdict::Go && summary.warnings > 0 {
        let _ = write!(text, "; {}", counted(summary.warnings, "warning"));
    }
    if summary.waived > 0 {
        let _ = write!(text, "; {} waived", summary.waived);
    }
    let short = report
        .changes
        .iter()
        .filter(|change| change.new && change.required > change.declared)
        .count();
    if short > 0 {
        let _ = write!(text, "; {} too small", counted(short, "version step"));
    }
    text
}

fn undecided(report: &Report) -> String {
    let mut parts = Vec::new();
    if report.summary.undecided > 0 {
        parts.push(format!(
            "{} not settled",
            counted(report.summary.undecided, "question")
        ));
    }
    let idle: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| !check.ran)
        .map(|check| check.name.word())
        .collect();
    if !idle.is_empty() {
        parts.push(format!("{} did not run", idle.join(", ")));
    }
    if parts.is_empty() {
        parts.push("something that is required was not proved".to_owned());
    }
    parts.join("; ")
}

/// `1 error`, `2 errors`.
pub(in crate::report) fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

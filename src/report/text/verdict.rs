//! The last line: the verdict as a word, one sentence, the exit code.

use super::Paint;
use crate::model::{Report, Summary, Verdict, counted};
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
    last(out, &word, &painted, sentence, exit_code);
}

/// Writes a last line that opens with `word`, which may be painted.
pub(in crate::report) fn last(
    out: &mut String,
    word: &str,
    painted: &str,
    sentence: &str,
    exit_code: u8,
) {
    let room = WIDTH.saturating_sub(word.chars().count() + 2);
    let _ = writeln!(out, "{painted}  {sentence:<room$} exit {exit_code}");
}

/// What the verdict rests on, in one sentence.
pub(in crate::report) fn sentence(report: &Report) -> String {
    let summary = &report.summary;
    let mut text = match report.verdict {
        Verdict::Go => "everything that was asked for was checked".to_owned(),
        Verdict::Empty => {
            "nothing was checked; `matchmark init` writes something to begin with".to_owned()
        }
        Verdict::Error => failed(summary),
        Verdict::NoGo => refused(summary),
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
        let steps = if short == 1 { "step is" } else { "steps are" };
        let _ = write!(text, "; {short} version {steps} too small");
    }
    text
}

fn failed(summary: &Summary) -> String {
    let mut text = format!(
        "{} of ours could not be used",
        counted(summary.faults, "file")
    );
    if summary.errors > 0 {
        let _ = write!(text, "; {}", counted(summary.errors, "error"));
    }
    text
}

fn refused(summary: &Summary) -> String {
    let mut text = format!(
        "{}, {}",
        counted(summary.errors, "error"),
        counted(summary.warnings, "warning")
    );
    if summary.undecided > 0 {
        let _ = write!(
            text,
            "; {} not settled",
            counted(summary.undecided, "question")
        );
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

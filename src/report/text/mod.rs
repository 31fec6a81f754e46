//! The report for a terminal: findings, changes, checks, proof and limits, verdict last.

mod change;
mod finding;
mod paint;
mod verdict;

use super::Style;
use super::hygiene::clean;
use crate::model::{Check, Judged, Report, Severity};
use std::fmt::Write as _;

pub(super) use change::change;
pub(super) use finding::{finding, source};
pub(super) use paint::Paint;
pub(super) use verdict::{counted, line as verdict_line, sentence};

/// The whole report.
pub(super) fn report(report: &Report, style: &Style) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    findings(&mut out, &report.findings, style, paint);
    for step in report
        .changes
        .iter()
        .filter(|step| step.new || style.verbose)
    {
        change(&mut out, step, style.verbose);
    }
    checks(&mut out, &report.checks, paint);
    proof(&mut out, report);
    let sentence = sentence(report);
    verdict_line(&mut out, report.verdict, report.exit_code, &sentence, paint);
    out
}

/// Every finding that is worth a person's time, and how many are kept back.
pub(super) fn findings(out: &mut String, findings: &[Judged], style: &Style, paint: Paint) {
    let (shown, quiet): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|judged| style.verbose || judged.severity > Severity::Info);
    let most = style.max_findings.unwrap_or(shown.len());
    for judged in shown.iter().take(most) {
        finding(out, judged, paint);
        out.push('\n');
    }
    if shown.len() > most {
        let more = shown.len() - most;
        let _ = writeln!(out, "... {more} more: the json format holds all of them\n");
    }
    if !quiet.is_empty() {
        let remarks = counted(quiet.len(), "remark");
        let _ = writeln!(out, "{remarks} kept back: -v shows them\n");
    }
}

fn checks(out: &mut String, checks: &[Check], paint: Paint) {
    let wide = |cell: &dyn Fn(&Check) -> usize| checks.iter().map(cell).max().unwrap_or(0);
    let count = wide(&|check| check.subjects.to_string().len());
    let unit = wide(&|check| check.unit.chars().count());
    for check in checks {
        let _ = write!(
            out,
            "  {:<10} {:>count$} {:<unit$}  ",
            check.name.word(),
            check.subjects,
            clean(&check.unit)
        );
        let summary = clean(&check.summary);
        if check.ran {
            let _ = writeln!(out, "{summary}");
        } else {
            let _ = writeln!(out, "{}  {summary}", paint.yellow("NOT RUN"));
        }
    }
}

fn proof(out: &mut String, report: &Report) {
    let header = &report.header;
    let against = header.base.as_deref().map_or_else(
        || "without a base".to_owned(),
        |base| format!("against {}", revision(base)),
    );
    let _ = writeln!(
        out,
        "Judged   {} {against}   stage {}   as of {}",
        revision(&header.head),
        clean(&header.stage),
        header.as_of
    );
    let _ = writeln!(out, "Proved   {}", proved(&report.checks));
    for (index, limit) in report.not_proved.iter().enumerate() {
        let label = if index == 0 { "Limits" } else { "" };
        let _ = writeln!(out, "{label:<8} {}", clean(limit));
    }
}

/// A revision as people name it: commits by their first seven digits.
pub(super) fn revision(name: &str) -> String {
    let short = |word: &str| {
        let is_commit = word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let shown = if is_commit { 7 } else { usize::MAX };
        word.chars().take(shown).collect::<String>()
    };
    let words: Vec<String> = clean(name).split(' ').map(short).collect();
    words.join(" ")
}

/// What was judged, in one line: `14 versions, 5 rules`.
pub(super) fn proved(checks: &[Check]) -> String {
    let parts: Vec<String> = checks
        .iter()
        .filter(|check| check.ran && check.subjects > 0)
        .map(|check| format!("{} {}", check.subjects, clean(&check.unit)))
        .collect();
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join(", ")
    }
}

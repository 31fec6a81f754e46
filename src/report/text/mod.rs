//! The report for a terminal: findings, changes, checks, proof and limits, verdict last.

mod change;
mod finding;
mod matrix;
mod paint;
mod verdict;
mod witness;

use super::Style;
use super::hygiene::clean;
use crate::model::{Check, CheckName, Governance, Judged, Report, Severity, counted};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) use change::{change, detail, heading, settled, sign};
pub(super) use finding::finding;
pub(super) use paint::Paint;
pub(super) use verdict::{last as last_line, line as verdict_line, sentence};
pub(super) use witness::{again, short, source, witness};

/// Findings that people are shown unless another number was asked for.
pub(super) const SHOWN: usize = 20;
/// Widest line of prose.
const WIDTH: usize = 108;

/// The whole report.
pub(super) fn report(report: &Report, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    if let Some(banner) = emergency(&report.governance) {
        let _ = writeln!(out, "{}\n", paint.red(&banner));
    }
    findings(&mut out, &report.findings, style);
    for step in report
        .changes
        .iter()
        .filter(|step| step.new || style.verbose)
    {
        change(&mut out, step);
        out.push('\n');
    }
    let ran = |check: &&Check| check.ran;
    let mut ran = report.checks.iter().filter(ran).map(|check| check.name);
    // On its own the contract check is asked for its matrix; the gate has other things to say.
    if style.verbose || (ran.next() == Some(CheckName::Contract) && ran.next().is_none()) {
        matrix::matrix(&mut out, &report.matrix, paint);
    }
    checks(&mut out, &report.checks, paint);
    judged(&mut out, report);
    limits(&mut out, &report.not_proved);
    let sentence = sentence(report);
    verdict_line(&mut out, report.verdict, report.exit_code, &sentence, paint);
    out
}

/// The first line of every report while an emergency is in force.
fn emergency(governance: &Governance) -> Option<String> {
    let ids: Vec<String> = governance.emergency.iter().map(|id| clean(id)).collect();
    (!ids.is_empty()).then(|| {
        format!(
            "EMERGENCY  in force: {}; `matchmark waiver list` tells more",
            ids.join(", ")
        )
    })
}

/// Every finding that is worth a person's time, and how many are kept back.
fn findings(out: &mut String, findings: &[Judged], style: &Style<'_>) {
    let (shown, quiet): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|judged| style.verbose || judged.severity > Severity::Info);
    let most = style.max_findings.unwrap_or(SHOWN);
    for judged in shown.iter().take(most) {
        finding(out, judged, style);
        out.push('\n');
    }
    rest(out, shown.get(most..).unwrap_or_default());
    if !quiet.is_empty() {
        let remarks = counted(quiet.len(), "remark");
        let _ = writeln!(out, "{remarks} kept back: -v shows them\n");
    }
}

/// Findings that were not shown, counted by rule.
fn rest(out: &mut String, findings: &[&Judged]) {
    if findings.is_empty() {
        return;
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for judged in findings {
        let rule = format!("{}[{}]", judged.severity.word(), clean(&judged.rule));
        *counts.entry(rule).or_default() += 1;
    }
    let more = findings.len();
    let _ = writeln!(
        out,
        "... {more} more: --max-findings shows them, the json format holds all"
    );
    for (rule, count) in counts {
        let _ = writeln!(out, "    {count:>4} {rule}");
    }
    out.push('\n');
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

/// Who was judged against whom, how strictly, and when.
fn judged(out: &mut String, report: &Report) {
    let header = &report.header;
    let head = revision(&header.head);
    let against = match &header.base {
        None => format!("{head} without a base"),
        Some(base) if *base == header.head => {
            format!("{head}, which is the base itself: nothing is new")
        }
        Some(base) => format!("{head} against {}", revision(base)),
    };
    let stage = clean(&header.stage);
    let as_of = clean(&header.as_of);
    let _ = writeln!(out, "Judged   {against}   stage {stage}   as of {as_of}");
}

/// What the result does not prove.
pub(super) fn limits(out: &mut String, limits: &[String]) {
    let mut label = "Limits";
    for limit in limits {
        for (index, line) in wrapped(limit, WIDTH).iter().enumerate() {
            let indent = if index == 0 { "" } else { "  " };
            let _ = writeln!(out, "{label:<8} {indent}{line}");
            label = "";
        }
    }
}

/// `text` in lines of at most `width` characters, broken between words; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean(text).split(' ') {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
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

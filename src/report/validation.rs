//! The result of `validate` for a terminal.
//! Every word comes from kinds and schemas; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, counted, verdict_line};
use crate::model::{PayloadProblem, PayloadState, ValidatedPayload, Validation};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Problems that are shown of one payload unless another number was asked for.
const SHOWN: usize = 20;

/// For a terminal.
pub(super) fn text(validation: &Validation, style: &Style) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    for payload in &validation.payloads {
        if payload.state != PayloadState::Valid || style.verbose {
            one(&mut out, payload, style, paint);
        }
    }
    let _ = writeln!(
        out,
        "{} valid, {} invalid, {} unreadable. Values are hidden. Nothing left this machine.",
        validation.valid, validation.invalid, validation.unreadable
    );
    verdict_line(
        &mut out,
        validation.verdict,
        validation.exit_code,
        &answers(&validation.payloads),
        paint,
    );
    out
}

fn one(out: &mut String, payload: &ValidatedPayload, style: &Style, paint: Paint) {
    let word = match payload.state {
        PayloadState::Valid => paint.green("VALID"),
        PayloadState::Invalid => paint.red("INVALID"),
        PayloadState::Unreadable => paint.red("UNREADABLE"),
    };
    let _ = write!(out, "{}  {word}", clean(&place(payload)));
    if let Some(against) = &payload.against {
        let _ = write!(out, "  as {}", clean(against));
    }
    out.push('\n');
    if let Some(obstacle) = &payload.obstacle {
        let _ = writeln!(out, "  {}", clean(obstacle));
    }
    let most = style.max_findings.unwrap_or(SHOWN);
    for problem in payload.problems.iter().take(most) {
        self::problem(out, problem);
    }
    rest(out, payload.problems.get(most..).unwrap_or_default());
}

fn place(payload: &ValidatedPayload) -> String {
    match payload.record {
        Some(line) => format!("{}:{line}", payload.file),
        None => payload.file.clone(),
    }
}

fn problem(out: &mut String, problem: &PayloadProblem) {
    let at = format!("{}:{}", problem.line, problem.column);
    let pointer = match problem.pointer.as_str() {
        "" => "the whole payload".to_owned(),
        pointer => clean(pointer),
    };
    let _ = writeln!(out, "{at:>7}  {:<26}  {pointer}", clean(&problem.rule));
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "         {label:<6} {}", clean(text));
    };
    if !problem.message.is_empty() {
        line("what", &problem.message);
    }
    for (label, text) in [
        ("is", &problem.found),
        ("want", &problem.want),
        ("form", &problem.form),
        ("means", &problem.means),
        ("fix", &problem.fix),
    ] {
        if let Some(text) = text {
            line(label, text);
        }
    }
}

/// Problems that were not shown, counted by rule.
fn rest(out: &mut String, problems: &[PayloadProblem]) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in problems {
        *counts.entry(&problem.rule).or_default() += 1;
    }
    for (rule, count) in counts {
        let _ = writeln!(out, "  and {count} more {}", clean(rule));
    }
}

/// What the receiver will answer to what is invalid, each answer once.
fn answers(payloads: &[ValidatedPayload]) -> String {
    let mut said: Vec<String> = payloads
        .iter()
        .filter_map(|payload| payload.answer.as_ref())
        .map(|answer| {
            format!(
                "{} {}; {}",
                answer.status,
                clean(&answer.code),
                clean(&answer.retry)
            )
        })
        .collect();
    said.sort();
    said.dedup();
    let unreadable = payloads
        .iter()
        .filter(|payload| payload.state == PayloadState::Unreadable)
        .count();
    let mut parts = Vec::new();
    if unreadable > 0 {
        parts.push(format!(
            "{} could not be judged",
            counted(unreadable, "payload")
        ));
    }
    if !said.is_empty() {
        parts.push(format!("the receiver will answer {}", said.join(", or ")));
    }
    match parts.is_empty() {
        true if payloads.is_empty() => "nothing was judged".to_owned(),
        true => "every payload meets its schema".to_owned(),
        false => parts.join("; "),
    }
}

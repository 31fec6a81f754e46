//! What a contract and an OpenAPI document do not agree on, for a terminal and for machines.
//! Every word comes from rules, keywords and the document; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::json::pretty;
use super::text::{Paint, verdict_line};
use crate::model::{Compared, Comparison, NotCompared, Place, Severity, Verdict, counted};
use serde::Serialize;
use std::fmt::Write as _;

/// Results that are shown unless another number was asked for.
const SHOWN: usize = 20;

/// What machines read when the comparison took place.
#[derive(Serialize)]
struct Results<'a> {
    results: &'a [Compared],
    /// What could not be judged; left out where there is none, so that the form is that of the field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    undecided: &'a [NotCompared],
}

/// What machines read when it did not: no empty list that looks like a pass.
#[derive(Serialize)]
struct Faults<'a> {
    verdict: Verdict,
    exit_code: u8,
    faults: &'a [NotCompared],
}

/// For machines.
pub(super) fn json(comparison: &Comparison) -> String {
    if comparison.faults.is_empty() {
        let results = &comparison.results;
        let undecided = &comparison.undecided;
        return pretty(&Results { results, undecided });
    }
    pretty(&Faults {
        verdict: comparison.verdict,
        exit_code: comparison.exit_code,
        faults: &comparison.faults,
    })
}

/// For a terminal.
pub(super) fn text(comparison: &Comparison, style: &Style<'_>) -> String {
    let mut out = String::new();
    let paint = Paint::new(style.color);
    let most = style.max_findings.unwrap_or(SHOWN);
    let mut last = None;
    for result in comparison.results.iter().take(most) {
        if last != Some(&result.interaction) {
            let _ = writeln!(out, "{}", clean(&result.interaction));
            last = Some(&result.interaction);
        }
        one(&mut out, result, paint);
    }
    let rest = comparison.results.len().saturating_sub(most);
    if rest > 0 {
        let _ = writeln!(
            out,
            "  {} not shown here: --max-findings shows more, the json format holds all",
            counted(rest as u64, "result")
        );
    }
    if !comparison.undecided.is_empty() {
        out.push_str("not judged\n");
    }
    let open = comparison.undecided.iter().map(|open| ("undecided", open));
    let faults = comparison.faults.iter().map(|fault| ("fault", fault));
    for (word, open) in open.chain(faults) {
        head(&mut out, &open.location, &paint.red(word), &open.rule, "");
        lines(&mut out, &open.message, None, &open.remedy);
    }
    ending(&mut out, comparison, paint);
    out
}

fn one(out: &mut String, result: &Compared, paint: Paint) {
    let word = match result.severity {
        Severity::Error | Severity::Fault => paint.red(result.severity.word()),
        Severity::Warning | Severity::Undecided | Severity::Info => {
            paint.yellow(result.severity.word())
        }
    };
    head(out, &result.place, &word, &result.rule, &result.pointer);
    lines(out, &result.message, result.schema.as_ref(), &result.remedy);
}

fn head(out: &mut String, place: &Place, word: &str, rule: &str, pointer: &str) {
    let line = format!(
        "  {}  {word}  {}  {}",
        clean(&place.to_string()),
        clean(rule),
        clean(pointer)
    );
    let _ = writeln!(out, "{}", line.trim_end());
}

fn lines(out: &mut String, message: &str, schema: Option<&Place>, remedy: &str) {
    let schema = schema.map(ToString::to_string).unwrap_or_default();
    for (label, text) in [("what", message), ("schema", &schema), ("fix", remedy)] {
        if !text.is_empty() {
            let _ = writeln!(out, "      {label:<6} {}", clean(text));
        }
    }
}

fn ending(out: &mut String, comparison: &Comparison, paint: Paint) {
    if comparison.skipped > 0 {
        let _ = writeln!(
            out,
            "{} passed over: an OpenAPI document describes HTTP only.",
            counted(comparison.skipped, "other interaction")
        );
    }
    if comparison.verdict == Verdict::Go {
        let _ = writeln!(
            out,
            "Examples were held against the document; whether the provider keeps to it, no comparison shows."
        );
    }
    let sentence = sentence(comparison);
    let (verdict, code) = (comparison.verdict, comparison.exit_code);
    verdict_line(out, verdict, code, &sentence, paint);
}

fn sentence(comparison: &Comparison) -> String {
    let errors = counted(comparison.count(Severity::Error), "error");
    let warnings = counted(comparison.count(Severity::Warning), "warning");
    let compared = counted(comparison.compared, "interaction");
    match comparison.verdict {
        Verdict::Error => "a file could not be read, so nothing was compared".to_owned(),
        Verdict::Empty => "there was no HTTP interaction to compare".to_owned(),
        Verdict::Undecided => {
            format!("{compared}, {warnings}; a part of the document could not be used")
        }
        Verdict::NoGo if !comparison.undecided.is_empty() => format!(
            "{compared}, {errors}, {warnings}; {} not judged",
            comparison.undecided.len()
        ),
        Verdict::Go | Verdict::NoGo => format!("{compared}, {errors}, {warnings}"),
    }
}

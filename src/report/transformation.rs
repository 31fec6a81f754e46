//! What became of payloads on their way to another version, for a terminal.
//! Every word comes from schemas, transforms and kinds; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, verdict_line};
use crate::model::{
    Lacking, PayloadProblem, TransformState, Transformation, TransformedPayload, counted,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Payloads that are shown in full unless another number was asked for.
const SHOWN: usize = 20;

/// For a terminal.
pub(super) fn text(transformation: &Transformation, style: &Style<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", clean(&transformation.way.join(" -> ")));
    let paint = Paint::new(style.color);
    let most = style.max_findings.unwrap_or(SHOWN);
    let is_shown =
        |payload: &&TransformedPayload| style.verbose || payload.state != TransformState::Turned;
    let shown: Vec<&TransformedPayload> = transformation.payloads.iter().filter(is_shown).collect();
    for payload in shown.iter().take(most) {
        one(&mut out, payload, &transformation.from, paint);
    }
    let rest = shown.len().saturating_sub(most);
    if rest > 0 {
        let _ = writeln!(
            out,
            "  {} not named here: --max-findings shows more, the json format holds all",
            counted(rest as u64, "payload")
        );
    }
    facts(&mut out, transformation);
    let _ = writeln!(
        out,
        "{} turned, {} refused, {} unreadable. Values stand in the product only.",
        transformation.turned, transformation.refused, transformation.unreadable
    );
    let sentence = sentence(transformation);
    verdict_line(
        &mut out,
        transformation.verdict,
        transformation.exit_code,
        &sentence,
        paint,
    );
    out
}

fn one(out: &mut String, payload: &TransformedPayload, from: &str, paint: Paint) {
    let word = match payload.state {
        TransformState::Turned => paint.green("TURNED"),
        TransformState::Refused => paint.red("REFUSED"),
        TransformState::Unreadable => paint.red("UNREADABLE"),
    };
    let place = payload
        .record
        .map_or_else(String::new, |line| format!(":{line}"));
    let _ = write!(out, "{}{place}  {word}", clean(&payload.file));
    if let Some(unfit) = &payload.unfit {
        let what = if unfit == from {
            "it does"
        } else {
            "its result would"
        };
        let _ = write!(out, "  {what} not fit {}", clean(unfit));
    }
    out.push('\n');
    if let Some(obstacle) = &payload.obstacle {
        let _ = writeln!(out, "  {}", clean(obstacle));
    }
    for lacking in &payload.lacking {
        fact(out, lacking);
    }
    for problem in &payload.problems {
        unfit(out, problem);
    }
}

fn fact(out: &mut String, lacking: &Lacking) {
    let at = format!("{}:{}", lacking.line, lacking.column);
    let pointer = whole(&lacking.pointer);
    let _ = writeln!(out, "{at:>7}  {:<26}  {pointer}", clean(&lacking.tag));
    let asked = format!("{} at `{}`", lacking.wanted_by, lacking.path);
    for (label, text) in [
        ("what", &lacking.message),
        ("want", &asked),
        ("fix", &lacking.remedy),
    ] {
        let _ = writeln!(out, "         {label:<6} {}", clean(text));
    }
}

fn unfit(out: &mut String, problem: &PayloadProblem) {
    let at = format!("{}:{}", problem.line, problem.column);
    let _ = writeln!(
        out,
        "{at:>7}  {:<26}  {}",
        clean(&problem.rule),
        whole(&problem.pointer)
    );
    let _ = writeln!(out, "         what   {}", clean(&problem.message));
}

fn whole(pointer: &str) -> String {
    match pointer {
        "" => "the whole payload".to_owned(),
        pointer => clean(pointer),
    }
}

/// Each missing fact once, the most frequent first, when there are several payloads.
fn facts(out: &mut String, transformation: &Transformation) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for payload in &transformation.payloads {
        let tags: std::collections::BTreeSet<&str> = payload
            .lacking
            .iter()
            .map(|lacking| lacking.tag.as_str())
            .collect();
        for tag in tags {
            *counts.entry(tag).or_default() += 1;
        }
    }
    if transformation.payloads.len() < 2 {
        return;
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (index, (tag, count)) in counts.iter().enumerate() {
        let label = if index == 0 { "Lacking" } else { "" };
        let _ = writeln!(out, "{label:<8} {count} x {}", clean(tag));
    }
}

/// What the verdict rests on.
fn sentence(transformation: &Transformation) -> String {
    let said = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts: Vec<String> = [
        said(transformation.unreadable, "could not be read"),
        said(
            transformation.refused,
            "refused rather than given an invented fact",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.is_empty() {
        true if transformation.payloads.is_empty() => "nothing was transformed".to_owned(),
        true => format!("every result fits {}", clean(&transformation.to)),
        false => parts.join("; "),
    }
}

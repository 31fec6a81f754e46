//! The semantic changelog of two versions, for a terminal and as Markdown.

use super::Style;
use super::hygiene::clean;
use super::markdown::{changes, code, findings as markdown_findings, prose};
use super::text::{Paint, change, findings, verdict_line};
use crate::model::{Diff, Effect, Verdict};
use std::fmt::Write as _;

/// For a terminal: the step, its details, its breaks.
pub(super) fn text(diff: &Diff, style: &Style) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    change(&mut out, &diff.change, true);
    findings(&mut out, &diff.findings, style, paint);
    for (index, limit) in diff.not_proved.iter().enumerate() {
        let label = if index == 0 { "Limits" } else { "" };
        let _ = writeln!(out, "{label:<8} {}", clean(limit));
    }
    verdict_line(
        &mut out,
        diff.verdict,
        diff.exit_code,
        &sentence(diff),
        paint,
    );
    out
}

/// As Markdown: the same, for a page or a comment.
pub(super) fn markdown(diff: &Diff) -> String {
    let mut step = diff.change.clone();
    step.new = true;
    let mut out = format!(
        "## {} {} to {}\n\n{}\n",
        code(&diff.change.entry),
        code(&diff.change.from),
        code(&diff.change.to),
        prose(&sentence(diff)),
    );
    out.extend(changes(std::slice::from_ref(&step)));
    out.extend(markdown_findings(&diff.findings, diff.findings.len()));
    if !diff.not_proved.is_empty() {
        out.push_str("\n**What this does not prove**\n\n");
    }
    for limit in &diff.not_proved {
        let _ = writeln!(out, "- {}", prose(limit));
    }
    out
}

fn sentence(diff: &Diff) -> String {
    let change = &diff.change;
    let what = match change.effect {
        Effect::None => "the same payloads are accepted",
        Effect::Narrows => "some payloads are newly rejected",
        Effect::Widens => "some payloads are newly accepted",
        Effect::Both => "some payloads are newly rejected, others newly accepted",
        Effect::Unsure => "what it does to payloads was neither proved nor refuted",
    };
    let step = format!(
        "{}: {what}; required step {}, declared {}",
        diff.direction.word(),
        change.required.word(),
        change.declared.word()
    );
    match diff.verdict {
        Verdict::Go | Verdict::NoGo | Verdict::Undecided => step,
        Verdict::Empty => "nothing was compared".to_owned(),
        Verdict::Error => "the two sides could not be compared".to_owned(),
    }
}

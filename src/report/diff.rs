//! The semantic changelog of two versions, for a terminal and as Markdown.

use super::Style;
use super::hygiene::clean;
use super::markdown::{changes, code, findings as markdown_findings, prose};
use super::text::{
    Paint, SHOWN, detail, heading, last_line, limits, settled, verdict_line, witness,
};
use crate::model::{Bump, Diff, Effect, Judged, Mention, Severity, Verdict};
use std::fmt::Write as _;

/// For a terminal: the step and its details, with the witness below each break.
pub(super) fn text(diff: &Diff, style: &Style<'_>) -> String {
    let mut out = String::new();
    heading(&mut out, &diff.change);
    let most = style.max_findings.unwrap_or(SHOWN);
    let mut found = 0;
    for mention in &diff.change.details {
        detail(&mut out, mention);
        if let Some(judged) = breaks(diff, mention, style) {
            found += 1;
            if found <= most {
                below(&mut out, judged, style);
            }
        }
    }
    if found > most {
        let more = found - most;
        let _ = writeln!(
            out,
            "  {more} without their witness: --max-findings shows it"
        );
    }
    settled(&mut out, &diff.change);
    limits(&mut out, &diff.not_proved);
    ending(&mut out, diff, Paint::new(style.color));
    out
}

/// The finding that was made of a detail, when it breaks someone or was not settled.
fn breaks<'a>(diff: &'a Diff, mention: &Mention, style: &Style<'_>) -> Option<&'a Judged> {
    let is_loud = |judged: &&Judged| style.verbose || judged.severity > Severity::Info;
    judged(diff, mention).filter(is_loud)
}

/// The finding that was made of a detail.
pub(super) fn judged<'a>(diff: &'a Diff, mention: &Mention) -> Option<&'a Judged> {
    diff.findings.iter().find(|judged| {
        judged.rule == mention.rule
            && judged.pointer == mention.pointer
            && judged.location == mention.location
    })
}

fn below(out: &mut String, judged: &Judged, style: &Style<'_>) {
    for note in judged.notes.iter().filter(|note| note.label != "before") {
        let _ = writeln!(out, "      {}: {}", clean(&note.label), clean(&note.text));
    }
    for hurt in &judged.hurts {
        let place = hurt
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place} "));
        let _ = writeln!(
            out,
            "      hurts: {} {}{}",
            clean(&hurt.who),
            clean(&place),
            clean(&hurt.why)
        );
    }
    if !judged.remedy.is_empty() {
        let _ = writeln!(out, "      fix: {}", clean(&judged.remedy));
    }
    let shown = judged.witness.as_ref();
    let lines = shown.map(|found| witness(found, &judged.fingerprint, style));
    for line in lines.unwrap_or_default() {
        let _ = writeln!(out, "      {line}");
    }
}

/// The last line opens with the step that is required: a difference is an answer, neither good nor bad.
fn ending(out: &mut String, diff: &Diff, paint: Paint) {
    let sentence = sentence(diff);
    match diff.verdict {
        Verdict::Go | Verdict::NoGo => {
            let word = diff.change.required.word().to_uppercase();
            let painted = match diff.change.required {
                Bump::Major => paint.red(&word),
                Bump::None | Bump::Patch | Bump::Minor => paint.green(&word),
            };
            last_line(out, &word, &painted, &sentence, diff.exit_code);
        }
        Verdict::Undecided | Verdict::Empty | Verdict::Error => {
            verdict_line(out, diff.verdict, diff.exit_code, &sentence, paint);
        }
    }
}

/// As Markdown: the same, for a page or a comment.
pub(super) fn markdown(diff: &Diff, style: &Style<'_>) -> String {
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
    out.extend(markdown_findings(
        &diff.findings,
        diff.findings.len(),
        style,
    ));
    if !diff.not_proved.is_empty() {
        out.push_str("\n**What this does not prove**\n\n");
    }
    for limit in &diff.not_proved {
        let _ = writeln!(out, "- {}", prose(limit));
    }
    out
}

/// What the step does, in one sentence.
pub(super) fn sentence(diff: &Diff) -> String {
    let change = &diff.change;
    let what = match change.effect {
        Effect::None => "the same payloads are accepted",
        Effect::Narrows => "some payloads are newly rejected",
        Effect::Widens => "some payloads are newly accepted",
        Effect::Both => "some payloads are newly rejected, others newly accepted",
        Effect::Unsure => "what it does to payloads was neither proved nor refuted",
    };
    let step = format!(
        "{what}; direction {}, declared {}",
        diff.direction.word(),
        change.declared.word()
    );
    match diff.verdict {
        Verdict::Go | Verdict::NoGo | Verdict::Undecided => step,
        Verdict::Empty => "nothing was compared".to_owned(),
        Verdict::Error => "the two sides could not be compared".to_owned(),
    }
}

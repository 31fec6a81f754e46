//! One finding for a terminal: rule, place, source line, and what proves, hurts, fixes and waives it.

use super::{Paint, witness, wrapped};
use crate::model::{Excerpt, Hurt, Judged, Severity, rule};
use crate::report::Style;
use crate::report::command::command;
use crate::report::hygiene::clean;
use std::fmt::Write as _;

/// Widest line of prose behind a label.
const PROSE: usize = 94;

/// Writes `judged` with everything that a person needs to settle it.
pub(in crate::report) fn finding(out: &mut String, judged: &Judged, style: &Style<'_>) {
    let paint = Paint::new(style.color);
    let _ = writeln!(out, "{} {}", heading(judged, paint), clean(&judged.message));
    let _ = writeln!(out, "  --> {}", clean(&judged.location.to_string()));
    if let Some(excerpt) = judged
        .excerpt
        .as_ref()
        .filter(|excerpt| says_something(excerpt))
    {
        quote(out, excerpt, judged.location.line, judged.location.column);
    }
    for note in &judged.notes {
        labelled(out, &note.label, &note.text);
    }
    if let Some(found) = &judged.witness {
        let lines = witness(found, &judged.fingerprint, style);
        let (what, rest) = lines
            .split_first()
            .map_or(("", &[][..]), |(what, rest)| (what, rest));
        labelled(out, "witness", what);
        rest.iter().for_each(|line| continued(out, line));
    }
    hurts(out, &judged.hurts);
    if !judged.remedy.is_empty() {
        labelled(out, "fix", &judged.remedy);
    }
    ending(out, judged, style);
}

fn heading(judged: &Judged, paint: Paint) -> String {
    let word = format!("{}[{}]", judged.severity.word(), clean(&judged.rule));
    let word = match judged.severity {
        Severity::Fault | Severity::Error => paint.red(&word),
        Severity::Undecided | Severity::Warning => paint.yellow(&word),
        Severity::Info => paint.blue(&word),
    };
    if judged.waived.is_some() {
        format!("waived {word}")
    } else {
        word
    }
}

/// The last lines: by whom it is waived or how to waive it, and where to read more.
fn ending(out: &mut String, judged: &Judged, style: &Style<'_>) {
    if let Some(waiver) = &judged.waived {
        let (id, until, owner) = (&waiver.id, &waiver.expires, &waiver.owner);
        labelled(
            out,
            "waived",
            &format!("by {id} until {until}, owner {owner}"),
        );
    } else if may_be_waived(judged) {
        let print = format!("--for {}", judged.fingerprint);
        verbatim(out, "waive", &command(style.folder, "waiver new", &print));
    }
    // What the program decides itself it explains anywhere.
    let folder = style.folder.filter(|_| rule(&judged.rule).is_none());
    verbatim(out, "more", &command(folder, "explain", &judged.rule));
}

/// Exceptions have no exceptions, and some rules allow none: those carry a line that says so.
fn may_be_waived(judged: &Judged) -> bool {
    matches!(judged.severity, Severity::Error | Severity::Warning)
        && !judged.rule.starts_with("lifecycle/")
        && !judged.notes.iter().any(|note| note.label == "waive")
}

/// Prose with its label, broken where a terminal would.
fn labelled(out: &mut String, label: &str, text: &str) {
    let lines = wrapped(text, PROSE);
    for (index, line) in lines.iter().enumerate() {
        if index == 0 {
            verbatim(out, label, line);
        } else {
            continued(out, line);
        }
    }
}

/// A line that must stay one, because somebody copies it.
fn verbatim(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "   = {:<8} {}", clean(label), clean(text));
}

fn continued(out: &mut String, text: &str) {
    let _ = writeln!(out, "              {}", clean(text));
}

/// A line that is only a bracket shows nothing.
fn says_something(excerpt: &Excerpt) -> bool {
    excerpt.line.trim().chars().count() > 1
}

fn quote(out: &mut String, excerpt: &Excerpt, line: u32, column: u32) {
    let wide = line.to_string().len();
    let _ = writeln!(out, "{:wide$} |", "");
    if let Some(before) = &excerpt.before {
        let _ = writeln!(out, "{:>wide$} | {}", line.saturating_sub(1), clean(before));
    }
    let _ = writeln!(out, "{line:>wide$} | {}", clean(&excerpt.line));
    let indent = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let carets = "^".repeat(usize::try_from(excerpt.length).unwrap_or(1));
    let _ = writeln!(out, "{:wide$} | {:indent$}{carets}", "", "");
}

fn hurts(out: &mut String, hurts: &[Hurt]) {
    let wide = hurts.iter().map(|hurt| hurt.who.chars().count()).max();
    let wide = wide.unwrap_or(0);
    let line = |hurt: &Hurt| {
        let place = hurt.place.as_ref();
        let place = place.map_or_else(String::new, |place| format!("{place} "));
        format!("{:<wide$}  {place}{}", hurt.who, hurt.why)
    };
    for (index, hurt) in hurts.iter().enumerate() {
        if index == 0 {
            verbatim(out, "hurts", &line(hurt));
        } else {
            continued(out, &line(hurt));
        }
    }
}

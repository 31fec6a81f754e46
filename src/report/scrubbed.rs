//! What became of the values of a history that was scrubbed, for a terminal.
//! Counts and places only; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, verdict_line};
use crate::model::{Scrubbed, counted};
use std::fmt::Write as _;

/// Refusals that are shown.
const SHOWN: usize = 20;

/// For a terminal.
pub(super) fn text(scrubbed: &Scrubbed, style: &Style<'_>) -> String {
    let mut out = String::new();
    for refusal in scrubbed.refusals.iter().take(SHOWN) {
        let _ = writeln!(
            out,
            "{}:{}:{}  {}  {}",
            clean(&refusal.file),
            refusal.line,
            refusal.column,
            refusal.rule,
            clean(&refusal.message)
        );
    }
    let rest = scrubbed.refusals.len().saturating_sub(SHOWN) as u64 + scrubbed.not_listed;
    if rest > 0 {
        let _ = writeln!(out, "  {} more not given out", counted(rest, "line"));
    }
    for (file, why) in &scrubbed.unreadable {
        let _ = writeln!(out, "{}  {}", clean(file), clean(why));
    }
    for (words, count) in scrubbed.values.counts() {
        let _ = writeln!(out, "  {words:<16} {count}");
    }
    let _ = writeln!(
        out,
        "Moved dates alone are no Safe Harbor: see docs/handbook/scrubbing-a-history.md."
    );
    let paint = Paint::new(style.color);
    verdict_line(
        &mut out,
        scrubbed.verdict,
        scrubbed.exit_code,
        &sentence(scrubbed),
        paint,
    );
    out
}

fn sentence(scrubbed: &Scrubbed) -> String {
    let lines = counted(scrubbed.lines, "line");
    if !scrubbed.unreadable.is_empty() {
        return "a file could not be read to its end: no file was written, and what was given out is not whole".to_owned();
    }
    match (scrubbed.refused, scrubbed.lines) {
        (0, 0) => "there was no line".to_owned(),
        (0, _) => format!("{lines} scrubbed"),
        (refused, _) => format!(
            "{lines} scrubbed, {} not given out",
            counted(refused, "line")
        ),
    }
}

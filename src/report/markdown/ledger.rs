//! A replay for a pull request: the verdict, how it came out in numbers, each cause, what is not proved.
//! Refuses to know whether payloads or exchanges were replayed.

use super::{code, prose};
use crate::model::{Judged, counted};
use crate::report::Style;
use crate::report::ledger::Ledger;
use std::fmt::Write as _;

/// Findings that are shown unless another number was asked for.
const SHOWN: usize = 20;

pub(in crate::report) fn ledger(ledger: &Ledger, style: &Style<'_>) -> String {
    let verdict = ledger.verdict.word().to_uppercase();
    let mut out = format!(
        "**{verdict}** - {}\n\n{}\n\n| {}s | | | |\n|---|---:|---:|---|\n",
        prose(&ledger.sentence),
        prose(&ledger.heading),
        ledger.noun
    );
    for one in &ledger.counts {
        let (what, said) = (prose(one.what), prose(&one.said));
        let _ = writeln!(out, "| {what} | {} | {} | {said} |", one.count, one.share);
    }
    let most = style.max_findings.unwrap_or(SHOWN);
    if !ledger.found.is_empty() {
        out.push_str("\nFound, largest first:\n");
    }
    for found in ledger.found.iter().take(most) {
        one(&mut out, found);
    }
    let rest = ledger.found.len().saturating_sub(most);
    if rest > 0 {
        let rest = counted(rest, "other finding");
        let _ = writeln!(out, "\n- and {rest}: the json format holds all");
    }
    if !ledger.limits.is_empty() {
        out.push_str("\nNot proved:\n\n");
    }
    for limit in &ledger.limits {
        let _ = writeln!(out, "- {}", prose(limit));
    }
    let _ = writeln!(out, "\n{}", ledger.privacy);
    out
}

fn one(out: &mut String, found: &Judged) {
    let _ = write!(
        out,
        "\n- {} {}: {}  \n  at {}",
        found.severity.word(),
        code(&found.rule),
        prose(&found.message),
        code(&found.location.to_string())
    );
    for note in &found.notes {
        let _ = write!(out, "  \n  {}: {}", note.label, prose(&note.text));
    }
    if !found.remedy.is_empty() {
        let _ = write!(out, "  \n  fix: {}", prose(&found.remedy));
    }
    out.push('\n');
}

//! Which evidence is owed, for a terminal and for a pull request.
//! Refuses to call nothing at all a good sign.

use super::Style;
use super::hygiene::clean;
use super::markdown::{code, prose};
use super::release::{faults, rates};
use super::text::{Paint, verdict_line};
use crate::model::{Owed, Verdict, counted};
use std::fmt::Write as _;

pub(super) fn text(owed: &Owed, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    faults(&mut out, &owed.faults, paint);
    for pair in &owed.owed {
        let _ = writeln!(
            out,
            "{}  {} <- {}   {}",
            clean(&pair.environment),
            clean(&pair.consumer.to_string()),
            clean(&pair.provider.to_string()),
            clean(&pair.contract)
        );
        let _ = writeln!(out, "    {}: {}", pair.doubt.word(), clean(&pair.detail));
        let _ = writeln!(out, "    {}: {}", clean(&pair.owner), clean(&pair.command));
    }
    if !owed.owed.is_empty() {
        out.push('\n');
    }
    if !owed.never_published.is_empty() {
        let _ = writeln!(
            out,
            "Never published on the main branch: {}\n",
            clean(&owed.never_published.join(", "))
        );
    }
    rates(&mut out, &owed.rates);
    verdict_line(
        &mut out,
        owed.verdict,
        owed.exit_code,
        &sentence(owed),
        paint,
    );
    out
}

fn sentence(owed: &Owed) -> String {
    let live = counted(owed.live, "live pair");
    match owed.verdict {
        Verdict::Error => format!(
            "{} cannot be trusted, so no evidence counts",
            counted(owed.faults.len(), "record")
        ),
        Verdict::Empty => {
            "nobody is live; `matchmark contract record-deployment` says who is".to_owned()
        }
        Verdict::Undecided | Verdict::NoGo if owed.owed.is_empty() => {
            "evidence comes from no main branch".to_owned()
        }
        Verdict::Undecided | Verdict::NoGo => {
            format!("{} owed, {live}", counted(owed.owed.len(), "proof"))
        }
        Verdict::Go => format!("nothing is owed: {live}"),
    }
}

/// The same for a pull request.
pub(super) fn markdown(owed: &Owed) -> String {
    let word = owed.verdict.word().to_uppercase();
    let mut out = format!("## {word} - evidence\n\n{}\n\n", prose(&sentence(owed)));
    for fault in &owed.faults {
        let _ = writeln!(out, "- {} {}", code(&fault.path), prose(&fault.message));
    }
    if !owed.faults.is_empty() {
        out.push('\n');
    }
    if !owed.owed.is_empty() {
        out.push_str("| environment | pair | why | owner | command |\n|---|---|---|---|---|\n");
    }
    for pair in &owed.owed {
        let _ = writeln!(
            out,
            "| {} | {} <- {} | {} {} | {} | {} |",
            prose(&pair.environment),
            prose(&pair.consumer.to_string()),
            prose(&pair.provider.to_string()),
            pair.doubt.word(),
            prose(&pair.detail),
            prose(&pair.owner),
            code(&pair.command)
        );
    }
    if !owed.never_published.is_empty() {
        let names = prose(&owed.never_published.join(", "));
        let _ = writeln!(out, "\nNever published on the main branch: {names}");
    }
    out
}

//! Exceptions and decisions for a terminal: the register, and what one act of the board changed.
//! Refuses to judge a waiver: its state is given.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, last_line};
use crate::model::{BoardAct, Register, WaiverLine, counted};
use std::fmt::Write as _;

/// The register of waivers, one paragraph each.
pub(super) fn register(register: &Register) -> String {
    let mut out = String::new();
    for waiver in &register.waivers {
        line(&mut out, waiver);
        out.push('\n');
    }
    let count = counted(register.waivers.len(), "waiver");
    let _ = writeln!(out, "{count} as of {}", clean(&register.as_of));
    out
}

fn line(out: &mut String, waiver: &WaiverLine) {
    let _ = writeln!(
        out,
        "{}  {}  {}, {}  {}",
        clean(&waiver.id),
        waiver.state.word().to_uppercase(),
        clean(&waiver.class),
        clean(&waiver.why),
        clean(&waiver.rule)
    );
    let left = match waiver.days_left {
        days if days < 0 => "over".to_owned(),
        days => format!("{} left", counted(days.unsigned_abs(), "day")),
    };
    let renewed = counted(u64::from(waiver.renewals), "renewal");
    said(
        out,
        "until",
        &format!("{}  {left}, {renewed}", waiver.expires),
    );
    said(out, "owner", &waiver.owner);
    let given = waiver.approved.iter();
    let given: Vec<String> = given
        .map(|one| format!("{} by {} on {}", one.role, one.approver, one.date))
        .collect();
    let given = if given.is_empty() {
        "by nobody".to_owned()
    } else {
        given.join("; ")
    };
    said(out, "approved", &given);
    if !waiver.lacking.is_empty() {
        said(out, "lacking", &waiver.lacking.join("; "));
    }
    said(out, "reason", &waiver.reason);
}

fn said(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:<9} {}", clean(text));
}

/// What was done, what is missing, what comes next.
pub(super) fn act(act: &BoardAct, style: &Style<'_>) -> String {
    let mut out = String::new();
    let (wrote, removed) = match act.dry_run {
        true => ("Would write", "Would remove"),
        false => ("Written", "Removed"),
    };
    for path in &act.written {
        let _ = writeln!(out, "  {wrote:<12} {}", clean(path));
    }
    for path in &act.removed {
        let _ = writeln!(out, "  {removed:<12} {}", clean(path));
    }
    let lists = [
        ("digest", act.digest.as_slice()),
        ("missing", &act.missing),
        ("lacking", &act.lacking),
        ("next", &act.next),
        ("note", &act.notes),
    ];
    for (label, lines) in lists {
        for line in lines {
            let _ = writeln!(out, "  {label:<12} {}", clean(line));
        }
    }
    let paint = Paint::new(style.color);
    let word = act.verdict.word().to_uppercase();
    let painted = paint.green(&word);
    last_line(
        &mut out,
        &word,
        &painted,
        &clean(&act.done),
        act.verdict.exit_code(),
    );
    out
}

//! What a verb did to the life of a version, for a terminal.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, limits, short, verdict_line};
use crate::model::{Moved, PartnerWindow};
use std::fmt::Write as _;

/// From where to where, what it rests on, why not, the files; the verdict stands last.
pub(super) fn text(moved: &Moved, style: &Style<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {} -> {}",
        clean(&moved.version),
        clean(&moved.from),
        clean(&moved.to)
    );
    if let Some(end) = &moved.end {
        let _ = writeln!(
            out,
            "  told {}, served until {}; then {}, as {} tells",
            clean(&end.deprecated),
            clean(&end.sunset),
            clean(&end.replaced_by),
            clean(&end.migration)
        );
    }
    windows(&mut out, &moved.windows);
    if let Some(run) = &moved.run {
        let _ = writeln!(out, "  proved by the run {}", short(&clean(run)));
    }
    for by in &moved.approved {
        let (role, who, day) = (clean(&by.role), clean(&by.approver), clean(&by.date));
        let _ = writeln!(out, "  approved  {role} ({who}, {day})");
    }
    for why in &moved.refused {
        let _ = writeln!(out, "  refused  {}", clean(why));
    }
    let word = if moved.written {
        "Written"
    } else {
        "Would write"
    };
    for file in &moved.files {
        let _ = writeln!(out, "  {word}  {}", clean(file));
    }
    limits(&mut out, &moved.not_proved);
    let paint = Paint::new(style.color);
    let outcome = clean(&moved.outcome);
    verdict_line(&mut out, moved.verdict, moved.exit_code, &outcome, paint);
    out
}

fn windows(out: &mut String, windows: &[PartnerWindow]) {
    let wide = windows.iter().map(|it| it.partner.chars().count()).max();
    let wide = wide.unwrap_or(0);
    for window in windows {
        let days = match window.days {
            Some(days) => format!("{days} days"),
            None => "no window is set".to_owned(),
        };
        let until = window
            .not_before
            .as_deref()
            .map_or_else(String::new, |day| format!(", not before {}", clean(day)));
        let _ = writeln!(
            out,
            "  {:<wide$}  {days} ({} maturity, {} criticality){until}",
            clean(&window.partner),
            clean(&window.maturity),
            clean(&window.criticality)
        );
    }
}

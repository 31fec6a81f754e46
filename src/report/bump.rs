//! What a draft's new number rests on, for a terminal.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, last_line, limits, short, sign, verdict_line};
use crate::model::{Bump, Bumped, Reason, Verdict};
use std::fmt::Write as _;

/// The step, its reasons, everything that it was compared with, the files.
pub(super) fn text(bumped: &Bumped, style: &Style<'_>) -> String {
    let mut out = String::new();
    let was = bumped.declared.as_ref().map_or_else(
        || "not listed yet".to_owned(),
        |declared| format!("declared {}", clean(declared)),
    );
    let _ = writeln!(
        out,
        "{} {} -> {}   {was}, required {}",
        clean(&bumped.entry),
        clean(&bumped.from),
        clean(&bumped.to),
        bumped.required.word()
    );
    for reason in &bumped.reasons {
        told(&mut out, reason);
    }
    for other in &bumped.against {
        let (version, class) = (clean(&other.version), other.required.word());
        let _ = writeln!(
            out,
            "  after {version:<8} {class:<6} {}",
            clean(&other.proof)
        );
    }
    for by in &bumped.approved {
        let (role, who, day) = (clean(&by.role), clean(&by.approver), clean(&by.date));
        let _ = writeln!(out, "  approved  {role} ({who}, {day})");
    }
    for why in &bumped.refused {
        let _ = writeln!(out, "  refused  {}", clean(why));
    }
    let word = if bumped.written {
        "Written"
    } else {
        "Would write"
    };
    for file in &bumped.files {
        let _ = writeln!(out, "  {word}  {}", clean(file));
    }
    limits(&mut out, &bumped.not_proved);
    ending(&mut out, bumped, Paint::new(style.color));
    out
}

fn told(out: &mut String, reason: &Reason) {
    let _ = writeln!(
        out,
        "  {} {}   {}   {}",
        sign(reason.effect),
        clean(&reason.message),
        clean(&reason.rule),
        clean(&reason.location.to_string())
    );
    let witness = reason.witness.as_ref().map_or_else(
        || "no witness".to_owned(),
        |digest| format!("witness {}", short(digest)),
    );
    let _ = writeln!(out, "      {}; {witness}", reason.class.word());
    if let Some(settle) = &reason.settle {
        let _ = writeln!(out, "      settle: {}", clean(settle));
    }
}

fn ending(out: &mut String, bumped: &Bumped, paint: Paint) {
    let outcome = clean(&bumped.outcome);
    match bumped.verdict {
        Verdict::Go => {
            let word = bumped.required.word().to_uppercase();
            let painted = match bumped.required {
                Bump::Major => paint.red(&word),
                Bump::None | Bump::Patch | Bump::Minor => paint.green(&word),
            };
            last_line(out, &word, &painted, &outcome, bumped.exit_code);
        }
        Verdict::NoGo | Verdict::Undecided | Verdict::Empty | Verdict::Error => {
            verdict_line(out, bumped.verdict, bumped.exit_code, &outcome, paint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::bumped;

    #[test]
    fn a_bump_reads_well() {
        insta::assert_snapshot!("bump_text", text(&bumped(), &Style::default()));
        let open = Bumped {
            verdict: Verdict::Undecided,
            exit_code: 3,
            written: false,
            files: Vec::new(),
            outcome: "not bumped: the step from 2.0.1 not settled".to_owned(),
            ..bumped()
        };
        let said = text(&open, &Style::default());
        assert!(
            said.contains("UNDECIDED  not bumped") && said.contains("exit 3"),
            "{said}"
        );
    }
}

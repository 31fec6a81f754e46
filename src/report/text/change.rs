//! One step between two versions for a terminal: what it costs, what changed, how that was settled.

use crate::model::{Change, Effect, Mention};
use crate::report::hygiene::clean;
use std::fmt::Write as _;

/// Writes one step with its details.
pub(in crate::report) fn change(out: &mut String, step: &Change) {
    heading(out, step);
    for mention in &step.details {
        detail(out, mention);
    }
    settled(out, step);
}

/// Writes which step it is and whether its version number is large enough.
pub(in crate::report) fn heading(out: &mut String, step: &Change) {
    let verdict = if step.required > step.declared {
        "too small"
    } else {
        "fits"
    };
    let _ = writeln!(
        out,
        "{} {} -> {}   declared {}, required {}: {verdict}",
        clean(&step.entry),
        clean(&step.from),
        clean(&step.to),
        step.declared.word(),
        step.required.word(),
    );
}

/// Writes how both questions were answered.
pub(in crate::report) fn settled(out: &mut String, step: &Change) {
    let _ = writeln!(out, "  proof: {}", clean(&step.proof));
}

/// Writes one detail, led by what it does: `+` accepts more, `-` accepts less, `~` both, `?` unsure.
pub(in crate::report) fn detail(out: &mut String, mention: &Mention) {
    let _ = writeln!(
        out,
        "  {} {}   {}   {}",
        sign(mention.effect),
        clean(&mention.message),
        clean(&mention.rule),
        clean(&mention.location.to_string()),
    );
}

/// What a change does, as one character.
pub(in crate::report) fn sign(effect: Effect) -> char {
    match effect {
        Effect::None => '=',
        Effect::Narrows => '-',
        Effect::Widens => '+',
        Effect::Both => '~',
        Effect::Unsure => '?',
    }
}

//! One step between two versions for a terminal: what it does, what it costs, what changed.

use crate::model::{Change, Effect, Mention};
use crate::report::hygiene::clean;
use std::fmt::Write as _;

/// Writes one step; its details when it is new or all were asked for.
pub(in crate::report) fn change(out: &mut String, step: &Change, verbose: bool) {
    let verdict = if step.required > step.declared {
        "too small"
    } else {
        "fits"
    };
    let _ = writeln!(
        out,
        "{} {} -> {}   declared {}, required {}: {verdict}   {}",
        clean(&step.entry),
        clean(&step.from),
        clean(&step.to),
        step.declared.word(),
        step.required.word(),
        clean(&step.proof),
    );
    if step.new || verbose {
        for mention in &step.details {
            detail(out, mention);
        }
    }
    out.push('\n');
}

/// Writes one detail, led by what it does: `+` accepts more, `-` accepts less, `~` both, `?` unsure.
fn detail(out: &mut String, mention: &Mention) {
    let _ = writeln!(
        out,
        "  {} {}   {}   {}",
        sign(mention.effect),
        clean(&mention.message),
        clean(&mention.rule),
        clean(&mention.location.to_string()),
    );
}

fn sign(effect: Effect) -> char {
    match effect {
        Effect::None => '=',
        Effect::Narrows => '-',
        Effect::Widens => '+',
        Effect::Both => '~',
        Effect::Unsure => '?',
    }
}

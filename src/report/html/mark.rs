//! The sign and the word of every state: no two share both, so that none needs its colour.

use super::page::escape;
use crate::model::{Bump, Change, Effect, Proof, Severity, Verdict, WaiverState};

/// How a state is painted, where there is paint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Open,
    Quiet,
}

impl Tone {
    /// A word of the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "minor",
            Self::Bad => "major",
            Self::Open => "open",
            Self::Quiet => "quiet",
        }
    }
}

/// A state as markup: the sign is for the eye, the word for everybody.
pub(super) fn mark(tone: Tone, sign: char, word: &str) -> String {
    format!(
        "<span class=\"mark {}\"><span aria-hidden=\"true\">{sign}</span> {}</span>",
        tone.class(),
        escape(word)
    )
}

pub(super) fn verdict(verdict: Verdict) -> (Tone, char) {
    match verdict {
        Verdict::Go => (Tone::Good, '\u{2713}'),
        Verdict::NoGo => (Tone::Bad, '\u{2717}'),
        Verdict::Undecided => (Tone::Open, '?'),
        Verdict::Empty => (Tone::Open, '\u{25cb}'),
        Verdict::Error => (Tone::Bad, '!'),
    }
}

pub(super) fn proof(proof: Proof) -> String {
    let (tone, sign) = match proof {
        Proof::Tested => (Tone::Good, '\u{25cf}'),
        Proof::Proved => (Tone::Good, '\u{2713}'),
        Proof::Stale => (Tone::Open, '\u{21bb}'),
        Proof::Unproven => (Tone::Open, '?'),
        Proof::Broken => (Tone::Bad, '\u{2717}'),
    };
    mark(tone, sign, proof.word())
}

pub(super) fn waiver(state: WaiverState) -> String {
    let (tone, sign) = match state {
        WaiverState::Active => (Tone::Good, '\u{2713}'),
        WaiverState::Expiring => (Tone::Open, '\u{21bb}'),
        WaiverState::Expired => (Tone::Bad, '\u{2717}'),
        WaiverState::Incomplete => (Tone::Bad, '\u{2026}'),
        WaiverState::Unapproved => (Tone::Open, '?'),
        WaiverState::Rejected => (Tone::Bad, '\u{2298}'),
        WaiverState::Unused => (Tone::Quiet, '\u{25cb}'),
    };
    mark(tone, sign, state.word())
}

pub(super) fn severity(severity: Severity) -> String {
    let (tone, sign) = match severity {
        Severity::Fault => (Tone::Bad, '!'),
        Severity::Error => (Tone::Bad, '\u{2717}'),
        Severity::Undecided => (Tone::Open, '?'),
        Severity::Warning => (Tone::Open, '\u{25b3}'),
        Severity::Info => (Tone::Quiet, 'i'),
    };
    mark(tone, sign, severity.word())
}

/// What a change does to the payloads that are accepted, in words that need no mathematics.
pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "= accepts the same",
        Effect::Narrows => "&minus; accepts less",
        Effect::Widens => "+ accepts more",
        Effect::Both => "~ accepts less and more",
        Effect::Unsure => "? not settled",
    }
}

/// What a change is to those who depend on it.
pub(super) fn class(change: &Change) -> String {
    match (change.effect, change.required) {
        (Effect::Unsure, _) => mark(Tone::Open, '?', "not settled"),
        (_, Bump::Major) => mark(Tone::Bad, '\u{2717}', "breaking"),
        (_, Bump::Minor) => mark(Tone::Good, '+', "addition"),
        (_, Bump::Patch | Bump::None) => mark(Tone::Quiet, '=', "no difference"),
    }
}

/// Whether the declared number is large enough.
pub(super) fn number(change: &Change) -> String {
    if change.required > change.declared {
        mark(Tone::Bad, '\u{2717}', "too small")
    } else {
        mark(Tone::Good, '\u{2713}', "fits")
    }
}

/// How a rule came out.
pub(super) fn result(word: &str) -> String {
    let (tone, sign) = match word {
        "holds" => (Tone::Good, '\u{2713}'),
        "broken" => (Tone::Bad, '\u{2717}'),
        "waived" => (Tone::Open, '\u{25d1}'),
        "draft" => (Tone::Quiet, '\u{25cb}'),
        "not-applicable" => (Tone::Quiet, '-'),
        _ => (Tone::Open, '?'),
    };
    mark(tone, sign, word)
}

/// What a payload's verdict did.
pub(super) fn shift(word: &str) -> String {
    match word {
        "newly-rejected" => mark(Tone::Bad, '\u{2717}', word),
        _ => mark(Tone::Open, '+', word),
    }
}

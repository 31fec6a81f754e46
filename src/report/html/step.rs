//! What a change does and costs, as words and as names for the style sheet.
//! Refuses to say anything by colour alone.

use crate::model::{Bump, Effect};

/// A word for the style sheet; what it means stands in words beside it.
pub(super) fn class(bump: Bump, effect: Effect) -> &'static str {
    match (effect, bump) {
        (Effect::Unsure, _) => "open",
        (_, Bump::Major) => "major",
        (_, Bump::None | Bump::Patch | Bump::Minor) => "minor",
    }
}

/// A sign and a word.
pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "= same",
        Effect::Narrows => "&minus; narrows",
        Effect::Widens => "+ widens",
        Effect::Both => "~ both",
        Effect::Unsure => "? open",
    }
}

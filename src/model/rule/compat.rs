//! Finding ids of `compat/...`. What one of them weighs follows from effect and direction; the weight here is that of
//! a change in the harmful direction.

use super::Rule;
use crate::model::Severity::{self, Error, Info, Undecided, Warning};

const NARROW: &str = "Whoever still sends what was valid is refused from the day of the release.";
const WIDEN: &str = "Whoever reads by the old version meets what that version never let through.";
const ACCEPT: &str = "Accept what the old version accepts, or release a major version beside it.";
const SEND: &str =
    "Send nothing that the old version does not know, or release a major version beside it.";

pub(super) const RULES: &[Rule] = &[
    rule(
        "compat/assumption-refuted",
        Warning,
        "What is assumed of senders must not be refuted by what they sent.",
        "A recorded payload carries a property that its own version does not declare, so the strict answer counts.",
        "Declare the property, mend the sender, or drop `assume` in entry.toml.",
    ),
    rule(
        "compat/assumption-used",
        Info,
        "A verdict that rests on an assumption must say so.",
        "The entry assumes that senders emit only what their own schema declares; strictly the answer is another.",
        "Write `additionalProperties: false` where nothing else is ever sent, and drop `assume` in entry.toml.",
    ),
    narrows("compat/bounds-narrowed", "A limit must not become tighter."),
    widens(
        "compat/bounds-widened",
        "A limit must not become looser for readers.",
    ),
    narrows(
        "compat/branches-narrowed",
        "A joined schema must not accept less.",
    ),
    widens(
        "compat/branches-widened",
        "A joined schema must not accept more for readers.",
    ),
    narrows(
        "compat/items-narrowed",
        "A list must not be accepted in fewer forms.",
    ),
    widens(
        "compat/items-widened",
        "A list must not be accepted in more forms for readers.",
    ),
    rule(
        "compat/not-proved",
        Undecided,
        "Every change must be proved harmless or shown to break something.",
        "Neither a proof nor a witness was found: nobody knows whom the change hurts.",
        "Follow the advice of the finding, or release a major version.",
    ),
    narrows(
        "compat/properties-narrowed",
        "A member must not be accepted in fewer forms.",
    ),
    widens(
        "compat/properties-widened",
        "A member must not be accepted in more forms for readers.",
    ),
    rule(
        "compat/prover-refuted",
        Error,
        "No proof must be refuted by a value.",
        "A prover that was wrong once may be wrong where no value was found: no green of this run may rest on it.",
        "Report both schemas as a fault of matchmark, and look by hand at what else it proved.",
    ),
    narrows(
        "compat/required-added",
        "A member must not become required.",
    ),
    widens(
        "compat/required-removed",
        "A member that readers count on must stay required.",
    ),
    narrows(
        "compat/text-narrowed",
        "A text must not be accepted in fewer forms.",
    ),
    widens(
        "compat/text-widened",
        "A text must not be accepted in more forms for readers.",
    ),
    narrows(
        "compat/type-narrowed",
        "A value must not be accepted in fewer types.",
    ),
    widens(
        "compat/type-widened",
        "A value must not be accepted in more types for readers.",
    ),
    narrows(
        "compat/unexplained-narrowing",
        "A version must accept what the one before accepted.",
    ),
    widens(
        "compat/unexplained-widening",
        "A version must accept only what readers of the one before know.",
    ),
    narrows(
        "compat/values-narrowed",
        "A listed value must not disappear.",
    ),
    widens(
        "compat/values-widened",
        "A value that readers do not know must not be added.",
    ),
];

const fn narrows(id: &'static str, title: &'static str) -> Rule {
    rule(id, Error, title, NARROW, ACCEPT)
}

const fn widens(id: &'static str, title: &'static str) -> Rule {
    rule(id, Error, title, WIDEN, SEND)
}

const fn rule(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        title,
        why,
        fix,
    }
}

//! Letters of names and words of descriptions: their shape, and what one adds to the other.
//! Refuses to know which shape is wanted where.

use crate::catalogue::added;
use crate::policy::input::{Case, SemanticsState};

/// The letter shape of a name.
pub(super) fn case(name: &str) -> Case {
    let plain = |separator: char| {
        name.split(separator).all(|word| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    };
    let alphanumeric = name.chars().all(|c| c.is_ascii_alphanumeric());
    let begins = |is: fn(&char) -> bool| name.chars().next().as_ref().is_some_and(is);
    if plain('\0') {
        Case::Flat
    } else if plain('-') {
        Case::Kebab
    } else if plain('_') {
        Case::Snake
    } else if name.len() > 1 && !name.chars().any(|c| c.is_ascii_lowercase()) {
        Case::Upper
    } else if alphanumeric && begins(char::is_ascii_lowercase) {
        Case::Camel
    } else if alphanumeric && begins(char::is_ascii_uppercase) {
        Case::Pascal
    } else {
        Case::Other
    }
}

/// How much a description says beyond the name, and how many words of meaning it adds.
pub(super) fn semantics(name: &str, text: &str) -> (SemanticsState, u32) {
    if text.trim().is_empty() {
        return (SemanticsState::Absent, 0);
    }
    let added = added(name, text);
    let state = if added == 0 {
        SemanticsState::RestatesName
    } else {
        SemanticsState::SaysMore
    };
    (state, super::count(added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_letter_shape() {
        for (name, shape) in [
            ("status", Case::Flat),
            ("subscriberId", Case::Camel),
            ("MemberPatient", Case::Pascal),
            ("hrex-consent", Case::Kebab),
            ("as_of", Case::Snake),
            ("MEMBER_ID", Case::Upper),
            ("Member-Id", Case::Other),
            ("member--id", Case::Other),
            ("member id", Case::Other),
            ("", Case::Other),
        ] {
            assert_eq!(case(name), shape, "{name}");
        }
    }

    #[test]
    fn a_description_that_repeats_the_name_adds_nothing() {
        for (name, text, state) in [
            ("subscriberId", "", SemanticsState::Absent),
            (
                "subscriberId",
                "The subscriber's identifier.",
                SemanticsState::RestatesName,
            ),
            (
                "subscriberId",
                "The identifier of the subscriber.",
                SemanticsState::RestatesName,
            ),
            (
                "subscriberId",
                "Subscriber ID",
                SemanticsState::RestatesName,
            ),
            (
                "birthDate",
                "This field holds the birth date.",
                SemanticsState::RestatesName,
            ),
            (
                "status",
                "Whether the cover runs.",
                SemanticsState::SaysMore,
            ),
        ] {
            assert_eq!(semantics(name, text).0, state, "{name}: {text}");
        }
    }
}

//! Letters of names and words of descriptions: their shape, and what one adds to the other.
//! Refuses to know which shape is wanted where.

use crate::policy::input::{Case, SemanticsState};
use std::collections::BTreeSet;

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

/// The words of a name in lower case: `subscriberId` is `subscriber`, `id`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before_is_lower = false;
    for c in name.chars() {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && before_is_lower);
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before_is_lower = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words that carry no meaning of their own in a description.
const EMPTY: [&str; 36] = [
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "attribute",
    "be",
    "by",
    "contains",
    "data",
    "element",
    "field",
    "for",
    "from",
    "given",
    "has",
    "holds",
    "in",
    "indicates",
    "information",
    "is",
    "it",
    "its",
    "of",
    "on",
    "or",
    "property",
    "represents",
    "specifies",
    "that",
    "the",
    "this",
    "to",
    "value",
    "which",
];

/// How much a description says beyond the name, and how many words of meaning it adds.
pub(super) fn semantics(name: &str, text: &str) -> (SemanticsState, u32) {
    if text.trim().is_empty() {
        return (SemanticsState::Absent, 0);
    }
    let told: BTreeSet<String> = words(name).iter().map(|word| stem(word)).collect();
    let added: BTreeSet<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(words)
        .filter(|word| word.len() > 1 && !EMPTY.contains(&word.as_str()))
        .map(|word| stem(&word))
        .filter(|word| !told.contains(word))
        .collect();
    let state = if added.is_empty() {
        SemanticsState::RestatesName
    } else {
        SemanticsState::SaysMore
    };
    (state, super::count(added.len()))
}

/// A word without its plural, and with abbreviations written out.
fn stem(word: &str) -> String {
    let stem = match word {
        "id" | "ids" | "identifier" | "identifiers" => "identifier",
        "dob" => "birth",
        "ref" | "refs" => "reference",
        "org" => "organization",
        "num" | "no" => "number",
        other => other
            .strip_suffix('s')
            .filter(|stem| stem.len() > 2 && !stem.ends_with('s'))
            .unwrap_or(other),
    };
    stem.to_owned()
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

    #[test]
    fn words_are_counted_once() {
        assert_eq!(
            words("CoverageToLink2Id"),
            ["coverage", "to", "link2", "id"]
        );
        assert_eq!(
            semantics("status", "Whether cover runs, whether cover ended."),
            (SemanticsState::SaysMore, 4)
        );
    }
}

//! Forms in which identifiers and names can be compared: version 1 of the rules.
//! Refuses to know which attribute a text belongs to.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Generational suffixes, which are no part of a family name.
const SUFFIXES: [&str; 6] = ["jr", "sr", "ii", "iii", "iv", "v"];

/// An identifier without case, spaces and hyphens.
#[must_use]
pub fn identifier(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect()
}

/// The parts of a name: without marks and case, split at everything that is no letter or digit, suffix apart.
#[must_use]
pub fn name(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let mut parts: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let suffixed = parts
        .last()
        .is_some_and(|last| SUFFIXES.contains(&last.as_str()));
    if parts.len() > 1 && suffixed {
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_lose_case_spaces_and_hyphens() {
        assert_eq!(identifier("ab-12 34"), "AB1234");
    }

    #[test]
    fn names_lose_marks_case_and_suffix() {
        assert_eq!(name("Tëst-Person Jr."), ["test", "person"]);
        assert_eq!(name("T\u{2019}Estperson"), ["t", "estperson"]);
    }

    #[test]
    fn a_name_that_is_only_a_suffix_stays() {
        assert_eq!(name("V"), ["v"]);
    }
}

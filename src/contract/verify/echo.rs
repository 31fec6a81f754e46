//! Whether a refusal repeats something of the request that it refuses.
//! Refuses to print what it found: a finding names the place, never the text.

use super::super::path::everything;
use super::super::versions::scalar;
use super::{Answer, Check};
use crate::model::Finding;
use std::collections::BTreeSet;

/// Shorter texts are words of any language.
///
/// Source: contract specification, section 7: four characters or more
const SHORTEST: usize = 4;

/// The first place of the answer that holds a scalar of the request; constants and codes of the schemas do not count.
pub fn echoes(check: &Check<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let document = answer.body.as_ref()?;
    let sent = check.interaction.request.content.body.json()?;
    let fixed = fixed_texts(check);
    let sent: BTreeSet<String> = everything("", sent.value())
        .into_iter()
        .filter_map(|(_, value)| scalar(value))
        .filter(|text| text.chars().count() >= SHORTEST && !fixed.contains(text))
        .collect();
    let (pointer, _) = everything("", document.value())
        .into_iter()
        .find(|(_, value)| {
            let text = scalar(value).filter(|text| !fixed.contains(text));
            text.is_some_and(|text| sent.iter().any(|sent| holds(&text, sent)))
        })?;
    let place = check
        .contract
        .place(&format!("{}/response", check.interaction.pointer));
    Some(
        check
            .finding("contract/error-echoes-input", place, "echo")
            .pointer(format!("/body{}", check.shown(&pointer)))
            .message("the refusal repeats a value of the request"),
    )
}

/// Whether `sent` stands in `text` as a word of its own.
fn holds(text: &str, sent: &str) -> bool {
    text.match_indices(sent).any(|(start, found)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text
            .get(start + found.len()..)
            .and_then(|text| text.chars().next());
        let part_of_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        !part_of_word(before) && !part_of_word(after)
    })
}

/// Constants and codes of every schema of the interaction.
fn fixed_texts<'a>(check: &'a Check<'_>) -> BTreeSet<&'a String> {
    let versions = check
        .request_versions
        .iter()
        .chain(&check.response_versions);
    versions.flat_map(|ready| &ready.fixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_a_word_of_its_own() {
        assert!(holds("unknown id Testperson-7", "Testperson-7"));
        assert!(holds("(1970-01-01)", "1970-01-01"));
        assert!(!holds("Testpersons", "Testperson"));
        assert!(!holds("", "Testperson"));
    }
}

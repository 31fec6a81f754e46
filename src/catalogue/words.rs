//! The words of names and descriptions: what a description adds to the name that it stands beside.
//! Refuses to judge: how much is enough is for a rule.

use std::collections::BTreeSet;

/// The words of a name in lower case: `subscriberId` is `subscriber`, `id`.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
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

/// How many words of meaning `text` adds to `name`.
#[must_use]
pub fn added(name: &str, text: &str) -> usize {
    let told: BTreeSet<String> = words(name).iter().map(|word| stem(word)).collect();
    let added: BTreeSet<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(words)
        .filter(|word| word.len() > 1 && !EMPTY.contains(&word.as_str()))
        .map(|word| stem(&word))
        .filter(|word| !told.contains(word))
        .collect();
    added.len()
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
    fn a_name_falls_into_its_words() {
        assert_eq!(
            words("CoverageToLink2Id"),
            ["coverage", "to", "link2", "id"]
        );
        assert_eq!(words("as_of"), ["as", "of"]);
    }

    #[test]
    fn a_word_counts_once_and_filling_words_never() {
        assert_eq!(added("birthDate", "This field holds the birth dates."), 0);
        assert_eq!(
            added("status", "Whether cover runs, whether cover ended."),
            4
        );
    }
}

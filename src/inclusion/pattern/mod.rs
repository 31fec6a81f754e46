//! Patterns of JSON Schema, read as ECMA-262 and matched by a linear engine.
//! Refuses to guess: a construct that the engine lacks leaves the pattern unread.

mod ecma;
mod word;

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A pattern: what it says, and how to match it if we can.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    read: Option<Arc<Read>>,
}

#[derive(Debug)]
struct Read {
    regex: Regex,
    translated: String,
}

impl Pattern {
    pub(super) fn new(source: &str) -> Self {
        let read = ecma::translate(source).and_then(|translated| {
            let regex = Regex::new(&translated).ok()?;
            Some(Arc::new(Read { regex, translated }))
        });
        Self { read }
    }

    pub(super) fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// Whether `text` matches; `None` when the pattern could not be read.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        self.read.as_ref().map(|read| read.regex.is_match(text))
    }

    /// A few words that match, short ones first, none longer than `most` code points and, where the pattern
    /// allows it, some of at least `least`.
    pub(super) fn words(&self, least: usize, most: usize) -> Vec<String> {
        let Some(read) = &self.read else {
            return Vec::new();
        };
        let mut words = word::words(&read.translated, least);
        words.retain(|word| read.regex.is_match(word) && word.chars().count() <= most);
        words
    }
}

/// Patterns that were already read, so that each is compiled once a schema.
#[derive(Debug, Default)]
pub(super) struct Patterns(BTreeMap<String, Pattern>);

impl Patterns {
    pub(super) fn get(&mut self, source: &str) -> Pattern {
        self.0
            .entry(source.to_owned())
            .or_insert_with(|| Pattern::new(source))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Pattern::new(pattern).matches(text)
    }

    #[test]
    fn classes_mean_what_ecma_says() {
        for (pattern, text, wanted) in [
            ("^\\d$", "\u{0665}", false),
            ("^\\w$", "ä", false),
            ("^\\s$", "\u{feff}", true),
            ("^\\s$", "\u{0085}", false),
            ("^.$", "\r", false),
            ("^.$", "\u{2028}", false),
            ("^a$", "a\n", false),
            ("^[\\d-]+$", "1-2", true),
            ("^[[]$", "[", true),
            ("^\\u0041\\x42\\cJ$", "AB\n", true),
            ("^\\ud83d\\ude00$", "\u{1f600}", true),
            ("^[^]$", "\n", true),
            ("^\\/$", "/", true),
            ("^[\\W]$", "ä", true),
            ("foo", "a foo b", true),
        ] {
            assert_eq!(matches(pattern, text), Some(wanted), "{pattern}");
        }
    }

    #[test]
    fn what_the_engine_lacks_stays_unread() {
        for pattern in ["^(a|b)\\1$", "^(?!a)", "(?<=a)b", "(?i)a", "["] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn words_match_and_reach_the_wanted_length() {
        for pattern in [
            "^[0-9]{4}-[0-9]{2}$",
            "^S_",
            "uuid",
            "^(a|bc)+$",
            "\\d+$",
            "^$",
        ] {
            let words = Pattern::new(pattern).words(0, 100);
            assert!(!words.is_empty(), "{pattern}");
        }
        let long = Pattern::new("^[a-z]+$").words(10, 100);
        assert!(long.iter().any(|word| word.len() >= 10));
    }
}

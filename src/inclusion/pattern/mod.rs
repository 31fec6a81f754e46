//! Patterns of JSON Schema, read as ECMA-262 and matched by a linear engine.
//! Refuses to guess: a construct that the engine lacks leaves the pattern unread.

mod branch;
mod class;
mod ecma;
mod escape;
mod word;

use super::answer::Code;
use super::automaton::Language;
use super::evaluate::Lengths;
use branch::Branch;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Words that are taken from the automaton of a pattern, of any length and of the wanted one.
const WORDS: usize = 4;

/// Most heads and bodies of one pattern: each is an engine of its own.
const PARTS: usize = 64;

/// A pattern: what it says, and how to match it if we can.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    source: Arc<str>,
    read: Option<Arc<Read>>,
}

#[derive(Debug)]
struct Read {
    ways: Vec<Way>,
    language: OnceLock<Result<Language, Code>>,
}

/// One way to match: the body must, and so must the heads that hold, but none of the others.
#[derive(Debug)]
struct Way {
    heads: Vec<(bool, Expression)>,
    body: Expression,
}

#[derive(Debug)]
struct Expression {
    regex: Regex,
    translated: String,
}

impl Pattern {
    pub(super) fn new(source: &str) -> Self {
        let branches = branch::split(source);
        let parts: usize = branches.iter().map(|branch| 1 + branch.heads.len()).sum();
        let ways: Option<Vec<Way>> = (parts <= PARTS)
            .then(|| branches.iter().map(Way::read).collect())
            .flatten();
        let read = ways.map(|ways| {
            let language = OnceLock::new();
            Arc::new(Read { ways, language })
        });
        Self {
            source: source.into(),
            read,
        }
    }

    /// The pattern as it was written.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// Whether `text` matches; `None` when the pattern could not be read.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let read = self.read.as_ref()?;
        Some(read.ways.iter().any(|way| way.matches(text)))
    }

    /// The strings that match; built once.
    ///
    /// Errors: `Pattern` when it could not be read, `Automaton` when it is too large
    pub(super) fn language(&self) -> Result<Language, Code> {
        let read = self.read.as_ref().ok_or(Code::Pattern)?;
        read.language.get_or_init(|| language(&read.ways)).clone()
    }

    /// A few words that match, short ones first, none longer than `most` code points and, where the pattern
    /// allows it, some of at least `least`.
    pub(super) fn words(&self, least: usize, most: usize) -> Vec<String> {
        let Some(read) = &self.read else {
            return Vec::new();
        };
        let mut words = self.shortest(least, most);
        for way in &read.ways {
            words.extend(word::words(&way.body.translated, least));
        }
        let mut kept: Vec<String> = Vec::new();
        for word in words {
            let fits = word.chars().count() <= most && self.matches(&word) == Some(true);
            if fits && !kept.contains(&word) {
                kept.push(word);
            }
        }
        kept
    }

    /// The first words of the automaton, of any length and of at least `least`; none where there is no automaton.
    fn shortest(&self, least: usize, most: usize) -> Vec<String> {
        let Ok(language) = self.language() else {
            return Vec::new();
        };
        let most = Some(most);
        let words = [0, least].map(|least| language.words(Lengths { least, most }, WORDS));
        words
            .into_iter()
            .flatten()
            .flat_map(|words| words.words)
            .collect()
    }
}

impl Way {
    fn read(branch: &Branch<'_>) -> Option<Self> {
        let head = |(holds, head): &(bool, &str)| {
            let translated = ecma::translate(head)?;
            Some((*holds, Expression::read(format!("^(?:{translated})"))?))
        };
        let body = if branch.heads.is_empty() {
            ecma::translate(branch.body)?
        } else {
            ecma::translate(&format!("^{}", branch.body))?
        };
        Some(Self {
            heads: branch.heads.iter().map(head).collect::<Option<_>>()?,
            body: Expression::read(body)?,
        })
    }

    fn matches(&self, text: &str) -> bool {
        self.body.regex.is_match(text)
            && self
                .heads
                .iter()
                .all(|(holds, head)| head.regex.is_match(text) == *holds)
    }
}

impl Expression {
    /// `None` when the expression is wrong, or too large for the linear engine.
    fn read(translated: String) -> Option<Self> {
        let regex = Regex::new(&translated).ok()?;
        Some(Self { regex, translated })
    }
}

fn language(ways: &[Way]) -> Result<Language, Code> {
    let mut all = Language::nothing();
    for way in ways {
        let mut one = Language::of_regex(&way.body.translated)?;
        for (holds, head) in &way.heads {
            let head = Language::of_regex(&head.translated)?;
            one = if *holds {
                one.and(&head)?
            } else {
                one.without(&head)?
            };
        }
        all = if ways.len() == 1 { one } else { all.or(&one)? };
    }
    Ok(all)
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
    #![allow(clippy::unwrap_used)]
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
            ("^[+--]$", ",", true),
            ("^[\\w-.]$", "-", true),
            ("^[\\w-.]$", "`", false),
            ("^[!--]$", "+", true),
            ("^\\u{1f600}$", "\u{1f600}", true),
            ("^[\\ud83d\\ude00-\\u{1f602}]$", "\u{1f601}", true),
            ("^\\p{Lu}\\P{Lu}\\p{Script=Greek}$", "Äaα", true),
            ("^(?<year>\\d{2,}?)$", "2026", true),
            ("(^a|b$)", "cb", true),
            ("(^a|b$)", "ba", false),
            ("\\bfoo\\B", "éfoo_", true),
            ("^]}$", "]}", true),
            ("foo", "a foo b", true),
        ] {
            assert_eq!(matches(pattern, text), Some(wanted), "{pattern}");
        }
    }

    #[test]
    fn what_the_engine_lacks_stays_unread() {
        for pattern in [
            "^(a|b)\\1$",
            "(?=a)b",
            "^a(?!b)",
            "^(?:(?!a).)*$",
            "^(?!(?=a)b)",
            "(?<=a)b",
            "^(?!a)|(?=b)",
            "(?i)a",
            "[",
        ] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_of_ecma_stays_unread() {
        for pattern in [
            "a{,2}",
            "a{ 2}",
            "a++",
            "a{2}{2}",
            "^*",
            "^(?=a)*b",
            "\\b+",
            "[b-a]",
            "[a--]",
            "\\01",
            "\\u{}",
            "\\pL",
            "\\p{^L}",
            "\\p{Nothing}",
            "\\ud83d",
            "\\a",
            "(?P<n>a)",
            "a)",
            "(a",
        ] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn a_look_ahead_at_the_start_is_read_and_both_engines_agree() {
        for (pattern, accepted, rejected) in [
            ("^(?!a)", ["", "ba"], ["a", "ab"]),
            ("^(?!.*foo).*$", ["", "fo"], ["foo", "a foo"]),
            ("^(?!a$)", ["ab", "b"], ["a", "a"]),
            ("^(?!a$)(?!b)[ab]", ["ab", "aa"], ["a", "ba"]),
            (
                "^(?=.*[0-9])(?=.*[a-z]).{8,}$",
                ["1234567a", "a2345678"],
                ["12345678", "1a"],
            ),
            ("^(?=a)b|c", ["c", "bc"], ["b", "ab"]),
            ("c|^(?!a|b)[a-c]", ["c", "ac"], ["a", "b"]),
            ("^(?=[)|(])(?!\\)).", ["(", "|"], [")", "a"]),
        ] {
            let pattern_read = Pattern::new(pattern);
            let language = pattern_read.language().unwrap();
            for (texts, wanted) in [(accepted, true), (rejected, false)] {
                for text in texts {
                    assert_eq!(pattern_read.matches(text), Some(wanted), "{pattern} {text}");
                    assert_eq!(language.has(text), wanted, "{pattern} {text}");
                }
            }
            assert!(!pattern_read.words(0, 9).is_empty(), "{pattern}");
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
        let shortest = Pattern::new("^(?=.*[0-9])[a-z]+[0-9]*$").words(0, 9);
        assert_eq!(shortest.first().map(String::as_str), Some("a0"));
    }
}

//! Languages: sets of strings as deterministic automata over characters, with exact answers about them.
//! Refuses to know schemas, to guess what a pattern means, and to grow over its caps.

mod alphabet;
mod determine;
mod dfa;
mod layer;
mod minimise;
mod nfa;
mod product;
mod slot;
mod trie;
mod word;

use super::answer::Code;
use super::evaluate::Lengths;
use super::pattern::Pattern;
use dfa::Dfa;
pub(super) use dfa::STATES;
use product::Both;
use std::sync::Arc;

/// The strings that something accepts. A clone is the same language; equal languages are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Language(Arc<Dfa>);

/// Some words of a language, and whether they are all there are (within the asked lengths).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) words: Vec<String>,
    pub(super) all: bool,
}

impl Language {
    pub(super) fn everything() -> Self {
        Self(Arc::new(Dfa::plain(true)))
    }

    pub(super) fn nothing() -> Self {
        Self(Arc::new(Dfa::plain(false)))
    }

    pub(super) fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, Code> {
        trie::of_words(words).map(|dfa| Self::of(&dfa))
    }

    /// The strings that match; built once for a pattern and its clones.
    ///
    /// Errors: `Pattern` for a construct that is not regular or that we do not know; `Automaton` over a cap
    pub(super) fn of_pattern(pattern: &Pattern) -> Result<Self, Code> {
        pattern.language()
    }

    /// The strings that hold a match of `regex`, in the syntax of the crate `regex`.
    ///
    /// Errors: as of [`Self::of_pattern`]
    pub(super) fn of_regex(regex: &str) -> Result<Self, Code> {
        let hir = regex_syntax::parse(regex).map_err(|_| Code::Pattern)?;
        let nfa = nfa::Nfa::of(&hir)?;
        Ok(Self::of(&determine::deterministic(&nfa)?))
    }

    fn of(dfa: &Dfa) -> Self {
        Self(Arc::new(minimise::minimal(dfa)))
    }

    /// The strings of both.
    pub(super) fn and(&self, other: &Self) -> Result<Self, Code> {
        self.with(other, Both::And)
    }

    /// The strings of either one.
    pub(super) fn or(&self, other: &Self) -> Result<Self, Code> {
        self.with(other, Both::Or)
    }

    /// The strings of this one that are not in the other.
    pub(super) fn without(&self, other: &Self) -> Result<Self, Code> {
        self.with(other, Both::Without)
    }

    /// Every other string.
    pub(super) fn not(&self) -> Result<Self, Code> {
        Ok(Self(Arc::new(self.0.opposite())))
    }

    fn with(&self, other: &Self, both: Both) -> Result<Self, Code> {
        Ok(Self::of(&product::product(&self.0, &other.0, both)?))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 1 && !self.0.accepts(self.0.start)
    }

    #[cfg(test)]
    pub(super) fn has(&self, text: &str) -> bool {
        self.0.has(text)
    }

    /// Up to `want` different words with a length in `lengths`: shortest first; at equal length letters and digits
    /// before other signs, control characters and what is not ASCII. With `want` 0 it only tells whether there is one.
    ///
    /// Shape:  `all` exactly when no other word of those lengths exists
    /// Units:  code points
    /// Errors: `WitnessSize` when the shortest word is longer than 16,384; `Automaton` when the lengths of the words
    ///         take too long to repeat
    pub(super) fn words(&self, lengths: Lengths, want: usize) -> Result<Words, Code> {
        word::words(&self.0, lengths, want)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn of(pattern: &str) -> Language {
        Language::of_pattern(&Pattern::new(pattern)).unwrap()
    }

    fn lengths(least: usize, most: usize) -> Lengths {
        let most = Some(most);
        Lengths { least, most }
    }

    fn first(language: &Language) -> Option<String> {
        let words = language.words(Lengths::default(), 1).unwrap();
        words.words.into_iter().next()
    }

    /// A linear congruential generator, so that every run sees the same patterns.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((self.0 >> 33) % sides as u64).unwrap()
        }

        fn pick(&mut self, from: &[&'static str]) -> &'static str {
            from[self.roll(from.len())]
        }

        fn text(&mut self) -> String {
            let letters = [
                "a",
                "b",
                "c",
                "_",
                "1",
                "-",
                "\n",
                "\u{2028}",
                "é",
                "\u{1f600}",
            ];
            (0..self.roll(7)).map(|_| self.pick(&letters)).collect()
        }

        fn pattern(&mut self, depth: usize) -> String {
            let atoms = [
                "a",
                "b",
                "c",
                "1",
                "é",
                ".",
                "\\d",
                "\\w",
                "\\W",
                "\\s",
                "\\S",
                "[^a]",
                "[a-c]",
                "[\\w-]",
                "[^\\s_]",
                "\\u{1f600}",
                "\\p{L}",
                "\\n",
                "^",
                "$",
                "\\b",
                "\\B",
                "",
            ];
            match self.roll(if depth == 0 { 2 } else { 8 }) {
                0 | 1 => self.pick(&atoms).to_owned(),
                2 | 3 => self.pattern(depth - 1) + &self.pattern(depth - 1),
                4 => format!(
                    "(?:{}|{})",
                    self.pattern(depth - 1),
                    self.pattern(depth - 1)
                ),
                5 => format!("({}|{})", self.pattern(depth - 1), self.pattern(depth - 1)),
                6 => format!("^{}$", self.pattern(depth - 1)),
                _ => {
                    let often = ["*", "+", "?", "{2}", "{0,2}", "{1,3}", "*?", "{2,}?"];
                    format!("(?:{}){}", self.pattern(depth - 1), self.pick(&often))
                }
            }
        }
    }

    #[test]
    fn a_language_has_what_the_other_engine_matches() {
        let mut dice = Dice(1);
        for _ in 0..1_500 {
            let source = dice.pattern(4);
            let pattern = Pattern::new(&source);
            let language = of(&source);
            for _ in 0..12 {
                let text = dice.text();
                let wanted = pattern.matches(&text);
                assert_eq!(Some(language.has(&text)), wanted, "{source} {text:?}");
            }
        }
    }

    #[test]
    fn languages_obey_the_laws_of_sets() {
        let mut dice = Dice(2);
        for _ in 0..150 {
            let [a, b, c] = [(); 3].map(|()| of(&dice.pattern(3)));
            let (both, either) = (a.and(&b).unwrap(), a.or(&b).unwrap());
            assert_eq!(both, b.and(&a).unwrap());
            assert_eq!(either, b.or(&a).unwrap());
            let opposites = a.not().unwrap().or(&b.not().unwrap()).unwrap();
            assert_eq!(both.not().unwrap(), opposites);
            assert_eq!(a.without(&b).unwrap(), a.and(&b.not().unwrap()).unwrap());
            assert_eq!(a.not().unwrap().not().unwrap(), a);
            assert!(a.without(&a).unwrap().is_empty());
            assert_eq!(a.or(&a.not().unwrap()).unwrap(), Language::everything());
            let spread = both.or(&a.and(&c).unwrap()).unwrap();
            assert_eq!(a.and(&b.or(&c).unwrap()).unwrap(), spread);
        }
    }

    #[test]
    fn words_are_accepted_distinct_and_in_order() {
        let mut dice = Dice(3);
        for _ in 0..300 {
            let source = dice.pattern(4);
            let language = of(&source);
            let window = lengths(dice.roll(3), 2 + dice.roll(4));
            let words = language.words(window, 20).unwrap();
            let mut rest = language.clone();
            let mut last = 0;
            for word in &words.words {
                let length = word.chars().count();
                assert!(
                    language.has(word) && window.has(length),
                    "{source} {word:?}"
                );
                assert!(length >= last, "{source}");
                assert!(rest.has(word), "twice: {source} {word:?}");
                rest = rest
                    .without(&Language::of_words([word.as_str()]).unwrap())
                    .unwrap();
                last = length;
            }
            let none_left = rest.words(window, 0).unwrap().all;
            assert_eq!(words.all, none_left, "{source}");
            assert!(words.all || words.words.len() == 20, "{source}");
        }
    }

    #[test]
    fn no_word_is_left_out_where_they_are_said_to_be_all() {
        let letters = ["a", "b", "1", "-", "\n", "é"];
        let mut texts = vec![String::new()];
        for start in 0..43 {
            let longer = letters.map(|one| format!("{}{one}", texts[start]));
            texts.extend(longer);
        }
        let mut dice = Dice(4);
        for _ in 0..300 {
            let source = dice.pattern(4);
            let language = of(&source);
            let window = lengths(dice.roll(3), 1 + dice.roll(3));
            let words = language.words(window, 60).unwrap();
            let fits = |text: &&String| window.has(text.chars().count()) && language.has(text);
            let missing = texts
                .iter()
                .filter(fits)
                .find(|text| !words.words.contains(text));
            assert!(!words.all || missing.is_none(), "{source} {missing:?}");
            let shortest = texts.iter().find(fits).map(|text| text.chars().count());
            let first = words.words.first().map(|word| word.chars().count());
            assert!(
                shortest.is_none() || first <= shortest,
                "{source} {first:?}"
            );
        }
    }

    #[test]
    fn a_dot_does_not_match_every_character() {
        let some = of("").and(&of("^[^]+$")).unwrap();
        assert_eq!(first(&some.without(&of(".+")).unwrap()), Some("\n".into()));
        let ends = of("^[^]$").without(&of("^.$")).unwrap();
        let words = ends.words(Lengths::default(), 9).unwrap();
        assert_eq!(words.words, ["\n", "\r", "\u{2028}", "\u{2029}"]);
        assert!(words.all);
        let spaces = of("^\\s$").words(Lengths::default(), 99).unwrap();
        assert_eq!((spaces.words.len(), spaces.all), (25, true));
    }

    #[test]
    fn two_digits_are_digits_but_not_the_reverse() {
        let (two, some) = (of("^[0-9]{2}$"), of("^[0-9]+$"));
        assert!(two.without(&some).unwrap().is_empty());
        assert_eq!(first(&some.without(&two).unwrap()), Some("0".into()));
        assert_eq!(of("^(a|b)$"), of("^[ab]$"));
        assert_eq!(of("(^a|b$)"), of("^a|b$"));
        assert_eq!(of("a*"), Language::everything());
        assert_eq!(of("$a"), Language::nothing());
    }

    #[test]
    fn a_finite_language_is_listed_whole() {
        let words = of("^[ab]{0,2}$").words(Lengths::default(), 7).unwrap();
        assert_eq!(words.words, ["", "a", "b", "aa", "ab", "ba", "bb"]);
        assert!(words.all);
        let words = of("^[ab]{0,2}$").words(lengths(1, 2), 5).unwrap();
        assert_eq!((words.words.len(), words.all), (5, false));
        let plain = of("^[é\\n .,0Z\\0a]$")
            .words(Lengths::default(), 99)
            .unwrap();
        assert_eq!(plain.words.concat(), "aZ0,. \n\0é");
        assert!(plain.all);
    }

    #[test]
    fn lengths_are_settled_without_counting_to_them() {
        let pairs = of("^(..)*$");
        assert!(pairs.words(lengths(7, 7), 1).unwrap().all);
        assert_eq!(pairs.words(lengths(7, 8), 1).unwrap().words, ["aaaaaaaa"]);
        let least = usize::MAX - 1;
        let window = Lengths { least, most: None };
        assert_eq!(pairs.words(window, 1), Err(Code::WitnessSize));
        assert!(!pairs.words(window, 0).unwrap().all);
        assert!(of("^(a|bc)$").words(window, 1).unwrap().all);
        assert!(pairs.words(lengths(9, 3), 1).unwrap().all);
    }

    #[test]
    fn a_list_of_words_is_the_pattern_that_lists_them() {
        let listed = Language::of_words(["ja", "nein", "nein", ""]).unwrap();
        assert_eq!(listed, of("^(ja|nein|)$"));
        assert!(Language::of_words([]).unwrap().is_empty());
        let many: Vec<String> = (0..30_000).map(|number| format!("{number:05}")).collect();
        let many = Language::of_words(many.iter().map(String::as_str)).unwrap();
        assert_eq!(many, of("^[0-2][0-9]{4}$"));
        let long = "a".repeat(20_000);
        assert_eq!(Language::of_words([long.as_str()]), Err(Code::Automaton));
    }

    #[test]
    fn what_is_too_large_is_left_at_once() {
        for pattern in [
            "^((((a|b|c){1,9}){1,9}){1,9}){1,9}$",
            "^.*a.{20}$",
            "^(.{0,200}a){9}.{99}b$",
        ] {
            let language = Language::of_pattern(&Pattern::new(pattern));
            assert_eq!(language, Err(Code::Automaton), "{pattern}");
        }
        for pattern in ["a{1,1000000}", "((a{999}){999}){999}"] {
            assert!(!Pattern::new(pattern).is_read(), "{pattern}");
        }
        for pattern in ["(.*a){18}", "(a|aa)+$", "(x+x+)+y", "^(x?){99}(y?){99}$"] {
            assert!(!of(pattern).is_empty(), "{pattern}");
        }
    }
}

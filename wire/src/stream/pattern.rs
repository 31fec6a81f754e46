//! Patterns that strings are matched with, by what is known of a string or by a table of states.
//! Refuses what the full validator might read in another way: such a pattern says nothing.

use super::scan::{DECODED, SPACE, WIDE};
use jsonschema_regex::is_ecma_whitespace;
use regex::Regex;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Most states of a table, so that one takes at most some hundred KiB.
const MOST_STATES: usize = 2_000;

/// Bytes that the automaton behind a table may take while it is made.
const BUILD_SIZE: usize = 4 * 1024 * 1024;

/// Bytes that a pattern for text beyond ASCII may take.
///
/// Source: as for the full validator
const PATTERN_SIZE: usize = 2 * 1024 * 1024;

/// One pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// What plain text needs no table for.
    pub(super) plain: Plain,
    /// For ASCII.
    table: Option<Table>,
    /// As the full validator reads it; `None` when that is not sure.
    translated: Option<String>,
    /// For everything else, made when first needed.
    regex: OnceLock<Option<Regex>>,
}

/// Patterns of FHIR that are decided by what kinds of bytes a string holds.
///
/// Source: FHIR R4, datatypes: uri, string, code
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Plain {
    /// `uri`: no white space.
    NoSpace,
    /// `string`: one character at least.
    Some,
    /// `code`: no white space, one character at least; with white space it may still match.
    Solid,
    #[default]
    No,
}

impl Plain {
    /// Whether text without escapes matches; `None` when a table has to tell.
    #[inline]
    pub(super) fn matches(self, text: &[u8], flags: u8) -> Option<bool> {
        let odd = flags & WIDE != 0 && holds_wide_space(text)?;
        match self {
            Self::NoSpace => Some(flags & SPACE == 0 && !odd),
            Self::Some => Some(!text.is_empty() && !odd),
            Self::Solid if flags & SPACE == 0 && !odd => Some(!text.is_empty()),
            Self::Solid | Self::No => None,
        }
    }
}

/// Whether white space beyond ASCII stands in the text.
fn holds_wide_space(text: &[u8]) -> Option<bool> {
    let wide = |character: char| !character.is_ascii() && is_ecma_whitespace(character);
    Some(std::str::from_utf8(text).ok()?.contains(wide))
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        let plain = match pattern {
            r"^\S*$" => Plain::NoSpace,
            r"^[ \r\n\t\S]+$" => Plain::Some,
            r"^[^\s]+(\s[^\s]+)*$" | r"^[^\s]+([\s]?[^\s]+)*$" | r"^\S+$" => Plain::Solid,
            _ => Plain::No,
        };
        let translated = translated(pattern);
        let table = translated.as_deref().and_then(Table::new);
        Self {
            plain,
            table,
            translated,
            regex: OnceLock::new(),
        }
    }

    /// Whether the text matches; `None` when that cannot be told.
    pub(super) fn matches(&self, text: &[u8], flags: u8) -> Option<bool> {
        if flags & DECODED == 0
            && let Some(matches) = self.plain.matches(text, flags)
        {
            return Some(matches);
        }
        let ascii = flags & (WIDE | DECODED) == 0 || text.is_ascii();
        match &self.table {
            Some(table) if ascii => Some(table.matches(text)),
            _ => Some(self.regex()?.is_match(std::str::from_utf8(text).ok()?)),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        let build = || {
            let mut builder = regex::RegexBuilder::new(self.translated.as_deref()?);
            builder.size_limit(PATTERN_SIZE).build().ok()
        };
        self.regex.get_or_init(build).as_ref()
    }
}

/// The pattern as the full validator hands it to its engine, if it holds nothing that engines read differently.
fn translated(pattern: &str) -> Option<String> {
    const DOUBTFUL: [&str; 13] = [
        "*+", "++", "?+", "}+", "*{", "+{", "?{", "}{", "{,", r"\p", r"\P", r"\b", r"\B",
    ];
    if DOUBTFUL.iter().any(|sign| pattern.contains(sign)) {
        return None;
    }
    // With spaces, one engine reads a count where another reads characters.
    let mut counts = pattern.split('{').skip(1);
    if counts.any(|count| count.split('}').next().is_some_and(holds_space)) {
        return None;
    }
    let groups = pattern.match_indices("(?").count();
    if groups != pattern.match_indices("(?:").count() {
        return None;
    }
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    let hir = regex_syntax::parse(&translated).ok()?;
    looks_plain(&hir).then(|| translated.into_owned())
}

fn holds_space(text: &str) -> bool {
    text.contains(char::is_whitespace)
}

/// Whether the only assertions are the two ends of the text.
fn looks_plain(hir: &Hir) -> bool {
    hir.properties()
        .look_set()
        .iter()
        .all(|look| matches!(look, Look::Start | Look::End))
}

/// States and what leads from one to the next, for ASCII text.
#[derive(Debug)]
struct Table {
    /// Class of every byte.
    classes: [u8; 256],
    /// The rows of the states, one behind the other: by class where the row of the next one begins, and then whether
    /// the text may end here.
    rows: Vec<u32>,
    stride: usize,
    /// Where the row of the first begins.
    start: u32,
}

/// Where no match can follow, and where one stands however the text goes on.
const DEAD: u16 = 0;
const DONE: u16 = 1;

impl Table {
    fn new(translated: &str) -> Option<Self> {
        let hir = ascii(&regex_syntax::parse(translated).ok()?);
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().nfa_size_limit(Some(BUILD_SIZE)))
            .build_from_hir(&hir)
            .ok()?;
        let config = dense::Config::new()
            .accelerate(false)
            .dfa_size_limit(Some(BUILD_SIZE))
            .determinize_size_limit(Some(BUILD_SIZE))
            .start_kind(regex_automata::dfa::StartKind::Unanchored);
        let dfa = dense::Builder::new()
            .configure(config)
            .build_from_nfa(&nfa)
            .ok()?;
        Self::flatten(&dfa)
    }

    fn flatten(dfa: &dense::DFA<Vec<u32>>) -> Option<Self> {
        let start = dfa
            .start_state_forward(&Input::new("").anchored(Anchored::No))
            .ok()?;
        let byte_classes = dfa.byte_classes();
        let mut classes = [0; 256];
        for (byte, class) in (0..=255).zip(&mut classes) {
            *class = byte_classes.get(byte);
        }
        let ends = byte_classes.alphabet_len();
        let stride = ends + 1;
        let mut states = States::new(dfa);
        let row = |state: u16| Some(u32::from(state) * u32::try_from(stride).ok()?);
        let start = row(states.number(start)?)?;
        let mut rows = vec![row(DEAD)?; stride];
        rows.resize(stride * 2, row(DONE)?);
        let mut at = 2;
        while let Some(state) = states.order.get(at).copied() {
            let own = rows.len();
            rows.resize(own + stride, row(DEAD)?);
            for byte in 0..=127_u8 {
                let class = usize::from(byte_classes.get(byte));
                let number = states.number(dfa.next_state(state, byte))?;
                *rows.get_mut(own + class)? = row(number)?;
            }
            *rows.get_mut(own + ends)? = dfa.is_match_state(dfa.next_eoi_state(state)).into();
            at += 1;
        }
        Some(Self {
            classes,
            rows,
            stride,
            start,
        })
    }

    fn matches(&self, text: &[u8]) -> bool {
        let done = self.stride;
        let mut row = self.start as usize;
        for byte in text {
            let class = self.classes.get(usize::from(*byte)).copied().unwrap_or(0);
            let next = self.rows.get(row + usize::from(class)).copied();
            row = next.unwrap_or(0) as usize;
            // Both rows from which no other follows.
            if row <= done {
                break;
            }
        }
        self.rows
            .get(row + self.stride - 1)
            .is_some_and(|ends| *ends != 0)
    }
}

/// The states of an automaton, numbered as they are met.
struct States<'a> {
    dfa: &'a dense::DFA<Vec<u32>>,
    numbers: HashMap<StateID, u16>,
    /// The first two stand for no state of the automaton.
    order: Vec<StateID>,
}

impl<'a> States<'a> {
    fn new(dfa: &'a dense::DFA<Vec<u32>>) -> Self {
        Self {
            dfa,
            numbers: HashMap::new(),
            order: vec![StateID::ZERO, StateID::ZERO],
        }
    }

    /// `None` when there are too many, or one that gives up.
    fn number(&mut self, state: StateID) -> Option<u16> {
        if self.dfa.is_quit_state(state) {
            return None;
        }
        if self.dfa.is_dead_state(state) {
            return Some(DEAD);
        }
        // A search that has matched has matched, whatever follows.
        if self.dfa.is_match_state(state) {
            return Some(DONE);
        }
        if let Some(number) = self.numbers.get(&state) {
            return Some(*number);
        }
        let number = u16::try_from(self.order.len()).ok()?;
        if self.order.len() >= MOST_STATES {
            return None;
        }
        self.order.push(state);
        self.numbers.insert(state, number);
        Some(number)
    }
}

/// The same expression as far as ASCII text can match it.
fn ascii(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.is_ascii() => Hir::literal(literal.0.clone()),
        HirKind::Literal(_) => Hir::fail(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(Class::Bytes(class)) => Hir::class(Class::Bytes(class.clone())),
        HirKind::Look(look) => Hir::look(*look),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(ascii(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => ascii(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(ascii).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(ascii).collect()),
    }
}

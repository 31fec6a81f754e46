//! One pass over the bytes of a payload, value by value.
//! Refuses to build anything: what is kept are a few offsets, in memory that the next payload uses again.

use super::numeral::{Written, written};
use super::program::{
    ANY_ARRAY, ANYTHING, ARRAY, ArrayRules, BOOLEAN, BROKEN, NULL, Node, NodeId, Program, STRING,
    Stop, TextRules, WHOLE,
};
use super::scan::{self, DECODED, ESCAPE, WIDE};
use crate::json::Limits;

/// What one pass says of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is a document within the limits, and valid.
    Accepted,
    /// It is no document within the limits, or invalid.
    Refused,
    /// Nothing is known: the full validator has to look.
    Unsettled,
}

/// Values that may be looked at, branches counted again, for every byte of a payload; and as many at least.
const LOOKS: (usize, usize) = (8, 10_000);

/// Bytes that count as one more look when they are read again.
const LONG_LOOK: usize = 16;

/// Arrays, objects and branches that may be open inside each other.
///
/// Source: a level takes under 2 KiB of stack without optimisation, the smallest stack that we run on has 1 MiB
const DEEPEST: usize = 200;

/// Items whose likeness is looked for by comparing each with each.
const MOST_UNIQUE: usize = 64;

/// The memory of a pass, used again by the next.
#[derive(Debug, Default)]
pub struct Runner {
    limits: Limits,
    /// By name, counted over all objects of the program: the name that stood behind it last time.
    pub(super) next: Vec<u16>,
    /// Bits of the names met in the objects that are open.
    pub(super) met: Vec<u64>,
    /// Where the other names of the objects that are open stand.
    pub(super) others: Vec<(u32, u32)>,
    /// By `contains` of the arrays that are open: how many items it accepts.
    pub(super) hits: Vec<u64>,
    decoded: String,
}

impl Runner {
    /// A runner that accepts only documents within `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Whether `bytes` are surely a document that the schema behind the program accepts, or surely none.
    pub fn judge(&mut self, program: &Program, bytes: &[u8]) -> Settled {
        let most = self.limits.bytes.min(u32::MAX as usize - 1);
        if bytes.len() > most {
            return Settled::Unsettled;
        }
        if self.next.len() != program.names {
            self.next.clear();
            self.next.resize(program.names, 0);
        }
        self.met.clear();
        self.others.clear();
        self.hits.clear();
        let mut pass = Pass {
            program,
            bytes,
            depth: self.limits.depth.min(Limits::DEEPEST).min(DEEPEST),
            values_left: self.limits.nodes,
            looks_left: bytes.len().saturating_mul(LOOKS.0).saturating_add(LOOKS.1),
            trials: 0,
            runner: self,
        };
        match pass.document() {
            Ok(()) => Settled::Accepted,
            Err(Stop::Rejects) => Settled::Refused,
            Err(Stop::Unsure) => Settled::Unsettled,
        }
    }
}

/// One pass over one text.
pub(super) struct Pass<'p, 't, 'r> {
    pub(super) program: &'p Program,
    /// Of which nothing is known: what stands outside of strings is compared, and what is not ASCII inside is looked at.
    pub(super) bytes: &'t [u8],
    pub(super) runner: &'r mut Runner,
    pub(super) depth: usize,
    values_left: usize,
    looks_left: usize,
    /// Branches that are being tried inside each other.
    pub(super) trials: usize,
}

impl<'p> Pass<'p, '_, '_> {
    fn document(&mut self) -> Result<(), Stop> {
        let start = scan::solid(self.bytes, 0);
        let end = self.value(self.program.root, start, 0)?;
        let rest = scan::solid(self.bytes, end);
        if rest == self.bytes.len() {
            Ok(())
        } else {
            Err(Stop::Unsure)
        }
    }

    /// Judges the value that begins at `at`, inside `depth` others, and gives where it ends.
    pub(super) fn value(&mut self, id: NodeId, at: usize, depth: usize) -> Result<usize, Stop> {
        self.count()?;
        // The pass that is not a trial has looked at it, or will.
        if id == ANYTHING
            && self.trials > 0
            && let Some(end) = scan::skip(self.bytes, at)
        {
            return Ok(end);
        }
        let node = self.target(id, at)?;
        let kind = node.kinds;
        let end = match self.bytes.get(at) {
            Some(b'"') => self.string(node, at)?,
            Some(b'{') => self.object(node, at, depth)?,
            Some(b'[') => self.array(node, at, depth)?,
            Some(b'-' | b'0'..=b'9') => self.number(node, at)?,
            Some(b't') if node.booleans & 2 != 0 => self.word("true", kind & BOOLEAN, node, at)?,
            Some(b'f') if node.booleans & 1 != 0 => self.word("false", kind & BOOLEAN, node, at)?,
            Some(b'n') => self.word("null", kind & NULL, node, at)?,
            Some(b't' | b'f') => return Err(Stop::Rejects),
            _ => return Err(Stop::Unsure),
        };
        if !node.branches.is_empty() {
            self.branches(node, &(at..end), depth)?;
        }
        Ok(end)
    }

    fn count(&mut self) -> Result<(), Stop> {
        if self.trials == 0 {
            self.values_left = self.values_left.checked_sub(1).ok_or(Stop::Unsure)?;
        }
        self.looks_left = self.looks_left.checked_sub(1).ok_or(Stop::Unsure)?;
        Ok(())
    }

    /// Counts what is read besides the pass that reads everything once.
    pub(super) fn read_again(&mut self, bytes: usize) {
        self.looks_left = self.looks_left.saturating_sub(bytes / LONG_LOOK);
    }

    fn word(&self, word: &str, kind: u8, node: &Node, at: usize) -> Result<usize, Stop> {
        settle(node, kind)?;
        let end = at + word.len();
        match self.bytes.get(at..end) {
            Some(found) if found == word.as_bytes() => Ok(end),
            _ => Err(Stop::Unsure),
        }
    }

    fn number(&self, node: &Node, at: usize) -> Result<usize, Stop> {
        let numbers = node.kinds & (WHOLE | BROKEN);
        settle(node, numbers)?;
        let (number, end) = written(self.bytes, at).ok_or(Stop::Unsure)?;
        match number {
            Written::Whole(_) if numbers & WHOLE == 0 => return Err(Stop::Rejects),
            // It may be whole for all its fraction.
            Written::Broken(_) if numbers & BROKEN == 0 => return Err(Stop::Unsure),
            Written::Whole(_) | Written::Broken(_) => {}
        }
        if let Some(rules) = &node.number {
            rules.judge(number.value().ok_or(Stop::Unsure)?)?;
        }
        Ok(end)
    }

    fn string(&mut self, node: &Node, at: usize) -> Result<usize, Stop> {
        settle(node, node.kinds & STRING)?;
        let (end, flags) = scan::string(self.bytes, at + 1).ok_or(Stop::Unsure)?;
        let text = self.bytes.get(at + 1..end).ok_or(Stop::Unsure)?;
        if flags & (ESCAPE | WIDE) != 0 {
            self.odd_string(node, text, flags)?;
        } else if node.plain.matches(text, flags) != Some(true)
            && let Some(rules) = &node.text
        {
            rules.judge(self.program, text, flags)?;
        }
        Ok(end + 1)
    }

    /// A string that is not written in plain ASCII.
    #[cold]
    fn odd_string(&mut self, node: &Node, text: &[u8], flags: u8) -> Result<(), Stop> {
        let text = std::str::from_utf8(text).map_err(|_| Stop::Unsure)?;
        let decoded = &mut self.runner.decoded;
        let (text, flags) = if flags & ESCAPE == 0 {
            (text, flags)
        } else {
            decode(text, decoded).ok_or(Stop::Unsure)?;
            (decoded.as_str(), DECODED)
        };
        match &node.text {
            Some(rules) => rules.judge(self.program, text.as_bytes(), flags),
            None => Ok(()),
        }
    }

    fn array(&mut self, node: &'p Node, at: usize, depth: usize) -> Result<usize, Stop> {
        settle(node, node.kinds & ARRAY)?;
        if depth >= self.depth {
            return Err(Stop::Unsure);
        }
        let start = scan::solid(self.bytes, at + 1);
        self.items(node.array.as_deref().unwrap_or(&ANY_ARRAY), start, depth)
    }

    fn items(&mut self, rules: &ArrayRules, mut at: usize, depth: usize) -> Result<usize, Stop> {
        let mut count = 0;
        let first = at;
        let hits = self.runner.hits.len();
        self.runner.hits.resize(hits + rules.contains.len(), 0);
        if self.bytes.get(at) != Some(&b']') {
            loop {
                let item = *rules.prefix.get(count).unwrap_or(&rules.rest);
                let end = self.value(item, at, depth + 1)?;
                for (index, contains) in rules.contains.iter().enumerate() {
                    if self.tries(contains.node, &(at..end), depth + 1)?
                        && let Some(hits) = self.runner.hits.get_mut(hits + index)
                    {
                        *hits += 1;
                    }
                }
                count += 1;
                at = scan::solid(self.bytes, end);
                match self.bytes.get(at) {
                    Some(b',') => at = scan::solid(self.bytes, at + 1),
                    Some(b']') => break,
                    _ => return Err(Stop::Unsure),
                }
            }
        }
        in_range(count as u64, rules.least, rules.most)?;
        let counted = self.runner.hits.get(hits..).unwrap_or_default();
        for (contains, hits) in rules.contains.iter().zip(counted) {
            in_range(*hits, contains.least, contains.most)?;
        }
        self.runner.hits.truncate(hits);
        if rules.unique && count > 1 {
            self.unique(first, at)?;
        }
        Ok(at + 1)
    }

    /// Whether the items between two places are strings without escapes, none twice.
    fn unique(&self, mut at: usize, end: usize) -> Result<(), Stop> {
        let mut met: Vec<&[u8]> = Vec::new();
        while at < end {
            let (close, flags) = scan::string(self.bytes, at + 1).ok_or(Stop::Unsure)?;
            let string = self.bytes.get(at..close).ok_or(Stop::Unsure)?;
            let plain = string.first() == Some(&b'"') && flags & ESCAPE == 0;
            if !plain || met.len() >= MOST_UNIQUE {
                return Err(Stop::Unsure);
            }
            if met.contains(&string) {
                return Err(Stop::Rejects);
            }
            met.push(string);
            let behind = scan::solid(self.bytes, close + 1);
            if behind < end && self.bytes.get(behind) != Some(&b',') {
                return Err(Stop::Unsure);
            }
            at = scan::solid(self.bytes, behind + 1);
        }
        Ok(())
    }
}

/// Errors: none of the kinds is allowed, or one of which nothing can be said
pub(super) fn settle(node: &Node, kinds: u8) -> Result<(), Stop> {
    match kinds {
        0 => Err(Stop::Rejects),
        _ if node.unsure & kinds != 0 => Err(Stop::Unsure),
        _ => Ok(()),
    }
}

pub(super) fn in_range(count: u64, least: u64, most: Option<u64>) -> Result<(), Stop> {
    if count < least || most.is_some_and(|most| count > most) {
        Err(Stop::Rejects)
    } else {
        Ok(())
    }
}

impl TextRules {
    /// `text` is UTF-8.
    fn judge(&self, program: &Program, text: &[u8], flags: u8) -> Result<(), Stop> {
        if self.least > 0 || self.most.is_some() {
            let starts_character = |byte: &&u8| **byte & 0xC0 != 0x80;
            let length = match flags {
                0 | scan::SPACE => text.len(),
                _ => text.iter().filter(starts_character).count(),
            };
            in_range(length as u64, self.least, self.most)?;
        }
        if let Some(words) = &self.words {
            let found = match words.len() {
                0..=8 => words.iter().any(|word| word.as_bytes() == text),
                _ => words
                    .binary_search_by(|word| word.as_bytes().cmp(text))
                    .is_ok(),
            };
            if !found {
                return Err(Stop::Rejects);
            }
        }
        for index in &self.patterns {
            let pattern = program.patterns.get(*index as usize);
            match pattern.and_then(|pattern| pattern.matches(text, flags)) {
                Some(true) => {}
                Some(false) => return Err(Stop::Rejects),
                None => return Err(Stop::Unsure),
            }
        }
        Ok(())
    }
}

/// Writes what the inside of a string means into `decoded`; `None` when an escape is not one.
fn decode(text: &str, decoded: &mut String) -> Option<()> {
    decoded.clear();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        decoded.push_str(before);
        let mut characters = escape.chars();
        let character = match characters.next()? {
            plain @ ('"' | '\\' | '/') => plain,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut characters)?,
            _ => return None,
        };
        decoded.push(character);
        rest = characters.as_str();
    }
    decoded.push_str(rest);
    Some(())
}

/// Source: RFC 8259, section 7
fn unicode(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let first = unit(characters)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    let pair = characters.next() == Some('\\') && characters.next() == Some('u');
    let second = unit(characters).filter(|unit| pair && (0xDC00..0xE000).contains(unit))?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
}

fn unit(characters: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| {
        Some(unit * 16 + characters.next()?.to_digit(16)?)
    })
}

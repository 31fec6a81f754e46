//! Texts that meet a list of demands: lengths, patterns, formats, and texts that are out.
//! Refuses to know where the demands come from.

use super::atom::Atom;
use super::fill::{Filled, both};
use crate::inclusion::answer::Code;
use crate::inclusion::automaton::Language;
use crate::inclusion::evaluate::Lengths;
use crate::inclusion::format;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;

/// Longest text that is made.
const LONGEST: usize = 16_384;

#[derive(Default)]
struct Demands<'a> {
    lengths: Lengths,
    patterns: Vec<(&'a Pattern, bool)>,
    formats: Vec<&'a str>,
    other_formats: Vec<&'a str>,
    excluded: Vec<&'a str>,
}

pub(super) fn fill(atoms: &[Atom], wanted: usize) -> Result<Filled, Code> {
    let mut demands = Demands::default();
    let none = Filled {
        values: Vec::new(),
        all: true,
    };
    for atom in atoms {
        match atom {
            Atom::Text(lengths) => match both(demands.lengths, *lengths) {
                Some(lengths) => demands.lengths = lengths,
                None => return Ok(none),
            },
            Atom::Matches(pattern, matches) => demands.patterns.push((pattern, *matches)),
            Atom::Format(format, true) => demands.formats.push(format),
            Atom::Format(format, false) => demands.other_formats.push(format),
            Atom::Excluded(Value::String(text)) => demands.excluded.push(text),
            _ => {}
        }
    }
    if demands.formats.is_empty() && demands.other_formats.is_empty() {
        return demands.words(wanted);
    }
    demands.formatted(wanted, none)
}

impl Demands<'_> {
    fn words(&self, wanted: usize) -> Result<Filled, Code> {
        if self.patterns.is_empty() {
            return self.free(wanted);
        }
        let mut language = Language::everything();
        for (pattern, matches) in &self.patterns {
            let other = Language::of_pattern(pattern)?;
            language = if *matches {
                language.and(&other)?
            } else {
                language.without(&other)?
            };
            if language.is_empty() {
                break;
            }
        }
        if !self.excluded.is_empty() {
            language = language.without(&Language::of_words(self.excluded.iter().copied())?)?;
        }
        let words = language.words(self.lengths, wanted)?;
        Ok(Filled {
            values: words.words.into_iter().map(Value::String).collect(),
            all: words.all,
        })
    }

    /// Texts where only the length matters.
    fn free(&self, wanted: usize) -> Result<Filled, Code> {
        if self.lengths.least > LONGEST {
            return Err(Code::WitnessSize);
        }
        let needed = wanted.saturating_add(self.excluded.len());
        let mut values = Vec::new();
        for number in 0..=needed {
            if values.len() >= wanted {
                break;
            }
            let text = nth(number, self.lengths);
            let is_new = text.as_ref().is_some_and(|text| {
                !self.excluded.contains(&text.as_str()) && !values.contains(text)
            });
            values.extend(text.filter(|_| is_new));
        }
        let all = self.lengths.most == Some(0);
        if values.is_empty() && wanted > 0 && !all {
            return Err(Code::Cases);
        }
        values.truncate(wanted);
        let values = values.into_iter().map(Value::String).collect();
        Ok(Filled { values, all })
    }

    fn formatted(&self, wanted: usize, none: Filled) -> Result<Filled, Code> {
        let clashes = self.formats.iter().any(|one| {
            self.other_formats
                .iter()
                .any(|other| format::is_within(one, other))
                || self
                    .formats
                    .iter()
                    .any(|other| format::are_disjoint(one, other))
        });
        if clashes {
            return Ok(none);
        }
        let fits = |text: &&str| {
            self.lengths.has(text.chars().count())
                && !self.excluded.contains(text)
                && self
                    .patterns
                    .iter()
                    .all(|(pattern, matches)| pattern.matches(text) == Some(*matches))
        };
        let samples = format::samples(&self.formats, &self.other_formats);
        let values: Vec<Value> = samples.into_iter().filter(fits).map(Value::from).collect();
        if values.is_empty() {
            return Err(Code::Format);
        }
        let mut values = values;
        values.truncate(wanted);
        Ok(Filled { values, all: false })
    }
}

/// The text with this number among those whose length is in the window; there are far more than are ever asked for.
fn nth(number: usize, lengths: Lengths) -> Option<String> {
    const LETTERS: [char; 36] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ];
    let (mut rest, mut text) = (number, String::new());
    if lengths.most == Some(0) {
        return (number == 0).then_some(text);
    }
    if lengths.least == 0 {
        if number == 0 {
            return Some(text);
        }
        rest = number - 1;
    }
    let room = lengths.highest();
    let mut length = 0;
    while rest > 0 || length < lengths.least.max(1) {
        if length >= room {
            // A single place takes any character at all.
            let point = u32::try_from(number).ok()?.checked_add(0x4e00)?;
            text.pop();
            text.push(char::from_u32(point)?);
            return Some(text);
        }
        text.push(*LETTERS.get(rest % LETTERS.len())?);
        rest /= LETTERS.len();
        length += 1;
    }
    (lengths.highest() > 0).then_some(text)
}

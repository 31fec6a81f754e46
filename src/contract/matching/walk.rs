//! The way through an example and what was seen in its place, side by side.
//! Refuses to judge: it knows where it stands, what stands there, and how to say so without a value.

use super::super::interaction::Json;
use super::super::path::Key;
use super::super::rule::{Part, RuleSet};
use super::super::terms::{Instead, Optional};
use super::mismatch::Mismatch;
use super::scalar::{Habitat, Seen};
use super::seal::Seal;
use serde_json::Value;
use wire::json::pointer_escape;

/// What a key that the example does not show is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// A request holds what it shows and nothing else.
    Refused,
    /// A response may hold more than is read.
    Borne,
}

/// An example and the value in its place.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    pub example: &'a Value,
    pub actual: &'a Value,
}

/// Where a tree of values comes from.
#[derive(Clone, Copy)]
pub enum Origin<'a> {
    /// A document that knows how its numbers are written.
    Json(&'a Json),
    /// Text that was taken apart; it stands at this pointer of the contract file.
    Text(&'a str),
}

impl<'a> Origin<'a> {
    fn number(self, value: &Value, pointer: &str) -> Option<&'a str> {
        match (self, value) {
            // Whole numbers say all of themselves; only what a double holds must be looked up.
            (Self::Json(json), Value::Number(number)) if number.is_f64() => {
                json.number_text(pointer)
            }
            _ => None,
        }
    }

    /// Pointer in the contract file.
    pub fn place(self, pointer: &str) -> String {
        match self {
            Self::Json(json) => json.file_pointer(pointer),
            Self::Text(at) => format!("{at}{pointer}"),
        }
    }
}

/// One step down: the segment of the example, of what was seen, and what may be shown of that.
pub struct Step<'s> {
    pub example: &'s str,
    pub actual: &'s str,
    pub shown: &'s str,
}

impl<'s> Step<'s> {
    /// A key that the contract shows.
    pub fn same(key: &'s str) -> Self {
        Self {
            example: key,
            actual: key,
            shown: key,
        }
    }
}

/// Pointers of where a walk stands.
#[derive(Clone, Default)]
pub struct Trail {
    pub example: String,
    pub actual: String,
    /// Pointer of the actual value with undeclared keys masked.
    pub shown: String,
}

impl Trail {
    /// Goes one step down; gives the way back.
    pub fn step(&mut self, step: &Step<'_>) -> (usize, usize, usize) {
        let back = (self.example.len(), self.actual.len(), self.shown.len());
        push(&mut self.example, step.example);
        push(&mut self.actual, step.actual);
        push(&mut self.shown, step.shown);
        back
    }

    pub fn back(&mut self, (example, actual, shown): (usize, usize, usize)) {
        self.example.truncate(example);
        self.actual.truncate(actual);
        self.shown.truncate(shown);
    }
}

fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    if segment.contains(['~', '/']) {
        pointer.push_str(&pointer_escape(segment));
    } else {
        pointer.push_str(segment);
    }
}

/// A comparison under way.
pub struct Walk<'a> {
    pub part: Part,
    pub rules: &'a RuleSet,
    pub extra: Extra,
    pub optional: &'a [&'a Optional],
    pub habitat: Habitat,
    pub example: Origin<'a>,
    pub actual: Origin<'a>,
    pub seal: Option<&'a Seal>,
    /// Keys from the body's root to where this walk began, as the contract counts them.
    pub prefix: Vec<Key>,
    pub keys: Vec<Key>,
    pub trail: Trail,
    pub found: Vec<Mismatch>,
}

impl<'a> Walk<'a> {
    /// A walk of its own, from where this one stands.
    pub fn beside(&self, rules: &'a RuleSet) -> Self {
        let mut prefix = self.prefix.clone();
        prefix.extend(self.keys.iter().cloned());
        Self {
            rules,
            prefix,
            keys: Vec::new(),
            trail: self.trail.clone(),
            found: Vec::new(),
            ..*self
        }
    }

    pub fn mark(&self, value: &Value) -> Option<String> {
        self.seal.map(|seal| seal.mark(value))
    }

    /// What is shown of a key that only the payload has.
    pub fn masked(&self, key: &str, number: usize) -> String {
        masked(self.seal, key, number)
    }

    pub fn may_be_absent(&self, key: Key) -> bool {
        if self.optional.is_empty() {
            return false;
        }
        let mut keys = self.place();
        keys.push(key);
        self.alternatives(&keys)
            .any(|instead| *instead == Instead::Absent)
    }

    pub fn has_alternative(&self, actual: &Value) -> bool {
        if self.optional.is_empty() {
            return false;
        }
        self.alternatives(&self.place())
            .any(|instead| match instead {
                Instead::Absent => false,
                Instead::Null => actual.is_null(),
                Instead::Value(value) => value == actual,
            })
    }

    /// Keys from the body's root.
    fn place(&self) -> Vec<Key> {
        let mut keys = self.prefix.clone();
        keys.extend(self.keys.iter().cloned());
        keys
    }

    fn alternatives(&self, keys: &[Key]) -> impl Iterator<Item = &'a Instead> {
        self.optional
            .iter()
            .filter(move |optional| optional.scope.path.is_at(keys))
            .flat_map(|optional| &optional.variants)
            .map(|alternative| &alternative.is)
    }

    pub fn example_seen(&self, pair: Pair<'a>) -> Seen<'a> {
        Seen {
            value: pair.example,
            number: self.example.number(pair.example, &self.trail.example),
            habitat: self.habitat,
        }
    }

    pub fn actual_seen(&self, pair: Pair<'a>) -> Seen<'a> {
        Seen {
            value: pair.actual,
            number: self.actual.number(pair.actual, &self.trail.actual),
            habitat: self.habitat,
        }
    }
}

/// What is shown of a key that only the payload has: its mark, or its number where there is no seal.
pub fn masked(seal: Option<&Seal>, key: &str, number: usize) -> String {
    match seal {
        Some(seal) => format!("#{}", seal.mark_text(key)),
        None => format!("{{key#{number}}}"),
    }
}

//! A JSON body against the example and the rules of a contract, value by value.
//! Refuses to know HTTP and media types, and never keeps a value or an undeclared key.

use super::super::interaction::Json;
use super::super::matcher::Matcher;
use super::super::path::{Key, below};
use super::super::rule::{Force, Part, RuleSet};
use super::super::terms::Optional;
use super::mismatch::{Mismatch, kind};
use super::scalar::same_scalar;
use serde_json::{Map, Value};

/// What a key that the example does not show is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// A request holds what it shows and nothing else.
    Refused,
    /// A response may hold more than is read.
    Borne,
}

/// What a body is compared with.
#[derive(Clone, Copy)]
pub struct Expectation<'a> {
    pub example: &'a Json,
    pub rules: &'a RuleSet,
    pub extra: Extra,
    pub optional: &'a [&'a Optional],
}

/// Every difference between `actual` and what is expected, in document order.
pub fn compare(expectation: &Expectation<'_>, actual: &Json) -> Vec<Mismatch> {
    let mut walk = Walk {
        expectation: *expectation,
        actual,
        prefix: Vec::new(),
        keys: Vec::new(),
        found: Vec::new(),
    };
    walk.value(&Pair {
        example: expectation.example.value(),
        example_at: String::new(),
        actual: actual.value(),
        actual_at: String::new(),
        shown: String::new(),
    });
    walk.found
}

/// An example and the value in its place, each with the pointer where it stands.
pub(super) struct Pair<'a> {
    pub example: &'a Value,
    pub example_at: String,
    pub actual: &'a Value,
    pub actual_at: String,
    /// Pointer of the actual value with undeclared keys masked.
    pub shown: String,
}

pub(super) struct Walk<'a> {
    pub expectation: Expectation<'a>,
    pub actual: &'a Json,
    /// Keys from the body's root to where this walk began, as the contract counts them.
    pub prefix: Vec<Key>,
    pub keys: Vec<Key>,
    pub found: Vec<Mismatch>,
}

/// How the children of a value are compared.
#[derive(Clone, Copy, Default)]
struct Manner {
    /// A rule is in force: the length of an array is its own business.
    any_length: bool,
    /// Which keys stand there is not judged.
    any_keys: bool,
    /// Values of other keys are compared with the first value of the example.
    by_first: bool,
    /// The array was judged as a whole.
    done: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn value(&mut self, pair: &Pair<'a>) {
        if self.has_alternative(pair.actual) {
            return;
        }
        let force = self.expectation.rules.in_force(&self.keys);
        let Some(force) = force.filter(|force| !is_equality(*force)) else {
            self.plain(pair);
            return;
        };
        if let Some(rule) = self.broken(force, pair) {
            let lacking = self.lacking(force, pair);
            if lacking.is_empty() {
                self.report(rule, pair, Some(force.rule.pointer.clone()));
            }
            self.found.extend(lacking);
        }
        let manner = manner(force);
        if !manner.done {
            self.children(pair, manner);
        }
    }

    /// Where the first variant that no item fits is missed by the nearest one.
    fn lacking(&self, force: Force<'a>, pair: &Pair<'a>) -> Vec<Mismatch> {
        let variants = force.matchers().filter_map(|matcher| match matcher {
            Matcher::ArrayContains(variants) => Some(variants),
            _ => None,
        });
        variants
            .flatten()
            .find_map(|variant| self.nearest(variant, pair))
            .unwrap_or_default()
    }

    /// Without a rule: same kind, same scalar, same length.
    pub(super) fn plain(&mut self, pair: &Pair<'a>) {
        match (pair.example, pair.actual) {
            (Value::Object(_), Value::Object(_)) => {}
            (Value::Array(example), Value::Array(actual)) => {
                if example.len() != actual.len() {
                    self.report("length", pair, None);
                }
            }
            _ => {
                if !same_scalar(self.example_seen(pair), self.actual_seen(pair)) {
                    self.report("equality", pair, None);
                }
                return;
            }
        }
        self.children(pair, Manner::default());
    }

    fn children(&mut self, pair: &Pair<'a>, manner: Manner) {
        match (pair.example, pair.actual) {
            (Value::Object(example), Value::Object(actual)) => {
                self.shown_members(pair, example, actual, manner);
                self.other_members(pair, example, actual, manner);
            }
            (Value::Array(example), Value::Array(actual)) => {
                self.items(pair, example, actual, manner);
            }
            _ => {}
        }
    }

    fn shown_members(
        &mut self,
        pair: &Pair<'a>,
        example: &'a Map<String, Value>,
        actual: &'a Map<String, Value>,
        manner: Manner,
    ) {
        for (key, wanted) in example {
            let example_at = below(&pair.example_at, key);
            match actual.get(key) {
                Some(value) => self.child(
                    Key::Name(key.clone()),
                    &Pair {
                        example: wanted,
                        example_at,
                        actual: value,
                        actual_at: below(&pair.actual_at, key),
                        shown: below(&pair.shown, key),
                    },
                ),
                None if manner.any_keys || self.may_be_absent(Key::Name(key.clone())) => {}
                None => self.found.push(Mismatch {
                    part: Part::Body,
                    pointer: below(&pair.shown, key),
                    rule: "presence",
                    expected: kind(wanted),
                    actual: "absent",
                    at: self.expectation.example.file_pointer(&example_at),
                    rule_at: None,
                }),
            }
        }
    }

    fn other_members(
        &mut self,
        pair: &Pair<'a>,
        example: &'a Map<String, Value>,
        actual: &'a Map<String, Value>,
        manner: Manner,
    ) {
        let others = actual.iter().filter(|(key, _)| !example.contains_key(*key));
        for (number, (key, value)) in others.enumerate() {
            let shown = format!("{}/{{key#{}}}", pair.shown, number + 1);
            match example.iter().next() {
                Some((first, wanted)) if manner.by_first => self.child(
                    Key::Name(key.clone()),
                    &Pair {
                        example: wanted,
                        example_at: below(&pair.example_at, first),
                        actual: value,
                        actual_at: below(&pair.actual_at, key),
                        shown,
                    },
                ),
                _ if manner.any_keys || self.expectation.extra == Extra::Borne => {}
                _ => self.found.push(Mismatch {
                    part: Part::Body,
                    pointer: shown,
                    rule: "key",
                    expected: "absent",
                    actual: kind(value),
                    at: self.expectation.example.file_pointer(&pair.example_at),
                    rule_at: None,
                }),
            }
        }
    }

    fn items(
        &mut self,
        pair: &Pair<'a>,
        example: &'a [Value],
        actual: &'a [Value],
        manner: Manner,
    ) {
        for (index, value) in actual.iter().enumerate() {
            let (shown_index, wanted) = match (example.get(index), example.first()) {
                (Some(wanted), _) => (index, wanted),
                (None, Some(first)) if manner.any_length => (0, first),
                _ => return,
            };
            self.child(
                Key::Index(index),
                &Pair {
                    example: wanted,
                    example_at: format!("{}/{shown_index}", pair.example_at),
                    actual: value,
                    actual_at: format!("{}/{index}", pair.actual_at),
                    shown: format!("{}/{index}", pair.shown),
                },
            );
        }
    }

    fn child(&mut self, key: Key, pair: &Pair<'a>) {
        self.keys.push(key);
        self.value(pair);
        self.keys.pop();
    }

    fn report(&mut self, rule: &'static str, pair: &Pair<'a>, rule_at: Option<String>) {
        self.found.push(Mismatch {
            part: Part::Body,
            pointer: pair.shown.clone(),
            rule,
            expected: kind(pair.example),
            actual: kind(pair.actual),
            at: self.expectation.example.file_pointer(&pair.example_at),
            rule_at,
        });
    }
}

fn is_equality(force: Force<'_>) -> bool {
    force
        .matchers()
        .all(|matcher| matches!(matcher, Matcher::Equality))
}

fn manner(force: Force<'_>) -> Manner {
    let mut manner = Manner {
        any_length: true,
        ..Manner::default()
    };
    for matcher in force.matchers() {
        match matcher {
            Matcher::Values | Matcher::EachValue(_) => {
                manner.any_keys = true;
                manner.by_first = true;
            }
            Matcher::EachKey(_) => manner.any_keys = true,
            Matcher::ArrayContains(_) => manner.done = true,
            _ => {}
        }
    }
    manner
}

//! A value against the example and the rules of a contract, value by value.
//! Refuses to know HTTP and media types, and never keeps a value or an undeclared key.

use super::super::matcher::Matcher;
use super::super::path::Key;
use super::super::rule::Force;
use super::mismatch::{Mismatch, kind};
use super::scalar::same_scalar;
use super::walk::{Extra, Pair, Step, Walk};
use serde_json::{Map, Value};

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
    pub(super) fn value(&mut self, pair: Pair<'a>) {
        if self.has_alternative(pair.actual) {
            return;
        }
        let force = self.rules.in_force(&self.keys);
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
    fn lacking(&self, force: Force<'a>, pair: Pair<'a>) -> Vec<Mismatch> {
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
    pub(super) fn plain(&mut self, pair: Pair<'a>) {
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

    fn children(&mut self, pair: Pair<'a>, manner: Manner) {
        match (pair.example, pair.actual) {
            (Value::Object(example), Value::Object(actual)) => {
                self.shown_members(example, actual, manner);
                if manner.by_first || !manner.any_keys && self.extra == Extra::Refused {
                    self.other_members(example, actual, manner);
                }
            }
            (Value::Array(example), Value::Array(actual)) => self.items(example, actual, manner),
            _ => {}
        }
    }

    fn shown_members(
        &mut self,
        example: &'a Map<String, Value>,
        actual: &'a Map<String, Value>,
        manner: Manner,
    ) {
        for (key, wanted) in example {
            if let Some(value) = actual.get(key) {
                let pair = Pair {
                    example: wanted,
                    actual: value,
                };
                self.child(Key::Name(key.clone()), &Step::same(key), pair);
            } else if !manner.any_keys && !self.may_be_absent(Key::Name(key.clone())) {
                self.missing(key, wanted);
            }
        }
    }

    fn missing(&mut self, key: &str, wanted: &Value) {
        let back = self.trail.step(&Step::same(key));
        self.found.push(Mismatch {
            part: self.part,
            pointer: self.trail.shown.clone(),
            rule: "presence",
            expected: kind(wanted),
            actual: "absent",
            mark: None,
            at: self.example.place(&self.trail.example),
            rule_at: None,
        });
        self.trail.back(back);
    }

    fn other_members(
        &mut self,
        example: &'a Map<String, Value>,
        actual: &'a Map<String, Value>,
        manner: Manner,
    ) {
        let others = actual.iter().filter(|(key, _)| !example.contains_key(*key));
        for (number, (key, value)) in others.enumerate() {
            let masked = self.masked(key, number + 1);
            match example.iter().next() {
                Some((first, wanted)) if manner.by_first => {
                    let step = Step {
                        example: first,
                        actual: key,
                        shown: &masked,
                    };
                    let pair = Pair {
                        example: wanted,
                        actual: value,
                    };
                    self.child(Key::Name(key.clone()), &step, pair);
                }
                _ if manner.any_keys => {}
                _ => self.found.push(Mismatch {
                    part: self.part,
                    pointer: format!("{}/{masked}", self.trail.shown),
                    rule: "key",
                    expected: "absent",
                    actual: kind(value),
                    mark: self.mark(value),
                    at: self.example.place(&self.trail.example),
                    rule_at: None,
                }),
            }
        }
    }

    fn items(&mut self, example: &'a [Value], actual: &'a [Value], manner: Manner) {
        for (index, value) in actual.iter().enumerate() {
            let (shown_index, wanted) = match (example.get(index), example.first()) {
                (Some(wanted), _) => (index, wanted),
                (None, Some(first)) if manner.any_length => (0, first),
                _ => return,
            };
            let text = index.to_string();
            let shown_text = if shown_index == index { &text } else { "0" };
            let step = Step {
                example: shown_text,
                actual: &text,
                shown: &text,
            };
            let pair = Pair {
                example: wanted,
                actual: value,
            };
            self.child(Key::Index(index), &step, pair);
        }
    }

    fn child(&mut self, key: Key, step: &Step<'_>, pair: Pair<'a>) {
        self.keys.push(key);
        let back = self.trail.step(step);
        self.value(pair);
        self.trail.back(back);
        self.keys.pop();
    }

    pub(super) fn report(&mut self, rule: &'static str, pair: Pair<'a>, rule_at: Option<String>) {
        self.found.push(Mismatch {
            part: self.part,
            pointer: self.trail.shown.clone(),
            rule,
            expected: kind(pair.example),
            actual: kind(pair.actual),
            mark: self.mark(pair.actual),
            at: self.example.place(&self.trail.example),
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
            Matcher::Equality
            | Matcher::Regex(_)
            | Matcher::Type { .. }
            | Matcher::Include(_)
            | Matcher::Semver
            | Matcher::Number
            | Matcher::Integer
            | Matcher::Decimal
            | Matcher::Boolean
            | Matcher::Null
            | Matcher::Temporal { .. }
            | Matcher::StatusCode(_)
            | Matcher::ContentType
            | Matcher::NotEmpty => {}
        }
    }
    manner
}

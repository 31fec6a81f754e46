//! One value of a JSON body against the rule in force for it.
//! Refuses to know how children are paired and how differences are told.

use super::super::matcher::{Matcher, Variant};
use super::super::path::Key;
use super::super::rule::{Combine, Force, RuleSet};
use super::super::terms::Instead;
use super::json::{Expectation, Pair, Walk};
use super::mismatch::{Mismatch, kind};
use super::scalar::{Habitat, Seen, accepts};
use serde_json::Value;

impl<'a> Walk<'a> {
    /// The first matcher in force that does not hold, joined as the rule says.
    pub(super) fn broken(&self, force: Force<'a>, pair: &Pair<'a>) -> Option<&'static str> {
        let mut failed = None;
        for matcher in force.matchers() {
            let holds = self.holds(matcher, force.own, pair);
            match force.rule.list.combine {
                Combine::And if !holds => return Some(matcher.word()),
                Combine::Or if holds => return None,
                Combine::And | Combine::Or => {}
            }
            failed = failed.or(Some(matcher.word()));
        }
        match force.rule.list.combine {
            Combine::And => None,
            Combine::Or => failed,
        }
    }

    fn holds(&self, matcher: &'a Matcher, own: bool, pair: &Pair<'a>) -> bool {
        match matcher {
            Matcher::Equality => self.equal(pair),
            Matcher::Type { min, max } => {
                let size = match pair.actual {
                    Value::Array(items) if own => u64::try_from(items.len()).ok(),
                    _ => None,
                };
                let long_enough = size.is_none_or(|size| min.is_none_or(|min| size >= min));
                let short_enough = size.is_none_or(|size| max.is_none_or(|max| size <= max));
                kind(pair.example) == kind(pair.actual) && long_enough && short_enough
            }
            Matcher::Values => pair.actual.is_object(),
            Matcher::EachValue(_) => {
                kind(pair.example) == kind(pair.actual)
                    && (pair.actual.is_object() || pair.actual.is_array())
            }
            Matcher::EachKey(rules) => pair
                .actual
                .as_object()
                .is_some_and(|members| members.keys().all(|key| key_holds(rules, key))),
            Matcher::ArrayContains(variants) => variants
                .iter()
                .all(|variant| self.nearest(variant, pair).is_none()),
            other => accepts(other, pair.example, self.actual_seen(pair)),
        }
    }

    /// Whether the value equals the example, all the way down and without rules.
    fn equal(&self, pair: &Pair<'a>) -> bool {
        static NO_RULES: std::sync::OnceLock<RuleSet> = std::sync::OnceLock::new();
        let rules = NO_RULES.get_or_init(RuleSet::default);
        let mut walk = self.beside(rules, self.keys.clone());
        walk.plain(&pair.again());
        walk.found.is_empty()
    }

    /// What the nearest item of the array lacks to fit the variant under its own rules; nothing when one fits.
    pub(super) fn nearest(&self, variant: &'a Variant, pair: &Pair<'a>) -> Option<Vec<Mismatch>> {
        let (Value::Array(examples), Value::Array(items)) = (pair.example, pair.actual) else {
            return Some(Vec::new());
        };
        let key = Key::Index(variant.index);
        if self.may_be_absent(key.clone()) {
            return None;
        }
        let Some(example) = examples.get(variant.index) else {
            return Some(Vec::new());
        };
        let mut prefix = self.keys.clone();
        prefix.push(key);
        let mut nearest: Option<Vec<Mismatch>> = None;
        for (index, actual) in items.iter().enumerate() {
            let mut walk = self.beside(&variant.rules, prefix.clone());
            walk.value(&Pair {
                example,
                example_at: format!("{}/{}", pair.example_at, variant.index),
                actual,
                actual_at: format!("{}/{index}", pair.actual_at),
                shown: format!("{}/{index}", pair.shown),
            });
            if walk.found.is_empty() {
                return None;
            }
            if nearest
                .as_ref()
                .is_none_or(|least| walk.found.len() < least.len())
            {
                nearest = Some(walk.found);
            }
        }
        nearest.or(Some(Vec::new()))
    }

    /// A walk of its own, from the value that `keys` lead to.
    fn beside(&self, rules: &'a RuleSet, keys: Vec<Key>) -> Self {
        let mut prefix = self.prefix.clone();
        prefix.extend(keys);
        Self {
            expectation: Expectation {
                rules,
                ..self.expectation
            },
            actual: self.actual,
            prefix,
            keys: Vec::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn may_be_absent(&self, key: Key) -> bool {
        let mut keys = self.place();
        keys.push(key);
        self.alternatives(&keys)
            .any(|instead| *instead == Instead::Absent)
    }

    pub(super) fn has_alternative(&self, actual: &Value) -> bool {
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
        self.expectation
            .optional
            .iter()
            .filter(move |optional| optional.scope.path.is_at(keys))
            .flat_map(|optional| &optional.variants)
            .map(|alternative| &alternative.is)
    }

    pub(super) fn example_seen(&self, pair: &Pair<'a>) -> Seen<'a> {
        Seen {
            value: pair.example,
            number: self.expectation.example.number_text(&pair.example_at),
            habitat: Habitat::Json,
        }
    }

    pub(super) fn actual_seen(&self, pair: &Pair<'a>) -> Seen<'a> {
        Seen {
            value: pair.actual,
            number: self.actual.number_text(&pair.actual_at),
            habitat: Habitat::Json,
        }
    }
}

impl Pair<'_> {
    fn again(&self) -> Self {
        Self {
            example: self.example,
            example_at: self.example_at.clone(),
            actual: self.actual,
            actual_at: self.actual_at.clone(),
            shown: self.shown.clone(),
        }
    }
}

fn key_holds(rules: &[Matcher], key: &str) -> bool {
    let value = Value::String(key.to_owned());
    let seen = Seen {
        value: &value,
        number: None,
        habitat: Habitat::Text,
    };
    rules.iter().all(|rule| accepts(rule, &value, seen))
}

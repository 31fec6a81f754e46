//! One value of a JSON body against the rule in force for it.
//! Refuses to know how children are paired and how differences are told.

use super::super::matcher::{Matcher, Variant};
use super::super::path::Key;
use super::super::rule::{Combine, Force, RuleSet};
use super::mismatch::{Mismatch, kind};
use super::scalar::{Habitat, Seen, accepts};
use super::walk::{Pair, Step, Walk};
use serde_json::Value;

impl<'a> Walk<'a> {
    /// The first matcher in force that does not hold, joined as the rule says.
    pub(super) fn broken(&self, force: Force<'a>, pair: Pair<'a>) -> Option<&'static str> {
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

    fn holds(&self, matcher: &'a Matcher, own: bool, pair: Pair<'a>) -> bool {
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
    fn equal(&self, pair: Pair<'a>) -> bool {
        static NO_RULES: RuleSet = RuleSet::NONE;
        let mut walk = self.beside(&NO_RULES);
        walk.plain(pair);
        walk.found.is_empty()
    }

    /// What the nearest item of the array lacks to fit the variant under its own rules; nothing when one fits.
    pub(super) fn nearest(&self, variant: &'a Variant, pair: Pair<'a>) -> Option<Vec<Mismatch>> {
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
        let shown_index = variant.index.to_string();
        let mut nearest: Option<Vec<Mismatch>> = None;
        for (index, actual) in items.iter().enumerate() {
            let text = index.to_string();
            let mut walk = self.beside(&variant.rules);
            walk.prefix.push(key.clone());
            walk.trail.step(&Step {
                example: &shown_index,
                actual: &text,
                shown: &text,
            });
            walk.value(Pair { example, actual });
            if walk.found.is_empty() {
                return None;
            }
            let least = nearest.as_ref().map(Vec::len);
            if least.is_none_or(|least| walk.found.len() < least) {
                nearest = Some(walk.found);
            }
        }
        nearest.or(Some(Vec::new()))
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

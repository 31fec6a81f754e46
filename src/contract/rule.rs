//! Matching rules of a contract: what they say, where they stand, and which one is in force for a value.
//! Refuses to know how rules are written in a file and how a value is judged.

use super::matcher::Matcher;
use super::path::{Key, Path, Step};
use std::collections::BTreeMap;

/// Which part of an interaction a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Method,
    Path,
    Query,
    Header,
    Status,
    Body,
    /// What travels beside the contents of a message.
    Metadata,
}

impl Part {
    /// The word that stands in reports and in `contract/<part>-mismatch`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Status => "status",
            Self::Body => "body",
            Self::Metadata => "metadata",
        }
    }
}

/// How the matchers of one rule join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Combine {
    #[default]
    And,
    Or,
}

/// The matchers of one path.
#[derive(Clone, Debug, Default)]
pub struct RuleList {
    pub matchers: Vec<Matcher>,
    pub combine: Combine,
}

/// Matchers and the values that they speak of.
#[derive(Clone, Debug)]
pub struct PathRule {
    pub path: Path,
    pub list: RuleList,
    /// Where the rule stands: pointer in the contract file.
    pub pointer: String,
}

/// The rules of one part. Headers and queries are named by the first step of the path.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<PathRule>,
}

/// All rules of a request or a response.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    parts: BTreeMap<Part, RuleSet>,
}

impl Rules {
    /// The rules of one part.
    #[must_use]
    pub fn of(&self, part: Part) -> &RuleSet {
        static NONE: RuleSet = RuleSet::NONE;
        self.parts.get(&part).unwrap_or(&NONE)
    }

    pub fn add(&mut self, part: Part, rule: PathRule) {
        self.parts.entry(part).or_default().add(rule);
    }

    pub fn iter(&self) -> impl Iterator<Item = (Part, &PathRule)> {
        self.parts
            .iter()
            .flat_map(|(part, set)| set.rules.iter().map(|rule| (*part, rule)))
    }
}

/// The rule that judges a value.
#[derive(Clone, Copy, Debug)]
pub struct Force<'r> {
    pub rule: &'r PathRule,
    /// Whether the rule's path leads to the value itself and not to a parent of it.
    pub own: bool,
}

impl<'r> Force<'r> {
    /// The matchers that judge the value: all of them, or those that cascade.
    pub fn matchers(self) -> impl Iterator<Item = &'r Matcher> {
        let own = self.own;
        self.rule
            .list
            .matchers
            .iter()
            .filter(move |matcher| own || matcher.cascades())
    }
}

impl RuleSet {
    /// No rule at all.
    pub const NONE: Self = Self { rules: Vec::new() };

    /// Adds a rule, and beside it the rules that an `eachValue` sets for the members or items.
    pub fn add(&mut self, rule: PathRule) {
        let inner: Vec<Matcher> = rule
            .list
            .matchers
            .iter()
            .filter_map(|matcher| match matcher {
                Matcher::EachValue(rules) => Some(rules.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        if !inner.is_empty() {
            self.add(PathRule {
                path: rule.path.then(Step::Any),
                list: RuleList {
                    matchers: inner,
                    combine: Combine::And,
                },
                pointer: rule.pointer.clone(),
            });
        }
        self.rules.push(rule);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &PathRule> {
        self.rules.iter()
    }

    /// The rule in force for the value at `keys`: the closest fit, then the longest path, then the first.
    #[must_use]
    pub fn in_force(&self, keys: &[Key]) -> Option<Force<'_>> {
        let mut best: Option<((usize, usize), Force<'_>)> = None;
        for (rank, force) in self.candidates(keys) {
            if best.as_ref().is_none_or(|(found, _)| rank > *found) {
                best = Some((rank, force));
            }
        }
        best.map(|(_, force)| force)
    }

    /// Two rules that fit the value at `keys` equally well, better than any other.
    #[must_use]
    pub fn ambiguous(&self, keys: &[Key]) -> Option<(&PathRule, &PathRule)> {
        let best = self.candidates(keys).map(|(rank, _)| rank).max()?;
        let mut ties = self
            .candidates(keys)
            .filter(|(rank, _)| *rank == best)
            .map(|(_, force)| force.rule);
        Some((ties.next()?, ties.next()?))
    }

    /// Whether any rule speaks of the value at `keys` or of something below it.
    #[must_use]
    pub fn touches(&self, keys: &[Key]) -> bool {
        self.rules.iter().any(|rule| {
            let shared = rule.path.steps.len().min(keys.len());
            let steps = rule.path.steps.iter().take(shared).cloned().collect();
            let head = keys.get(..shared).unwrap_or(keys);
            Path { steps }.fit(head).is_some()
        })
    }

    fn candidates(&self, keys: &[Key]) -> impl Iterator<Item = ((usize, usize), Force<'_>)> {
        self.rules.iter().filter_map(|rule| {
            let exact = rule.path.fit(keys)?;
            let length = rule.path.steps.len();
            let force = Force {
                rule,
                own: length == keys.len(),
            };
            force.matchers().next()?;
            Some(((exact, length), force))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::path::Grammar;
    use super::*;

    fn set(paths: &[&str]) -> RuleSet {
        let mut set = RuleSet::default();
        for path in paths {
            set.add(PathRule {
                path: Path::parse(path, Grammar::Plain).unwrap(),
                list: RuleList {
                    matchers: vec![Matcher::Number],
                    combine: Combine::And,
                },
                pointer: (*path).to_owned(),
            });
        }
        set
    }

    #[test]
    fn the_closest_path_wins_over_the_first_one() {
        let keys = [Key::Name("a".into()), Key::Index(0), Key::Name("b".into())];
        let rules = set(&["$", "$.a[*].*", "$.a[0]", "$.a[*].b"]);
        assert_eq!(rules.in_force(&keys).unwrap().rule.pointer, "$.a[*].b");
        assert!(!set(&["$.a"]).in_force(&keys).unwrap().own);
    }

    #[test]
    fn equal_fits_of_equal_length_are_ambiguous() {
        let keys = [Key::Name("a".into()), Key::Index(0)];
        assert!(set(&["$.a[*]", "$.*[0]"]).ambiguous(&keys).is_some());
        assert!(set(&["$.a[*]", "$.a"]).ambiguous(&keys).is_none());
    }

    #[test]
    fn what_does_not_cascade_is_not_in_force_below() {
        let mut rules = RuleSet::default();
        rules.add(PathRule {
            path: Path::default(),
            list: RuleList {
                matchers: vec![Matcher::Values],
                combine: Combine::And,
            },
            pointer: String::new(),
        });
        assert!(rules.in_force(&[]).is_some());
        assert!(rules.in_force(&[Key::Name("a".into())]).is_none());
    }
}

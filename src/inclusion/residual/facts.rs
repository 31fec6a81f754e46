//! What can be told of a class at a glance: the types it allows, and members that are always one of a few values.
//! Refuses to prove anything by search; a fact that is not known is left out.

use super::graph::{Class, Graph};
use crate::inclusion::evaluate::{Keyword, Kind, equal};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The types that a value can have; every number is a number.
pub(super) const KINDS: [Kind; 6] = [
    Kind::Null,
    Kind::Boolean,
    Kind::Number,
    Kind::String,
    Kind::Array,
    Kind::Object,
];

/// Types, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const ALL: Self = Self(0b11_1111);
    pub(super) const NONE: Self = Self(0);

    pub(super) fn of(kind: Kind) -> Self {
        Self(match kind {
            Kind::Null => 1,
            Kind::Boolean => 2,
            Kind::Integer | Kind::Number => 4,
            Kind::String => 8,
            Kind::Array => 16,
            Kind::Object => 32,
        })
    }

    pub(super) fn has(self, kind: Kind) -> bool {
        self.and(Self::of(kind)) != Self::NONE
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The type of a value.
pub(super) fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}

/// Facts of one class. Each holds for every value of the class.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) kinds: Kinds,
    /// Types of which every value is accepted.
    pub(super) free: Kinds,
    /// Members that, when present, have one of these values.
    tags: BTreeMap<&'a str, &'a [Value]>,
    /// Members that an object has.
    required: BTreeSet<&'a str>,
}

impl<'a> Facts<'a> {
    const NOTHING: Self = Self {
        kinds: Kinds::ALL,
        free: Kinds::ALL,
        tags: BTreeMap::new(),
        required: BTreeSet::new(),
    };

    /// Whether no value of one of `kinds` has both these facts and those.
    pub(super) fn excludes(&self, other: &Self, kinds: Kinds) -> bool {
        let kinds = kinds.and(self.kinds).and(other.kinds);
        if kinds == Kinds::NONE {
            return true;
        }
        if kinds != Kinds::of(Kind::Object) {
            return false;
        }
        self.tags.iter().any(|(name, values)| {
            let is_there = self.required.contains(name) || other.required.contains(name);
            is_there
                && other.tags.get(name).is_some_and(|others| {
                    !values
                        .iter()
                        .any(|one| others.iter().any(|two| equal(one, two)))
                })
        })
    }

    fn and(&mut self, other: &Self) {
        self.kinds = self.kinds.and(other.kinds);
        self.free = self.free.and(other.free);
        for (name, values) in &other.tags {
            self.tags.entry(name).or_insert(values);
        }
        self.required.extend(&other.required);
    }
}

/// The facts of every class.
pub(super) fn all<'a>(graph: &Graph<'a>) -> Vec<Facts<'a>> {
    let mut known: Vec<Option<Facts<'a>>> = vec![None; graph.len()];
    for index in 0..graph.len() {
        if let Ok(class) = Class::try_from(index) {
            settle(graph, class, &mut known);
        }
    }
    known
        .into_iter()
        .map(|facts| facts.unwrap_or(Facts::NOTHING))
        .collect()
}

/// The facts of a class, those of what it asks about the same value first.
fn settle<'a>(graph: &Graph<'a>, class: Class, known: &mut Vec<Option<Facts<'a>>>) -> Facts<'a> {
    let index = usize::try_from(class).unwrap_or(usize::MAX);
    if let Some(Some(facts)) = known.get(index) {
        return facts.clone();
    }
    let mut facts = Facts::NOTHING;
    if graph.is_never(class) {
        facts.kinds = Kinds::NONE;
        facts.free = Kinds::NONE;
    }
    let (keywords, home) = graph.keywords(class);
    for keyword in keywords {
        let below = |id: usize| graph.class(home, id);
        facts.free = facts.free.and(untouched(keyword));
        match keyword {
            Keyword::Types(kinds) => {
                let allowed = kinds.iter().map(|kind| Kinds::of(*kind));
                facts.kinds = facts.kinds.and(allowed.fold(Kinds::NONE, Kinds::or));
            }
            Keyword::Values(values) => {
                let allowed = values.iter().map(|value| Kinds::of(kind_of(value)));
                facts.kinds = facts.kinds.and(allowed.fold(Kinds::NONE, Kinds::or));
            }
            Keyword::Required(names) => facts.required.extend(names.iter().map(String::as_str)),
            Keyword::Members { named, .. } => {
                for (name, id) in named {
                    if let Some(values) = finite(graph, below(*id)) {
                        facts.tags.entry(name).or_insert(values);
                    }
                }
            }
            Keyword::Refer(id) => facts.and(&settle(graph, below(*id), known)),
            Keyword::All(ids) => {
                for id in ids {
                    facts.and(&settle(graph, below(*id), known));
                }
            }
            Keyword::Any(ids) | Keyword::One(ids) => {
                let kinds = ids.iter().map(|id| settle(graph, below(*id), known).kinds);
                facts.kinds = facts.kinds.and(kinds.fold(Kinds::NONE, Kinds::or));
            }
            _ => {}
        }
    }
    if let Some(slot) = known.get_mut(index) {
        *slot = Some(facts.clone());
    }
    facts
}

/// The types of which the keyword accepts every value, as far as it speaks for itself.
fn untouched(keyword: &Keyword) -> Kinds {
    let all_but = |kind: Kind| {
        let others = KINDS.into_iter().filter(|other| *other != kind);
        others.map(Kinds::of).fold(Kinds::NONE, Kinds::or)
    };
    match keyword {
        Keyword::Types(kinds) => {
            let whole = kinds.iter().filter(|kind| **kind != Kind::Integer);
            whole
                .map(|kind| Kinds::of(*kind))
                .fold(Kinds::NONE, Kinds::or)
        }
        Keyword::Refer(_) | Keyword::All(_) => Kinds::ALL,
        Keyword::Least { .. } | Keyword::Most { .. } | Keyword::Step(_) => all_but(Kind::Number),
        Keyword::Text(_) | Keyword::Matches(_) | Keyword::Format(_) => all_but(Kind::String),
        Keyword::Items { .. }
        | Keyword::Length(_)
        | Keyword::Distinct
        | Keyword::Contains { .. }
        | Keyword::UnevaluatedItems(_) => all_but(Kind::Array),
        Keyword::Members { .. }
        | Keyword::Names(_)
        | Keyword::Size(_)
        | Keyword::Required(_)
        | Keyword::RequiredWith(_)
        | Keyword::SchemaWith(_)
        | Keyword::UnevaluatedMembers(_) => all_but(Kind::Object),
        Keyword::Values(_)
        | Keyword::Any(_)
        | Keyword::One(_)
        | Keyword::Not(_)
        | Keyword::Choice { .. }
        | Keyword::Open(_) => Kinds::NONE,
    }
}

/// The few values that a class allows, where they are written there.
fn finite<'a>(graph: &Graph<'a>, class: Class) -> Option<&'a [Value]> {
    let (keywords, _) = graph.keywords(class);
    keywords.iter().find_map(|keyword| match keyword {
        Keyword::Values(values) => Some(values.as_slice()),
        _ => None,
    })
}

//! What a state is made of: classes and single values, each wanted or not wanted.
//! Refuses to know how a state is filled.

use super::atom::{Spelt, Way};
use super::facts::Kinds;
use super::graph::{Class, Graph, canonical};
use super::unwanted::{other_than, unwanted};
use super::wanted::wanted;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Judgement, Keyword, Kind, equal};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A class or a value, wanted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal {
    pub(super) term: u32,
    pub(super) wanted: bool,
}

impl Literal {
    pub(super) fn yes(term: u32) -> Self {
        Self { term, wanted: true }
    }

    pub(super) fn no(term: u32) -> Self {
        Self {
            term,
            wanted: false,
        }
    }

    pub(super) fn negated(self) -> Self {
        Self {
            wanted: !self.wanted,
            ..self
        }
    }
}

/// What a term stands for.
pub(super) enum Term<'t> {
    Class(Class),
    Value(&'t Value),
}

/// The ways in which a term rejects a value, or why they are not known.
type Ways = Result<Rc<Vec<Way>>, Code>;

/// The classes of a graph, and the single values that came up.
pub(super) struct Terms<'a> {
    pub(super) graph: Graph<'a>,
    values: Vec<Value>,
    index: HashMap<String, u32>,
    wanted: BTreeMap<(u32, Kind), Result<Rc<Spelt>, Code>>,
    unwanted: BTreeMap<(u32, Kind), Ways>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(graph: Graph<'a>) -> Self {
        Self {
            graph,
            values: Vec::new(),
            index: HashMap::new(),
            wanted: BTreeMap::new(),
            unwanted: BTreeMap::new(),
        }
    }

    /// What a value of this kind has to meet so that the class accepts it.
    pub(super) fn wanted(&mut self, class: Class, kind: Kind) -> Result<Rc<Spelt>, Code> {
        let graph = &self.graph;
        let made = self.wanted.entry((class, kind));
        made.or_insert_with(|| wanted(graph, class, kind).map(Rc::new))
            .clone()
    }

    /// The ways in which a term rejects a value of this kind.
    pub(super) fn unwanted(&mut self, term: u32, kind: Kind) -> Ways {
        if let Some(made) = self.unwanted.get(&(term, kind)) {
            return made.clone();
        }
        let made = match self.term(term) {
            Term::Class(class) => unwanted(self, class, kind),
            Term::Value(value) => {
                let value = value.clone();
                Ok(other_than(self, &value))
            }
        };
        let made = made.map(Rc::new);
        self.unwanted.insert((term, kind), made.clone());
        made
    }

    fn classes(&self) -> u32 {
        u32::try_from(self.graph.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn term(&self, term: u32) -> Term<'_> {
        let index = term.checked_sub(self.classes());
        let index = index.and_then(|index| usize::try_from(index).ok());
        match index.and_then(|index| self.values.get(index)) {
            Some(value) => Term::Value(value),
            None => Term::Class(term),
        }
    }

    /// The term of exactly this value.
    pub(super) fn value(&mut self, value: &Value) -> u32 {
        let fresh = self.classes() + u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let term = *self.index.entry(canonical(value)).or_insert(fresh);
        if term == fresh {
            self.values.push(value.clone());
        }
        term
    }

    /// Whether `value` is as the literal wants it.
    pub(super) fn judge(&self, literal: Literal, value: &Value) -> Judgement {
        let judgement = match self.term(literal.term) {
            Term::Value(single) => Judgement::of(equal(single, value)),
            Term::Class(class) => match self.graph.at(class) {
                Some(at) => at.judge(value),
                None => Judgement::Rejects,
            },
        };
        if literal.wanted {
            judgement
        } else {
            judgement.not()
        }
    }

    /// Whether no value of one of `kinds` meets both literals, as can be told at a glance.
    pub(super) fn are_disjoint(&self, one: Literal, other: Literal, kinds: Kinds) -> bool {
        if one.term == other.term {
            return one.wanted != other.wanted;
        }
        if !one.wanted || !other.wanted {
            return false;
        }
        match (self.term(one.term), self.term(other.term)) {
            (Term::Class(one), Term::Class(other)) => self.graph.are_disjoint(one, other, kinds),
            (Term::Value(one), Term::Value(other)) => !equal(one, other),
            (_, _) => false,
        }
    }

    /// Whether `held` makes the unwanted `literal` true for values of `kinds`, as can be told at a glance.
    pub(super) fn is_implied(&self, literal: Literal, held: Literal, kinds: Kinds) -> bool {
        !literal.wanted && held.wanted && self.are_disjoint(literal.negated(), held, kinds)
    }

    /// The types of which a term has every value.
    pub(super) fn free_of(&self, term: u32) -> Kinds {
        match self.term(term) {
            Term::Value(_) => Kinds::NONE,
            Term::Class(class) => self
                .graph
                .facts(class)
                .map_or(Kinds::NONE, |facts| facts.free),
        }
    }

    /// The same literals in their plainest form; `None` when they exclude each other.
    pub(super) fn plain(&self, literals: &[Literal]) -> Option<Vec<Literal>> {
        let mut open = literals.to_vec();
        let mut plain: Vec<Literal> = Vec::new();
        while let Some(literal) = open.pop() {
            match self.opened(literal) {
                Opened::True => {}
                Opened::False => return None,
                Opened::Into(more) => open.extend(more),
                Opened::Itself => plain.push(literal),
            }
        }
        plain.sort_unstable();
        plain.dedup();
        let wanted: Vec<Literal> = plain.iter().copied().filter(|one| one.wanted).collect();
        let kinds = self.kinds(&wanted);
        if kinds == Kinds::NONE {
            return None;
        }
        for (index, one) in plain.iter().enumerate() {
            let mut later = plain.iter().skip(index + 1);
            if later.any(|other| self.are_disjoint(*one, *other, kinds)) {
                return None;
            }
        }
        plain.retain(|one| {
            !wanted
                .iter()
                .any(|held| self.is_implied(*one, *held, kinds))
        });
        Some(plain)
    }

    /// The types that all of the wanted literals allow.
    pub(super) fn kinds(&self, literals: &[Literal]) -> Kinds {
        literals
            .iter()
            .filter(|literal| literal.wanted)
            .map(|literal| self.kinds_of(literal.term))
            .fold(Kinds::ALL, Kinds::and)
    }

    /// The types that a term allows.
    pub(super) fn kinds_of(&self, term: u32) -> Kinds {
        match self.term(term) {
            Term::Value(value) => Kinds::of(super::facts::kind_of(value)),
            Term::Class(class) => self
                .graph
                .facts(class)
                .map_or(Kinds::ALL, |facts| facts.kinds),
        }
    }

    /// What a literal comes to when its class is only a frame around others.
    fn opened(&self, literal: Literal) -> Opened {
        let Term::Class(class) = self.term(literal.term) else {
            return Opened::Itself;
        };
        if self.graph.is_never(class) {
            return if literal.wanted {
                Opened::False
            } else {
                Opened::True
            };
        }
        let (keywords, home) = self.graph.keywords(class);
        let all = |ids: &[usize], wanted: bool| {
            let literal = |id: &usize| Literal {
                term: self.graph.class(home, *id),
                wanted,
            };
            Opened::Into(ids.iter().map(literal).collect())
        };
        match (keywords, literal.wanted) {
            ([], true) => Opened::True,
            ([], false) => Opened::False,
            ([Keyword::All(ids)], true) => all(ids, true),
            ([Keyword::Any(ids)], false) => all(ids, false),
            ([Keyword::Not(id) | Keyword::Refer(id)], _) => {
                let keeps = matches!(keywords, [Keyword::Refer(_)]);
                all(&[*id], literal.wanted == keeps)
            }
            ([Keyword::All(ids) | Keyword::Any(ids) | Keyword::One(ids)], wanted)
                if ids.len() == 1 =>
            {
                all(ids, wanted)
            }
            (_, _) => Opened::Itself,
        }
    }
}

enum Opened {
    True,
    False,
    Into(Vec<Literal>),
    Itself,
}

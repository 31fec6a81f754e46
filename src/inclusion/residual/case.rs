//! One way to fill a state with values of one type: what is settled, and the choices that are still open.
//! Refuses to make values.

use super::atom::{Atom, Choice, Goal, Place};
use super::facts::Kinds;
use super::literal::{Literal, Term, Terms};
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::Kind;
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A part of a state.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) kind: Kind,
    held: BTreeSet<Literal>,
    /// Those of `held` that are wanted.
    wanted: Vec<Literal>,
    /// Those of `held` that are not wanted and whose ways are not yet looked at.
    shut: Vec<Literal>,
    todo: Vec<Goal>,
    pub(super) choices: Vec<Choice>,
    pub(super) atoms: Vec<Atom>,
    /// The only values that are left.
    pub(super) finite: Option<Vec<Value>>,
}

/// What has become of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Dead,
}

/// What one way of a choice comes to.
enum Way {
    Dead,
    Met,
    Left(Vec<Goal>),
}

impl Case {
    pub(super) fn new(kind: Kind, literals: &[Literal]) -> Self {
        let goals = literals.iter().map(|literal| Goal::Literal(*literal));
        Self {
            kind,
            held: BTreeSet::new(),
            wanted: Vec::new(),
            shut: Vec::new(),
            todo: goals.collect(),
            choices: Vec::new(),
            atoms: Vec::new(),
            finite: None,
        }
    }

    /// The same with one way of a choice taken.
    pub(super) fn taking(&self, choice: usize, way: &[Goal]) -> Self {
        let mut case = self.clone();
        if choice < case.choices.len() {
            case.choices.swap_remove(choice);
        }
        case.todo.extend(way.iter().cloned());
        case
    }

    /// Whether nothing is left to choose.
    pub(super) fn is_last(&self) -> bool {
        self.choices.is_empty() && self.shut.is_empty()
    }

    /// Looks at the ways to fail what is not wanted and `is_due`; whether there was any such.
    pub(super) fn open(
        &mut self,
        terms: &mut Terms<'_>,
        is_due: impl Fn(&Terms<'_>, Literal) -> bool,
    ) -> Result<bool, Code> {
        let (due, shut): (Vec<Literal>, Vec<Literal>) = std::mem::take(&mut self.shut)
            .into_iter()
            .partition(|literal| is_due(terms, *literal));
        self.shut = shut;
        for literal in &due {
            self.fail(*literal, terms)?;
        }
        Ok(!due.is_empty())
    }

    /// Settles whatever leaves no choice.
    pub(super) fn settle(&mut self, terms: &mut Terms<'_>) -> Result<Fate, Code> {
        loop {
            while let Some(goal) = self.next() {
                if self.meet(goal, terms)? == Fate::Dead {
                    return Ok(Fate::Dead);
                }
            }
            if self.narrow(terms) == Fate::Dead {
                return Ok(Fate::Dead);
            }
            if self.todo.is_empty() {
                return Ok(Fate::Open);
            }
        }
    }

    /// The next goal: what is wanted comes first, since it settles much of what is not wanted.
    fn next(&mut self) -> Option<Goal> {
        let wanted = |goal: &Goal| match goal {
            Goal::Literal(literal) => literal.wanted,
            Goal::Atom(_) => true,
        };
        let first = self.todo.iter().position(wanted).unwrap_or(0);
        (first < self.todo.len()).then(|| self.todo.swap_remove(first))
    }

    fn meet(&mut self, goal: Goal, terms: &mut Terms<'_>) -> Result<Fate, Code> {
        let literal = match goal {
            Goal::Atom(atom) => {
                if self.is_ruled_out(&atom) {
                    return Ok(Fate::Dead);
                }
                self.atoms.push(atom);
                return Ok(Fate::Open);
            }
            Goal::Literal(literal) => literal,
        };
        let lacks = !terms.kinds_of(literal.term).has(self.kind);
        if lacks {
            return Ok(if literal.wanted {
                Fate::Dead
            } else {
                Fate::Open
            });
        }
        if terms.free_of(literal.term).has(self.kind) {
            return Ok(if literal.wanted {
                Fate::Open
            } else {
                Fate::Dead
            });
        }
        if self.is_against(literal, terms) {
            return Ok(Fate::Dead);
        }
        if self.is_implied(literal, terms) || !self.held.insert(literal) {
            return Ok(Fate::Open);
        }
        if literal.wanted {
            self.wanted.push(literal);
            return self.spell(literal, terms);
        }
        self.shut.push(literal);
        Ok(Fate::Open)
    }

    /// Whether the literal contradicts what is held, at a glance.
    fn is_against(&self, literal: Literal, terms: &Terms<'_>) -> bool {
        let clashes = |held: &Literal| {
            literal.wanted && terms.are_disjoint(*held, literal, Kinds::of(self.kind))
        };
        self.held.contains(&literal.negated()) || self.wanted.iter().any(clashes)
    }

    /// Whether what is held makes the literal true, at a glance.
    fn is_implied(&self, literal: Literal, terms: &Terms<'_>) -> bool {
        !literal.wanted
            && self
                .wanted
                .iter()
                .any(|held| terms.is_implied(literal, *held, Kinds::of(self.kind)))
    }

    fn spell(&mut self, literal: Literal, terms: &mut Terms<'_>) -> Result<Fate, Code> {
        let class = match terms.term(literal.term) {
            Term::Class(class) => class,
            Term::Value(value) => {
                self.finite.get_or_insert(vec![value.clone()]);
                return Ok(Fate::Open);
            }
        };
        let spelt = terms.wanted(class, self.kind)?;
        if spelt.never {
            return Ok(Fate::Dead);
        }
        self.todo.extend(spelt.goals.iter().cloned());
        self.choices.extend(spelt.choices.iter().cloned());
        if let Some(values) = &spelt.finite {
            self.finite.get_or_insert_with(|| values.clone());
        }
        Ok(Fate::Open)
    }

    /// Adds the ways to fail what is not wanted.
    fn fail(&mut self, literal: Literal, terms: &mut Terms<'_>) -> Result<(), Code> {
        let ways = terms.unwanted(literal.term, self.kind)?;
        let from = Some(literal);
        self.choices.push(Choice { from, ways });
        Ok(())
    }

    /// Drops the ways that are closed; a choice with one way left is taken.
    fn narrow(&mut self, terms: &Terms<'_>) -> Fate {
        let shut = std::mem::take(&mut self.shut).into_iter();
        self.shut = shut.filter(|one| !self.is_implied(*one, terms)).collect();
        for mut choice in std::mem::take(&mut self.choices) {
            if choice.from.is_some_and(|from| self.is_implied(from, terms)) {
                continue;
            }
            let mut left = Vec::new();
            let mut changed = false;
            let mut met = false;
            for way in choice.ways.iter() {
                match self.weigh(way, terms) {
                    Way::Dead => changed = true,
                    Way::Met => met = true,
                    Way::Left(goals) => {
                        changed |= goals.len() != way.len();
                        left.push(goals);
                    }
                }
            }
            if met {
                continue;
            }
            match left.as_slice() {
                [] => return Fate::Dead,
                [only] => self.todo.extend(only.iter().cloned()),
                [_, _, ..] => {
                    if changed {
                        choice.ways = Rc::new(left);
                    }
                    self.choices.push(choice);
                }
            }
        }
        Fate::Open
    }

    fn weigh(&self, way: &[Goal], terms: &Terms<'_>) -> Way {
        let mut left = Vec::new();
        for goal in way {
            match goal {
                Goal::Atom(atom) => {
                    if self.is_ruled_out(atom) {
                        return Way::Dead;
                    }
                    if !self.has(atom) {
                        left.push(goal.clone());
                    }
                }
                Goal::Literal(literal) => {
                    if self.held.contains(literal) {
                        continue;
                    }
                    if !terms.kinds_of(literal.term).has(self.kind) {
                        if literal.wanted {
                            return Way::Dead;
                        }
                        continue;
                    }
                    if terms.free_of(literal.term).has(self.kind) {
                        if !literal.wanted {
                            return Way::Dead;
                        }
                        continue;
                    }
                    if self.is_against(*literal, terms) {
                        return Way::Dead;
                    }
                    if !self.is_implied(*literal, terms) {
                        left.push(goal.clone());
                    }
                }
            }
        }
        if left.is_empty() {
            Way::Met
        } else {
            Way::Left(left)
        }
    }

    fn has(&self, atom: &Atom) -> bool {
        self.atoms.iter().any(|held| match (atom, held) {
            (Atom::Absent(one), Atom::Absent(other)) => one == other,
            (Atom::Member(Place::Key(one), wanted), Atom::Member(Place::Key(other), _)) => {
                one == other && wanted.is_empty()
            }
            (_, _) => false,
        })
    }

    /// Whether the atom contradicts what is settled, at a glance.
    fn is_ruled_out(&self, atom: &Atom) -> bool {
        self.atoms.iter().any(|held| match (atom, held) {
            (Atom::Absent(one), Atom::Member(Place::Key(other), _))
            | (Atom::Member(Place::Key(one), _), Atom::Absent(other)) => one == other,
            (Atom::Member(Place::Key(name), literals), Atom::Rule(rule)) => {
                let held = rule.named.get(name).copied().flatten();
                held.is_some_and(|held| literals.contains(&held.negated()))
            }
            (Atom::Distinct, Atom::Twins) | (Atom::Twins, Atom::Distinct) => true,
            (_, _) => false,
        })
    }
}

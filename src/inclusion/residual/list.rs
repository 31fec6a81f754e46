//! Arrays that meet a list of demands: how long, what stands where, how many of each kind.
//! Refuses to know how an item is found: it looks at the states below.

use super::atom::{Atom, Items, Uncounted};
use super::fill::{Filled, NODES, both, weight};
use super::literal::Literal;
use super::solver::Solver;
use super::{distinct, every};
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::Lengths;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most kinds of items that are told apart at one place.
pub(super) const KINDS: usize = 256;
/// Most demands for an item somewhere.
const SOMES: usize = 5;
/// Longest list that is made.
const LONGEST: usize = 4_096;

/// What is asked of a list.
#[derive(Default)]
pub(super) struct Demands {
    items: Vec<Rc<Items>>,
    uncounted: Vec<Rc<Uncounted>>,
    placed: BTreeMap<usize, Vec<Literal>>,
    pub(super) some: Vec<(usize, Vec<Literal>)>,
    /// Kinds of items that are told apart, and how many there may be of each.
    pub(super) tests: Vec<(Literal, Lengths)>,
    pub(super) length: Lengths,
    pub(super) distinct: bool,
    pub(super) twins: bool,
}

/// What an item at one place can be.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) literals: Vec<Literal>,
    /// Which of the counted kinds it is.
    pub(super) tests: Vec<bool>,
    /// Which of the demands for some item it meets, as a set of bits.
    pub(super) meets: u32,
}

pub(super) fn fill(solver: &mut Solver<'_>, atoms: &[Atom], wanted: usize) -> Result<Filled, Code> {
    let Some(demands) = Demands::of(atoms) else {
        return Ok(Filled::none());
    };
    if demands.some.len() > SOMES {
        return Err(Code::Contains);
    }
    let mut kinds = Vec::new();
    let mut is_settled = true;
    for place in 0..=demands.prefix() {
        let (here, settled) = demands.kinds(solver, &demands.at(place), place..=place)?;
        kinds.push(here);
        is_settled &= settled;
    }
    let found = if demands.twins {
        demands.with_twins(solver, &kinds)?
    } else if demands.distinct {
        distinct::fill(solver, &demands, &kinds)?
    } else {
        demands.plain(solver, &kinds, None)?
    };
    let Some(chosen) = found else {
        return Ok(Filled::none());
    };
    let Some(first) = demands.made(solver, &chosen)? else {
        return Ok(Filled::none());
    };
    let mut filled = Filled {
        values: vec![first],
        all: false,
    };
    if wanted > 1 && !demands.twins {
        let more = every::lists(solver, &demands, (&kinds, is_settled), wanted);
        filled.values.extend(more.values);
        filled.all = more.all;
    }
    Ok(filled)
}

impl Demands {
    fn of(atoms: &[Atom]) -> Option<Self> {
        let mut demands = Self::default();
        for atom in atoms {
            match atom {
                Atom::Items(items) => demands.items.push(Rc::clone(items)),
                Atom::Uncounted(uncounted) => {
                    for unless in &uncounted.unless {
                        demands.count(*unless, Lengths::default())?;
                    }
                    demands.uncounted.push(Rc::clone(uncounted));
                }
                Atom::Item(place, literal) => {
                    demands.placed.entry(*place).or_default().push(*literal);
                    let longer = Lengths {
                        least: place.saturating_add(1),
                        most: None,
                    };
                    demands.length = both(demands.length, longer)?;
                }
                Atom::SomeItem(from, literals) => demands.some.push((*from, literals.clone())),
                Atom::Count(literal, lengths) => demands.count(*literal, *lengths)?,
                Atom::Length(lengths) => demands.length = both(demands.length, *lengths)?,
                Atom::Distinct => demands.distinct = true,
                Atom::Twins => demands.twins = true,
                _ => {}
            }
        }
        (!demands.distinct || !demands.twins).then_some(demands)
    }

    fn count(&mut self, literal: Literal, lengths: Lengths) -> Option<()> {
        match self.tests.iter_mut().find(|(test, _)| *test == literal) {
            Some((_, held)) => *held = both(*held, lengths)?,
            None => self.tests.push((literal, lengths)),
        }
        Some(())
    }

    /// From this place on, every place is like the next.
    pub(super) fn prefix(&self) -> usize {
        let items = self.items.iter().map(|items| items.prefix.len());
        let uncounted = self.uncounted.iter().map(|one| one.from);
        let placed = self.placed.keys().map(|place| place.saturating_add(1));
        let some = self.some.iter().map(|(from, _)| *from);
        let all = items.chain(uncounted).chain(placed).chain(some);
        all.max().unwrap_or(0).min(LONGEST)
    }

    /// The length beyond which a longer list is no better than a shorter one.
    pub(super) fn longest(&self) -> Result<usize, Code> {
        let counted = self.tests.iter().map(|(_, lengths)| lengths.least);
        let counted = counted.fold(0, usize::saturating_add);
        let twins = if self.twins { 2 } else { 0 };
        let longest = self
            .length
            .least
            .max(self.prefix())
            .saturating_add(counted)
            .saturating_add(self.some.len() + twins)
            .min(self.length.highest());
        if longest > LONGEST {
            return Err(Code::WitnessSize);
        }
        Ok(longest)
    }

    /// What an item at a place has to be.
    pub(super) fn at(&self, place: usize) -> Vec<Literal> {
        let mut literals = Vec::new();
        for items in &self.items {
            literals.extend(items.prefix.get(place).copied().or(items.rest));
        }
        literals.extend(self.placed.get(&place).into_iter().flatten());
        literals
    }

    /// The kinds of items that can stand at all of `places`, of those that exist as far as is known by now; and whether
    /// no other one will come up.
    pub(super) fn kinds(
        &self,
        solver: &mut Solver<'_>,
        base: &[Literal],
        places: std::ops::RangeInclusive<usize>,
    ) -> Result<(Vec<Kind>, bool), Code> {
        let last = *places.end();
        let mut found = Found {
            kinds: Vec::new(),
            is_settled: true,
        };
        self.sort(solver, last, (base.to_vec(), Vec::new()), &mut found)?;
        // An item that meets more comes first.
        found
            .kinds
            .sort_by_key(|kind| std::cmp::Reverse(kind.meets.count_ones()));
        Ok((found.kinds, found.is_settled))
    }

    /// Decides for one test after the other whether an item is of that kind, as long as there are such items.
    fn sort(
        &self,
        solver: &mut Solver<'_>,
        last: usize,
        (literals, tests): (Vec<Literal>, Vec<bool>),
        found: &mut Found,
    ) -> Result<(), Code> {
        if solver.is_open() {
            return Err(Code::States);
        }
        if !found.exists(solver, &literals) {
            return Ok(());
        }
        let Some((test, _)) = self.tests.get(tests.len()) else {
            return self.meeting(solver, last, (literals, &tests), found);
        };
        for holds in [true, false] {
            let mut more = literals.clone();
            more.push(if holds { *test } else { test.negated() });
            let tests = tests.iter().copied().chain([holds]).collect();
            self.sort(solver, last, (more, tests), found)?;
        }
        Ok(())
    }

    /// The kinds with these tests, by which of the demands for some item they meet.
    fn meeting(
        &self,
        solver: &mut Solver<'_>,
        last: usize,
        (mut literals, tests): (Vec<Literal>, &[bool]),
        found: &mut Found,
    ) -> Result<(), Code> {
        for uncounted in &self.uncounted {
            let mut held = self.tests.iter().zip(tests);
            let is_counted =
                held.any(|((test, _), holds)| *holds && uncounted.unless.contains(test));
            if last >= uncounted.from && !is_counted {
                literals.push(uncounted.holds);
            }
        }
        for meets in 0..1_u32 << self.some.len() {
            let mut all = literals.clone();
            let mut is_far_enough = true;
            for (number, (from, demand)) in self.some.iter().enumerate() {
                if meets >> number & 1 == 1 {
                    is_far_enough &= last >= *from;
                    all.extend(demand);
                }
            }
            if is_far_enough && found.exists(solver, &all) {
                found.kinds.push(Kind {
                    literals: all,
                    tests: tests.to_vec(),
                    meets,
                });
            }
        }
        if found.kinds.len() > KINDS {
            return Err(Code::Contains);
        }
        Ok(())
    }

    /// A list with items of the chosen kinds.
    fn made(&self, solver: &mut Solver<'_>, chosen: &[Kind]) -> Result<Option<Value>, Code> {
        if self.distinct {
            return Ok(distinct::arranged(solver, chosen).map(Value::Array));
        }
        let (mut items, mut held) = (Vec::new(), 0);
        for kind in chosen {
            let Some(item) = solver.stock(&kind.literals, 1).values.into_iter().next() else {
                return Ok(None);
            };
            held += weight(&item);
            if held > NODES {
                return Err(Code::WitnessSize);
            }
            items.push(item);
        }
        Ok(Some(Value::Array(items)))
    }
}

/// Kinds of items that were found at a place.
struct Found {
    kinds: Vec<Kind>,
    is_settled: bool,
}

impl Found {
    /// Whether there is such an item, as far as is known by now.
    fn exists(&mut self, solver: &mut Solver<'_>, literals: &[Literal]) -> bool {
        let stock = solver.stock(literals, 1);
        let exists = !stock.values.is_empty();
        self.is_settled &= stock.all || exists;
        exists
    }
}

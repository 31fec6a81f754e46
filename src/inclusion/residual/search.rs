//! The search for values of one state: case by case, the plainest part of a case first.
//! Refuses to keep a value that does not meet every literal of the state.

use super::atom::Choice;
use super::case::{Case, Fate};
use super::facts::KINDS;
use super::fill::{NODES, fill, weight};
use super::literal::{Literal, Terms};
use super::solver::Solver;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Judgement, equal};
use serde_json::Value;

/// Most cases of one state, each time it is filled.
///
/// Source: the budget table of the compatibility specification
pub(super) const CASES: usize = 10_000;

/// Whether a value has to meet every literal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    /// It meets part of what is asked.
    Guess,
    /// It is one of the few that are left.
    Listed,
    /// It meets all that is asked, as far as the parts were read.
    Sure,
}

/// The search for values of one state.
pub(super) struct Search {
    pub(super) literals: Vec<Literal>,
    pub(super) wanted: usize,
    pub(super) found: Vec<Value>,
    pub(super) all: bool,
    pub(super) why: Option<Code>,
    pub(super) cases: usize,
}

impl Solver<'_> {
    pub(super) fn search(&mut self, search: &mut Search) {
        let wanted: Vec<Literal> = search
            .literals
            .iter()
            .copied()
            .filter(|l| l.wanted)
            .collect();
        let kinds = self.terms.kinds(&wanted);
        for kind in KINDS.into_iter().filter(|kind| kinds.has(*kind)) {
            let case = Case::new(kind, &search.literals);
            self.dive(search, case);
            if search.is_over() || self.is_open() {
                return;
            }
        }
    }

    /// Looks for values of a case: of what is settled first, and of one way after the other where that is not enough.
    fn dive(&mut self, search: &mut Search, mut case: Case) {
        search.cases += 1;
        if search.cases > CASES {
            search.why = Some(Code::Cases);
            return;
        }
        match case.settle(&mut self.terms) {
            Ok(Fate::Open) => {}
            Ok(Fate::Dead) => return,
            Err(code) => {
                search.why = Some(code);
                return;
            }
        }
        if let Some(values) = &case.finite {
            for value in values {
                self.offer(search, value, Due::Listed);
            }
            return;
        }
        let is_last = case.is_last();
        let filled = match fill(self, case.kind, &case.atoms, search.wanted) {
            Ok(filled) => filled,
            Err(code) if is_last => {
                search.why = Some(code);
                return;
            }
            // The demands that are left may rule out what could not be read.
            Err(_) => return self.branch(search, case, None),
        };
        for value in &filled.values {
            self.offer(search, value, if is_last { Due::Sure } else { Due::Guess });
        }
        if search.is_over() || self.is_open() {
            return;
        }
        if is_last {
            search.all &= filled.all;
        } else if let Some(value) = filled.values.first() {
            self.branch(search, case, Some(value));
        } else {
            // Of what has no value by now, no part has one; but it may get one.
            search.all &= filled.all;
        }
    }

    /// Takes one way of a choice after the other; what `value` meets as it is comes last.
    fn branch(&mut self, search: &mut Search, mut case: Case, value: Option<&Value>) {
        let fails = |terms: &Terms<'_>, literal: Literal| {
            value.is_none_or(|value| terms.judge(literal, value) != Judgement::Accepts)
        };
        let mut opened = case.open(&mut self.terms, fails);
        if case.choices.is_empty() && opened == Ok(false) {
            opened = case.open(&mut self.terms, |_, _| true);
        }
        match opened {
            Ok(true) => return self.dive(search, case),
            Ok(false) => {}
            Err(code) => {
                search.why = Some(code);
                return;
            }
        }
        let choice = self.pick(&case, value);
        let ways = case.choices.get(choice).map(|choice| choice.ways.clone());
        for way in ways.iter().flat_map(|ways| ways.iter()) {
            self.dive(search, case.taking(choice, way));
            if search.is_over() || self.is_open() {
                return;
            }
        }
    }

    /// The choice to make next: one that the value at hand fails, with few ways.
    fn pick(&self, case: &Case, value: Option<&Value>) -> usize {
        let cost = |choice: &Choice| {
            let is_met = match (choice.from, value) {
                (Some(literal), Some(value)) => {
                    self.terms.judge(literal, value) == Judgement::Accepts
                }
                (_, _) => false,
            };
            (is_met, choice.ways.len())
        };
        let costs = case.choices.iter().map(cost).enumerate();
        let best = costs.min_by_key(|(index, cost)| (*cost, *index));
        best.map_or(0, |(index, _)| index)
    }

    /// Keeps a value that meets every literal.
    fn offer(&self, search: &mut Search, value: &Value, due: Due) {
        if search.found.iter().any(|found| equal(found, value)) {
            return;
        }
        let held: usize = search.found.iter().map(weight).sum();
        if held + weight(value) > NODES {
            // A guess that is too large is followed by others.
            if due != Due::Guess {
                search.why = Some(Code::WitnessSize);
            }
            return;
        }
        let mut open = None;
        for literal in &search.literals {
            match self.terms.judge(*literal, value) {
                Judgement::Accepts => {}
                Judgement::Rejects => {
                    if due == Due::Sure {
                        search.why = Some(Code::ValidatorsDisagree);
                    }
                    return;
                }
                Judgement::Open(code) => open = Some(code),
            }
        }
        match open {
            None => search.found.push(value.clone()),
            Some(code) if due != Due::Guess => search.why = Some(code),
            Some(_) => {}
        }
    }
}

impl Search {
    fn is_over(&self) -> bool {
        self.found.len() >= self.wanted
    }
}

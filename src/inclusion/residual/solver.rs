//! Which states have a value: none at first, and more and more until nothing changes.
//! Refuses to assume: a state without a value at the end is empty, because nothing was taken for granted on the way.

use super::Integers;
use super::case::{Case, Fate};
use super::facts::KINDS;
use super::fill::fill;
use super::literal::{Literal, Terms};
use crate::inclusion::answer::Code;
use crate::inclusion::budget::Stop;
use crate::inclusion::evaluate::{Judgement, equal};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Most states of one question.
///
/// Source: the budget table of the compatibility specification
pub(super) const STATES: usize = 20_000;
/// Most cases of one state, each time it is filled.
///
/// Source: the budget table of the compatibility specification
pub(super) const CASES: usize = 10_000;
/// Most different values of one state that are ever asked for.
const WANTED: usize = 256;

/// Most searches under way at once; whatever lies deeper waits in the queue.
const DEPTH: usize = 200;

/// Number of a state.
pub(super) type StateId = usize;

/// The values that all of its literals agree on.
struct State {
    literals: Vec<Literal>,
    wanted: usize,
    found: Vec<Value>,
    /// Whether no value is missing in `found`.
    all: bool,
    why: Option<Code>,
    /// States that looked at this one.
    readers: BTreeSet<StateId>,
    queued: bool,
    /// Whether its search is under way.
    busy: bool,
}

/// Values of a state as far as they are known.
#[derive(Clone, Debug)]
pub(super) struct Stock {
    pub(super) values: Vec<Value>,
    pub(super) all: bool,
}

/// How a question ended.
pub(in crate::inclusion) enum Settled {
    Empty,
    Value(Value),
    Open(Code),
}

pub(super) struct Solver<'a> {
    pub(super) terms: Terms<'a>,
    states: Vec<State>,
    index: HashMap<Vec<Literal>, StateId>,
    queue: Vec<StateId>,
    current: StateId,
    /// How many searches are under way, each for the sake of the one before.
    depth: usize,
    pub(super) integers: Integers,
    stop: Stop,
    failed: Option<Code>,
}

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
struct Search {
    literals: Vec<Literal>,
    wanted: usize,
    found: Vec<Value>,
    all: bool,
    why: Option<Code>,
    cases: usize,
}

impl<'a> Solver<'a> {
    pub(super) fn new(terms: Terms<'a>, integers: Integers, stop: Stop) -> Self {
        Self {
            terms,
            states: Vec::new(),
            index: HashMap::new(),
            queue: Vec::new(),
            current: 0,
            depth: 0,
            integers,
            stop,
            failed: None,
        }
    }

    /// Whether some value meets all of `literals`.
    pub(super) fn settle(&mut self, literals: &[Literal]) -> Settled {
        let Some(plain) = self.terms.plain(literals) else {
            return Settled::Empty;
        };
        let root = self.enter(plain, 1);
        while let Some(id) = self.queue.pop() {
            if self.stop.is_set() {
                return Settled::Open(Code::Time);
            }
            if let Some(code) = self.failed {
                return Settled::Open(code);
            }
            self.work(id);
            if let Some(value) = self.states.get(root).and_then(|root| root.found.first()) {
                return Settled::Value(value.clone());
            }
        }
        if let Some(code) = self.failed {
            return Settled::Open(code);
        }
        let short = self.states.iter().filter(|state| !state.is_full());
        match short.filter_map(|state| state.why).min() {
            Some(code) => Settled::Open(code),
            None => Settled::Empty,
        }
    }

    /// Values that all of `literals` agree on, as far as they are known by now.
    pub(super) fn stock(&mut self, literals: &[Literal], wanted: usize) -> Stock {
        let mut stock = Stock {
            values: Vec::new(),
            all: true,
        };
        let Some(plain) = self.terms.plain(literals) else {
            return stock;
        };
        if self.states.len() >= STATES {
            self.failed = Some(Code::States);
            return stock;
        }
        let id = self.enter(plain, wanted.min(WANTED));
        let reader = self.current;
        self.look_into(id);
        if let Some(state) = self.states.get_mut(id) {
            if !state.is_full() {
                state.readers.insert(reader);
            }
            stock.values.clone_from(&state.found);
            stock.all = state.all;
        }
        if wanted > WANTED && stock.values.len() >= WANTED {
            self.failed = Some(Code::Cases);
        }
        stock
    }

    /// Fills a state at once where nobody is at it, so that whoever asked need not come back for it.
    fn look_into(&mut self, id: StateId) {
        let is_due = self
            .states
            .get(id)
            .is_some_and(|state| state.queued && !state.busy);
        if is_due && self.depth < DEPTH && !self.is_open() {
            let reader = self.current;
            self.depth += 1;
            self.work(id);
            self.depth -= 1;
            self.current = reader;
        }
    }

    /// That the state at work might have values which its search missed.
    pub(super) fn is_open(&self) -> bool {
        self.failed.is_some() || self.stop.is_set()
    }

    fn enter(&mut self, literals: Vec<Literal>, wanted: usize) -> StateId {
        let fresh = self.states.len();
        let id = *self.index.entry(literals.clone()).or_insert(fresh);
        if id == fresh {
            self.states.push(State {
                literals,
                wanted,
                found: Vec::new(),
                all: false,
                why: None,
                readers: BTreeSet::new(),
                queued: true,
                busy: false,
            });
            self.queue.push(id);
        } else if let Some(state) = self.states.get_mut(id)
            && state.wanted < wanted
        {
            state.wanted = wanted;
            if !state.queued && !state.all {
                state.queued = true;
                self.queue.push(id);
            }
        }
        id
    }

    fn work(&mut self, id: StateId) {
        let Some(state) = self.states.get_mut(id) else {
            return;
        };
        if !std::mem::take(&mut state.queued) || state.is_full() {
            return;
        }
        let mut search = Search {
            literals: state.literals.clone(),
            wanted: state.wanted,
            found: state.found.clone(),
            all: true,
            why: None,
            cases: 0,
        };
        let before = search.found.len();
        state.busy = true;
        self.current = id;
        self.search(&mut search);
        let Some(state) = self.states.get_mut(id) else {
            return;
        };
        state.busy = false;
        let is_done = search.found.len() < search.wanted;
        state.all = is_done && search.all && search.why.is_none() && !search.found.is_empty();
        state.found = search.found;
        state.why = search.why;
        if state.found.len() > before || state.all {
            for reader in std::mem::take(&mut state.readers) {
                self.queue_again(reader);
            }
        }
    }

    fn queue_again(&mut self, id: StateId) {
        if let Some(state) = self.states.get_mut(id)
            && !state.queued
            && !state.is_full()
        {
            state.queued = true;
            self.queue.push(id);
        }
    }

    fn search(&mut self, search: &mut Search) {
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
        }
        // Of what has no value by now, no part has one.
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
        let cost = |choice: &super::atom::Choice| {
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

impl State {
    fn is_full(&self) -> bool {
        self.found.len() >= self.wanted || self.all
    }
}

impl Search {
    fn is_over(&self) -> bool {
        self.found.len() >= self.wanted
    }
}

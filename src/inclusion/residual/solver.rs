//! Which states have a value: none at first, and more and more until nothing changes.
//! Refuses to assume: a state without a value at the end is empty, because nothing was taken for granted on the way.

use super::Integers;
use super::literal::{Literal, Terms};
use super::search::Search;
use crate::inclusion::answer::Code;
use crate::inclusion::budget::Stop;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Most states of one question.
///
/// Source: the budget table of the compatibility specification
pub(super) const STATES: usize = 20_000;
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
}

impl State {
    fn is_full(&self) -> bool {
        self.found.len() >= self.wanted || self.all
    }
}

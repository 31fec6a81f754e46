//! A deterministic automaton: for every state and every class of characters, the next state.
//! Refuses to be larger than its caps.

#[cfg(test)]
use super::alphabet::place;
use super::alphabet::{Alphabet, Class};
use super::slot::at;
use crate::inclusion::answer::Code;

/// Source: COMPAT section 7, DFA states
pub(in crate::inclusion) const STATES: usize = 20_000;
/// States times classes, so that the memory of one automaton has a bound.
const CELLS: usize = 4_000_000;

pub(super) type State = u16;

/// The state that comes behind `count` others.
///
/// Errors: more states than an automaton may have
pub(super) fn fresh(count: usize) -> Result<State, Code> {
    let state = State::try_from(count).ok().filter(|_| count < STATES);
    state.ok_or(Code::Automaton)
}

/// Equal automata accept the same strings; minimal ones are equal when they do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Dfa {
    pub(super) alphabet: Alphabet,
    /// A row for every state, of a state for every class.
    table: Vec<State>,
    accepting: Vec<bool>,
    pub(super) start: State,
}

impl Dfa {
    pub(super) fn new(alphabet: Alphabet) -> Self {
        Self {
            alphabet,
            table: Vec::new(),
            accepting: Vec::new(),
            start: 0,
        }
    }

    /// Everything or nothing.
    pub(super) fn plain(accepting: bool) -> Self {
        Self {
            alphabet: Alphabet::plain(),
            table: vec![0],
            accepting: vec![accepting],
            start: 0,
        }
    }

    /// Adds the next state; `row` may name states that are added later.
    pub(super) fn push(&mut self, row: &[State], accepting: bool) -> Result<(), Code> {
        fresh(self.len())?;
        if self.table.len() + row.len() > CELLS {
            return Err(Code::Automaton);
        }
        self.table.extend_from_slice(row);
        self.accepting.push(accepting);
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.accepting.len()
    }

    pub(super) fn row(&self, state: State) -> &[State] {
        let width = self.alphabet.width();
        let start = usize::from(state) * width;
        self.table.get(start..start + width).unwrap_or_default()
    }

    pub(super) fn next(&self, state: State, class: Class) -> State {
        let width = self.alphabet.width();
        at(&self.table, usize::from(state) * width + usize::from(class))
    }

    pub(super) fn accepts(&self, state: State) -> bool {
        at(&self.accepting, usize::from(state))
    }

    #[cfg(test)]
    pub(super) fn has(&self, text: &str) -> bool {
        let last = text.chars().fold(self.start, |state, one| {
            self.next(state, self.alphabet.class(place(one)))
        });
        self.accepts(last)
    }

    /// What this one rejects.
    pub(super) fn opposite(&self) -> Self {
        let mut opposite = self.clone();
        for accepting in &mut opposite.accepting {
            *accepting = !*accepting;
        }
        opposite
    }

    /// Whether no string leads from `state` to another answer than its own.
    pub(super) fn is_settled(&self, state: State) -> bool {
        self.row(state).iter().all(|next| *next == state)
    }
}

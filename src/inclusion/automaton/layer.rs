//! From which states a string is accepted after exactly so many characters, layer by layer until the layers repeat.
//! Refuses to count strings.

use super::dfa::{Dfa, State};
use super::slot::{at, put};
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::Lengths;
use std::collections::HashMap;

/// Edges walked for one question: about a tenth of a second.
const WORK: usize = 60_000_000;

pub(super) struct Layers<'a> {
    dfa: &'a Dfa,
    /// The next states of each state, each once.
    nexts: Vec<Vec<State>>,
    edges: usize,
    work: usize,
    /// The states that accept after 0, 1, 2 .. more characters, as bits.
    layers: Vec<Vec<u64>>,
    known: HashMap<Vec<u64>, usize>,
    /// The layer that follows on the last one, once they repeat.
    turn: Option<usize>,
}

impl<'a> Layers<'a> {
    pub(super) fn of(dfa: &'a Dfa) -> Self {
        let states = (0..dfa.len()).filter_map(|state| State::try_from(state).ok());
        let mut last = vec![0; dfa.len().div_ceil(64)];
        let mut nexts = Vec::with_capacity(dfa.len());
        for state in states {
            if dfa.accepts(state) {
                set(&mut last, usize::from(state));
            }
            let mut next = dfa.row(state).to_vec();
            next.sort_unstable();
            next.dedup();
            nexts.push(next);
        }
        Self {
            dfa,
            edges: nexts.iter().map(Vec::len).sum(),
            nexts,
            work: 0,
            known: HashMap::from([(last.clone(), 0)]),
            layers: vec![last],
            turn: None,
        }
    }

    /// Whether some string of exactly `left` characters leads from `state` to acceptance.
    ///
    /// Errors: too many layers before they repeat
    pub(super) fn reaches(&mut self, state: State, left: usize) -> Result<bool, Code> {
        let number = self.number(left)?;
        let layer = self.layers.get(number).map_or(&[][..], Vec::as_slice);
        Ok(has(layer, usize::from(state)))
    }

    /// The smallest length of an accepted string that is at least `from` and inside the window.
    pub(super) fn length(&mut self, from: usize, lengths: Lengths) -> Result<Option<usize>, Code> {
        let mut length = from.max(lengths.least);
        let mut tried = 0;
        while length <= lengths.highest() {
            if self.reaches(self.dfa.start, length)? {
                return Ok(Some(length));
            }
            // Behind the turn, as many layers as there are in all hold every one that comes again.
            if self.turn.is_some_and(|turn| length >= turn) {
                tried += 1;
            }
            let Some(next) = length.checked_add(1) else {
                break;
            };
            if tried > self.layers.len() {
                break;
            }
            length = next;
        }
        Ok(None)
    }

    /// The number of the layer that is equal to the one with `number`.
    fn number(&mut self, number: usize) -> Result<usize, Code> {
        while self.turn.is_none() && self.layers.len() <= number {
            self.grow()?;
        }
        let count = self.layers.len();
        Ok(match self.turn {
            Some(turn) if number >= count => turn + (number - turn) % (count - turn),
            Some(_) | None => number,
        })
    }

    fn grow(&mut self) -> Result<(), Code> {
        self.work += self.edges;
        if self.work > WORK {
            return Err(Code::Automaton);
        }
        let last = self.layers.last().map_or(&[][..], Vec::as_slice);
        let mut layer = vec![0; last.len()];
        for (state, nexts) in self.nexts.iter().enumerate() {
            if nexts.iter().any(|next| has(last, usize::from(*next))) {
                set(&mut layer, state);
            }
        }
        match self.known.get(&layer) {
            Some(turn) => self.turn = Some(*turn),
            None => {
                self.known.insert(layer.clone(), self.layers.len());
                self.layers.push(layer);
            }
        }
        Ok(())
    }
}

fn has(layer: &[u64], state: usize) -> bool {
    at(layer, state / 64) >> (state % 64) & 1 == 1
}

fn set(layer: &mut [u64], state: usize) {
    let word = at(layer, state / 64) | 1 << (state % 64);
    put(layer, state / 64, word);
}

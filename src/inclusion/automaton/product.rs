//! Two automata side by side: what both accept, either one, or only the first.
//! Refuses to walk on where the answer no longer depends on the rest of the string.

use super::dfa::{Dfa, State, fresh};
use super::slot::at;
use crate::inclusion::answer::Code;
use std::collections::HashMap;

/// How two answers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Both {
    And,
    Or,
    Without,
}

impl Both {
    fn of(self, left: bool, right: bool) -> bool {
        match self {
            Self::And => left && right,
            Self::Or => left || right,
            Self::Without => left && !right,
        }
    }

    /// The answer, where what is settled on either side is enough for one.
    fn settled(self, [left, right]: [Option<bool>; 2]) -> Option<bool> {
        if left.is_none() && right.is_none() {
            return None;
        }
        let answer = |open| self.of(left.unwrap_or(open), right.unwrap_or(open));
        (answer(false) == answer(true)).then(|| answer(true))
    }
}

/// A state of the product: the answer, or where both sides stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pair {
    Settled(bool),
    Open(State, State),
}

/// Errors: more states than an automaton may have
pub(super) fn product(left: &Dfa, right: &Dfa, both: Both) -> Result<Dfa, Code> {
    let (alphabet, classes) = left.alphabet.joint(&right.alphabet)?;
    let (lefts, rights) = (settled_states(left), settled_states(right));
    let pair = |one: State, other: State| {
        let answers = [
            at(&lefts, usize::from(one)),
            at(&rights, usize::from(other)),
        ];
        both.settled(answers)
            .map_or(Pair::Open(one, other), Pair::Settled)
    };
    let mut dfa = Dfa::new(alphabet);
    let mut met = Met::default();
    met.number(pair(left.start, right.start))?;
    let mut row = Vec::with_capacity(classes.len());
    while let Some(now) = met.pairs.get(dfa.len()).copied() {
        row.clear();
        for (one, other) in &classes {
            row.push(met.number(match now {
                Pair::Settled(_) => now,
                Pair::Open(l, r) => pair(left.next(l, *one), right.next(r, *other)),
            })?);
        }
        let accepts = match now {
            Pair::Settled(answer) => answer,
            Pair::Open(l, r) => both.of(left.accepts(l), right.accepts(r)),
        };
        dfa.push(&row, accepts)?;
    }
    Ok(dfa)
}

/// The pairs met so far; each is the state of its number.
#[derive(Default)]
struct Met {
    pairs: Vec<Pair>,
    numbers: HashMap<Pair, State>,
}

impl Met {
    fn number(&mut self, pair: Pair) -> Result<State, Code> {
        if let Some(state) = self.numbers.get(&pair) {
            return Ok(*state);
        }
        let state = fresh(self.pairs.len())?;
        self.pairs.push(pair);
        self.numbers.insert(pair, state);
        Ok(state)
    }
}

/// The answer of each state from which no other answer is reached.
fn settled_states(dfa: &Dfa) -> Vec<Option<bool>> {
    (0..dfa.len())
        .filter_map(|state| State::try_from(state).ok())
        .map(|state| dfa.is_settled(state).then(|| dfa.accepts(state)))
        .collect()
}

//! The smallest automaton for the same strings (Hopcroft), numbered so that equal languages give equal automata.
//! Refuses automata with states that no string reaches.

use super::alphabet::Class;
use super::dfa::{Dfa, State};
use super::slot::{at, put};
use std::collections::{HashMap, VecDeque};

/// The smallest automaton that accepts what `dfa` does; every state of `dfa` must be reached by some string.
pub(super) fn minimal(dfa: &Dfa) -> Dfa {
    let parts = refined(dfa);
    let states: Vec<State> = (0..parts.count()).map(|part| parts.first(part)).collect();
    let columns = columns(dfa, &parts, &states);
    let (alphabet, old) = dfa
        .alphabet
        .renamed(|class| at(&columns, usize::from(class)));
    numbered(dfa, &parts, &states, Dfa::new(alphabet), &old)
}

/// A number for every class; equal when no part tells the two classes apart.
fn columns(dfa: &Dfa, parts: &Parts, states: &[State]) -> Vec<usize> {
    let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
    (0..dfa.alphabet.width())
        .map(|class| {
            let next = |state: &State| parts.of(at(dfa.row(*state), class));
            let next_number = known.len();
            *known
                .entry(states.iter().map(next).collect())
                .or_insert(next_number)
        })
        .collect()
}

/// Parts become states, in the order in which a walk from the start meets them.
fn numbered(dfa: &Dfa, parts: &Parts, states: &[State], mut small: Dfa, old: &[Class]) -> Dfa {
    let mut numbers: Vec<Option<State>> = vec![None; states.len()];
    let mut met: State = 1;
    put(&mut numbers, parts.of(dfa.start), Some(0));
    let mut open = VecDeque::from([parts.of(dfa.start)]);
    while let Some(part) = open.pop_front() {
        let state = at(states, part);
        let mut row = Vec::with_capacity(old.len());
        for class in old {
            let next = parts.of(dfa.next(state, *class));
            let number = at(&numbers, next).unwrap_or_else(|| {
                open.push_back(next);
                put(&mut numbers, next, Some(met));
                met += 1;
                met - 1
            });
            row.push(number);
        }
        // Never over the cap: there are no more parts than states.
        let _ = small.push(&row, dfa.accepts(state));
    }
    small
}

/// The coarsest parts whose states no string tells apart.
fn refined(dfa: &Dfa) -> Parts {
    let mut parts = Parts::new(dfa.len());
    let sources = Sources::of(dfa);
    let mut open: Vec<usize> = Vec::new();
    let mut is_open: Vec<bool> = Vec::new();
    for state in all(dfa) {
        if dfa.accepts(state) {
            parts.mark(state);
        }
    }
    parts.split(|_, new| open.push(new));
    if open.is_empty() {
        return parts;
    }
    is_open.resize(parts.count(), false);
    open.iter().for_each(|part| put(&mut is_open, *part, true));
    while let Some(part) = open.pop() {
        put(&mut is_open, part, false);
        let members = parts.members(part).to_vec();
        for class in 0..dfa.alphabet.width() {
            for source in members.iter().flat_map(|state| sources.to(class, *state)) {
                parts.mark(*source);
            }
            parts.split(|(old, old_size, new_size), new| {
                is_open.resize(new + 1, false);
                let other = if at(&is_open, old) || new_size <= old_size {
                    new
                } else {
                    old
                };
                put(&mut is_open, other, true);
                open.push(other);
            });
        }
    }
    parts
}

fn all(dfa: &Dfa) -> impl Iterator<Item = State> {
    (0..dfa.len()).filter_map(|state| State::try_from(state).ok())
}

/// The states that lead to a state, by class.
struct Sources {
    states: usize,
    /// Where the sources of a class and a state begin; the next entry says where they end.
    starts: Vec<u32>,
    sources: Vec<State>,
}

impl Sources {
    fn of(dfa: &Dfa) -> Self {
        let states = dfa.len();
        let mut starts = vec![0_u32; states * dfa.alphabet.width() + 1];
        let key = |class: usize, state: State| class * states + usize::from(state);
        for state in all(dfa) {
            for (class, next) in dfa.row(state).iter().enumerate() {
                let count = at(&starts, key(class, *next)) + 1;
                put(&mut starts, key(class, *next), count);
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Each entry is now the end of its sources, and falls to their start while they are written.
        let mut sources = vec![0; states * dfa.alphabet.width()];
        for state in all(dfa) {
            for (class, next) in dfa.row(state).iter().enumerate() {
                let place = at(&starts, key(class, *next)).saturating_sub(1);
                put(&mut starts, key(class, *next), place);
                put(&mut sources, usize::try_from(place).unwrap_or(0), state);
            }
        }
        Self {
            states,
            starts,
            sources,
        }
    }

    fn to(&self, class: usize, state: State) -> &[State] {
        let key = class * self.states + usize::from(state);
        let [start, end] =
            [key, key + 1].map(|key| usize::try_from(at(&self.starts, key)).unwrap_or(0));
        self.sources.get(start..end).unwrap_or_default()
    }
}

/// A partition of states that is refined by marking some of them and splitting.
struct Parts {
    /// All states; those of one part stand together, its marked ones first.
    order: Vec<State>,
    place: Vec<usize>,
    part: Vec<usize>,
    spans: Vec<Span>,
    touched: Vec<usize>,
}

#[derive(Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
    marked: usize,
}

impl Parts {
    fn new(states: usize) -> Self {
        Self {
            order: (0..states)
                .filter_map(|state| State::try_from(state).ok())
                .collect(),
            place: (0..states).collect(),
            part: vec![0; states],
            spans: vec![Span {
                start: 0,
                end: states,
                marked: 0,
            }],
            touched: Vec::new(),
        }
    }

    fn count(&self) -> usize {
        self.spans.len()
    }

    fn of(&self, state: State) -> usize {
        at(&self.part, usize::from(state))
    }

    fn members(&self, part: usize) -> &[State] {
        let span = at(&self.spans, part);
        self.order.get(span.start..span.end).unwrap_or_default()
    }

    fn first(&self, part: usize) -> State {
        self.members(part).first().copied().unwrap_or_default()
    }

    fn mark(&mut self, state: State) {
        let part = self.of(state);
        let mut span = at(&self.spans, part);
        let place = at(&self.place, usize::from(state));
        let free = span.start + span.marked;
        if place < free {
            return;
        }
        if span.marked == 0 {
            self.touched.push(part);
        }
        span.marked += 1;
        put(&mut self.spans, part, span);
        let moved = at(&self.order, free);
        put(&mut self.order, free, state);
        put(&mut self.order, place, moved);
        put(&mut self.place, usize::from(state), free);
        put(&mut self.place, usize::from(moved), place);
    }

    /// The marked states of each part become a part of their own, which `tell` hears of:
    /// the old part, its size and that of the new one; the new part.
    fn split(&mut self, mut tell: impl FnMut((usize, usize, usize), usize)) {
        for part in std::mem::take(&mut self.touched) {
            let mut span = at(&self.spans, part);
            let cut = span.start + span.marked;
            let fresh = Span {
                end: cut,
                marked: 0,
                ..span
            };
            span.marked = 0;
            if cut < span.end {
                span.start = cut;
                let new = self.spans.len();
                for place in fresh.start..fresh.end {
                    let state = at(&self.order, place);
                    put(&mut self.part, usize::from(state), new);
                }
                self.spans.push(fresh);
                tell((part, span.end - span.start, fresh.end - fresh.start), new);
            }
            put(&mut self.spans, part, span);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::automaton::alphabet::Alphabet;

    #[test]
    fn states_and_classes_that_nothing_tells_apart_become_one() {
        let (alphabet, _) = Alphabet::of_sets(&[vec![(10, 20)], vec![(30, 40)]]).unwrap();
        let mut dfa = Dfa::new(alphabet);
        for (row, accepting) in [
            ([1, 2, 3], false),
            ([1, 1, 1], false),
            ([2, 3, 2], true),
            ([3, 2, 2], true),
        ] {
            dfa.push(&row, accepting).unwrap();
        }
        let small = minimal(&dfa);
        assert_eq!((small.len(), small.alphabet.width()), (3, 2));
        assert_eq!(minimal(&small), small);
    }
}

//! Makes an automaton deterministic: a state is what the graph could be doing after the characters read so far.
//! Refuses to remember captures: a string matches somewhere, or it does not.

use super::alphabet::{Alphabet, Class, Ranges, place};
use super::dfa::{Dfa, State, fresh};
use super::nfa::{Id, Look, Nfa, Node};
use super::slot::{at, put};
use crate::inclusion::answer::Code;
use std::collections::HashMap;
use std::rc::Rc;

/// Visits of nodes, so that large sets of nodes cannot take long: less than a tenth of a second.
const WORK: usize = 4_000_000;

/// The strings that hold a match of `nfa`.
pub(super) fn deterministic(nfa: &Nfa) -> Result<Dfa, Code> {
    let mut subsets = Subsets::of(nfa)?;
    let start = subsets.state(&[], Before::Start)?;
    let mut dfa = Dfa::new(subsets.alphabet.clone());
    dfa.start = start;
    while let Some(subset) = subsets.list.get(dfa.len()).cloned() {
        let row = subsets.row(&subset)?;
        dfa.push(&row, subset.ends)?;
    }
    Ok(dfa)
}

/// What stands before a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Before {
    Start,
    Word,
    Other,
}

/// What stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Word,
    Other,
    End,
}

/// What the graph could be doing, when a certain kind of character follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Ready {
    /// A match has already ended: whatever follows does not matter.
    matched: bool,
    /// Nodes that wait for a character, ascending; empty once matched.
    steps: Vec<Id>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Subset {
    other: Ready,
    /// When a word character follows; empty where the pattern does not ask for edges of words.
    word: Ready,
    /// Whether the string may end here.
    ends: bool,
}

struct Subsets<'a> {
    nfa: &'a Nfa,
    alphabet: Alphabet,
    /// The classes of each set of the graph.
    members: Vec<Vec<Class>>,
    knows_words: bool,
    /// Whether a class holds word characters; never where the pattern does not ask for edges of words.
    words: Vec<bool>,
    list: Vec<Rc<Subset>>,
    numbers: HashMap<Rc<Subset>, State>,
    known: HashMap<(Vec<Id>, Before), State>,
    /// The round in which a node was last visited.
    visits: Vec<usize>,
    round: usize,
    work: usize,
}

impl<'a> Subsets<'a> {
    fn of(nfa: &'a Nfa) -> Result<Self, Code> {
        let mut sets = nfa.sets.clone();
        let knows_words = nfa.knows_words();
        if knows_words {
            sets.push(word_characters());
        }
        let (alphabet, mut members) = Alphabet::of_sets(&sets)?;
        let mut words = vec![false; alphabet.width()];
        if knows_words {
            for class in members.pop().into_iter().flatten() {
                put(&mut words, usize::from(class), true);
            }
        }
        Ok(Self {
            nfa,
            alphabet,
            members,
            knows_words,
            words,
            list: Vec::new(),
            numbers: HashMap::new(),
            known: HashMap::new(),
            visits: vec![0; nfa.nodes.len()],
            round: 0,
            work: 0,
        })
    }

    /// The next state for every class.
    fn row(&mut self, subset: &Subset) -> Result<Vec<State>, Code> {
        let mut row = Vec::with_capacity(self.words.len());
        for (class, mut nexts) in self.nexts(subset).into_iter().enumerate() {
            let is_word = at(&self.words, class);
            let ready = if is_word { &subset.word } else { &subset.other };
            row.push(if ready.matched {
                self.numbered(Subset::everything())?
            } else {
                nexts.sort_unstable();
                nexts.dedup();
                self.known(nexts, if is_word { Before::Word } else { Before::Other })?
            });
        }
        Ok(row)
    }

    /// For every class the nodes behind its characters.
    fn nexts(&mut self, subset: &Subset) -> Vec<Vec<Id>> {
        let mut nexts = vec![Vec::new(); self.words.len()];
        for (ready, is_word) in [(&subset.other, false), (&subset.word, true)] {
            for step in &ready.steps {
                let Some(Node::Step(set, next)) = self.nfa.node(*step) else {
                    continue;
                };
                let members = self.members.get(set).map_or(&[][..], Vec::as_slice);
                self.work += members.len();
                for class in members.iter().map(|class| usize::from(*class)) {
                    if at(&self.words, class) == is_word
                        && let Some(nexts) = nexts.get_mut(class)
                    {
                        nexts.push(next);
                    }
                }
            }
        }
        nexts
    }

    fn known(&mut self, nexts: Vec<Id>, before: Before) -> Result<State, Code> {
        let key = (nexts, before);
        if let Some(state) = self.known.get(&key) {
            return Ok(*state);
        }
        let state = self.state(&key.0, before)?;
        self.known.insert(key, state);
        Ok(state)
    }

    /// The state in which the graph stands at each of `nexts`, and a new match may begin.
    fn state(&mut self, nexts: &[Id], before: Before) -> Result<State, Code> {
        let (other, looked) = self.ready(nexts, before, Behind::Other)?;
        let ends = other.matched || looked && self.ready(nexts, before, Behind::End)?.0.matched;
        let word = if !self.knows_words {
            Ready::default()
        } else if looked {
            self.ready(nexts, before, Behind::Word)?.0
        } else {
            other.clone()
        };
        if other.matched && (word.matched || !self.knows_words) {
            return self.numbered(Subset::everything());
        }
        self.numbered(Subset { other, word, ends })
    }

    /// Where the graph may stand without reading on, and whether it met a condition on what follows.
    fn ready(
        &mut self,
        nexts: &[Id],
        before: Before,
        behind: Behind,
    ) -> Result<(Ready, bool), Code> {
        self.round += 1;
        let mut ready = Ready::default();
        let mut looked = false;
        let mut open = nexts.to_vec();
        open.push(self.nfa.start);
        while let Some(id) = open.pop() {
            if !self.visit(id) {
                continue;
            }
            match self.nfa.node(id) {
                Some(Node::Step(..)) => ready.steps.push(id),
                Some(Node::Fork(one, other)) => open.extend([one, other]),
                Some(Node::Look(look, next)) => {
                    looked |= look != Look::Start;
                    open.extend(holds(look, before, behind).then_some(next));
                }
                Some(Node::Accept) => ready.matched = true,
                None => {}
            }
        }
        if ready.matched {
            ready.steps.clear();
        }
        ready.steps.sort_unstable();
        if self.work > WORK {
            return Err(Code::Automaton);
        }
        Ok((ready, looked))
    }

    /// Whether this is the first visit of the round.
    fn visit(&mut self, id: Id) -> bool {
        let is_first = at(&self.visits, usize::from(id)) != self.round;
        put(&mut self.visits, usize::from(id), self.round);
        self.work += usize::from(is_first);
        is_first
    }

    fn numbered(&mut self, subset: Subset) -> Result<State, Code> {
        if let Some(state) = self.numbers.get(&subset) {
            return Ok(*state);
        }
        let state = fresh(self.list.len())?;
        let subset = Rc::new(subset);
        self.list.push(Rc::clone(&subset));
        self.numbers.insert(subset, state);
        Ok(state)
    }
}

impl Subset {
    /// Behind a match: whatever follows is accepted.
    fn everything() -> Self {
        let matched = || Ready {
            matched: true,
            steps: Vec::new(),
        };
        Self {
            other: matched(),
            word: matched(),
            ends: true,
        }
    }
}

fn holds(look: Look, before: Before, behind: Behind) -> bool {
    let is_edge = (before == Before::Word) != (behind == Behind::Word);
    match look {
        Look::Start => before == Before::Start,
        Look::End => behind == Behind::End,
        Look::Edge => is_edge,
        Look::NoEdge => !is_edge,
    }
}

/// Source: ECMA-262, WordCharacters
fn word_characters() -> Ranges {
    [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]
        .map(|(first, last)| (place(first), place(last) + 1))
        .to_vec()
}

//! A regular expression as a graph whose nodes wait for a character, fork, or look at what stands beside them.
//! Refuses to know which strings it accepts.

use super::alphabet::{Ranges, place};
use crate::inclusion::answer::Code;
use regex_syntax::hir::{Class, Hir, HirKind, Look as Written, Repetition};
use std::collections::HashMap;

/// Source: COMPAT section 7, NFA nodes a pattern
const NODES: usize = 50_000;

pub(super) type Id = u16;

/// A condition on the two characters beside a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    /// Between a word character and another one, of ASCII.
    Edge,
    NoEdge,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    /// A character of the set with this number.
    Step(usize, Id),
    Fork(Id, Id),
    Look(Look, Id),
    Accept,
}

#[derive(Debug)]
pub(super) struct Nfa {
    pub(super) nodes: Vec<Node>,
    pub(super) sets: Vec<Ranges>,
    pub(super) start: Id,
}

impl Nfa {
    /// Errors: `Pattern` for what is not regular or unknown, `Automaton` over the cap
    pub(super) fn of(hir: &Hir) -> Result<Self, Code> {
        let mut writer = Writer::default();
        let accept = writer.node(Node::Accept)?;
        let start = writer.before(hir, accept)?;
        Ok(Self {
            nodes: writer.nodes,
            sets: writer.sets,
            start,
        })
    }

    pub(super) fn node(&self, id: Id) -> Option<Node> {
        self.nodes.get(usize::from(id)).copied()
    }

    /// Whether a node asks for the edge of a word.
    pub(super) fn knows_words(&self) -> bool {
        self.nodes
            .iter()
            .any(|node| matches!(node, Node::Look(Look::Edge | Look::NoEdge, _)))
    }
}

#[derive(Default)]
struct Writer {
    nodes: Vec<Node>,
    sets: Vec<Ranges>,
    numbers: HashMap<Ranges, usize>,
}

impl Writer {
    fn node(&mut self, node: Node) -> Result<Id, Code> {
        let id = self.nodes.len();
        if id >= NODES {
            return Err(Code::Automaton);
        }
        self.nodes.push(node);
        Id::try_from(id).map_err(|_| Code::Automaton)
    }

    fn step(&mut self, ranges: Ranges, next: Id) -> Result<Id, Code> {
        let set = match self.numbers.get(&ranges) {
            Some(set) => *set,
            None => {
                self.sets.push(ranges.clone());
                let set = self.sets.len() - 1;
                self.numbers.insert(ranges, set);
                set
            }
        };
        self.node(Node::Step(set, next))
    }

    /// The node that reads `hir` and goes on with `next`. As deep as the parser lets groups be.
    fn before(&mut self, hir: &Hir, next: Id) -> Result<Id, Code> {
        match hir.kind() {
            HirKind::Empty => Ok(next),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).map_err(|_| Code::Pattern)?;
                text.chars().rev().try_fold(next, |next, one| {
                    self.step(vec![(place(one), place(one) + 1)], next)
                })
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.iter();
                let ranges = ranges.map(|range| (place(range.start()), place(range.end()) + 1));
                self.step(joined(ranges), next)
            }
            HirKind::Class(Class::Bytes(_)) => Err(Code::Pattern),
            HirKind::Look(look) => {
                let look = known(*look)?;
                self.node(Node::Look(look, next))
            }
            HirKind::Repetition(repetition) => self.repeated(repetition, next),
            HirKind::Capture(capture) => self.before(&capture.sub, next),
            HirKind::Concat(parts) => parts
                .iter()
                .rev()
                .try_fold(next, |next, part| self.before(part, next)),
            HirKind::Alternation(branches) => self.either(branches, next),
        }
    }

    fn either(&mut self, branches: &[Hir], next: Id) -> Result<Id, Code> {
        let mut entry = None;
        for branch in branches.iter().rev() {
            let way = self.before(branch, next)?;
            entry = Some(match entry {
                Some(others) => self.node(Node::Fork(way, others))?,
                None => way,
            });
        }
        entry.ok_or(Code::Pattern)
    }

    fn repeated(&mut self, repetition: &Repetition, next: Id) -> Result<Id, Code> {
        let mut entry = next;
        let mut must = repetition.min;
        match repetition.max {
            Some(max) => {
                for _ in must..max {
                    let way = self.before(&repetition.sub, entry)?;
                    entry = self.node(Node::Fork(way, next))?;
                }
            }
            None => {
                let fork = self.node(Node::Accept)?;
                let way = self.before(&repetition.sub, fork)?;
                if let Some(node) = self.nodes.get_mut(usize::from(fork)) {
                    *node = Node::Fork(way, next);
                }
                entry = if must == 0 { fork } else { way };
                must = must.saturating_sub(1);
            }
        }
        for _ in 0..must {
            let before = self.nodes.len();
            entry = self.before(&repetition.sub, entry)?;
            if self.nodes.len() == before {
                break;
            }
        }
        Ok(entry)
    }
}

/// Ranges that touch become one.
fn joined(ranges: impl Iterator<Item = (u32, u32)>) -> Ranges {
    let mut kept: Ranges = Vec::new();
    for (start, end) in ranges {
        match kept.last_mut() {
            Some(last) if last.1 >= start => last.1 = last.1.max(end),
            _ => kept.push((start, end)),
        }
    }
    kept
}

fn known(look: Written) -> Result<Look, Code> {
    match look {
        Written::Start => Ok(Look::Start),
        Written::End => Ok(Look::End),
        Written::WordAscii => Ok(Look::Edge),
        Written::WordAsciiNegate => Ok(Look::NoEdge),
        Written::StartLF
        | Written::EndLF
        | Written::StartCRLF
        | Written::EndCRLF
        | Written::WordUnicode
        | Written::WordUnicodeNegate
        | Written::WordStartAscii
        | Written::WordEndAscii
        | Written::WordStartUnicode
        | Written::WordEndUnicode
        | Written::WordStartHalfAscii
        | Written::WordEndHalfAscii
        | Written::WordStartHalfUnicode
        | Written::WordEndHalfUnicode => Err(Code::Pattern),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn nodes(pattern: &str) -> Result<usize, Code> {
        let nfa = Nfa::of(&regex_syntax::parse(pattern).unwrap())?;
        Ok(nfa.nodes.len())
    }

    #[test]
    fn a_repetition_is_written_as_often_as_it_counts() {
        assert_eq!(nodes("a{3}"), Ok(4));
        assert_eq!(nodes("a{1,3}"), Ok(6));
        assert_eq!(nodes("a+"), Ok(3));
        assert_eq!(nodes("(){9}"), Ok(1));
    }

    #[test]
    fn counts_that_are_too_large_reach_the_cap_at_once() {
        for pattern in ["a{1000000}", "a{1,4000000000}", "((a{999}){999}){999}"] {
            assert_eq!(nodes(pattern), Err(Code::Automaton), "{pattern}");
        }
        assert_eq!(nodes("\\b"), Err(Code::Pattern));
    }
}

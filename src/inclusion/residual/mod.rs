//! The residual engine: what is left of one side once the other is taken away, type by type, over recursive states.
//! Refuses to guess: it gives a value, or that there is none, or why it cannot tell.

mod atom;
mod case;
mod cover;
mod distinct;
mod facts;
mod fill;
mod graph;
mod list;
mod literal;
mod member;
mod number;
mod record;
mod region;
mod solver;
mod tally;
mod text;
mod unwanted;
mod wanted;

use super::answer::Code;
use super::budget::Stop;
use super::evaluate::Program;
use graph::Graph;
use literal::{Literal, Terms};
pub(super) use solver::Settled;
use solver::Solver;

/// Whether the left side accepts a value that all of the right side reject.
pub(super) fn settle(left: &Program, right: &[&Program], stop: &Stop) -> Settled {
    let programs: Vec<&Program> = std::iter::once(left).chain(right.iter().copied()).collect();
    let graph = Graph::new(programs);
    let mut literals = vec![Literal::yes(graph.root(0))];
    literals.extend((1..graph.programs()).map(|side| Literal::no(graph.root(side))));
    Solver::new(Terms::new(graph), stop.clone()).settle(&literals)
}

/// The cap that a code stands for.
pub(super) fn cap(code: Code) -> Option<usize> {
    match code {
        Code::States => Some(solver::STATES),
        Code::Cases => Some(solver::CASES),
        Code::Atoms => Some(region::REGIONS),
        Code::Contains => Some(list::TESTS),
        Code::Automaton => Some(super::automaton::STATES),
        _ => None,
    }
}

//! Values of one type that meet a list of demands.
//! Refuses to look at any other type.

use super::Integers;
use super::atom::Atom;
use super::number::Numbers;
use super::solver::Solver;
use super::{list, record, text};
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Kind, Lengths};
use crate::inclusion::number::Decimal;
use serde_json::Value;

/// Some values, and whether there are no others.
///
/// No value at all means that there is none, as far as the states below are known by now.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) values: Vec<Value>,
    pub(super) all: bool,
}

impl Filled {
    pub(super) fn none() -> Self {
        Self::default()
    }
}

/// Up to `wanted` values of the type that meet `atoms`.
///
/// Errors: why it cannot be told
pub(super) fn fill(
    solver: &mut Solver<'_>,
    kind: Kind,
    atoms: &[Atom],
    wanted: usize,
) -> Result<Filled, Code> {
    if let Some(code) = atoms.iter().find_map(open) {
        return Err(code);
    }
    match kind {
        Kind::Null => Ok(all(but(atoms, vec![Value::Null]))),
        Kind::Boolean => Ok(all(but(atoms, vec![Value::Bool(true), Value::Bool(false)]))),
        Kind::Integer | Kind::Number => numbers(atoms, wanted, solver.integers),
        Kind::String => text::fill(atoms, wanted),
        Kind::Array => list::fill(solver, atoms, wanted),
        Kind::Object => record::fill(solver, atoms, wanted),
    }
}

/// Most nodes of all values of one state together, and of a value that is made of those of others.
pub(super) const NODES: usize = 16_384;

/// The nodes of a value; long texts count for several.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / 64,
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            1 + members
                .iter()
                .map(|(name, value)| 1 + name.len() / 64 + weight(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}

fn open(atom: &Atom) -> Option<Code> {
    match atom {
        Atom::Open(code) => Some(*code),
        _ => None,
    }
}

fn but(atoms: &[Atom], mut values: Vec<Value>) -> Vec<Value> {
    values.retain(|value| {
        !atoms
            .iter()
            .any(|atom| matches!(atom, Atom::Excluded(out) if out == value))
    });
    values
}

fn all(values: Vec<Value>) -> Filled {
    Filled { values, all: true }
}

fn numbers(atoms: &[Atom], wanted: usize, integers: Integers) -> Result<Filled, Code> {
    let mut numbers = Numbers::default();
    let is_whole = |wanted: bool| {
        let mut atoms = atoms.iter();
        atoms.any(|atom| matches!(atom, Atom::Whole(whole) if *whole == wanted))
    };
    if is_whole(true) && is_whole(false) {
        return Ok(all(Vec::new()));
    }
    for atom in atoms {
        match atom {
            Atom::Least(bound, exclusive) => {
                let other = numbers.least.unwrap_or((*bound, *exclusive));
                numbers.least = Some(other.max((*bound, *exclusive)));
            }
            Atom::Most(bound, exclusive) => {
                let other = numbers.most.unwrap_or((*bound, *exclusive));
                // At one bound the end that is open is the narrower one.
                let narrower = (*bound, !*exclusive) < (other.0, !other.1);
                numbers.most = Some(if narrower {
                    (*bound, *exclusive)
                } else {
                    other
                });
            }
            Atom::Whole(true) => numbers.steps.push(Decimal::ONE),
            // Whatever is written with a fraction of zero may be no integer.
            Atom::Whole(false) if integers == Integers::AsWritten => {}
            Atom::Whole(false) => numbers.not_steps.push(Decimal::ONE),
            Atom::Step(step, true) => numbers.steps.push(*step),
            Atom::Step(step, false) => numbers.not_steps.push(*step),
            Atom::Excluded(Value::Number(number)) => numbers.excluded.push(Decimal::of(number)),
            _ => {}
        }
    }
    let members = numbers.members(wanted)?;
    let values = members.numbers.iter().map(|number| number.to_number());
    let values: Option<Vec<Value>> = values.map(|number| number.map(Value::Number)).collect();
    Ok(Filled {
        values: values.ok_or(Code::NoWitness)?,
        all: members.all,
    })
}

/// The lengths that both windows allow; `None` when there is none.
pub(super) fn both(one: Lengths, other: Lengths) -> Option<Lengths> {
    let least = one.least.max(other.least);
    let most = match (one.most, other.most) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    most.is_none_or(|most| least <= most)
        .then_some(Lengths { least, most })
}

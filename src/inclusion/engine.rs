//! The order in which a question is settled: identical, known values, proof, witness, attack.
//! Refuses to know how any of them works.

use super::answer::{Answer, Code, Known, Proof, Why};
use super::budget::Budget;
use super::canonical::{Canonical, Covers};
use super::schema::Schema;
use super::witness::Hunt;
use super::worker;

/// Settles inclusion questions.
pub trait Prover {
    /// Whether every value that `left` accepts is accepted by at least one of `right`.
    ///
    /// `known` are values meant for the left side; a recorded one is only ever tried as it is.
    fn includes(&self, left: &Schema, right: &[Schema], known: &[Known], budget: &Budget)
    -> Answer;
}

/// The prover of this crate.
#[must_use]
pub fn engine() -> impl Prover + Clone {
    Engine
}

#[derive(Clone, Copy, Debug)]
struct Engine;

impl Prover for Engine {
    fn includes(
        &self,
        left: &Schema,
        right: &[Schema],
        known: &[Known],
        budget: &Budget,
    ) -> Answer {
        let (left, right, known) = (left.clone(), right.to_vec(), known.to_vec());
        let own = budget.clone();
        worker::run(&budget.stop, move || settle(&left, &right, &known, &own))
            .unwrap_or_else(|why| Answer::Unknown { why })
    }
}

fn settle(left: &Schema, right: &[Schema], known: &[Known], budget: &Budget) -> Answer {
    if right.iter().any(|right| is_identical(left, right)) {
        return Answer::Compatible {
            proof: Proof::Identical,
        };
    }
    let mut hunt = Hunt::new(left, right, known, budget);
    if let Some(witness) = hunt.known() {
        return Answer::Breaking { witness };
    }
    if !is_covered(left, right) {
        return match hunt.seek() {
            Some(witness) => Answer::Breaking { witness },
            None => Answer::Unknown {
                why: hunt.why(left, right),
            },
        };
    }
    match hunt.attack() {
        Some(mut witness) => {
            witness.refutes = Some(Proof::Canonical);
            Answer::Breaking { witness }
        }
        None => proved(left, right, &hunt),
    }
}

/// A proof stands only where no validator disagrees and no side reads integers in the way of draft 4.
fn proved(left: &Schema, right: &[Schema], hunt: &Hunt<'_>) -> Answer {
    if let Some(why) = hunt.doubt() {
        return Answer::Unknown { why };
    }
    let draft4 = |schema: &Schema| schema.reads_draft4_integers();
    if draft4(left) != right.iter().all(draft4) || draft4(left) != right.iter().any(draft4) {
        return Answer::unknown(Code::Draft4Integer);
    }
    Answer::Compatible {
        proof: Proof::Canonical,
    }
}

fn is_identical(left: &Schema, right: &Schema) -> bool {
    left.formats() == right.formats()
        && left.reads_draft4_integers() == right.reads_draft4_integers()
        && left.flat().document == right.flat().document
}

fn is_covered(left: &Schema, right: &[Schema]) -> bool {
    let Ok(left) = left.canonical() else {
        return false;
    };
    let right: Result<Vec<&Canonical>, Code> = right.iter().map(Schema::canonical).collect();
    right.is_ok_and(|right| left.is_covered_by(&right) == Covers::Yes)
}

impl Hunt<'_> {
    /// Why nothing was found, and where.
    fn why(&self, left: &Schema, right: &[Schema]) -> Why {
        if let Some(why) = self.doubt() {
            return why;
        }
        let unread = std::iter::once(left).chain(right).find_map(Schema::unread);
        unread.unwrap_or_else(|| Why::new(Code::NoWitness))
    }
}

//! The order in which a question is settled: identical, known values, proof, witness, attack.
//! Refuses to know how any of them works.

use super::answer::{Answer, Code, Known, Proof, Why};
use super::budget::{Budget, Prefer};
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
    if let Some(known) = hunt.known() {
        let witness = match budget.prefer {
            Prefer::Known => known,
            Prefer::Generated => hunt.make().unwrap_or(known),
        };
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

/// Whether a proof is at hand, without any search.
pub(crate) fn is_proved(left: &Schema, right: &Schema) -> bool {
    is_identical(left, right) || is_covered(left, std::slice::from_ref(right))
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
    // One side alone is the cheaper question; the union may be more than the form can express.
    right.is_ok_and(|right| {
        let covers = |all: &[&Canonical]| left.is_covered_by(all) == Covers::Yes;
        right.iter().any(|one| covers(&[one])) || (right.len() > 1 && covers(&right))
    })
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

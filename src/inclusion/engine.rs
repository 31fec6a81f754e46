//! The order in which a question is settled: identical, known values, proof, witness, attack.
//! Refuses to know how any of them works.

use super::answer::{Answer, Code, Known, Proof, Why, Witness};
use super::budget::{Budget, Prefer};
use super::canonical::{Canonical, Covers};
use super::evaluate::Program;
use super::residual::{self, Integers};
use super::schema::Schema;
use super::witness::Hunt;
use super::worker;
use serde_json::Value;

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
            Prefer::Generated => made(&mut hunt, left, right, budget).unwrap_or(known),
        };
        return Answer::Breaking { witness };
    }
    let proof = match proof(left, right, budget) {
        Settled::Empty(proof) => proof,
        Settled::Value(value) => {
            let found = hunt.given(&value).or_else(|| hunt.seek());
            return witnessed(found, || hunt.why(left, right, Code::ValidatorsDisagree));
        }
        Settled::Open(code) => {
            let found = hunt.seek();
            return witnessed(found, || hunt.why(left, right, code));
        }
    };
    match hunt.attack() {
        Some(mut witness) => {
            witness.refutes = Some(proof);
            Answer::Breaking { witness }
        }
        None => proved(left, right, budget, &hunt, proof),
    }
}

fn witnessed(found: Option<Witness>, why: impl FnOnce() -> Why) -> Answer {
    match found {
        Some(witness) => Answer::Breaking { witness },
        None => Answer::Unknown { why: why() },
    }
}

/// What the provers say, the quick one first.
enum Settled {
    Empty(Proof),
    Value(Value),
    Open(Code),
}

/// Most nodes of a schema for which the canonical form, which knows no budget, is made.
const CANONICAL: usize = 1_000;

fn proof(left: &Schema, right: &[Schema], budget: &Budget) -> Settled {
    let mut all = std::iter::once(left).chain(right);
    let is_small = all.all(|schema| schema.program().nodes().len() <= CANONICAL);
    if is_small && is_covered(left, right) {
        return Settled::Empty(Proof::Canonical);
    }
    let programs: Vec<&Program> = right.iter().map(Schema::program).collect();
    match residual::settle(left.program(), &programs, Integers::ByValue, &budget.stop) {
        residual::Settled::Empty => Settled::Empty(Proof::Residual),
        residual::Settled::Value(value) => Settled::Value(value),
        residual::Settled::Open(code) => Settled::Open(code),
    }
}

/// A witness made from the schemas alone, where there is a quick one.
fn made(hunt: &mut Hunt<'_>, left: &Schema, right: &[Schema], budget: &Budget) -> Option<Witness> {
    match proof(left, right, budget) {
        Settled::Value(value) => hunt.given(&value),
        Settled::Empty(_) | Settled::Open(_) => None,
    }
    .or_else(|| hunt.make())
}

/// A proof stands only where no validator disagrees, and however a side of draft 4 reads integers.
fn proved(
    left: &Schema,
    right: &[Schema],
    budget: &Budget,
    hunt: &Hunt<'_>,
    proof: Proof,
) -> Answer {
    if let Some(why) = hunt.doubt() {
        return Answer::Unknown { why };
    }
    let draft4 = |schema: &Schema| schema.reads_draft4_integers();
    let (any, all) = (right.iter().any(draft4), right.iter().all(draft4));
    if !draft4(left) && !any {
        return Answer::Compatible { proof };
    }
    if draft4(left) != any || any != all {
        return Answer::unknown(Code::Draft4Integer);
    }
    let programs: Vec<&Program> = right.iter().map(Schema::program).collect();
    let stop = &budget.stop;
    match residual::settle(left.program(), &programs, Integers::AsWritten, stop) {
        residual::Settled::Empty => Answer::Compatible { proof },
        residual::Settled::Value(_) | residual::Settled::Open(_) => {
            Answer::unknown(Code::Draft4Integer)
        }
    }
}

/// A value that `left` accepts and all of `right` reject, when one turns up; finding none proves nothing.
pub(crate) fn separate(
    left: &Schema,
    right: &[Schema],
    known: &[Known],
    budget: &Budget,
) -> Option<Witness> {
    let mut hunt = Hunt::new(left, right, known, budget);
    let given = match proof(left, right, budget) {
        Settled::Empty(_) => return None,
        Settled::Value(value) => hunt.given(&value),
        Settled::Open(_) => None,
    };
    given
        .or_else(|| hunt.make())
        .or_else(|| hunt.known())
        .or_else(|| hunt.seek())
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
    /// Why nothing was found, and where; `code` is what the prover said.
    fn why(&self, left: &Schema, right: &[Schema], code: Code) -> Why {
        if let Some(why) = self.doubt() {
            return why;
        }
        let unread = std::iter::once(left).chain(right).find_map(Schema::unread);
        match (unread, residual::cap(code)) {
            (Some(why), _) => why,
            (None, Some(cap)) => Why::new(code).cap(cap),
            (None, None) => Why::new(code),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{Dialect, Formats, Origin, Reading, Stop};
    use serde_json::json;

    fn read(schema: &Value, dialect: Dialect) -> Schema {
        let reading = Reading {
            dialect: Some(dialect),
            formats: Formats::Annotation,
        };
        Schema::read(schema, reading, &Stop::default()).unwrap()
    }

    fn ask(left: &Value, right: &[Value], known: &[Known]) -> Answer {
        let ready = |schema: &Value| read(schema, Dialect::Draft2020);
        let right: Vec<Schema> = right.iter().map(ready).collect();
        engine().includes(&ready(left), &right, known, &Budget::default())
    }

    #[test]
    fn a_union_covers_what_none_of_its_parts_does() {
        let left = json!({"type": ["string", "null"]});
        let right = [json!({"type": "string"}), json!({"type": "null"})];
        assert!(ask(&left, &right, &[]).is_compatible());
        assert!(ask(&left, right.get(..1).unwrap(), &[]).is_breaking());
    }

    #[test]
    fn a_recorded_payload_is_preferred_and_left_as_it_is() {
        let recorded = json!({"a": "some long text", "b": [1, 2, 3]});
        let known = [
            Known::example(json!({"b": []})),
            Known::recorded(recorded.clone()),
        ];
        let answer = ask(&json!({}), &[json!({"required": ["c"]})], &known);
        let Answer::Breaking { witness } = answer else {
            unreachable!("{answer:?}")
        };
        assert_eq!(
            (witness.value, witness.origin),
            (recorded, Origin::Known(1))
        );
    }

    #[test]
    fn a_schema_that_nothing_satisfies_is_inside_everything() {
        let empty = json!({"$defs": {"n": {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"});
        assert!(ask(&empty, &[json!({"type": "null"})], &[]).is_compatible());
    }

    #[test]
    fn a_difference_of_draft_4_integers_stays_open() {
        let whole = json!({"type": "integer"});
        let (old, new) = (read(&whole, Dialect::Draft7), read(&whole, Dialect::Draft4));
        let answer = engine().includes(&old, &[new], &[], &Budget::default());
        assert_eq!(answer, Answer::unknown(Code::Draft4Integer));
        // Between two of draft 4 only what turns on how a whole number is written stays open.
        let draft4 = |schema: Value| read(&schema, Dialect::Draft4);
        let whole = draft4(whole);
        let steps =
            draft4(json!({"anyOf": [{"type": "integer"}, {"type": "number", "multipleOf": 1}]}));
        let few = draft4(json!({"type": "integer", "minimum": 1}));
        let within = |left: &Schema, right: &Schema| {
            engine().includes(left, std::slice::from_ref(right), &[], &Budget::default())
        };
        assert_eq!(within(&steps, &whole), Answer::unknown(Code::Draft4Integer));
        assert!(within(&few, &whole).is_compatible());
    }

    #[test]
    fn validators_that_disagree_leave_the_question_open() {
        // Not a keyword of 2020-12, but the first validator still enforces it.
        let right = json!({"dependencies": {"a": ["b"]}});
        let answer = ask(
            &json!({"required": ["a"]}),
            &[right],
            &[Known::example(json!({"a": 1}))],
        );
        assert_eq!(answer, Answer::unknown(Code::ValidatorsDisagree));
    }

    #[test]
    fn a_set_stop_flag_leaves_the_question_open() {
        let stop = Stop::default();
        stop.set();
        let budget = Budget {
            stop,
            ..Budget::default()
        };
        let ready = |schema: &Value| read(schema, Dialect::Draft2020);
        let (left, right) = (
            ready(&json!({})),
            ready(&json!({"not": {"pattern": "(?=a)"}})),
        );
        let answer = engine().includes(&left, &[right], &[], &budget);
        assert!(
            !answer.is_compatible() && !answer.is_breaking(),
            "{answer:?}"
        );
    }
}

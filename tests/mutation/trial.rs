//! One version on trial: for each constraint, the payload that tells the schema from the schema without it.
//! Refuses to call a constraint killed on the word of one judge: the validator of the product speaks on every payload.

use super::constraint::{Constraint, Twins, constraints};
use super::edit::applied;
use super::judge::{Address, Judge};
use super::loose::{Loose, Places};
use super::mutant::{Mutant, Mutants};
use super::proof::Prover;
use matchmark::catalogue::{Catalogue, Example, SchemaVersion};
use serde_json::Value;
use std::collections::BTreeSet;
use wire::payload::Schema;

/// What shows that a constraint is there, or why nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A mutant of an accepted example breaks it and nothing else.
    Mutant,
    /// A rejected example breaks it and nothing else, or an accepted one would be lost without it.
    Example,
    /// Others say the same at the same place, and all of them together are killed there.
    Twin,
    /// The engine proves that the schema accepts the same without it.
    Implied,
    Survivor,
}

/// Every constraint of one version, by its pointer.
pub struct Outcome {
    pub entry: String,
    pub version: String,
    pub fates: Vec<(String, Fate)>,
}

impl Outcome {
    /// Survivors as the reviewed table writes them.
    pub fn survivors(&self) -> impl Iterator<Item = String> {
        let survivors = self
            .fates
            .iter()
            .filter(|(_, fate)| *fate == Fate::Survivor);
        survivors.map(|(pointer, _)| format!("{}@{} {pointer}", self.entry, self.version))
    }
}

/// Pairs of changes that are tried for one constraint.
const PAIRS: usize = 600;
/// Conditions, choices and counts around a constraint that are looked at.
const AROUND: usize = 2;
/// Single changes that are tried for one constraint.
const SINGLES: usize = 400;

/// A version, its examples and their mutants.
pub struct Trial<'a> {
    bundle: &'a Value,
    judge: &'a Judge<'a>,
    validator: Schema,
    accepted: &'a [&'a Value],
    rejected: &'a [&'a Value],
    mutants: Mutants<'a>,
    twins: Twins,
    places: Places,
    prover: Prover<'a>,
}

/// Tries every constraint of the version or, for an `every` above one, each of that many.
pub fn tried(catalogue: &Catalogue, version: &SchemaVersion, every: usize) -> Outcome {
    let bundle = catalogue.bundle(&version.id).unwrap().value;
    let judge = Judge::new(&bundle);
    let (accepted, rejected) = (values(&version.accepted), values(&version.rejected));
    Outcome {
        entry: version.id.entry.clone(),
        version: version.id.version.to_string(),
        fates: Trial::new(&bundle, &judge, &accepted, &rejected).fates(every),
    }
}

fn values(examples: &[Example]) -> Vec<&Value> {
    examples.iter().map(|e| e.document.value()).collect()
}

impl<'a> Trial<'a> {
    pub fn new(
        bundle: &'a Value,
        judge: &'a Judge<'a>,
        accepted: &'a [&'a Value],
        rejected: &'a [&'a Value],
    ) -> Self {
        Self {
            bundle,
            judge,
            validator: Schema::compile(bundle).unwrap(),
            accepted,
            rejected,
            mutants: Mutants::of(judge, accepted, rejected),
            twins: Twins::of(judge),
            places: Places::of(bundle),
            prover: Prover::new(bundle),
        }
    }

    /// Every constraint of the version's own file, or each of `every`, and its fate.
    pub fn fates(&self, every: usize) -> Vec<(String, Fate)> {
        let all = constraints(self.bundle).into_iter().step_by(every);
        all.map(|constraint| (constraint.pointer.clone(), self.fate(&constraint)))
            .collect()
    }

    fn fate(&self, constraint: &Constraint) -> Fate {
        let alone = self.without(&BTreeSet::from([constraint.address]));
        if self.single(constraint.address, &alone) {
            return Fate::Mutant;
        }
        let mut examples = self.accepted.iter().chain(self.rejected);
        if examples.any(|example| self.tells(example, &alone)) {
            return Fate::Example;
        }
        if let Some(off) = self.twins.beside(constraint.address) {
            let together = self.without(&off);
            if off.iter().any(|aim| self.single(*aim, &together)) {
                return Fate::Twin;
            }
        }
        if self.pair(constraint.address, &alone) {
            return Fate::Mutant;
        }
        let everywhere = self.twins.everywhere(constraint.address);
        if self.single(constraint.address, &self.without(&everywhere)) {
            return Fate::Twin;
        }
        if self.prover.is_implied(&constraint.pointer) {
            return Fate::Implied;
        }
        Fate::Survivor
    }

    fn without(&self, off: &BTreeSet<Address>) -> Loose<'_> {
        Loose::new(self.judge, &self.places, off)
    }

    /// Whether the schema and the schema without some constraints disagree about the payload.
    fn tells(&self, payload: &Value, without: &Loose<'_>) -> bool {
        let with = self.validator.accepts(payload);
        if with == without.accepts(payload) {
            return false;
        }
        let own = self.judge.accepts(payload, &[]);
        assert_eq!(own, with, "the judge and the validator differ on {payload}");
        true
    }

    fn single(&self, aim: Address, without: &Loose<'_>) -> bool {
        let aimed = self.mutants.aims.get(&aim).into_iter().flatten();
        aimed.take(SINGLES).any(|number| {
            let mutant = &self.mutants.all[*number];
            applied(self.accepted[mutant.example], &mutant.edits)
                .is_some_and(|payload| self.tells(&payload, without))
        })
    }

    /// A change aimed at the constraint together with another one of the same condition, choice or count; then of the
    /// next one around it.
    fn pair(&self, aim: Address, without: &Loose<'_>) -> bool {
        (0..AROUND).any(|around| {
            let aimed = self.mutants.aims.get(&aim).into_iter().flatten();
            let aimed = aimed.map(|number| &self.mutants.all[*number]);
            let pairs =
                aimed.flat_map(|mutant| self.others(mutant, around).map(move |o| (mutant, o)));
            pairs.take(PAIRS).any(|(mutant, other)| {
                let edits = other.edits.iter().chain(&mutant.edits);
                applied(self.accepted[mutant.example], edits)
                    .is_some_and(|payload| self.tells(&payload, without))
            })
        })
    }

    /// What else is changed within the `around`th condition, choice or count, counted outwards.
    fn others(&self, mutant: &Mutant, around: usize) -> impl Iterator<Item = &Mutant> {
        let group = mutant.groups.iter().rev().nth(around);
        let numbers = group.and_then(|group| self.mutants.by_group.get(group));
        let numbers = numbers.into_iter().flatten();
        numbers.map(|number| &self.mutants.all[*number])
    }
}

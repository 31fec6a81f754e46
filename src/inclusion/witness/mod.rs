//! Finds a value that the left side accepts and the right side rejects, confirmed by two validators.
//! Refuses to conclude anything when it finds none.

mod constant;
mod demand;
mod escape;
mod escape_item;
mod escape_member;
mod graft;
mod list;
mod maker;
mod minimise;
mod mutate;
mod neutral;
mod record;
mod scalar;

use super::answer::{Code, Known, KnownKind, Origin, Why, Witness};
use super::budget::Budget;
use super::canonical::Canonical;
use super::evaluate::{At, Judgement, Keyword, Lengths, Program};
use super::flat::Flat;
use super::schema::{Formats, Schema};
use maker::Maker;
use serde_json::Value;

/// The search for one witness.
pub(super) struct Hunt<'a> {
    left: &'a Schema,
    right: &'a [Schema],
    known: &'a [Known],
    budget: &'a Budget,
    tried: usize,
    /// How many more values may be tried.
    allowed: usize,
    doubt: Option<Code>,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(
        left: &'a Schema,
        right: &'a [Schema],
        known: &'a [Known],
        budget: &'a Budget,
    ) -> Self {
        Self {
            left,
            right,
            known,
            budget,
            tried: 0,
            allowed: budget.candidates,
            doubt: None,
        }
    }

    /// The best of the known values: recorded payloads before examples, small before large.
    pub(super) fn known(&mut self) -> Option<Witness> {
        let mut order: Vec<(bool, usize, usize)> = self
            .known
            .iter()
            .enumerate()
            .filter(|(_, known)| self.separates(&known.value))
            .map(|(index, known)| {
                let made = known.kind == KnownKind::Example;
                (made, known.value.to_string().len(), index)
            })
            .collect();
        order.sort_unstable();
        for (_, _, index) in order {
            let known = self.known.get(index)?;
            if self.confirms(&known.value) {
                return Some(Witness {
                    value: known.value.as_ref().clone(),
                    origin: Origin::Known(index),
                    refutes: None,
                });
            }
        }
        None
    }

    /// Looks everywhere, cheapest place first.
    pub(super) fn seek(&mut self) -> Option<Witness> {
        let maker = Maker::limited(self.budget.search);
        let found = self
            .constants()
            .or_else(|| self.escapes(&maker, 6))
            .or_else(|| self.mutations(self.budget.mutations))
            .or_else(|| self.grafts(&maker))
            .or_else(|| self.difference())?;
        self.smallest(found)
    }

    /// The witness that a prover gives, once it is confirmed and small.
    pub(super) fn given(&mut self, value: &Value) -> Option<Witness> {
        let found = self.offer(value, Origin::Generated)?;
        self.smallest(found)
    }

    /// A value from the two schemas alone, where one is found quickly.
    pub(super) fn make(&mut self) -> Option<Witness> {
        let found = self
            .constants()
            .or_else(|| self.escapes(&Maker::limited(self.budget.search / 4), 6))?;
        self.smallest(found)
    }

    /// A short search against a proof.
    pub(super) fn attack(&mut self) -> Option<Witness> {
        self.allowed = self.tried + self.budget.attack;
        let maker = Maker::limited(self.budget.attack);
        let found = self
            .constants()
            .or_else(|| self.escapes(&maker, 4))
            .or_else(|| self.mutations(self.budget.attack))?;
        self.smallest(found)
    }

    /// Why the search may have missed something that exists.
    pub(super) fn doubt(&self) -> Option<Why> {
        if self.budget.stop.is_set() {
            return Some(Why::new(Code::Time));
        }
        self.doubt.map(Why::new)
    }

    fn separates(&self, value: &Value) -> bool {
        self.left.accepts(value) && !self.right.iter().any(|right| right.accepts(value))
    }

    /// Whether the second validator says the same. If it does not, that stays as a doubt.
    fn confirms(&mut self, value: &Value) -> bool {
        let mut verdicts = vec![(self.left.program().root().judge(value), Judgement::Accepts)];
        let rejects = |right: &Schema| (right.program().root().judge(value), Judgement::Rejects);
        verdicts.extend(self.right.iter().map(rejects));
        for (said, wanted) in verdicts {
            if said == wanted {
                continue;
            }
            self.doubt = Some(match said {
                Judgement::Open(code) => code,
                Judgement::Accepts | Judgement::Rejects => Code::ValidatorsDisagree,
            });
            return false;
        }
        true
    }

    /// Whether the search is over, found or not.
    fn is_over(&self) -> bool {
        self.tried >= self.allowed || self.budget.stop.is_set()
    }

    /// Tries one made value.
    fn offer(&mut self, value: &Value, origin: Origin) -> Option<Witness> {
        if self.is_over() {
            return None;
        }
        self.tried += 1;
        if !self.separates(value) {
            return None;
        }
        if value.to_string().len() > self.budget.witness_bytes {
            self.doubt = Some(Code::WitnessSize);
            return None;
        }
        self.confirms(value).then(|| Witness {
            value: value.clone(),
            origin,
            refutes: None,
        })
    }

    fn offer_all(&mut self, values: Vec<Value>, origin: Origin) -> Option<Witness> {
        values.iter().find_map(|value| self.offer(value, origin))
    }

    fn constants(&mut self) -> Option<Witness> {
        let (left, right) = (self.left, self.right);
        let programs = std::iter::once(left).chain(right).map(Schema::program);
        self.offer_all(constant::pool(programs), Origin::Generated)
    }

    fn escapes(&mut self, maker: &Maker, want: usize) -> Option<Witness> {
        let (left, right) = (self.left.program().root(), self.right);
        for right in right {
            let right = right.program().root();
            let found = escape::escape(maker, &[left], right, want, maker::DEPTH);
            if let Some(witness) = self.offer_all(found, Origin::Generated) {
                return Some(witness);
            }
        }
        None
    }

    fn mutations(&mut self, most: usize) -> Option<Witness> {
        let (left, right) = (self.left, self.right);
        let programs = std::iter::once(left).chain(right).map(Schema::program);
        let constants = constant::written(programs);
        let mut rest = most;
        for (index, known) in self.examples() {
            let mut found = None;
            mutate::each(&known.value, &constants, |value| {
                rest = rest.saturating_sub(1);
                found = self.offer(&value, Origin::Grown(index));
                found.is_none() && rest > 0 && !self.is_over()
            });
            if found.is_some() || rest == 0 {
                return found;
            }
        }
        None
    }

    fn grafts(&mut self, maker: &Maker) -> Option<Witness> {
        for (index, known) in self.examples() {
            for right in self.right {
                let scions = graft::each(maker, &known.value, self.left.program(), right.program());
                for value in scions {
                    if let Some(witness) = self.offer(&value, Origin::Grown(index)) {
                        return Some(witness);
                    }
                }
            }
        }
        None
    }

    /// Values of the difference schema, where the canonical form can express it at a bearable price.
    fn difference(&mut self) -> Option<Witness> {
        let counts = |schema: &Schema| has_counted_contains(schema.program());
        if self.is_over() || self.right.iter().any(counts) {
            return None;
        }
        let right: Result<Vec<&Canonical>, Code> =
            self.right.iter().map(Schema::canonical).collect();
        let difference = self.left.canonical().ok()?.without(&right.ok()?)?;
        let dialect = super::Dialect::Draft2020;
        let flat = Flat::new(&difference, dialect, Formats::Annotation).ok()?;
        let program = Program::compile(&flat.document).ok()?;
        let maker = Maker::limited(self.budget.search);
        let found = maker.sample(&[program.root()], 12, maker::DEPTH);
        self.offer_all(found, Origin::Generated)
    }

    fn examples(&self) -> Vec<(usize, Known)> {
        let mut examples: Vec<(usize, Known)> = self
            .known
            .iter()
            .cloned()
            .enumerate()
            .filter(|(_, known)| known.kind == KnownKind::Example)
            .filter(|(_, known)| self.left.accepts(&known.value))
            .collect();
        examples.sort_by_key(|(index, known)| (known.value.to_string().len(), *index));
        examples
    }

    /// The same witness made small, and freed of what an example brought along where that is possible.
    fn smallest(&mut self, witness: Witness) -> Option<Witness> {
        let steps = self.budget.minimise;
        let value = minimise::minimise(&witness.value, steps, |value| {
            self.separates(value) && self.is_confirmed(value)
        });
        let Origin::Grown(index) = witness.origin else {
            return Some(Witness { value, ..witness });
        };
        let programs: Vec<&Program> = std::iter::once(self.left)
            .chain(self.right)
            .map(Schema::program)
            .collect();
        let (value, is_clean) = neutral::neutralise(&value, &programs, |value| {
            self.separates(value) && self.is_confirmed(value)
        });
        let origin = if is_clean {
            Origin::Generated
        } else {
            Origin::Grown(index)
        };
        Some(Witness {
            value,
            origin,
            ..witness
        })
    }

    fn is_confirmed(&self, value: &Value) -> bool {
        let rejects = |right: &Schema| right.program().root().rejects(value);
        self.left.program().root().accepts(value) && self.right.iter().all(rejects)
    }
}

/// Whether the canonical module would choke on a negation: `contains` with counts other than "at least one".
fn has_counted_contains(program: &Program) -> bool {
    let plain = Lengths {
        least: 1,
        most: None,
    };
    program
        .nodes()
        .iter()
        .flat_map(|node| &node.keywords)
        .any(|keyword| matches!(keyword, Keyword::Contains { count, .. } if *count != plain))
}

/// The roots of several programs, as one conjunction.
fn roots<'p>(programs: &[&'p Program]) -> Vec<At<'p>> {
    programs.iter().map(|program| program.root()).collect()
}

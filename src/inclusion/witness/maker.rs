//! Makes values that several schemas accept together.
//! Refuses to claim anything: every value it gives was accepted by the evaluator, none given proves nothing.

use super::demand::{Demand, ways};
use super::escape::escape;
use super::{list, record, scalar};
use crate::inclusion::evaluate::{At, Kind, Lengths};
use crate::inclusion::number::Decimal;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Deepest value that is made.
pub(super) const DEPTH: usize = 14;

/// A wish beyond what the schemas demand.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish<'a> {
    pub(super) kinds: Option<Vec<Kind>>,
    pub(super) numbers: Vec<Decimal>,
    pub(super) strings: Vec<String>,
    pub(super) text: Option<Lengths>,
    pub(super) length: Option<Lengths>,
    pub(super) size: Option<Lengths>,
    /// Members with these values.
    pub(super) put: Vec<(String, Value)>,
    /// A member that must be absent.
    pub(super) drop: Option<&'a str>,
    /// The item at an index.
    pub(super) item: Option<(usize, Value)>,
    /// Further items.
    pub(super) more: Vec<Value>,
    /// Two equal items.
    pub(super) double: bool,
    /// A schema that every item should fail.
    pub(super) avoid: Option<At<'a>>,
}

type Key = Vec<(usize, usize)>;
type Question = (Key, Option<Key>, usize);

/// Makes values and remembers which conjunctions it has already made some for.
pub(super) struct Maker {
    steps: Cell<usize>,
    most: usize,
    truncated: Cell<bool>,
    made: RefCell<BTreeMap<Question, Vec<Value>>>,
}

impl Maker {
    /// A maker that gives up after asking for values of `most` conjunctions.
    pub(super) fn limited(most: usize) -> Self {
        Self {
            steps: Cell::new(0),
            most,
            truncated: Cell::new(false),
            made: RefCell::new(BTreeMap::new()),
        }
    }

    /// Whether the work of one hunt is used up.
    pub(super) fn is_tired(&self) -> bool {
        self.steps.get() > self.most
    }

    /// Up to `want` values that all of `schemas` accept, no deeper than `depth`.
    pub(super) fn sample(&self, schemas: &[At<'_>], want: usize, depth: usize) -> Vec<Value> {
        self.remembering(schemas, None, want, depth, |depth| {
            let mut found: Vec<Value> = Vec::new();
            for way in ways(schemas) {
                if found.len() >= want {
                    break;
                }
                self.sample_way(&way, schemas, want, depth, &mut found);
            }
            found
        })
    }

    fn sample_way(
        &self,
        way: &Demand<'_>,
        schemas: &[At<'_>],
        want: usize,
        depth: usize,
        found: &mut Vec<Value>,
    ) {
        for value in self.fill(way, &Wish::default(), want, depth) {
            self.spend(1);
            keep(found, value, want, |value| {
                schemas.iter().all(|at| at.accepts(value))
            });
        }
        // What must be rejected is met by chance above, on purpose here.
        let unmet: &[At<'_>] = if found.is_empty() { &way.nots } else { &[] };
        for not in unmet {
            for value in escape(self, schemas, *not, want, depth) {
                keep(found, value, want, |_| true);
            }
        }
    }

    /// What `make` gives for this question, made once: it is told the depth that is left.
    pub(super) fn remembering(
        &self,
        left: &[At<'_>],
        right: Option<At<'_>>,
        want: usize,
        depth: usize,
        make: impl FnOnce(usize) -> Vec<Value>,
    ) -> Vec<Value> {
        self.spend(1);
        let key = (key(left), right.map(|right| key(&[right])), want);
        if let Some(made) = self.made.borrow().get(&key) {
            return made.clone();
        }
        let Some(depth) = self.enter(depth) else {
            return Vec::new();
        };
        let before = self.truncated.replace(false);
        let found = make(depth);
        // Too little depth or work made this poorer than it could be: the next one may do better.
        if !self.truncated.get() {
            self.made.borrow_mut().insert(key, found.clone());
        }
        self.truncated.set(before || self.truncated.get());
        found
    }

    /// One level further down, unless that is too deep or too much work.
    fn enter(&self, depth: usize) -> Option<usize> {
        if depth == 0 || self.is_tired() {
            self.truncated.set(true);
            return None;
        }
        Some(depth - 1)
    }

    /// Counts work that was done.
    pub(super) fn spend(&self, work: usize) {
        self.steps.set(self.steps.get() + work);
    }

    /// Values that meet `demand` as far as it can be told, and grant `wish`.
    pub(super) fn fill(
        &self,
        demand: &Demand<'_>,
        wish: &Wish<'_>,
        want: usize,
        depth: usize,
    ) -> Vec<Value> {
        if let Some(values) = &demand.values {
            return values.iter().map(|value| (*value).clone()).collect();
        }
        let mut found = Vec::new();
        for kind in demand.kinds.iter().copied() {
            if wish
                .kinds
                .as_ref()
                .is_some_and(|kinds| !kinds.contains(&kind))
            {
                continue;
            }
            match kind {
                Kind::Null => found.push(Value::Null),
                Kind::Boolean => found.extend([Value::Bool(true), Value::Bool(false)]),
                Kind::Integer => found.extend(scalar::numbers(demand, wish, true, want + 2)),
                Kind::Number => found.extend(scalar::numbers(demand, wish, false, want + 2)),
                Kind::String => found.extend(scalar::strings(demand, wish)),
                Kind::Array => found.extend(list::arrays(self, demand, wish, want, depth)),
                Kind::Object => found.extend(record::objects(self, demand, wish, want, depth)),
            }
        }
        found
    }
}

/// Adds `value` unless it is there already, enough is there, or it does not `fit`.
pub(super) fn keep(
    found: &mut Vec<Value>,
    value: Value,
    want: usize,
    fits: impl Fn(&Value) -> bool,
) {
    if found.len() < want && !found.contains(&value) && fits(&value) {
        found.push(value);
    }
}

fn key(schemas: &[At<'_>]) -> Key {
    schemas
        .iter()
        .map(|at| (std::ptr::from_ref(at.program).addr(), at.id))
        .collect()
}

//! Which subschemas apply at one place of an example, and what they declare there.
//! Refuses to know branches: those that apply only maybe are looked at elsewhere.

use super::expand::{Close, Expander, Frame};
use super::pool::{Pool, below};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What stands for the items of an array among the names of members.
pub(super) const ITEMS: &str = "\u{0}items";

/// A subschema that applies at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub at: String,
    /// Whether `required` counts.
    pub keep: bool,
}

impl Spot {
    pub fn moved(&self, at: String) -> Self {
        Self {
            at,
            keep: self.keep,
        }
    }

    /// The subschema of an item.
    pub fn item(&self, pool: &Pool, index: usize) -> Option<Self> {
        let tuple = ["prefixItems", "items"].iter().find_map(|word| {
            let at = format!("{}/{word}/{index}", self.at);
            let list = pool.get(&format!("{}/{word}", self.at))?.is_array();
            (list && pool.get(&at).is_some()).then_some(at)
        });
        let each = || {
            let at = format!("{}/items", self.at);
            let schema = pool.get(&at)?;
            (schema.is_object() || schema.is_boolean()).then_some(at)
        };
        tuple.or_else(each).map(|at| self.moved(at))
    }
}

/// Everything that surely applies at a place.
pub(super) struct Gathered {
    pub spots: Vec<Spot>,
    /// One of the subschemas is `false`.
    pub refused: bool,
}

impl Gathered {
    /// Whether one of the subschemas has this keyword with this flag.
    pub fn says(&self, pool: &Pool, word: &str, flag: bool) -> bool {
        let mut values = self.spots.iter();
        values.any(|spot| pool.get(&below(&spot.at, word)) == Some(&Value::Bool(flag)))
    }

    /// Whether other members are admitted in writing.
    pub fn is_open(&self, pool: &Pool) -> bool {
        self.spots.iter().any(|spot| {
            let has = |word| pool.get(&below(&spot.at, word));
            has("patternProperties").is_some()
                || has("unevaluatedProperties").is_some_and(|value| *value != Value::Bool(false))
        })
    }
}

impl Expander<'_> {
    /// These subschemas and all that they bring in by `$ref` and `allOf`.
    pub(super) fn gathered(&mut self, spots: &[Spot], value: &Value) -> Gathered {
        let mut gathered = Gathered {
            spots: Vec::new(),
            refused: false,
        };
        let mut seen = BTreeSet::new();
        let mut open: Vec<Spot> = spots.iter().rev().cloned().collect();
        while let Some(spot) = open.pop() {
            if !seen.insert(spot.clone()) {
                continue;
            }
            let schema = match self.pool.get(&spot.at) {
                Some(Value::Bool(false)) => {
                    gathered.refused = true;
                    continue;
                }
                Some(Value::Object(schema)) => schema,
                _ => continue,
            };
            if value.is_null() && is_nullable(schema) {
                continue;
            }
            if let Some(Value::String(reference)) = schema.get("$ref") {
                match self.pool.target(reference) {
                    Some(target) => open.push(spot.moved(target)),
                    None => {
                        self.gaps.insert(spot.at.clone());
                    }
                }
                if !self.pool.dialect.reads_beside_reference() {
                    continue;
                }
            }
            let parts = schema.get("allOf").and_then(Value::as_array);
            let parts = (0..parts.map_or(0, Vec::len)).rev();
            open.extend(parts.map(|index| spot.moved(format!("{}/allOf/{index}", spot.at))));
            gathered.spots.push(spot);
        }
        gathered
    }

    /// Members that several branches of a place declare, each for itself.
    pub(super) fn contested(&self, frame: &Frame<'_>, gathered: &Gathered) -> BTreeSet<String> {
        let mut contested = frame.contested.clone();
        if frame.close == Close::Never {
            return contested;
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let maybe = self.maybe(frame, gathered);
        if maybe.is_empty() {
            return contested;
        }
        let mut base = BTreeSet::new();
        for spot in &gathered.spots {
            base.extend(self.own_names(&spot.at, false));
        }
        for names in maybe.iter().map(|at| self.names_below(at)) {
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        }
        let several = counts
            .into_iter()
            .filter(|(name, count)| *count > 1 || base.contains(name));
        contested.extend(several.map(|(name, _)| name));
        contested
    }

    /// Whether anything at this place speaks of members.
    pub(super) fn declares(&self, frame: &Frame<'_>, gathered: &Gathered) -> bool {
        let own = |spot: &Spot| !self.own_names(&spot.at, false).is_empty();
        if gathered.spots.iter().any(own) {
            return true;
        }
        let maybe = self.maybe(frame, gathered);
        let speaks = |at: &String| !self.names_of(at).is_empty();
        maybe.iter().any(speaks) && !maybe.iter().any(|at| self.is_free(at))
    }

    /// Pointers of the branches that apply maybe, those left out that have been gone into.
    fn maybe(&self, frame: &Frame<'_>, gathered: &Gathered) -> Vec<String> {
        let mut found = Vec::new();
        for spot in &gathered.spots {
            let Some(schema) = self.pool.members(&spot.at) else {
                continue;
            };
            for word in ["anyOf", "oneOf"] {
                if frame.decided.contains(&below(&spot.at, word)) {
                    continue;
                }
                let count = schema
                    .get(word)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                found.extend((0..count).map(|index| format!("{}/{word}/{index}", spot.at)));
            }
            for word in ["then", "else", "if"] {
                if schema.contains_key(word) {
                    found.push(below(&spot.at, word));
                }
            }
            let folder = below(&spot.at, "dependentSchemas");
            let names = super::expand::keys(self.pool, &folder).into_iter();
            found.extend(names.map(|name| below(&folder, &name)));
        }
        found
    }

    /// Whether a branch is an object of which nothing is said.
    fn is_free(&self, at: &str) -> bool {
        let schema = self.pool.members(at);
        schema.is_some_and(|schema| {
            schema.get("type").and_then(Value::as_str) == Some("object")
                && !["properties", "$ref", "allOf", "anyOf", "oneOf"]
                    .iter()
                    .any(|word| schema.contains_key(*word))
        })
    }

    /// Names that the subschema at `at` itself declares; `deep` ones have members of their own.
    fn own_names(&self, at: &str, deep: bool) -> BTreeSet<String> {
        let folder = below(at, "properties");
        let names = super::expand::keys(self.pool, &folder).into_iter();
        let holds = |name: &String| !deep || self.has_members(&below(&folder, name));
        let mut names: BTreeSet<String> = names.filter(holds).collect();
        let items = below(at, "items");
        if self.pool.get(&items).is_some() && (!deep || self.has_members(&items)) {
            names.insert(ITEMS.to_owned());
        }
        names
    }

    /// Names with members of their own, over everything that a branch brings in.
    fn names_below(&self, at: &str) -> BTreeSet<String> {
        let around = self.around(at).into_iter();
        around.flat_map(|at| self.own_names(&at, true)).collect()
    }

    /// Names over everything that a branch brings in.
    fn names_of(&self, at: &str) -> BTreeSet<String> {
        let around = self.around(at).into_iter();
        let names = around.flat_map(|at| self.own_names(&at, false));
        names.filter(|name| name != ITEMS).collect()
    }

    fn has_members(&self, at: &str) -> bool {
        self.around(at).iter().any(|at| {
            let has = |word: &&str| self.pool.get(&below(at, word)).is_some();
            ["properties", "items", "additionalProperties"]
                .iter()
                .any(has)
        })
    }

    /// The subschema at `at` and all that it brings in, surely or maybe.
    fn around(&self, at: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open = vec![at.to_owned()];
        while let Some(at) = open.pop() {
            // Whoever opens the next place hears of it.
            if self.spend(1).is_err() || !seen.insert(at.clone()) {
                continue;
            }
            let Some(schema) = self.pool.members(&at) else {
                continue;
            };
            if let Some(Value::String(reference)) = schema.get("$ref") {
                open.extend(self.pool.target(reference));
            }
            for word in ["allOf", "anyOf", "oneOf"] {
                let count = schema
                    .get(word)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                open.extend((0..count).map(|index| format!("{at}/{word}/{index}")));
            }
            for word in ["then", "else"] {
                if schema.contains_key(word) {
                    open.push(below(&at, word));
                }
            }
            found.push(at);
        }
        found
    }
}

/// Whether null is admitted beside whatever else the subschema says.
pub(super) fn is_nullable(schema: &Map<String, Value>) -> bool {
    let is = |word| schema.get(word) == Some(&Value::Bool(true));
    is("nullable") || is("x-nullable")
}

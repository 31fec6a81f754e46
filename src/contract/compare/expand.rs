//! The schema of one example: everything of the document that applies to it, merged at each of its places.
//! Refuses to judge the example: it only looks at which members, items and branches there are.
//!
//! An OpenAPI schema cannot be handed to a validator as it is. `allOf` is merged here, so that what one branch declares
//! is known to the others at any depth; references are followed as far as the example goes, so that circles end; a
//! `discriminator` picks its branch. Of a response the example shows a part: `required` is set aside unless it tells
//! branches apart, and members that nothing declares are refused.

use super::branch::Choice;
use super::gather::{Gathered, Spot};
use super::judge::Side;
use super::pool::{Pool, below};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Most steps that are taken for one example: places of the schema that are opened, and subschemas looked at.
///
/// Source: published descriptions need some thousands; this many take about a second
const STEPS: usize = 100_000;

/// What opening a place counts.
const PLACE: usize = 2;

/// Deepest place, counted over members, items and branches.
///
/// Source: twice what published descriptions need; the validator goes down one frame a level
const DEPTH: usize = 96;

/// More work than is done for one example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// A schema without references into the document.
pub struct Expanded {
    pub schema: Value,
    /// Pointers of references that lead nowhere; what they mean accepts anything.
    pub gaps: BTreeSet<String>,
}

/// Whether undeclared members are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// Here and below.
    Here,
    /// Below only: whoever holds this place refuses them here.
    Below,
    Never,
}

/// One place of the example with the subschemas that apply there.
pub(super) struct Frame<'v> {
    pub spots: Vec<Spot>,
    /// Alternatives of this place that have been gone into.
    pub decided: BTreeSet<String>,
    pub value: &'v Value,
    pub close: Close,
    pub depth: usize,
    /// Members that several branches declare apart: none of them knows the whole.
    pub contested: BTreeSet<String>,
}

impl Frame<'_> {
    /// The same place with other subschemas.
    pub fn beside(&self, spots: Vec<Spot>, decided: BTreeSet<String>, close: Close) -> Self {
        Self {
            spots,
            decided,
            value: self.value,
            close,
            depth: self.depth + 1,
            contested: self.contested.clone(),
        }
    }
}

/// Opens a schema as far as an example needs it.
pub(super) struct Expander<'p> {
    pub pool: &'p Pool,
    pub side: Side,
    pub gaps: BTreeSet<String>,
    /// Subschemas that are needed whole, by pointer, with their names.
    pub whole: BTreeMap<String, String>,
    /// Steps that are left.
    left: Cell<usize>,
    /// What is known of patterns and names.
    pub matched: BTreeMap<(String, String), bool>,
}

/// The schema at `at` for `value`.
///
/// Errors: it takes more work than is done
pub fn expanded(pool: &Pool, at: &str, value: &Value, side: Side) -> Result<Expanded, Stop> {
    let mut expander = Expander {
        pool,
        side,
        gaps: BTreeSet::new(),
        whole: BTreeMap::new(),
        left: Cell::new(pool.grant(STEPS)),
        matched: BTreeMap::new(),
    };
    let (keep, close) = match side {
        Side::Sent => (true, Close::Never),
        Side::Shown => (false, Close::Here),
    };
    let spot = Spot {
        at: at.to_owned(),
        keep,
    };
    let mut schema = expander.place(&Frame {
        spots: vec![spot],
        decided: BTreeSet::new(),
        value,
        close,
        depth: 0,
        contested: BTreeSet::new(),
    })?;
    let definitions = expander.definitions()?;
    if let (Value::Object(members), false) = (&mut schema, definitions.is_empty()) {
        members.insert("$defs".to_owned(), Value::Object(definitions));
    }
    pool.give_back(expander.left.get());
    Ok(Expanded {
        schema,
        gaps: expander.gaps,
    })
}

impl Expander<'_> {
    /// Takes some of the steps that are left.
    pub fn spend(&self, steps: usize) -> Result<(), Stop> {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Stop)
    }

    /// The schema of one place.
    pub fn place(&mut self, frame: &Frame<'_>) -> Result<Value, Stop> {
        self.spend(PLACE)?;
        if frame.depth > DEPTH {
            return Err(Stop);
        }
        let gathered = self.gathered(&frame.spots, frame.value);
        if gathered.refused {
            return Ok(json!({ "not": {} }));
        }
        if let Some((key, choice)) = self.choice(frame, &gathered) {
            return self.chosen(frame, key, choice);
        }
        let mut all = Vec::new();
        for spot in &gathered.spots {
            all.extend(self.leaf(spot));
        }
        let contested = self.contested(frame, &gathered);
        for spot in &gathered.spots {
            self.beside(frame, spot, &contested, &mut all)?;
        }
        let mut schema = Map::new();
        match frame.value {
            Value::Object(members) => {
                self.members(frame, &gathered, &contested, members, &mut schema)?;
            }
            Value::Array(items) => self.items(frame, &gathered, &contested, items, &mut schema)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if !all.is_empty() {
            schema.insert("allOf".to_owned(), Value::Array(all));
        }
        Ok(Value::Object(schema))
    }

    /// What an alternative comes to once a branch is taken, or all are tried.
    fn chosen(&mut self, frame: &Frame<'_>, key: String, choice: Choice) -> Result<Value, Stop> {
        let mut decided = frame.decided.clone();
        decided.insert(key);
        let with = |branch: Spot| {
            let spots = frame.spots.iter().cloned().chain([branch]);
            frame.beside(spots.collect(), decided.clone(), frame.close)
        };
        match choice {
            Choice::Refused(name) => Ok(json!({ "properties": { name: false } })),
            Choice::Any(branches) => {
                let mut each = Vec::new();
                for branch in branches {
                    each.push(self.place(&with(branch))?);
                }
                match (each.pop(), each.is_empty()) {
                    (Some(only), true) => Ok(only),
                    (Some(last), false) => {
                        each.push(last);
                        Ok(json!({ "anyOf": each }))
                    }
                    (None, _) => Ok(json!({ "not": {} })),
                }
            }
        }
    }

    fn members(
        &mut self,
        frame: &Frame<'_>,
        gathered: &Gathered,
        contested: &BTreeSet<String>,
        members: &Map<String, Value>,
        schema: &mut Map<String, Value>,
    ) -> Result<(), Stop> {
        let mut properties = Map::new();
        for (name, value) in members {
            let (known, spots) = self.member(gathered, name);
            if !known {
                continue;
            }
            let child = if spots.is_empty() {
                Value::Bool(true)
            } else {
                self.place(&child(frame, spots, value, contested.contains(name)))?
            };
            properties.insert(name.clone(), child);
        }
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
        if gathered.says(self.pool, "additionalProperties", false) {
            // Only what the place itself declares stands in `properties`; branches do not count.
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        let written = gathered.says(self.pool, "unevaluatedProperties", false);
        let refuses = frame.close == Close::Here
            && !gathered.is_open(self.pool)
            && self.declares(frame, gathered);
        if written || refuses {
            schema.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
        }
        Ok(())
    }

    /// Whether a member is declared, and what applies to it.
    fn member(&mut self, gathered: &Gathered, name: &str) -> (bool, Vec<Spot>) {
        let mut known = false;
        let mut spots = Vec::new();
        for spot in &gathered.spots {
            let at = below(&below(&spot.at, "properties"), name);
            if self.pool.get(&at).is_some() {
                known = true;
                spots.push(spot.moved(at));
            }
            for pattern in keys(self.pool, &below(&spot.at, "patternProperties")) {
                if self.matches(&pattern, name) {
                    known = true;
                    spots.push(spot.moved(below(&below(&spot.at, "patternProperties"), &pattern)));
                }
            }
        }
        if !known && !gathered.says(self.pool, "additionalProperties", false) {
            for spot in &gathered.spots {
                let at = below(&spot.at, "additionalProperties");
                match self.pool.get(&at) {
                    Some(Value::Object(_)) => {
                        known = true;
                        spots.push(spot.moved(at));
                    }
                    Some(Value::Bool(true)) => known = true,
                    _ => {}
                }
            }
        }
        (known, spots)
    }

    fn items(
        &mut self,
        frame: &Frame<'_>,
        gathered: &Gathered,
        contested: &BTreeSet<String>,
        items: &[Value],
        schema: &mut Map<String, Value>,
    ) -> Result<(), Stop> {
        let mut each = Vec::new();
        let mut any = false;
        for (index, value) in items.iter().enumerate() {
            let spots: Vec<Spot> = gathered
                .spots
                .iter()
                .filter_map(|spot| spot.item(self.pool, index))
                .collect();
            any |= !spots.is_empty();
            let open = contested.contains(super::gather::ITEMS);
            each.push(self.place(&child(frame, spots, value, open))?);
        }
        if any {
            schema.insert("prefixItems".to_owned(), Value::Array(each));
        }
        if any && gathered.says(self.pool, "unevaluatedItems", false) {
            schema.insert("unevaluatedItems".to_owned(), Value::Bool(false));
        }
        Ok(())
    }

    fn matches(&mut self, pattern: &str, name: &str) -> bool {
        let key = (pattern.to_owned(), name.to_owned());
        if let Some(known) = self.matched.get(&key) {
            return *known;
        }
        let schema = json!({ "pattern": pattern });
        let validator = super::judge::compiled(&schema);
        // A pattern that cannot be used refuses nothing.
        let matches = validator.is_none_or(|schema| schema.is_valid(&Value::from(name)));
        self.matched.insert(key, matches);
        matches
    }
}

/// A member or an item of a place.
fn child<'v>(frame: &Frame<'_>, spots: Vec<Spot>, value: &'v Value, open: bool) -> Frame<'v> {
    let close = match frame.close {
        Close::Here | Close::Below if !open => Close::Here,
        Close::Here | Close::Below | Close::Never => Close::Never,
    };
    Frame {
        spots,
        decided: BTreeSet::new(),
        value,
        close,
        depth: frame.depth + 1,
        contested: BTreeSet::new(),
    }
}

/// The names of the members at `at`.
pub(super) fn keys(pool: &Pool, at: &str) -> Vec<String> {
    let members = pool.members(at).into_iter().flatten();
    members.map(|(name, _)| name.clone()).collect()
}

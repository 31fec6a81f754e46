//! Objects that meet a demand.
//! Refuses to try every combination: it fills what is required, then changes one member at a time.

use super::demand::Demand;
use super::maker::{Maker, Wish};
use super::scalar::window;
use crate::inclusion::evaluate::Lengths;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Largest object that is made.
const LARGEST: usize = 300;

/// Objects that meet `demand` as far as it can be told.
pub(super) fn objects(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    want: usize,
    depth: usize,
) -> Vec<Value> {
    let size = window(demand.size, wish.size);
    let Some(base) = build(maker, demand, wish, size, depth) else {
        return Vec::new();
    };
    let mut found = vec![Value::Object(base.clone())];
    if want < 2 {
        return found;
    }
    found.extend(changed(maker, demand, wish, &base, want, depth));
    if found.len() > want * 8 {
        return found;
    }
    found.extend(grown(maker, demand, wish, &base, size, depth));
    found
}

/// `base` with another value for one of its members.
fn changed(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    base: &Map<String, Value>,
    want: usize,
    depth: usize,
) -> Vec<Value> {
    let mut found = Vec::new();
    let fixed = |name: &str| wish.put.iter().any(|(put, _)| put == name);
    let names: Vec<&String> = base.keys().filter(|name| !fixed(name)).collect();
    for name in names {
        for value in maker.sample(&demand.member(name), want.min(6), depth) {
            let mut other = base.clone();
            other.insert(name.clone(), value);
            found.push(Value::Object(other));
        }
        if found.len() > want * 8 {
            return found;
        }
    }
    found
}

/// `base` with one more of the declared members.
fn grown(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    base: &Map<String, Value>,
    size: Lengths,
    depth: usize,
) -> Vec<Value> {
    let mut found = Vec::new();
    for name in demand.declared() {
        if base.contains_key(name) || wish.drop == Some(name) || base.len() >= size.highest() {
            continue;
        }
        if let Some(value) = maker
            .sample(&demand.member(name), 1, depth)
            .into_iter()
            .next()
        {
            let mut more = base.clone();
            more.insert(name.to_owned(), value);
            found.push(Value::Object(more));
        }
    }
    found
}

fn build(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    size: Lengths,
    depth: usize,
) -> Option<Map<String, Value>> {
    let mut members: Map<String, Value> = wish.put.iter().cloned().collect();
    let mut names = demand.required.clone();
    names.extend(members.keys().cloned());
    needed(demand, &mut names);
    if wish.drop.is_some_and(|name| names.contains(name)) {
        return None;
    }
    for name in &names {
        if members.contains_key(name) {
            continue;
        }
        let value = member(maker, demand, &names, name, depth)?;
        members.insert(name.clone(), value);
    }
    let least = size.least.min(LARGEST);
    for name in spare_names(demand, least) {
        if members.len() >= least {
            break;
        }
        if members.contains_key(&name) || wish.drop == Some(name.as_str()) {
            continue;
        }
        if let Some(value) = member(maker, demand, &names, &name, depth) {
            members.insert(name, value);
        }
    }
    (members.len() >= size.least && members.len() <= size.highest()).then_some(members)
}

/// Names that follow from the presence of others.
fn needed(demand: &Demand<'_>, names: &mut BTreeSet<String>) {
    loop {
        let more: Vec<String> = demand
            .required_with
            .iter()
            .flat_map(|needed| needed.iter())
            .filter(|(name, _)| names.contains(*name))
            .flat_map(|(_, needed)| needed.iter().cloned())
            .filter(|name| !names.contains(name))
            .collect();
        if more.is_empty() {
            return;
        }
        names.extend(more);
    }
}

fn member(
    maker: &Maker,
    demand: &Demand<'_>,
    names: &BTreeSet<String>,
    name: &str,
    depth: usize,
) -> Option<Value> {
    let mut schemas = demand.member(name);
    // A schema that comes with a member may say more about this one.
    for (with, schema) in &demand.schema_with {
        if names.contains(*with) {
            for way in super::demand::ways(&[*schema]) {
                schemas.extend(way.member(name));
            }
        }
    }
    maker.sample(&schemas, 1, depth).into_iter().next()
}

/// Names with which an object can grow: declared ones, words of its patterns, invented ones.
pub(super) fn spare_names(demand: &Demand<'_>, least: usize) -> Vec<String> {
    let mut names: Vec<String> = demand.declared().into_iter().map(str::to_owned).collect();
    for rule in &demand.members {
        for (pattern, _) in rule.matching {
            names.extend(pattern.words(0, 200));
        }
    }
    for schema in &demand.names {
        for way in super::demand::ways(&[*schema]) {
            let words = super::scalar::strings(&way, &Wish::default());
            names.extend(
                words
                    .iter()
                    .filter_map(|word| word.as_str().map(str::to_owned)),
            );
        }
    }
    names.extend((0..=least).map(|number| match number {
        0 => "x".to_owned(),
        number => format!("x{number}"),
    }));
    names.dedup();
    names
}

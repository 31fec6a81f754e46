//! Arrays that meet a demand.
//! Refuses to count cleverly: it places what `contains` asks for and fills up to the length.

use super::demand::Demand;
use super::maker::{Maker, Wish};
use super::scalar::window;
use crate::inclusion::evaluate::At;
use serde_json::Value;

/// Longest array that is made.
const LONGEST: usize = 300;

/// Arrays that meet `demand` as far as it can be told.
pub(super) fn arrays(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    want: usize,
    depth: usize,
) -> Vec<Value> {
    let lengths = window(demand.length, wish.length);
    if lengths.least > lengths.highest().min(LONGEST) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let Some(items) = build(maker, demand, wish, lengths.least, depth) else {
        return found;
    };
    let highest = lengths.highest();
    if items.len() <= highest {
        found.push(Value::Array(items.clone()));
    }
    if wish.double || !wish.more.is_empty() || wish.item.is_some() || want < 2 {
        return found;
    }
    found.extend(others(maker, demand, wish, &items, want, depth));
    found
}

/// A longer one, and one with other items, so that a caller who needs a difference finds it.
fn others(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    items: &[Value],
    want: usize,
    depth: usize,
) -> Vec<Value> {
    let mut found = Vec::new();
    let highest = window(demand.length, wish.length).highest();
    if items.len() < highest.min(LONGEST) {
        let more = candidates(maker, demand, wish, items.len(), want, depth);
        for item in more {
            let mut longer = items.to_vec();
            longer.push(item);
            found.push(Value::Array(longer));
        }
    }
    if let Some(last) = items.len().checked_sub(1) {
        for item in candidates(maker, demand, wish, last, want, depth) {
            let mut other = items.to_vec();
            if let Some(slot) = other.get_mut(last) {
                *slot = item;
            }
            found.push(Value::Array(other));
        }
    }
    found
}

fn build(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    least: usize,
    depth: usize,
) -> Option<Vec<Value>> {
    let mut items: Vec<Value> = Vec::new();
    let reach = wish.item.as_ref().map_or(0, |(index, _)| index + 1);
    let prefix = if demand.contains.is_empty() && wish.more.is_empty() {
        0
    } else {
        // What is asked for must not stand where the prefix says otherwise.
        demand.prefix().min(demand.length.highest())
    };
    while items.len() < reach.max(prefix) {
        match &wish.item {
            Some((index, item)) if *index == items.len() => items.push(item.clone()),
            _ => push(maker, demand, wish, &mut items, depth)?,
        }
    }
    items.extend(wish.more.iter().cloned());
    for (schema, count) in &demand.contains {
        let mut have = items.iter().filter(|item| schema.accepts(item)).count();
        while have < count.least.min(LONGEST) {
            let mut schemas = demand.item(items.len());
            schemas.push(*schema);
            let item = choose(maker, &schemas, demand, wish, &items, depth)?;
            items.push(item);
            have += 1;
        }
    }
    while items.len() < least {
        push(maker, demand, wish, &mut items, depth)?;
    }
    if wish.double {
        double(maker, demand, wish, &mut items, depth)?;
    }
    Some(items)
}

/// Makes two items equal, at two places that allow the same value.
fn double(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    items: &mut Vec<Value>,
    depth: usize,
) -> Option<()> {
    while items.len() < 2 {
        push(maker, demand, wish, items, depth)?;
    }
    let (first, second) = (items.len() - 2, items.len() - 1);
    let mut schemas = demand.item(first);
    schemas.extend(demand.item(second));
    let item = maker.sample(&schemas, 1, depth).into_iter().next()?;
    for at in [first, second] {
        if let Some(slot) = items.get_mut(at) {
            slot.clone_from(&item);
        }
    }
    Some(())
}

fn push(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    items: &mut Vec<Value>,
    depth: usize,
) -> Option<()> {
    let schemas = demand.item(items.len());
    let item = choose(maker, &schemas, demand, wish, items, depth)?;
    items.push(item);
    Some(())
}

/// An item for `schemas` that keeps the array distinct where it must be, and is avoided where that is wished.
fn choose(
    maker: &Maker,
    schemas: &[At<'_>],
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    items: &[Value],
    depth: usize,
) -> Option<Value> {
    let free = |item: &Value| {
        let counts = demand.contains.iter().all(|(schema, count)| {
            let have = items.iter().filter(|item| schema.accepts(item)).count();
            have < count.highest() || !schema.accepts(item)
        });
        counts
            && (!demand.distinct || !items.contains(item))
            && wish.avoid.is_none_or(|schema| !schema.accepts(item))
    };
    let want = if demand.distinct { items.len() + 2 } else { 1 };
    for want in [want, want + 6] {
        let found = match wish.avoid {
            None => maker.sample(schemas, want, depth),
            Some(avoid) => super::escape::escape(maker, schemas, avoid, want, depth),
        };
        if let Some(item) = found.into_iter().find(|item| free(item)) {
            return Some(item);
        }
    }
    None
}

fn candidates(
    maker: &Maker,
    demand: &Demand<'_>,
    wish: &Wish<'_>,
    index: usize,
    want: usize,
    depth: usize,
) -> Vec<Value> {
    let mut found = maker.sample(&demand.item(index), want, depth);
    found.retain(|item| wish.avoid.is_none_or(|schema| !schema.accepts(item)));
    found
}

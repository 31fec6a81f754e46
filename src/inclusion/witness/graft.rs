//! Replaces one part of an example by a part that the left schema takes there and the right one does not.
//! Refuses to know which part matters: it tries every place that both sides look at.

use super::escape::escape;
use super::maker::{DEPTH, Maker};
use super::mutate::with;
use crate::inclusion::evaluate::{At, Program};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most pairs of schemas that are compared at the places of one example.
const PAIRS: usize = 400;

/// The grafts of `example`, small parts first.
pub(super) fn each(maker: &Maker, example: &Value, left: &Program, right: &Program) -> Vec<Value> {
    let mut places = by_place(left, example);
    let others = by_place(right, example);
    let mut order: Vec<(usize, String)> = places
        .keys()
        .filter(|place| others.contains_key(*place))
        .filter_map(|place| Some((example.pointer(place)?.to_string().len(), place.clone())))
        .collect();
    order.sort();
    let mut grafts = Vec::new();
    let mut pairs = 0;
    for (_, place) in order {
        let here = places.remove(&place).unwrap_or_default();
        for other in others.get(&place).into_iter().flatten() {
            pairs += 1;
            if pairs > PAIRS || maker.is_tired() {
                return grafts;
            }
            for part in escape(maker, &here, *other, 2, DEPTH) {
                grafts.push(with(example, &place, part));
            }
        }
    }
    grafts
}

/// The schemas of `program` that accept what stands at each place of `example`.
fn by_place<'p>(program: &'p Program, example: &Value) -> BTreeMap<String, Vec<At<'p>>> {
    let mut found: BTreeMap<String, Vec<At<'p>>> = BTreeMap::new();
    for visit in program.visits(example) {
        let at = program.at(visit.id);
        let accepts = example
            .pointer(&visit.pointer)
            .is_some_and(|value| at.accepts(value));
        if accepts {
            found.entry(visit.pointer).or_default().push(at);
        }
    }
    found
}

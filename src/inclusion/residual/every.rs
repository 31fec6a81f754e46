//! All values of a small object or list, one after the other.
//! Refuses to say that these are all where anything below may still grow.

use super::fill::{Filled, weight};
use super::graph::canonical;
use super::list;
use super::member::Demands;
use super::region::Region;
use super::solver::Solver;
use super::tally::{Tally, here};
use crate::inclusion::answer::Code;
use serde_json::{Map, Value};

/// Most steps of one enumeration.
const STEPS: usize = 20_000;
/// Most nodes of all values that are written down on the way.
const COPIES: usize = 1_000_000;
/// Longest list that is enumerated.
const LONGEST: usize = 64;
/// Most names of one region that are looked at.
const NAMES: usize = 16;

/// Objects that meet the demands, none of which asks for a member somewhere.
pub(super) fn objects(
    solver: &mut Solver<'_>,
    demands: &Demands<'_>,
    regions: &[Region],
    wanted: usize,
) -> Result<Filled, Code> {
    let mut objects = Objects {
        slots: Vec::new(),
        all: true,
    };
    for name in demands.known() {
        if demands.absent.contains(name) || !demands.allows(solver, name)? {
            continue;
        }
        let mut literals = demands.at(name)?;
        let keyed = demands.keyed.get(name);
        literals.extend(keyed.into_iter().flatten());
        let stock = solver.stock(&literals, wanted);
        objects.all &= stock.all;
        objects.add((*name).to_owned(), keyed.is_some(), stock.values);
    }
    for region in regions {
        let stock = solver.stock(&region.literals, wanted);
        objects.all &= stock.all;
        if stock.values.is_empty() {
            continue;
        }
        objects.all &= !region.room(NAMES + 1)?;
        for number in 0..NAMES {
            if let Some(name) = region.name(number)? {
                objects.add(name, false, stock.values.clone());
            }
        }
    }
    Ok(objects.up_to(wanted, |size| demands.size.has(size)))
}

/// Members that an object can have, each with its values; `None` is no such member.
struct Objects {
    slots: Vec<(String, Vec<Option<Value>>)>,
    all: bool,
}

impl Objects {
    fn add(&mut self, name: String, is_required: bool, values: Vec<Value>) {
        let none = (!is_required).then_some(None);
        let values = none.into_iter().chain(values.into_iter().map(Some));
        self.slots.push((name, values.collect()));
    }

    fn up_to(mut self, wanted: usize, fits: impl Fn(usize) -> bool) -> Filled {
        let mut values = Vec::new();
        let mut open: Vec<(usize, Map<String, Value>)> = vec![(0, Map::new())];
        let (mut steps, mut copies) = (0, 0);
        while let Some((next, object)) = open.pop() {
            steps += 1;
            if steps > STEPS || copies > COPIES || values.len() >= wanted {
                self.all = false;
                break;
            }
            let Some((name, choices)) = self.slots.get(next) else {
                if fits(object.len()) {
                    values.push(Value::Object(object));
                }
                continue;
            };
            for choice in choices.iter().rev() {
                copies += 1 + object.values().map(weight).sum::<usize>();
                let mut more = object.clone();
                if let Some(value) = choice {
                    more.insert(name.clone(), value.clone());
                }
                open.push((next + 1, more));
            }
        }
        Filled {
            values,
            all: self.all,
        }
    }
}

/// Lists that meet the demands, short ones first. `is_settled`: no other kind of item will come up.
pub(super) fn lists(
    solver: &mut Solver<'_>,
    demands: &list::Demands,
    (kinds, is_settled): (&[Vec<list::Kind>], bool),
    wanted: usize,
) -> Filled {
    let mut filled = Filled {
        values: Vec::new(),
        all: is_settled,
    };
    let mut open: Vec<(Vec<Value>, Tally)> = vec![(Vec::new(), demands.start())];
    let (mut steps, mut copies, mut length) = (0, 0, 0);
    while !open.is_empty() {
        let met = open
            .iter()
            .filter(|(_, tally)| demands.is_met(length, tally));
        filled
            .values
            .extend(met.map(|(items, _)| Value::Array(items.clone())));
        if demands.length.most.is_some_and(|most| length >= most) {
            break;
        }
        if filled.values.len() >= wanted || length >= LONGEST {
            filled.all = false;
            break;
        }
        let mut longer = Vec::new();
        for kind in here(kinds, None, length) {
            let stock = solver.stock(&kind.literals, wanted);
            filled.all &= stock.all;
            for (items, tally) in &open {
                let Some(more) = demands.plus(tally, kind) else {
                    continue;
                };
                for value in &stock.values {
                    steps += 1;
                    copies += weight(value) + items.iter().map(weight).sum::<usize>();
                    if steps > STEPS || copies > COPIES {
                        filled.all = false;
                        return filled;
                    }
                    if demands.distinct && holds(items, value) {
                        continue;
                    }
                    let mut list = items.clone();
                    list.push(value.clone());
                    longer.push((list, more.clone()));
                }
            }
        }
        open = longer;
        length += 1;
    }
    filled
}

fn holds(items: &[Value], value: &Value) -> bool {
    let name = canonical(value);
    items.iter().any(|item| canonical(item) == name)
}

//! Lists whose items all differ.
//! Refuses to give up while a choice of items is left: too few different items are a proof only when none is missing.

use super::graph::canonical;
use super::list::{Demands, Kind};
use super::solver::Solver;
use super::tally::Tally;
use crate::inclusion::answer::Code;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most choices of kinds that are tried.
const CHOICES: usize = 4_000;

struct Search<'d> {
    demands: &'d Demands,
    kinds: &'d [Vec<Kind>],
    tries: usize,
    /// Whether some kind may have more items than were looked at.
    short: bool,
}

/// The kinds of the items of a list in which all items differ, place by place.
pub(super) fn fill(
    solver: &mut Solver<'_>,
    demands: &Demands,
    kinds: &[Vec<Kind>],
) -> Result<Option<Vec<Kind>>, Code> {
    let mut search = Search {
        demands,
        kinds,
        tries: 0,
        short: false,
    };
    for length in demands.length.least..=demands.longest()? {
        let found = search.of_length(solver, length, (&mut Vec::new(), 0, demands.start()))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    if search.short {
        return Err(Code::Cases);
    }
    Ok(None)
}

impl Search<'_> {
    /// A list of this length that begins with `chosen`. Behind the prefix the order says nothing: there the kinds
    /// come in theirs.
    fn of_length(
        &mut self,
        solver: &mut Solver<'_>,
        length: usize,
        (chosen, from, tally): (&mut Vec<Kind>, usize, Tally),
    ) -> Result<Option<Vec<Kind>>, Code> {
        self.tries += 1;
        if self.tries > CHOICES {
            return Err(Code::Cases);
        }
        if solver.is_open() {
            return Err(Code::Time);
        }
        let place = chosen.len();
        if place == length {
            let is_met = self.demands.is_met(length, &tally);
            return Ok((is_met && self.can_differ(solver, chosen)).then(|| chosen.clone()));
        }
        let kinds = self.kinds.get(place).or(self.kinds.last());
        let is_rest = place > self.demands.prefix();
        let first = if is_rest { from } else { 0 };
        for (number, kind) in kinds.into_iter().flatten().enumerate().skip(first) {
            let Some(more) = self.demands.plus(&tally, kind) else {
                continue;
            };
            chosen.push(kind.clone());
            let found = self.of_length(solver, length, (chosen, number, more))?;
            chosen.pop();
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn can_differ(&mut self, solver: &mut Solver<'_>, chosen: &[Kind]) -> bool {
        if arranged(solver, chosen).is_some() {
            return true;
        }
        for kind in chosen {
            let stock = solver.stock(&kind.literals, chosen.len());
            self.short |= !stock.all && stock.values.len() < chosen.len();
        }
        false
    }
}

/// One item of each kind, all different; `None` when the known ones do not suffice.
pub(super) fn arranged(solver: &mut Solver<'_>, chosen: &[Kind]) -> Option<Vec<Value>> {
    let stocks: Vec<Vec<Value>> = chosen
        .iter()
        .map(|kind| solver.stock(&kind.literals, chosen.len()).values)
        .collect();
    let names: Vec<Vec<String>> = stocks
        .iter()
        .map(|stock| stock.iter().map(canonical).collect())
        .collect();
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for place in 0..names.len() {
        let mut tried = Vec::new();
        if !place_item(place, &names, &mut owners, &mut tried) {
            return None;
        }
    }
    let mut items: Vec<Option<Value>> = vec![None; stocks.len()];
    for (name, place) in owners {
        let number = names.get(place)?.iter().position(|one| one == name)?;
        *items.get_mut(place)? = stocks.get(place)?.get(number).cloned();
    }
    items.into_iter().collect()
}

/// Finds an item for a place, moving others where that helps.
fn place_item<'n>(
    place: usize,
    names: &'n [Vec<String>],
    owners: &mut BTreeMap<&'n str, usize>,
    tried: &mut Vec<&'n str>,
) -> bool {
    for name in names.get(place).into_iter().flatten() {
        if tried.contains(&name.as_str()) {
            continue;
        }
        tried.push(name);
        let owner = owners.get(name.as_str()).copied();
        if owner.is_none_or(|owner| place_item(owner, names, owners, tried)) {
            owners.insert(name, place);
            return true;
        }
    }
    false
}

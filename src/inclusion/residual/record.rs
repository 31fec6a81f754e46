//! Objects that meet a list of demands: which members there have to be, and what each of them has to be.
//! Refuses to know how the value of a member is found: it looks at the states below.

use super::atom::{Atom, Place};
use super::every;
use super::fill::{Filled, NODES, weight};
use super::literal::Literal;
use super::member::{Demands, fits};
use super::region::{self, Region};
use super::solver::Solver;
use crate::inclusion::answer::Code;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most ways to spread demands over members that are tried.
const SPREADS: usize = 10_000;
/// Most members of an object that is made.
const MEMBERS: usize = 2_048;

/// Who carries a demand: a member with a known name, or one of several in a region of other names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Carrier {
    Key(String),
    Other(usize, usize),
}

type Spread = BTreeMap<Carrier, Vec<Literal>>;

pub(super) fn fill(solver: &mut Solver<'_>, atoms: &[Atom], wanted: usize) -> Result<Filled, Code> {
    let Some(demands) = Demands::of(atoms) else {
        return Ok(Filled::none());
    };
    let mut spread = Spread::new();
    for (name, literals) in &demands.keyed {
        if demands.absent.contains(name) || !demands.allows(solver, name)? {
            return Ok(Filled::none());
        }
        let mut all = demands.at(name)?;
        all.extend(literals);
        spread.insert(Carrier::Key((*name).to_owned()), all);
    }
    // Where a member that has to be there cannot be filled, nothing else matters.
    for literals in spread.values() {
        if solver.stock(literals, 1).values.is_empty() {
            return Ok(Filled::none());
        }
    }
    let mut work = Work {
        demands: &demands,
        regions: None,
        tries: 0,
        found: None,
    };
    work.spread(solver, 0, &spread)?;
    let Some(first) = work.found else {
        return Ok(Filled::none());
    };
    let mut filled = Filled {
        values: vec![first],
        all: false,
    };
    if wanted > 1 && demands.free.is_empty() {
        // More of them are welcome, but the one that was found stands without.
        let more = region::regions(solver, &demands)
            .and_then(|regions| every::objects(solver, &demands, &regions, wanted));
        if let Ok(more) = more {
            filled.values.extend(more.values);
            filled.all = more.all;
        }
    }
    Ok(filled)
}

/// The search for members that carry all demands.
struct Work<'d> {
    demands: &'d Demands<'d>,
    regions: Option<Rc<Vec<Region>>>,
    tries: usize,
    found: Option<Value>,
}

impl Work<'_> {
    fn is_over(&self) -> bool {
        self.found.is_some()
    }

    /// Spreads the free demands from number `next` on over members.
    fn spread(
        &mut self,
        solver: &mut Solver<'_>,
        next: usize,
        spread: &Spread,
    ) -> Result<(), Code> {
        self.tries += 1;
        if self.tries > SPREADS {
            return Err(Code::Cases);
        }
        if self
            .demands
            .size
            .most
            .is_some_and(|most| spread.len() > most)
        {
            return Ok(());
        }
        let Some((place, literals)) = self.demands.free.get(next) else {
            return self.complete(solver, spread);
        };
        for is_known in [true, false] {
            let carriers = if is_known {
                self.known_carriers(solver, place)?
            } else {
                self.other_carriers(solver, place, spread)?
            };
            self.try_each(solver, next, spread, (carriers, literals))?;
            if self.is_over() || solver.is_open() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn try_each(
        &mut self,
        solver: &mut Solver<'_>,
        next: usize,
        spread: &Spread,
        (carriers, literals): (Vec<(Carrier, Vec<Literal>)>, &[Literal]),
    ) -> Result<(), Code> {
        for (carrier, own) in carriers {
            let mut all = match spread.get(&carrier) {
                Some(held) => held.clone(),
                None => own,
            };
            all.extend(literals);
            if solver.stock(&all, 1).values.is_empty() {
                continue;
            }
            let mut wider = spread.clone();
            wider.insert(carrier, all);
            self.spread(solver, next + 1, &wider)?;
            if self.is_over() || solver.is_open() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Members with a known name that can carry a demand at this place, with what they have to be anyway.
    fn known_carriers(
        &self,
        solver: &Solver<'_>,
        place: &Place,
    ) -> Result<Vec<(Carrier, Vec<Literal>)>, Code> {
        let mut carriers = Vec::new();
        for name in self.demands.known() {
            let may = !self.demands.absent.contains(name)
                && fits(solver, place, name)?
                && self.demands.allows(solver, name)?;
            if may {
                carriers.push((Carrier::Key((*name).to_owned()), self.demands.at(name)?));
            }
        }
        Ok(carriers)
    }

    /// The same among all other names.
    fn other_carriers(
        &mut self,
        solver: &mut Solver<'_>,
        place: &Place,
        spread: &Spread,
    ) -> Result<Vec<(Carrier, Vec<Literal>)>, Code> {
        let mut carriers = Vec::new();
        for (index, region) in self.regions(solver)?.iter().enumerate() {
            if !region.fits(place) {
                continue;
            }
            let used = spread.keys().filter(|carrier| carrier.is_in(index)).count();
            for slot in 0..=used {
                if region.room(slot + 1)? {
                    carriers.push((Carrier::Other(index, slot), region.literals.clone()));
                }
            }
        }
        Ok(carriers)
    }

    fn regions(&mut self, solver: &mut Solver<'_>) -> Result<Rc<Vec<Region>>, Code> {
        if let Some(regions) = &self.regions {
            return Ok(Rc::clone(regions));
        }
        let regions = Rc::new(region::regions(solver, self.demands)?);
        self.regions = Some(Rc::clone(&regions));
        Ok(regions)
    }

    /// Adds members until there are enough, and keeps the object.
    fn complete(&mut self, solver: &mut Solver<'_>, spread: &Spread) -> Result<(), Code> {
        let least = self.demands.size.least;
        if least > MEMBERS {
            return Err(Code::WitnessSize);
        }
        let mut members = self.members(solver, spread)?;
        if members.len() < least {
            self.pad(solver, spread, &mut members, least)?;
        }
        if members.len() >= least {
            let object: Map<String, Value> = members.into_iter().collect();
            self.found = Some(Value::Object(object));
        }
        Ok(())
    }

    /// The members of a spread, each with the first value of its state.
    fn members(
        &mut self,
        solver: &mut Solver<'_>,
        spread: &Spread,
    ) -> Result<Vec<(String, Value)>, Code> {
        let (mut members, mut held) = (Vec::new(), 0);
        for (carrier, literals) in spread {
            let Some(value) = solver.stock(literals, 1).values.into_iter().next() else {
                continue;
            };
            let name = match carrier {
                Carrier::Key(name) => name.clone(),
                Carrier::Other(index, slot) => {
                    let regions = self.regions(solver)?;
                    let region = regions.get(*index).ok_or(Code::Atoms)?;
                    region.name(*slot)?.ok_or(Code::Atoms)?
                }
            };
            held += weight(&value);
            if held > NODES {
                return Err(Code::WitnessSize);
            }
            members.push((name, value));
        }
        Ok(members)
    }

    /// Adds members that nobody demands, up to `many` in all.
    fn pad(
        &mut self,
        solver: &mut Solver<'_>,
        spread: &Spread,
        members: &mut Vec<(String, Value)>,
        many: usize,
    ) -> Result<(), Code> {
        let mut held: usize = members.iter().map(|(_, value)| weight(value)).sum();
        for name in self.demands.known() {
            let is_free = !self.demands.absent.contains(name)
                && !spread.contains_key(&Carrier::Key((*name).to_owned()));
            if members.len() >= many {
                return Ok(());
            }
            if is_free && self.demands.allows(solver, name)? {
                let literals = self.demands.at(name)?;
                if let Some(value) = solver.stock(&literals, 1).values.into_iter().next() {
                    held += weight(&value);
                    if held > NODES {
                        return Err(Code::WitnessSize);
                    }
                    members.push(((*name).to_owned(), value));
                }
            }
        }
        if members.len() >= many {
            return Ok(());
        }
        for (index, region) in self.regions(solver)?.iter().enumerate() {
            let Some(value) = solver.stock(&region.literals, 1).values.into_iter().next() else {
                continue;
            };
            let mut slot = spread.keys().filter(|carrier| carrier.is_in(index)).count();
            while members.len() < many
                && let Some(name) = region.name(slot)?
            {
                held += weight(&value);
                if held > NODES {
                    return Err(Code::WitnessSize);
                }
                members.push((name, value.clone()));
                slot += 1;
            }
        }
        Ok(())
    }
}

impl Carrier {
    fn is_in(&self, region: usize) -> bool {
        matches!(self, Self::Other(index, _) if *index == region)
    }
}

//! Counts the items of a list place by place: which kinds of items, in which number, meet everything that is asked.
//! Refuses to know what an item is: a kind of item is what it counts for.

use super::list::{Demands, Kind};
use super::solver::Solver;
use crate::inclusion::answer::Code;
use std::collections::BTreeMap;

/// Most ways of counting that are kept for one length.
const COUNTS: usize = 4_000;

/// How many items of each counted kind there are, and which demands are met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tally {
    counts: Vec<usize>,
    met: u32,
}

/// Two places that hold the same item.
pub(super) struct Twin {
    places: (usize, usize),
    kind: Kind,
}

impl Demands {
    pub(super) fn start(&self) -> Tally {
        Tally {
            counts: vec![0; self.tests.len()],
            met: 0,
        }
    }

    /// The tally with one more item; `None` when that is one too many.
    pub(super) fn plus(&self, tally: &Tally, kind: &Kind) -> Option<Tally> {
        let mut next = tally.clone();
        next.met |= kind.meets;
        for ((count, (_, lengths)), holds) in
            next.counts.iter_mut().zip(&self.tests).zip(&kind.tests)
        {
            if *holds {
                // Beyond what is asked for, one more makes no difference.
                let enough = lengths
                    .most
                    .map_or(lengths.least, |most| most.saturating_add(1));
                *count = count.saturating_add(1).min(enough);
                if lengths.most.is_some_and(|most| *count > most) {
                    return None;
                }
            }
        }
        Some(next)
    }

    /// Whether a list of this length with this tally meets everything.
    pub(super) fn is_met(&self, length: usize, tally: &Tally) -> bool {
        let counted = tally.counts.iter().zip(&self.tests);
        self.length.has(length)
            && tally.met == (1_u32 << self.some.len()) - 1
            && counted
                .into_iter()
                .all(|(count, (_, lengths))| lengths.has(*count))
    }

    /// The kinds of the items of the shortest list, place by place.
    pub(super) fn plain(
        &self,
        solver: &Solver<'_>,
        kinds: &[Vec<Kind>],
        twin: Option<&Twin>,
    ) -> Result<Option<Vec<Kind>>, Code> {
        if !self.is_within_reach(kinds, twin) {
            return Ok(None);
        }
        let longest = self.longest()?;
        let mut layers: Vec<BTreeMap<Tally, Option<(Tally, Kind)>>> =
            vec![BTreeMap::from([(self.start(), None)])];
        for length in 0..=longest {
            let Some(layer) = layers.last() else {
                break;
            };
            let is_long = twin.is_none_or(|twin| length > twin.places.1);
            let met = layer
                .keys()
                .find(|tally| is_long && self.is_met(length, tally));
            if let Some(tally) = met {
                return Ok(Some(traced(&layers, tally)));
            }
            if solver.is_open() {
                return Err(Code::Time);
            }
            let mut next = BTreeMap::new();
            for tally in layer.keys() {
                for kind in here(kinds, twin, length) {
                    if let Some(more) = self.plus(tally, kind) {
                        let way = || Some((tally.clone(), kind.clone()));
                        next.entry(more).or_insert_with(way);
                    }
                }
            }
            if next.len() > COUNTS {
                return Err(Code::Cases);
            }
            layers.push(next);
        }
        Ok(None)
    }

    /// Whether each demand is met by some kind of item at some place.
    fn is_within_reach(&self, kinds: &[Vec<Kind>], twin: Option<&Twin>) -> bool {
        let own = twin.map(|twin| &twin.kind);
        let all = || kinds.iter().flatten().chain(own);
        let meets = |number: usize| all().any(|kind| kind.meets >> number & 1 == 1);
        let counts = |number: usize| all().any(|kind| kind.tests.get(number) == Some(&true));
        let mut tests = self.tests.iter().enumerate();
        (0..self.some.len()).all(meets)
            && tests.all(|(number, (_, lengths))| lengths.least == 0 || counts(number))
    }

    /// The same for a list in which two items are equal.
    pub(super) fn with_twins(
        &self,
        solver: &mut Solver<'_>,
        kinds: &[Vec<Kind>],
    ) -> Result<Option<Vec<Kind>>, Code> {
        let prefix = self.prefix();
        for first in 0..=prefix {
            for second in first + 1..=prefix + 1 {
                if self.length.most.is_some_and(|most| second >= most) {
                    continue;
                }
                let mut base = self.at(first);
                base.extend(self.at(second));
                for kind in self.kinds(solver, &base, first..=second)?.0 {
                    let twin = Twin {
                        places: (first, second),
                        kind,
                    };
                    let found = self.plain(solver, kinds, Some(&twin))?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(None)
    }
}

/// The kinds of items that can stand at a place.
pub(super) fn here<'k>(kinds: &'k [Vec<Kind>], twin: Option<&'k Twin>, place: usize) -> &'k [Kind] {
    match twin {
        Some(twin) if place == twin.places.0 || place == twin.places.1 => {
            std::slice::from_ref(&twin.kind)
        }
        Some(_) | None => kinds.get(place).or(kinds.last()).map_or(&[], Vec::as_slice),
    }
}

/// The kinds that led to a tally, from the first place on.
fn traced(layers: &[BTreeMap<Tally, Option<(Tally, Kind)>>], last: &Tally) -> Vec<Kind> {
    let mut chosen = Vec::new();
    let mut tally = last.clone();
    for layer in layers.iter().rev() {
        if let Some(Some((before, kind))) = layer.get(&tally) {
            chosen.push(kind.clone());
            tally = before.clone();
        }
    }
    chosen.reverse();
    chosen
}

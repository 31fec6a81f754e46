//! What the pairs of a run did, gathered on every core.
//! Refuses to judge a pair.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// What a run found.
#[derive(Default)]
pub struct Tally {
    pub wrong: Vec<String>,
    pub missed: Vec<String>,
    pub late: Vec<String>,
    pub counts: BTreeMap<&'static str, usize>,
    pub codes: BTreeMap<&'static str, usize>,
    pub slowest: u128,
}

impl Tally {
    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn of(&self, what: &str) -> usize {
        self.counts.get(what).copied().unwrap_or_default()
    }

    fn add(&mut self, other: Self) {
        self.wrong.extend(other.wrong);
        self.missed.extend(other.missed);
        self.late.extend(other.late);
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// The tallies of all `seeds`, on every core.
pub fn each(seeds: std::ops::Range<u64>, look: impl Fn(u64, &mut Tally) + Sync) -> Tally {
    let (open, total) = (Mutex::new(seeds), Mutex::new(Tally::default()));
    let next = || open.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut tally = Tally::default();
                while let Some(seed) = next() {
                    look(seed, &mut tally);
                }
                total.lock().unwrap().add(tally);
            });
        }
    });
    total.into_inner().unwrap()
}

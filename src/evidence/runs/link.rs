//! Records in the order in which each names the one before it, and every place where that order breaks.

use super::{Damaged, Runs, record_path};
use crate::model::{Kept, RunFault, RunRecord};
use std::collections::BTreeMap;

type Intact = BTreeMap<String, Kept<RunRecord>>;

/// The chain of `intact` records; `damaged` files are faults, with their number where a follower tells it.
pub(super) fn linked(intact: Intact, damaged: BTreeMap<String, Damaged>) -> Runs {
    let mut linking = Linking {
        followers: BTreeMap::new(),
        numbers: BTreeMap::new(),
        faults: Vec::new(),
    };
    for (hash, kept) in &intact {
        linking.follow(hash, kept, &intact, &damaged);
    }
    linking.forks(&intact);
    let last = intact.values().map(|kept| kept.value.number).max();
    for (hash, file) in &damaged {
        // Nobody follows it: it may have been the newest.
        let newest = || last.unwrap_or(0).saturating_add(1);
        let number = linking.numbers.get(hash).copied().unwrap_or_else(newest);
        linking
            .faults
            .push(fault(Some(number), &file.path, file.message));
    }
    let records = linking.chain(intact);
    let head = records.last().map(|kept| super::run_digest(&kept.path));
    Runs {
        head: head.filter(|_| linking.faults.is_empty()),
        records,
        faults: linking.faults,
        reports: 0,
    }
}

fn fault(number: Option<u64>, path: &str, message: &str) -> RunFault {
    RunFault {
        number,
        path: path.to_owned(),
        message: message.to_owned(),
    }
}

/// What is known of the order while records are gone through.
struct Linking {
    /// Hash of a record, none for the beginning, to the hashes of those that say that they follow it.
    followers: BTreeMap<Option<String>, Vec<String>>,
    /// Numbers of files that are damaged or missing, as their followers tell them.
    numbers: BTreeMap<String, u64>,
    faults: Vec<RunFault>,
}

impl Linking {
    fn follow(
        &mut self,
        hash: &str,
        kept: &Kept<RunRecord>,
        intact: &Intact,
        damaged: &BTreeMap<String, Damaged>,
    ) {
        let own = kept.value.number;
        let named = kept.value.previous.as_deref();
        let previous = named.map(|it| it.strip_prefix("sha256:").unwrap_or(it).to_owned());
        let before = previous.as_ref().and_then(|hash| intact.get(hash));
        match (&previous, before) {
            (None, _) if own != 1 => self.misnumbered(kept),
            (Some(_), Some(before)) if before.value.number.checked_add(1) != Some(own) => {
                self.misnumbered(kept);
            }
            (Some(missing), None) => {
                let number = own.saturating_sub(1);
                let known = self.numbers.insert(missing.clone(), number);
                if known.is_none() && !damaged.contains_key(missing) {
                    let path = record_path(missing).unwrap_or_else(|| kept.path.clone());
                    let message = format!("it is missing: {} follows it", kept.path);
                    self.faults.push(fault(Some(number), &path, &message));
                }
            }
            (None, _) | (Some(_), Some(_)) => {}
        }
        let hash = hash.to_owned();
        self.followers.entry(previous).or_default().push(hash);
    }

    fn misnumbered(&mut self, kept: &Kept<RunRecord>) {
        let number = kept.value.number;
        let message = "its number does not follow that of the record before it";
        self.faults.push(fault(Some(number), &kept.path, message));
    }

    /// Every record after which the chain goes on more than once.
    fn forks(&mut self, intact: &Intact) {
        for hashes in self.followers.values() {
            let paths = hashes.iter().filter_map(|hash| intact.get(hash));
            let mut paths = paths.map(|kept| (kept.value.number, kept.path.as_str()));
            let Some((_, first)) = paths.next() else {
                continue;
            };
            for (number, path) in paths {
                let message = format!("it follows the same record as {first}");
                self.faults.push(fault(Some(number), path, &message));
            }
        }
    }

    /// From the first record on, as far as each has one follower of its own.
    fn chain(&self, mut intact: Intact) -> Vec<Kept<RunRecord>> {
        let mut chain = Vec::with_capacity(intact.len());
        let mut last = None;
        while let Some(hash) = self.followers.get(&last).and_then(|all| all.first()) {
            // A record is taken once, so that no ring goes on for ever.
            let Some(kept) = intact.remove(hash) else {
                break;
            };
            chain.push(kept);
            last = Some(hash.clone());
        }
        chain
    }
}

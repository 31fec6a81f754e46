//! How many recorded payloads were judged otherwise than recorded: by partner and version, and by partner alone.
//! Refuses to weigh: a payload within a budget is counted like any other.

use super::judge::Judged;
use crate::model::{Mismatch, VersionId};
use std::collections::BTreeMap;

/// Counts of what was replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// By partner and by the version that judged: a payload counts once for each version that judged it.
    pub by_version: BTreeMap<(String, VersionId), Mismatch>,
    /// By partner: a payload counts once, whatever judged it.
    pub by_partner: BTreeMap<String, Mismatch>,
}

impl Rates {
    pub(super) fn add(&mut self, judged: &Judged) {
        let partner = || judged.partner.clone();
        for version in std::iter::once(&judged.version).chain(&judged.followers) {
            let shifted = judged
                .shifts
                .iter()
                .any(|cause| cause.candidate == *version);
            let cell = self.by_version.entry((partner(), version.clone()));
            count(cell.or_default(), shifted);
        }
        let own = self.by_partner.entry(partner());
        count(own.or_default(), !judged.shifts.is_empty());
    }
}

fn count(cell: &mut Mismatch, shifted: bool) {
    cell.replayed += 1;
    cell.mismatched += u64::from(shifted);
}

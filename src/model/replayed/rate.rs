//! How many recorded payloads were judged otherwise than recorded: by partner and version, and by partner alone.
//! Refuses to weigh: a payload within a budget is counted like any other.

use crate::model::{Mismatch, VersionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of what was replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// By partner and by the version that judged: a payload counts once for each version that judged it.
    pub by_version: BTreeMap<String, BTreeMap<VersionId, Mismatch>>,
    /// By partner: a payload counts once, whatever judged it.
    pub by_partner: BTreeMap<String, Mismatch>,
}

impl Rates {
    /// Adds payloads of one partner that one version judged.
    pub fn judged(&mut self, partner: &str, version: &VersionId, more: Mismatch) {
        let versions = self.by_version.entry(partner.to_owned()).or_default();
        add(versions.entry(version.clone()).or_default(), more);
    }

    /// Adds payloads of one partner.
    pub fn replayed(&mut self, partner: &str, more: Mismatch) {
        add(self.by_partner.entry(partner.to_owned()).or_default(), more);
    }

    pub fn merge(&mut self, other: &Self) {
        for (partner, versions) in &other.by_version {
            for (version, more) in versions {
                self.judged(partner, version, *more);
            }
        }
        for (partner, more) in &other.by_partner {
            self.replayed(partner, *more);
        }
    }
}

fn add(sum: &mut Mismatch, more: Mismatch) {
    sum.replayed += more.replayed;
    sum.mismatched += more.mismatched;
}

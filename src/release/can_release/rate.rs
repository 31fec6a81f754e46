//! How often contracts held: stored results that passed, by partner and version.
//! Refuses to count what nobody stored.

use crate::model::{Archive, Party, Rate, Standing};
use std::collections::BTreeMap;

/// Passed and all stored results of every two versions that `counts`.
pub(super) fn rates(archive: &Archive, counts: impl Fn(&Party, &Party) -> bool) -> Vec<Rate> {
    let mut sums: BTreeMap<(Party, Party), (u64, u64)> = BTreeMap::new();
    for record in archive.evidence.iter().map(|kept| &kept.value) {
        if !counts(&record.provider, &record.consumer) {
            continue;
        }
        let passed = record.results.iter();
        let passed = passed.filter(|it| it.standing == Standing::Passed).count();
        let key = (record.provider.clone(), record.consumer.clone());
        let sum = sums.entry(key).or_default();
        sum.0 += passed as u64;
        sum.1 += record.results.len() as u64;
    }
    let rate = |((provider, consumer), (passed, total))| Rate {
        provider,
        consumer,
        passed,
        total,
    };
    sums.into_iter().map(rate).collect()
}

//! Live pairs without evidence.
//! Refuses to ask for what was verified and failed: that is known.

use super::facts::{Facts, Promise};
use super::live::{self, Instance};
use super::pair::{self, Meeting};
use super::record::Novelty;
use super::{known, rate, settle};
use crate::model::{Archive, Doubt, Fault, Owed, OwedPair, Party, Verdict};
use chrono::SecondsFormat;
use std::collections::{BTreeMap, BTreeSet};

/// Every live pair of `environment`, or of all, that no record proves.
#[must_use]
pub fn owed(
    facts: &Facts,
    archive: &Archive,
    faults: Vec<Fault>,
    environment: Option<&str>,
    store: &str,
) -> Owed {
    let mut places: BTreeMap<String, Vec<Instance>> = BTreeMap::new();
    for instance in live::live(archive) {
        if environment.is_none_or(|asked| asked == instance.environment) {
            places
                .entry(instance.environment.clone())
                .or_default()
                .push(instance);
        }
    }
    let mut pairs = 0;
    let mut owed = BTreeSet::new();
    let mut providers = BTreeSet::new();
    for instances in places.values() {
        for provider in instances {
            for consumer in instances {
                if !known::deal(facts, archive, &consumer.party.name, &provider.party.name) {
                    continue;
                }
                pairs += 1;
                providers.insert(provider.party.name.clone());
                owed.extend(of_pair(facts, archive, consumer, provider));
            }
        }
    }
    providers.retain(|name| !known::publishes(facts, archive, name));
    let nothing = pairs == 0;
    let verdict = if !faults.is_empty() {
        Verdict::Error
    } else if nothing {
        Verdict::Empty
    } else if !owed.is_empty() || !providers.is_empty() {
        Verdict::Undecided
    } else {
        Verdict::Go
    };
    Owed {
        verdict,
        exit_code: verdict.exit_code(),
        as_of: facts.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        store: store.to_owned(),
        faults,
        live: pairs,
        owed: owed.into_iter().collect(),
        never_published: providers.into_iter().collect(),
        rates: rate::rates(archive, |_, _| true),
    }
}

/// A contract that a live consumer has and the repository no longer holds in that form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elder {
    pub consumer: Party,
    pub path: String,
    pub digest: String,
    /// Where the repository held it: the commit of the provider that was first verified with it.
    pub commit: String,
}

/// Contracts with `provider` that live consumers still have, and that the repository has changed since.
#[must_use]
pub fn elders(facts: &Facts, archive: &Archive, provider: &str) -> Vec<Elder> {
    let mut elders = BTreeSet::new();
    for instance in live::live(archive) {
        let consumer = &instance.party;
        let contracts = known::contracts(facts, archive, consumer, provider).unwrap_or_default();
        for contract in contracts {
            let at_head = |it: &Promise| it.contract.digest == contract.digest;
            if facts.promises.iter().any(at_head) {
                continue;
            }
            let held = archive.evidence.iter().map(|kept| &kept.value);
            let held = held.filter(|it| it.contract.digest == contract.digest);
            let Some(first) = held.min_by_key(|it| it.ended) else {
                continue;
            };
            elders.extend(first.provider.version.commit.clone().map(|commit| Elder {
                consumer: consumer.clone(),
                path: first.contract.path.clone(),
                digest: contract.digest.clone(),
                commit,
            }));
        }
    }
    elders.into_iter().collect()
}

/// What is owed between two instances.
fn of_pair(
    facts: &Facts,
    archive: &Archive,
    consumer: &Instance,
    provider: &Instance,
) -> Vec<OwedPair> {
    let meeting = Meeting {
        consumer: &consumer.party,
        provider: &provider.party,
        instance: consumer,
        novelty: Novelty::Bears,
    };
    let mut owed = Vec::new();
    for judged in pair::judge(facts, archive, &meeting) {
        let reason = judged.pair.reasons.iter();
        let mut reason = reason.filter(|it| is_owed(it.doubt));
        if let Some(reason) = reason.next() {
            owed.push(OwedPair {
                environment: consumer.environment.clone(),
                provider: provider.party.clone(),
                consumer: consumer.party.clone(),
                contract: judged.pair.contract.clone(),
                doubt: reason.doubt,
                detail: reason.detail.clone(),
                owner: settle::owner(facts, &judged, reason.doubt),
                command: settle::command(facts, &judged, reason.doubt),
            });
        }
    }
    owed
}

/// Whether a run would settle it: there is no record that counts, or it is too old.
fn is_owed(doubt: Doubt) -> bool {
    doubt.is_unverified() || doubt == Doubt::Stale
}

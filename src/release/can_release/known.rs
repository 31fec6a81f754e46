//! What the records say of a version: whether it is known, which commit it was built from, which contracts it has.
//! Refuses to take a contract of another version for its own.

use super::facts::Facts;
use crate::model::{Archive, Build, ContractName, Evidence, Party};
use std::collections::BTreeMap;

/// Whether any record speaks of this version, as the provider or as the consumer.
pub(super) fn is_known(archive: &Archive, party: &Party) -> bool {
    completed(archive, party).is_some()
}

/// The version as the newest record that speaks of it names it: with its number and its commit.
pub(super) fn completed(archive: &Archive, party: &Party) -> Option<Build> {
    let speaks = |record: &&Evidence| side(record, party).is_some();
    let newest = archive
        .evidence
        .iter()
        .map(|kept| &kept.value)
        .filter(speaks)
        .max_by_key(|record| record.ended)?;
    side(newest, party).cloned()
}

fn side<'a>(record: &'a Evidence, party: &Party) -> Option<&'a Build> {
    let sides = [&record.provider, &record.consumer];
    let own = sides
        .into_iter()
        .find(|side| side.name == party.name && side.version.is(&party.version));
    own.map(|side| &side.version)
}

/// The contracts that a version of a consumer has with `provider`, by path; `None` where nobody knows the version.
pub(super) fn contracts(
    facts: &Facts,
    archive: &Archive,
    consumer: &Party,
    provider: &str,
) -> Option<Vec<ContractName>> {
    let mut newest: BTreeMap<&str, &Evidence> = BTreeMap::new();
    let mut is_known = false;
    for record in archive.evidence.iter().map(|kept| &kept.value) {
        let is_own = record.consumer.name == consumer.name;
        if !is_own || !record.consumer.version.is(&consumer.version) {
            continue;
        }
        is_known = true;
        if record.provider.name != provider {
            continue;
        }
        let slot = newest.entry(&record.contract.path).or_insert(record);
        if slot.ended < record.ended {
            *slot = record;
        }
    }
    let at_head = facts.heads.get(&consumer.name);
    if at_head.is_some_and(|head| head.is(&consumer.version)) {
        let own = facts.promises.iter();
        let own = own.filter(|it| it.consumer == consumer.name && it.provider == provider);
        let mut own: Vec<_> = own.map(|it| it.contract.clone()).collect();
        // What is gone from the repository is not gone from whoever is live with it.
        let gone = newest.into_values().map(|record| &record.contract);
        let gone: Vec<_> = gone
            .filter(|was| !own.iter().any(|now| now.path == was.path))
            .cloned()
            .collect();
        own.extend(gone);
        return Some(own);
    }
    let recorded = newest.into_values();
    is_known.then(|| recorded.map(|record| record.contract.clone()).collect())
}

/// Whether the two deal with each other: a contract says so, or a record does.
pub(super) fn deal(facts: &Facts, archive: &Archive, consumer: &str, provider: &str) -> bool {
    let promised = |it: &super::Promise| it.consumer == consumer && it.provider == provider;
    let recorded =
        |record: &Evidence| record.consumer.name == consumer && record.provider.name == provider;
    facts.promises.iter().any(promised) || archive.evidence.iter().any(|kept| recorded(&kept.value))
}

/// Whether the provider ever recorded a run on its main branch.
pub(super) fn publishes(facts: &Facts, archive: &Archive, provider: &str) -> bool {
    let on_main = |record: &Evidence| {
        record.provider.name == provider && record.branch.as_deref() == Some(&facts.main)
    };
    archive.evidence.iter().any(|kept| on_main(&kept.value))
}

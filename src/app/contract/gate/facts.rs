//! What holds in the repository, as the values that a release is judged by.

use super::{Ground, digests};
use crate::app::check::{allowance, demand};
use crate::contract::{Contract, gating, matching};
use crate::lifecycle::standings;
use crate::model::{Build, ContractName, Stage};
use crate::policy::RuleBook;
use crate::release::{Exception, Facts, Promise, Served};
use chrono::{DateTime, Duration, Utc};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn facts(ground: &Ground, as_of: DateTime<Utc>) -> Facts {
    let workspace = &ground.workspace;
    let config = &workspace.config;
    let main = config.gate.base.rsplit('/').next().unwrap_or_default();
    let day = as_of.date_naive();
    let gates = |contract: &&Contract| !gating(contract, day).0.is_empty();
    let promise = |contract: &Contract| Promise {
        contract: name(contract),
        consumer: contract.consumer.clone(),
        provider: contract.provider.clone(),
    };
    Facts {
        as_of,
        us: config.payer.id.clone(),
        main: main.to_owned(),
        promises: ground.contracts.iter().filter(gates).map(promise).collect(),
        heads: heads(ground),
        served: served(ground),
        policy_set: digests::policy_set(&workspace.inputs),
        states: digests::states(),
        matcher: matching::VERSION.parse().unwrap_or(Version::new(0, 0, 0)),
        corpus: digests::corpus(&workspace.inputs),
        exceptions: exceptions(ground, as_of),
        participants: config.participants.clone(),
        max_age: Duration::days(i64::from(config.evidence.max_evidence_age)),
        edges: config.evidence.edges.iter().cloned().collect(),
    }
}

/// What evidence calls a contract.
pub(super) fn name(contract: &Contract) -> ContractName {
    ContractName {
        path: contract.path.clone(),
        digest: contract.digest(),
        owner: contract.terms.owner.clone(),
    }
}

/// The version of everybody whom the repository knows.
fn heads(ground: &Ground) -> BTreeMap<String, Build> {
    let contracts = ground.contracts.iter();
    let mut names: BTreeSet<&String> = contracts
        .flat_map(|it| [&it.consumer, &it.provider])
        .collect();
    names.extend(ground.workspace.config.participants.keys());
    names
        .into_iter()
        .filter_map(|name| Some((name.clone(), ground.build(name)?)))
        .collect()
}

fn served(ground: &Ground) -> BTreeMap<String, Vec<Served>> {
    let catalogue = &ground.workspace.catalogue;
    let mut served: BTreeMap<String, Vec<Served>> = BTreeMap::new();
    for (id, entry) in &catalogue.entries {
        let versions = entry.served().map(|version| Served {
            version: version.number.clone(),
            digest: digests::schema(catalogue, version),
            sunset: version.file.sunset,
        });
        served.insert(id.clone(), versions.collect());
    }
    served
}

/// Waivers that count at `as_of`.
fn exceptions(ground: &Ground, as_of: DateTime<Utc>) -> Vec<Exception> {
    let workspace = &ground.workspace;
    let books = [&workspace.rules, &workspace.payload_rules].map(RuleBook::read);
    // What is released is what a candidate was: an exception counts with its quorum, and an emergency after its review.
    let demand = demand(Stage::ReleaseCandidate);
    let allowance = allowance(workspace, books.iter().flat_map(|book| &book.rules), demand);
    let valid = standings(&workspace.waivers, &allowance, &[], as_of);
    valid
        .into_iter()
        .filter(|standing| standing.counts())
        .map(|standing| {
            let file = &standing.waiver.file;
            Exception {
                id: file.id.clone(),
                rule: file.rule.clone(),
                fingerprints: file.fingerprints.clone(),
                owner: file.owner.clone(),
                expires: file.expires.clone(),
            }
        })
        .collect()
}

//! The lives of versions in this run: who still uses what ends, and what the change does to any of them.
//! Refuses to judge: `lifecycle` does, from values.

use super::{Question, on_record};
use crate::catalogue::{SchemaVersion, Status, Workspace};
use crate::contract::{Contract, SchemaRange, Terms, gating, read};
use crate::lifecycle::{Before, Deciders, Use, Uses, course, endings};
use crate::model::{Finding, Place, VersionId};
use chrono::{DateTime, TimeDelta, Utc};
use semver::VersionReq;
use std::collections::BTreeMap;

/// Days of recorded payloads that show who uses a version now.
///
/// Source: UX.md, section 3, moment 8
const DAYS: u32 = 7;

pub(super) fn findings(question: &Question<'_>, deciders: Deciders<'_>) -> Vec<Finding> {
    let before = question.base.map(|workspace| Before {
        workspace,
        day: question.base_day,
    });
    let mut findings = endings(
        (question.head, before),
        &uses(question.head, question.as_of),
        deciders,
        question.as_of,
    );
    if let Some(base) = question.base {
        findings.extend(course(base, question.head, deciders, question.as_of));
    }
    findings
}

/// Who still relies on the versions that end: by profile, by contract, by what was recorded.
pub(in crate::app) fn uses(head: &Workspace, now: DateTime<Utc>) -> Uses {
    let versions = head.catalogue.versions();
    let ending: Vec<&SchemaVersion> = versions
        .filter(|version| version.file.status == Status::Deprecated)
        .collect();
    if ending.is_empty() {
        return Uses::new();
    }
    let sources = head.contracts.iter().filter_map(|it| read(it).ok());
    let contracts: Vec<Contract> = sources.map(|it| gating(&it, now.date_naive()).0).collect();
    let recorded = recorded(head, now);
    let mut uses = Uses::new();
    for version in ending {
        let mut asked = by_profile(head, version);
        by_contract(head, version, &contracts, &mut asked);
        let payloads = recorded.get(&version.id);
        for who in payloads.into_iter().flat_map(BTreeMap::keys) {
            asked.entry(who.clone()).or_default();
        }
        let own = asked.into_iter().map(|(who, asks)| Use {
            payloads: payloads.and_then(|all| all.get(&who)).copied().unwrap_or(0),
            days: DAYS,
            who,
            asks,
        });
        uses.insert(version.id.clone(), own.collect());
    }
    uses
}

type Asked = BTreeMap<String, Vec<(Place, String)>>;

/// Whether `range` admits `version` and nothing released that outlives it.
fn pins(head: &Workspace, version: &SchemaVersion, range: &VersionReq) -> bool {
    let others = || head.catalogue.in_range(&version.id.entry, range);
    let is_released = |other: &&SchemaVersion| other.file.status == Status::Released;
    range.matches(&version.number) && !others().iter().any(is_released)
}

fn by_profile(head: &Workspace, version: &SchemaVersion) -> Asked {
    let entry = &version.id.entry;
    let mut asked = Asked::new();
    for partner in head.partners.values() {
        let range = partner.file.uses.get(entry);
        let Some(range) = range.filter(|range| pins(head, version, range)) else {
            continue;
        };
        let place = partner.source.find(entry);
        let own = asked.entry(partner.file.id.clone()).or_default();
        own.push((place, range.to_string()));
    }
    asked
}

/// Adds the first place of each contract that asks for the version.
fn by_contract(
    head: &Workspace,
    version: &SchemaVersion,
    contracts: &[Contract],
    asked: &mut Asked,
) {
    for contract in contracts {
        let interactions = contract.interactions.iter().map(|it| &it.terms);
        let messages = contract.messages.iter().map(|it| &it.terms);
        let mut ranges = interactions.chain(messages).flat_map(ranges);
        let range =
            ranges.find(|range| range.id == version.id.entry && pins(head, version, &range.range));
        if let Some(range) = range {
            let place = contract.place(&range.pointer);
            let own = asked.entry(contract.consumer.clone()).or_default();
            own.push((place, range.range.to_string()));
        }
    }
}

fn ranges(terms: &Terms) -> impl Iterator<Item = &SchemaRange> {
    let sides = terms.request.iter().chain(&terms.response);
    sides.chain(&terms.contents)
}

/// Payloads of the last days, by version and by who sent or got them.
fn recorded(head: &Workspace, now: DateTime<Utc>) -> BTreeMap<VersionId, BTreeMap<String, u64>> {
    let mut recorded: BTreeMap<VersionId, BTreeMap<String, u64>> = BTreeMap::new();
    let since = now - TimeDelta::days(i64::from(DAYS));
    on_record::each(head, |id, _, envelope| {
        let at = DateTime::parse_from_rfc3339(&envelope.recorded_at);
        if at.is_ok_and(|at| at > since && at <= now) {
            let own = recorded.entry(id.clone()).or_default();
            *own.entry(envelope.partner).or_default() += 1;
        }
    });
    recorded
}

//! Every consumer against every version that it lives with: what its contracts prove, what was seen, what speaks
//! against it.
//! Refuses to judge anew: it sorts what proofs and exchanges have shown.

use super::interaction::{Contract, Interaction};
use super::terms::Side;
use super::verify::SPOKEN;
use super::versions::Versions;
use crate::catalogue::{Catalogue, Partner};
use crate::model::{Cell, ContractRate, Exchange, Finding, Proof, Severity, VersionId, rule};
use semver::VersionReq;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a matrix is made from.
pub struct Shown<'a> {
    pub catalogue: &'a Catalogue,
    pub partners: &'a BTreeMap<String, Partner>,
    pub versions: &'a Versions<'a>,
    /// Contracts that gate.
    pub contracts: &'a [Contract],
    /// What speaks against them.
    pub findings: &'a [Finding],
    pub exchanges: &'a [Exchange],
}

/// Version, then partner.
type Key = (VersionId, String);

/// What is known of one cell so far.
#[derive(Default)]
struct Tally {
    interactions: u64,
    /// Interactions that nothing speaks against.
    passed: u64,
    exchanges: u64,
    worst: Option<Severity>,
    because: BTreeSet<String>,
}

impl Tally {
    /// Counts one interaction: what speaks against it, or how many exchanges hold it.
    fn add(&mut self, against: &[&Finding], held: u64) {
        self.interactions += 1;
        let mut passes = true;
        for finding in against {
            let severity = rule(&finding.rule).map_or(Severity::Fault, |rule| rule.severity);
            passes &= severity < Severity::Undecided;
            self.worst = self.worst.max(Some(severity));
            self.because.insert(finding.rule.clone());
        }
        self.passed += u64::from(passes);
        if against.is_empty() {
            self.exchanges += held;
        }
    }
}

impl Tally {
    /// Counts one interaction that shows nothing, because of what speaks against what it is part of.
    fn leave_open(&mut self, because: &[&Finding]) {
        self.interactions += 1;
        self.worst = self.worst.max(Some(Severity::Undecided));
        self.because
            .extend(because.iter().map(|it| it.rule.clone()));
    }
}

/// One cell for each partner and each version in a range of its profile or contracts, by entry, version and partner.
#[must_use]
pub fn matrix(shown: &Shown<'_>) -> Vec<Cell> {
    let tallies = shown.tallies();
    tallies
        .into_iter()
        .map(|(key, tally)| shown.cell(key, tally))
        .collect()
}

/// How many interactions of each partner nothing speaks against, under each version of which one speaks.
#[must_use]
pub fn rates(shown: &Shown<'_>) -> Vec<ContractRate> {
    let tallies = shown.tallies();
    let mut rates: Vec<ContractRate> = tallies
        .into_iter()
        .filter(|(_, tally)| tally.interactions > 0)
        .map(|((version, partner), tally)| ContractRate {
            partner,
            version: version.to_string(),
            passed: tally.passed,
            total: tally.interactions,
        })
        .collect();
    rates.sort();
    rates
}

impl Shown<'_> {
    fn tallies(&self) -> BTreeMap<Key, Tally> {
        let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
        for partner in self.partners.values() {
            for (entry, range) in &partner.file.uses {
                for id in self.versions.in_range(entry, range) {
                    tallies.entry((id, partner.file.id.clone())).or_default();
                }
            }
        }
        for contract in self.contracts {
            for interaction in &contract.interactions {
                self.interaction(contract, interaction, &mut tallies);
            }
        }
        tallies
    }

    fn interaction(
        &self,
        contract: &Contract,
        interaction: &Interaction,
        tallies: &mut BTreeMap<Key, Tally>,
    ) {
        let subject = contract.subject(interaction);
        let against: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|finding| finding.subject == subject)
            .collect();
        let seen: Vec<&Exchange> = self
            .exchanges
            .iter()
            .filter(|seen| seen.contract == contract.path && seen.interaction == interaction.key)
            .collect();
        for (side, id) in self.sides(interaction) {
            let against = against.iter().filter(|finding| concerns(finding, &id));
            let against: Vec<&Finding> = against.copied().collect();
            let held = seen.iter().filter(|seen| self.held(seen, side, &id));
            let held = held.count() as u64;
            let mut tally = |id: &VersionId, count: &mut dyn FnMut(&mut Tally)| {
                let key = (id.clone(), contract.consumer.clone());
                count(tallies.entry(key).or_default());
            };
            tally(&id, &mut |cell| cell.add(&against, held));
            for drawn in self.drawn(&id) {
                let own: Vec<&Finding> = against
                    .iter()
                    .filter(|finding| self.blames(finding, &drawn))
                    .copied()
                    .collect();
                match against.is_empty() || !own.is_empty() {
                    true => tally(&drawn, &mut |cell| cell.add(&own, held)),
                    // What speaks against the whole leaves its parts open.
                    false => tally(&drawn, &mut |cell| cell.leave_open(&against)),
                }
            }
        }
    }

    fn drawn(&self, id: &VersionId) -> Vec<VersionId> {
        let ready = self.versions.get(id);
        ready.map(|ready| ready.drawn.clone()).unwrap_or_default()
    }

    /// Whether a finding names the file of this version as the one where the difference stands.
    fn blames(&self, finding: &Finding, id: &VersionId) -> bool {
        let path = self
            .catalogue
            .version(id)
            .map(|version| version.path.as_str());
        let named = |note: &&crate::model::Note| note.label == "schema";
        let mut notes = finding.notes.iter().filter(named);
        path.is_some_and(|path| notes.any(|note| note.text.starts_with(path)))
    }

    fn sides(&self, interaction: &Interaction) -> Vec<(Side, VersionId)> {
        let terms = &interaction.terms;
        let ranges = [
            (Side::Request, terms.request.as_ref()),
            (Side::Response, terms.response.as_ref()),
        ];
        let mut found = Vec::new();
        for (side, range) in ranges {
            let Some(range) = range else { continue };
            let ids = self.in_range(&range.id, &range.range);
            found.extend(ids.into_iter().map(|id| (side, id)));
        }
        found
    }

    fn in_range(&self, entry: &str, range: &VersionReq) -> Vec<VersionId> {
        self.versions.in_range(entry, range)
    }

    /// Whether what travelled on one side is a payload of the version.
    fn held(&self, exchange: &Exchange, side: Side, id: &VersionId) -> bool {
        let Ok(answer) = &exchange.answer else {
            return false;
        };
        if !exchange.replay.admits(id) {
            return false;
        }
        let body = match side {
            Side::Request => &exchange.request.body,
            Side::Response => &answer.body,
        };
        let Ok(ready) = self.versions.get(id) else {
            return false;
        };
        serde_json::from_slice::<Value>(body).is_ok_and(|value| ready.schema.accepts(&value))
    }

    fn cell(&self, (id, partner): Key, tally: Tally) -> Cell {
        let version = self.catalogue.version(&id);
        let mut because: Vec<String> = tally.because.into_iter().collect();
        let proof = match tally.worst {
            Some(Severity::Fault | Severity::Error) => Proof::Broken,
            Some(Severity::Undecided) => Proof::Unproven,
            _ if tally.interactions == 0 => {
                because.push("no contract speaks of it".to_owned());
                Proof::Unproven
            }
            _ if tally.exchanges == 0 => Proof::Proved,
            _ => Proof::Tested,
        };
        Cell {
            entry: id.entry.clone(),
            version: id.version.to_string(),
            status: version
                .map_or("", |version| version.file.status.word())
                .to_owned(),
            partner,
            proof,
            interactions: tally.interactions,
            exchanges: tally.exchanges,
            because,
        }
    }
}

/// Whether a finding about an interaction speaks of this version: that of a proof names its own, that of an exchange
/// those that were spoken, and any other means all.
fn concerns(finding: &Finding, id: &VersionId) -> bool {
    if let Ok(named) = finding.kind.parse::<VersionId>() {
        return named == *id;
    }
    let notes = finding.notes.iter().filter(|note| note.label == SPOKEN);
    let mut spoken = notes
        .filter_map(|note| note.text.parse::<VersionId>().ok())
        .filter(|spoken| spoken.entry == id.entry);
    spoken.all(|spoken| spoken == *id)
}

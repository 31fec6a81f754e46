//! The contract check: every expectation read, proved against the versions, and held against what travelled.

use super::bodies::Bodies;
use super::notice::notices;
use super::unprotected::unprotected;
use super::{Question, Room};
use crate::app::ruling::Ruling;
use crate::catalogue::{Catalogue, Partner};
use crate::contract::{
    Contract, Planned, Shown, Versions, chosen, endured, gating, matrix, plan, prove, rates, read,
    uncovered, unproven, untried, verify,
};
use crate::inclusion::{Budget, engine};
use crate::model::{
    Aim, Cell, CheckName, ContractRate, Delivery, Exchange, Finding, Notice, Provider, counted,
};
use crate::policy::RuleBook;
use semver::VersionReq;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Contracts that can be used, and what is wrong with the others.
pub(in crate::app) struct Library {
    pub contracts: Vec<Contract>,
    pub findings: Vec<Finding>,
    /// Every request of every contract, asked for or not: they describe the people whom states may name.
    pub people: Vec<Planned>,
    pub aim: Aim,
}

impl Library {
    /// The contracts of a workspace, as far as the aim asks for them.
    pub(in crate::app) fn read(workspace: &crate::catalogue::Workspace, aim: &Aim) -> Self {
        let mut library = Self {
            contracts: Vec::new(),
            findings: Vec::new(),
            people: Vec::new(),
            aim: aim.clone(),
        };
        for source in &workspace.contracts {
            match read(source) {
                Ok(contract) => library.add(contract),
                Err(findings) => library.findings.extend(findings),
            }
        }
        library
    }

    fn add(&mut self, contract: Contract) {
        self.people.extend(plan(&contract));
        let consumer = contract.consumer.clone();
        let contract = chosen(contract, |key| self.aim.admits(&consumer, key));
        if !self.aim.is_partial() || !contract.is_empty() {
            self.contracts.push(contract);
        }
    }

    /// Everything that a rehearsal must send to our service, whose payer id is `us`.
    pub(in crate::app) fn planned(&self, us: &str) -> Vec<Planned> {
        let asking = |contract: &&Contract| contract.consumer != us;
        self.contracts
            .iter()
            .filter(asking)
            .flat_map(plan)
            .collect()
    }

    /// The contracts in which we are the consumer: what our service asks of its partners.
    pub(in crate::app) fn ours<'a>(&'a self, us: &'a str) -> impl Iterator<Item = &'a Contract> {
        let own = move |contract: &&Contract| contract.consumer == us;
        self.contracts.iter().filter(own)
    }
}

/// What travelled, or why nothing did.
pub(super) type Travelled = Result<(Vec<Exchange>, Vec<Delivery>), String>;

/// What the contract check gave.
pub(super) struct Judged {
    pub room: Room,
    pub matrix: Vec<Cell>,
    pub rates: Vec<ContractRate>,
    pub notices: Vec<Notice>,
    /// Contracts of partners that gate.
    pub gates: Vec<Contract>,
}

pub(super) fn check(
    question: &Question<'_>,
    library: &Library,
    travelled: &Travelled,
    payload_rules: &RuleBook,
) -> Judged {
    let versions = Versions::new(&question.head.catalogue);
    let ruling = Ruling::of(question.head, payload_rules);
    let bodies = Bodies {
        question,
        versions: &versions,
        ruling: &ruling,
    };
    let prover = engine();
    let budget = Budget::default();
    let asked = crate::contract::Question {
        versions: &versions,
        prover: &prover,
        budget: &budget,
    };
    let mut findings = library.findings.clone();
    let nothing = (Vec::new(), Vec::new());
    let (exchanges, deliveries) = travelled.as_ref().unwrap_or(&nothing);
    let us = &question.head.config.payer.id;
    let mut gates = Vec::new();
    let mut judged = 0;
    for contract in &library.contracts {
        let (contract, past) = gating(contract, question.as_of.date_naive());
        findings.extend(past);
        let proofs = prove(&contract, &asked);
        // Proved it is, whoever the other side is.
        judged += contract.interactions.len() + contract.messages.len();
        findings.extend(untried(&contract, us));
        let ours = contract.consumer == *us;
        let other = match ours {
            true => &contract.provider,
            false => &contract.consumer,
        };
        if !question.head.partners.contains_key(other) {
            findings.push(without_partner(&contract, other));
        } else if ours {
            if library.aim.provider == Provider::Reference {
                findings.extend(endured(&contract, deliveries, &versions));
            }
        } else {
            findings.extend(verify(&contract, exchanges, &versions));
            findings.extend(unproven(&contract, exchanges, &versions, &proofs));
            findings.extend(bodies.of_contract(&contract, exchanges));
            gates.push(contract);
        }
        findings.extend(proofs);
    }
    let messages: usize = gates.iter().map(|gate| gate.messages.len()).sum();
    let shown = Shown {
        catalogue: &question.head.catalogue,
        partners: &question.head.partners,
        versions: &versions,
        contracts: &gates,
        findings: &findings,
        exchanges,
    };
    let (matrix, rates) = (matrix(&shown), rates(&shown));
    let day = question.as_of.date_naive();
    let notices = notices(&gates, &question.head.catalogue, &mut findings, day);
    // Who asks for a part knows that the rest is not there.
    if !library.aim.is_partial() {
        findings.extend(uncovered(&gates, &question.head.catalogue));
        findings.extend(unprotected(question, library, &matrix));
    }
    for partner in question.head.partners.values() {
        findings.extend(of_partner(&bodies, partner, deliveries));
    }
    let ours = library.ours(us).count();
    let room = Room::ran(CheckName::Contract, judged as u64, "interactions")
        .summary(format!(
            "{} of {}, {ours} of ours: {} seen, {} with stubs",
            counted(library.contracts.len() - ours, "contract"),
            counted(consumers(library, us).len(), "partner"),
            counted(exchanges.len(), "exchange"),
            deliveries.len()
        ))
        .findings(findings)
        .not_proved([limits(question, travelled, &library.aim), unseen(messages)].concat());
    Judged {
        room,
        matrix,
        rates,
        notices,
        gates,
    }
}

/// Messages are proved against their schemas; nobody watches them being sent.
fn unseen(messages: usize) -> Vec<String> {
    let said = format!(
        "{} of contracts held against schemas only: no message was seen being sent.",
        counted(messages, "message")
    );
    (messages > 0).then_some(said).into_iter().collect()
}

fn limits(question: &Question<'_>, travelled: &Travelled, aim: &Aim) -> Vec<String> {
    let deliveries = match travelled {
        Ok((_, deliveries)) => deliveries,
        Err(why) => return vec![format!("Nothing was rehearsed: {why}.")],
    };
    let mut limits = aim.limits();
    if aim.is_partial() || aim.provider != Provider::Reference {
        return limits;
    }
    let asked: BTreeSet<&str> = deliveries.iter().map(|d| d.partner.as_str()).collect();
    let partners = question.head.partners.values().map(|p| p.file.id.as_str());
    let unasked: Vec<&str> = partners.filter(|id| !asked.contains(id)).collect();
    if !unasked.is_empty() {
        limits.push(format!(
            "Nobody was asked for a member at {}: no contract of ours says what we ask there.",
            unasked.join(", ")
        ));
    }
    limits
}

fn consumers<'a>(library: &'a Library, us: &str) -> BTreeSet<&'a str> {
    let contracts = library.contracts.iter();
    contracts
        .map(|contract| contract.consumer.as_str())
        .filter(|consumer| *consumer != us)
        .collect()
}

/// A consumer that nobody knows calls as a stranger, and a provider that nobody knows is not called: nothing is shown.
fn without_partner(contract: &Contract, id: &str) -> Finding {
    let side = match contract.consumer == id {
        true => "/consumer/name",
        false => "/provider/name",
    };
    Finding::new("contract/consumer-unknown", id, contract.place(side))
        .kind("missing")
        .message(format!(
            "`{id}` is no partner of ours, so its contract cannot be rehearsed"
        ))
        .remedy(format!("write partners/{id}.toml, or delete the contract"))
}

/// What our own calls to one partner show, each body once.
fn of_partner(bodies: &Bodies<'_>, partner: &Partner, deliveries: &[Delivery]) -> Vec<Finding> {
    let id = &partner.file.id;
    let sent: BTreeSet<&[u8]> = deliveries
        .iter()
        .filter(|delivery| delivery.partner == *id)
        .flat_map(|delivery| &delivery.requests)
        .map(|request| request.body.as_slice())
        .collect();
    let place = partner.source.find("dialect");
    let mut findings = bodies.of_asked(partner, &sent, &place);
    if !understood(bodies, partner, &sent) {
        findings.push(
            Finding::new("contract/request-not-understood", id.clone(), place)
                .kind("request")
                .message(format!("what we ask `{id}` fits no request version that it uses"))
                .remedy("set the partner's `uses` to the versions that it accepts, or its dialect to the one it speaks"),
        );
    }
    findings
}

/// Whether every request that we sent fits a version that the partner uses.
fn understood(bodies: &Bodies<'_>, partner: &Partner, sent: &BTreeSet<&[u8]>) -> bool {
    let versions = bodies.versions;
    let requests = partner.file.uses.iter().filter(|(entry, _)| {
        let entry = bodies.question.head.catalogue.entry(entry);
        entry.is_some_and(|entry| entry.file.operation.is_some())
    });
    let used: Vec<(&String, &VersionReq)> = requests.collect();
    let fits = |body: &[u8]| {
        let Ok(payload) = serde_json::from_slice::<Value>(body) else {
            return false;
        };
        used.iter()
            .flat_map(|(entry, range)| versions.in_range(entry, range))
            .any(|id| {
                versions
                    .get(&id)
                    .is_ok_and(|ready| ready.schema.accepts(&payload))
            })
    };
    used.is_empty() || sent.iter().all(|body| fits(body))
}

/// `id@version` to the self-contained schema of everything that is served.
pub(in crate::app) fn served(catalogue: &Catalogue) -> BTreeMap<String, Value> {
    let versions = catalogue.versions().filter(|v| v.file.status.is_served());
    versions
        .filter_map(|version| {
            let bundle = catalogue.bundle(&version.id).ok()?;
            Some((version.id.to_string(), bundle.value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::{Source, Workspace};

    #[test]
    fn a_partner_that_nobody_asked_is_named() {
        let text = "id = 'north'\nname = 'North'\nmaturity = 'low'\ncriticality = 'low'\n\
                    lines-of-business = []\nuses = {}\ndialect = {}\n";
        let partner = Partner {
            source: Source::new("partners/north.toml", text.as_bytes()),
            file: toml::from_str(text).unwrap(),
        };
        let mut head = Workspace::default();
        head.partners.insert("north".to_owned(), partner);
        let question = Question {
            head: &head,
            base: None,
            base_day: None,
            as_of: chrono::DateTime::UNIX_EPOCH,
            jobs: 1,
        };
        let said = limits(&question, &Ok((Vec::new(), Vec::new())), &Aim::default());
        assert!(
            said.iter().any(|limit| limit.contains("at north:")),
            "{said:?}"
        );
    }
}

//! The contract check: every expectation read, proved against the versions, and held against what travelled.

use super::bodies::Bodies;
use super::notice::notices;
use super::{Question, Room};
use crate::app::ruling::Ruling;
use crate::catalogue::Catalogue;
use crate::contract::{
    Contract, Planned, Shown, Versions, chosen, gating, matrix, plan, prove, read, uncovered,
    unproven, verify,
};
use crate::inclusion::{Budget, engine};
use crate::model::{
    Aim, Cell, CheckName, Delivery, Exchange, Finding, Notice, Place, Provider, counted,
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

    /// Everything that a rehearsal must send.
    pub(in crate::app) fn planned(&self) -> Vec<Planned> {
        self.contracts.iter().flat_map(plan).collect()
    }
}

/// What travelled, or why nothing did.
pub(super) type Travelled = Result<(Vec<Exchange>, Vec<Delivery>), String>;

/// What the contract check gave.
pub(super) struct Judged {
    pub room: Room,
    pub matrix: Vec<Cell>,
    pub notices: Vec<Notice>,
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
    let mut gates = Vec::new();
    for contract in &library.contracts {
        let (contract, past) = gating(contract, question.as_of.date_naive());
        findings.extend(past);
        let proofs = prove(&contract, &asked);
        if question.head.partners.contains_key(&contract.consumer) {
            findings.extend(verify(&contract, exchanges, &versions));
            findings.extend(unproven(&contract, exchanges, &versions, &proofs));
            findings.extend(bodies.of_contract(&contract, exchanges));
            gates.push(contract);
        } else {
            findings.push(without_partner(&contract));
        }
        findings.extend(proofs);
    }
    let interactions: usize = gates.iter().map(|gate| gate.interactions.len()).sum();
    let messages: usize = gates.iter().map(|gate| gate.messages.len()).sum();
    let matrix = matrix(&Shown {
        catalogue: &question.head.catalogue,
        partners: &question.head.partners,
        versions: &versions,
        contracts: &gates,
        findings: &findings,
        exchanges,
    });
    let day = question.as_of.date_naive();
    let notices = notices(&gates, &question.head.catalogue, &mut findings, day);
    // Who asks for a part knows that the rest is not there.
    if !library.aim.is_partial() {
        findings.extend(uncovered(&gates, &question.head.catalogue));
        findings.extend(without_contract(question, library));
    }
    findings.extend(
        deliveries
            .iter()
            .flat_map(|delivery| delivered(&bodies, delivery)),
    );
    let room = Room::ran(
        CheckName::Contract,
        (interactions + messages) as u64,
        "interactions",
    )
    .summary(format!(
        "{} of {}: {} seen, {} to stubs",
        counted(library.contracts.len(), "contract"),
        counted(consumers(library).len(), "partner"),
        counted(exchanges.len(), "exchange"),
        counted(deliveries.len(), "request")
    ))
    .findings(findings)
    .not_proved([limits(question, travelled, &library.aim), unseen(messages)].concat());
    Judged {
        room,
        matrix,
        notices,
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
            "Nobody was asked for a member at {}: no positive contract shows a person to ask about.",
            unasked.join(", ")
        ));
    }
    limits
}

fn consumers(library: &Library) -> BTreeSet<&str> {
    let contracts = library.contracts.iter();
    contracts
        .map(|contract| contract.consumer.as_str())
        .collect()
}

/// A consumer that nobody knows calls as a stranger: what it would be answered shows nothing.
fn without_partner(contract: &Contract) -> Finding {
    let id = &contract.consumer;
    Finding::new(
        "contract/consumer-unknown",
        id.clone(),
        contract.place("/consumer/name"),
    )
    .kind("missing")
    .message(format!(
        "`{id}` is no partner of ours, so its contract cannot be rehearsed"
    ))
    .remedy(format!("write partners/{id}.toml, or delete the contract"))
}

/// A partner that wrote no contract is a partner whom nothing protects.
fn without_contract(question: &Question<'_>, library: &Library) -> Vec<Finding> {
    let sources = &question.head.contracts;
    if sources.is_empty() {
        return Vec::new();
    }
    let day = question.as_of.date_naive();
    let gates = |contract: &&Contract| !gating(contract, day).0.is_empty();
    let protected: BTreeSet<&str> = library
        .contracts
        .iter()
        .filter(gates)
        .map(|contract| contract.consumer.as_str())
        .collect();
    // A contract that cannot be read is said elsewhere, and is no missing one.
    let unread = |id: &str| {
        let read = |path: &str| library.contracts.iter().any(|known| known.path == path);
        let mut own = sources.iter().filter(|source| source.consumer == id);
        own.any(|source| !read(&source.source.path))
    };
    let partners = question.head.partners.values();
    partners
        .filter(|partner| !protected.contains(partner.file.id.as_str()))
        .filter(|partner| !unread(&partner.file.id))
        .map(|partner| {
            let id = &partner.file.id;
            Finding::new(
                "contract/partner-without-contract",
                id.clone(),
                partner.source.find("id ="),
            )
            .kind("missing")
            .message(format!(
                "`{id}` has no contract that is still in force, so nothing says what a change would break for it"
            ))
            .remedy(format!(
                "write contracts/{id}/<topic>.json; docs/handbook shows how"
            ))
        })
        .collect()
}

/// What one exchange with a stub shows of us as the asking side.
fn delivered(bodies: &Bodies<'_>, delivery: &Delivery) -> Vec<Finding> {
    let (question, versions) = (bodies.question, bodies.versions);
    let mut findings = Vec::new();
    let place = question
        .head
        .partners
        .get(&delivery.partner)
        .map_or_else(|| Place::start("partners"), |p| p.source.find("dialect"));
    let (state, calls) = &delivery.expected;
    let finding = |rule: &str, message: String| {
        Finding::new(rule, delivery.partner.clone(), place.clone())
            .kind(&delivery.case)
            .message(message)
    };
    if delivery.state != *state || delivery.requests.len() != *calls {
        let code = delivery.code.as_deref().unwrap_or("no code");
        findings.push(
            finding(
                "contract/delivery-failed",
                format!(
                    "an exchange with `{}` ({}) ended {} after {} calls ({code}); it must end {state} after {calls}",
                    delivery.partner,
                    delivery.case,
                    delivery.state,
                    delivery.requests.len()
                ),
            )
            .remedy("compare the partner's dialect and failure settings with what it really does"),
        );
    }
    findings.extend(bodies.of_delivery(delivery, &place));
    if !understood(question, versions, delivery) {
        findings.push(
            finding(
                "contract/request-not-understood",
                format!("what we ask `{}` fits no request version that it uses", delivery.partner),
            )
            .remedy("set the partner's `uses` to the versions that it accepts, or its dialect to the one it speaks"),
        );
    }
    findings
}

/// Whether every request that we sent fits a version that the partner uses.
fn understood(question: &Question<'_>, versions: &Versions<'_>, delivery: &Delivery) -> bool {
    let Some(partner) = question.head.partners.get(&delivery.partner) else {
        return true;
    };
    let requests = partner.file.uses.iter().filter(|(entry, _)| {
        let entry = question.head.catalogue.entry(entry);
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
    used.is_empty() || delivery.requests.iter().all(|request| fits(&request.body))
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
    use crate::catalogue::{Partner, Source, Workspace};

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

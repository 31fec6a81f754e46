//! Whom a step hurts: partners and contracts whose ranges admit the new version, and what is on record of the old one.

use super::side::Named;
use crate::app::hurts;
use crate::catalogue::{Envelope, SchemaVersion, Workspace};
use crate::contract::{Contract, SchemaRange, read};
use crate::model::{Effect, Finding, Gravity, Hurt, Place};
use std::collections::BTreeMap;
use wire::payload::Schema;

/// What is known of those who use the two versions.
pub(super) struct Harm {
    /// Partners and consumers who would be served the new version without asking for it.
    users: Vec<Hurt>,
    recorded: Option<Recorded>,
}

/// Payloads that were recorded under the old version.
struct Recorded {
    version: String,
    total: u64,
    /// By partner: how many the new version refuses, and the first of them.
    refused: BTreeMap<String, (u64, Place)>,
}

impl Harm {
    pub(super) fn of(workspace: &Workspace, old: &Named, new: &Named) -> Self {
        let served = new.served();
        let from = old.served();
        let known = |version: &SchemaVersion| users(workspace, from, version);
        let before = from.map(known);
        let now = served.map(known).unwrap_or_default();
        // Whoever lives with the new version only is not moved by the step.
        let is_moved = |hurt: &Hurt| before.as_ref().is_none_or(|before| before.contains(hurt));
        Self {
            users: now.into_iter().filter(is_moved).collect(),
            recorded: served.and_then(|new| recorded(workspace, old, new)),
        }
    }

    /// The finding with everyone whom it hurts, where it breaks somebody.
    pub(super) fn told(&self, finding: Finding) -> Finding {
        let Gravity::Effect(effect, direction) = finding.gravity else {
            return finding;
        };
        let (forth, back) = match effect {
            Effect::None => (false, false),
            Effect::Narrows => (true, false),
            Effect::Widens => (false, true),
            Effect::Both | Effect::Unsure => (true, true),
        };
        let breaks_senders = forth && direction.needs_forth();
        let breaks = breaks_senders || back && direction.needs_back();
        if !breaks {
            return finding;
        }
        let mut finding = finding;
        finding.hurts.extend(self.users.iter().cloned());
        // An answer of old that the new version would not give is nobody's loss.
        let recorded = self.recorded.as_ref().filter(|_| breaks_senders);
        finding
            .hurts
            .extend(recorded.into_iter().flat_map(Recorded::hurts));
        finding
    }

    /// What the record leaves open.
    pub(super) fn limits(&self) -> Option<String> {
        let recorded = self.recorded.as_ref()?;
        (recorded.total == 0).then(|| {
            format!(
                "No payload of {} is on record, so nothing was tried that partners really send.",
                recorded.version
            )
        })
    }
}

impl Recorded {
    fn hurts(&self) -> impl Iterator<Item = Hurt> {
        self.refused.iter().map(|(partner, (count, first))| Hurt {
            who: partner.clone(),
            why: format!(
                "{count} of {} payloads recorded as {} are newly rejected",
                self.total, self.version
            ),
            place: Some(first.clone()),
        })
    }
}

/// Partners and consumers who live with a version.
fn users(
    workspace: &Workspace,
    from: Option<&SchemaVersion>,
    version: &SchemaVersion,
) -> Vec<Hurt> {
    let mut users = hurts::users(from.map(|from| &from.id), version, workspace);
    users.extend(contracts(workspace, version));
    users
}

/// Consumers who say that they live with the version.
fn contracts(workspace: &Workspace, new: &SchemaVersion) -> Vec<Hurt> {
    let read = workspace
        .contracts
        .iter()
        .filter_map(|source| read(source).ok());
    read.filter_map(|contract| relies(&contract, new)).collect()
}

/// The first interaction of a contract that speaks the version, and how many more do.
fn relies(contract: &Contract, new: &SchemaVersion) -> Option<Hurt> {
    let meets = |range: &Option<SchemaRange>| {
        let range = range.as_ref();
        range.is_some_and(|range| range.id == new.id.entry && range.range.matches(&new.number))
    };
    let contract = contract.with_messages_as_answers();
    let mut met = contract.interactions.iter().filter(|interaction| {
        meets(&interaction.terms.request) || meets(&interaction.terms.response)
    });
    let mut hurt = contract.hurt(met.next()?);
    let more = met.count();
    if more > 0 {
        hurt.why.push_str(&format!(" and {more} more"));
    }
    Some(hurt)
}

/// What was recorded under the old version, against the new one.
fn recorded(workspace: &Workspace, old: &Named, new: &SchemaVersion) -> Option<Recorded> {
    let (entry, number) = (old.entry.as_ref()?, old.number.as_ref()?);
    let bundle = workspace.catalogue.bundle(&new.id).ok()?;
    let schema = Schema::compile(&bundle.value).ok()?;
    let mut found = Recorded {
        version: format!("{entry} {number}"),
        total: 0,
        refused: BTreeMap::new(),
    };
    for history in &workspace.histories {
        for (line, bytes) in history.lines() {
            let Ok(envelope) = serde_json::from_slice::<Envelope>(bytes) else {
                continue;
            };
            if envelope.schema != *entry || envelope.version != *number {
                continue;
            }
            found.total += 1;
            if !schema.accepts(&envelope.payload) {
                let mut place = Place::start(&history.source.path);
                place.line = line;
                found
                    .refused
                    .entry(envelope.partner)
                    .or_insert((0, place))
                    .0 += 1;
            }
        }
    }
    Some(found)
}

//! What contracts and recorded payloads show, by partner.

use super::{Shown, count};
use crate::catalogue::{Partner, Workspace};
use crate::contract::{Coverage, coverage};
use crate::model::Proof;
use crate::policy::input::{ContractFacts, EvidenceFacts, ReplayFacts};
use crate::replay::Shift;

/// One item for each operation that a partner uses; none when contracts were not judged.
pub(super) fn contracts(head: &Workspace, shown: &Shown<'_>) -> Vec<ContractFacts> {
    if !shown.contracts_judged {
        return Vec::new();
    }
    let coverage = coverage(shown.gates, &head.catalogue);
    let partners = head.partners.values();
    partners
        .flat_map(|partner| of_partner(head, shown, partner, &coverage))
        .collect()
}

fn of_partner(
    head: &Workspace,
    shown: &Shown<'_>,
    partner: &Partner,
    coverage: &[Coverage],
) -> Vec<ContractFacts> {
    let id = &partner.file.id;
    let used = partner.file.uses.keys().filter_map(|entry| {
        let operation = head.catalogue.entry(entry)?.file.operation.as_ref()?;
        Some((entry, operation))
    });
    used.map(|(entry, operation)| {
        let mut all = coverage.iter();
        let covered = all.find(|one| one.consumer == *id && one.operation == operation.name);
        ContractFacts {
            partner: id.clone(),
            pointer: format!("/uses/{entry}"),
            schema: entry.clone(),
            operation: operation.name.clone(),
            positive: covered.map_or(0, |one| count(one.positive)),
            negative: covered.map_or(0, |one| count(one.negative)),
            missing_edges: covered
                .map_or_else(|| Coverage::demanded(operation), |one| one.missing.clone()),
            evidence: EvidenceFacts {
                state: weakest(shown, id, entry),
                same_digest: true,
                age_days: 0,
            },
        }
    })
    .collect()
}

/// The weakest proof over the versions of an entry that a partner lives with; nothing shows what no cell tells.
fn weakest(shown: &Shown<'_>, partner: &str, entry: &str) -> Proof {
    let cells = shown.matrix.iter();
    let own = cells.filter(|cell| cell.partner == partner && cell.entry == entry);
    own.map(|cell| cell.proof).max().unwrap_or(Proof::Unproven)
}

/// One item for each version and partner with payloads on record.
pub(super) fn replays(shown: &Shown<'_>) -> Vec<ReplayFacts> {
    let Some(seen) = shown.seen else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    for (version, partners) in seen {
        for (partner, payloads) in partners {
            let shifted = |shift: Shift| {
                let own = shown.clusters.iter().filter(|cluster| {
                    let cause = &cluster.cause;
                    cause.shift == shift && cause.candidate == *version && cause.partner == *partner
                });
                let sum: u64 = own.map(|cluster| cluster.count).sum();
                u32::try_from(sum).unwrap_or(u32::MAX)
            };
            facts.push(ReplayFacts {
                schema: version.to_string(),
                partner: partner.clone(),
                payloads: u32::try_from(*payloads).unwrap_or(u32::MAX),
                newly_rejected: shifted(Shift::NewlyRejected),
                newly_accepted: shifted(Shift::NewlyAccepted),
                same_digest: true,
            });
        }
    }
    facts
}

//! Whom a change hurts: partners whose range admits the new version, and what is on record of them.

use crate::catalogue::{Catalogue, SchemaVersion, Workspace};
use crate::model::{Direction, Finding, Hurt, Place};
use crate::replay::{Cluster, Shift};
use std::collections::{BTreeMap, BTreeSet};

/// The finding with everyone who would be served `version` without asking for it.
pub(super) fn with(
    mut finding: Finding,
    version: &SchemaVersion,
    workspace: &Workspace,
) -> Finding {
    finding.hurts.extend(users(version, workspace));
    finding
}

/// Partners whose ranges admit `version`.
pub(super) fn users(version: &SchemaVersion, workspace: &Workspace) -> Vec<Hurt> {
    let mut users = Vec::new();
    let named = &version.id.entry;
    let affected = affected(&workspace.catalogue, named);
    for partner in workspace.partners.values() {
        for (entry, range) in &partner.file.uses {
            // Ranges speak of the entry that travels; what it draws in travels with it.
            let admits = entry != named || range.matches(&version.number);
            if affected.contains(entry.as_str()) && admits {
                users.push(Hurt {
                    who: partner.file.id.clone(),
                    why: format!("uses {entry} {range}"),
                    place: Some(partner.source.find(entry)),
                });
            }
        }
    }
    users
}

/// Adds who is on record with payloads that the finding's version newly rejects, out of `total` payloads.
pub(super) fn on_record(finding: &mut Finding, clusters: &[Cluster], total: u64) {
    let mut counts: BTreeMap<&str, (u64, &Place)> = BTreeMap::new();
    for cluster in clusters {
        let cause = &cluster.cause;
        // An answer of old that the new version would not give is nobody's loss.
        let is_loss = cause.shift == Shift::NewlyRejected
            && cause.direction.is_some_and(Direction::needs_forth);
        if is_loss && cause.candidate.to_string() == finding.subject {
            let entry = counts.entry(&cause.partner).or_insert((0, &cluster.first));
            entry.0 += cluster.count;
            entry.1 = entry.1.min(&cluster.first);
        }
    }
    for (partner, (count, first)) in counts {
        finding.hurts.push(Hurt {
            who: partner.to_owned(),
            why: format!("{count} of {total} recorded payloads are newly rejected"),
            place: Some(first.clone()),
        });
    }
}

/// The entry and every entry that draws it in, however far.
fn affected<'a>(catalogue: &'a Catalogue, entry: &'a str) -> BTreeSet<&'a str> {
    let mut affected = BTreeSet::from([entry]);
    loop {
        let before = affected.len();
        for (id, entry) in &catalogue.entries {
            let depends = |on: &String| affected.contains(on.as_str());
            if entry.file.depends_on.iter().any(depends) {
                affected.insert(id);
            }
        }
        if affected.len() == before {
            return affected;
        }
    }
}

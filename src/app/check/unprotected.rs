//! Partners whom no contract protects, as a whole or for one thing that they use.
//! Refuses to take one contract for protection in everything.

use super::Question;
use super::contract::Library;
use crate::catalogue::Partner;
use crate::contract::{Contract, gating};
use crate::model::{Cell, Finding};
use std::collections::BTreeSet;

/// What partners use and no contract of theirs that is still in force speaks of.
pub(super) fn unprotected(
    question: &Question<'_>,
    library: &Library,
    matrix: &[Cell],
) -> Vec<Finding> {
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
        .filter(|partner| !unread(&partner.file.id))
        .flat_map(
            |partner| match protected.contains(partner.file.id.as_str()) {
                true => unspoken(partner, matrix),
                false => vec![alone(partner)],
            },
        )
        .collect()
}

/// A partner that wrote no contract.
fn alone(partner: &Partner) -> Finding {
    let id = &partner.file.id;
    missing(partner, "id =", "missing").message(format!(
        "`{id}` has no contract that is still in force, so nothing says what a change would break for it"
    ))
}

/// Each entry that a partner uses and that its contracts leave out in every version.
fn unspoken(partner: &Partner, matrix: &[Cell]) -> Vec<Finding> {
    let id = &partner.file.id;
    let spoken = |entry: &str| {
        let mut cells = matrix
            .iter()
            .filter(|cell| cell.partner == *id && cell.entry == entry);
        cells.any(|cell| cell.interactions > 0)
    };
    let used = partner.file.uses.keys();
    used.filter(|entry| !spoken(entry))
        .map(|entry| {
            missing(partner, entry, entry).message(format!(
                "`{id}` uses {entry}, and no contract of it that is still in force speaks of that"
            ))
        })
        .collect()
}

fn missing(partner: &Partner, needle: &str, kind: &str) -> Finding {
    let id = &partner.file.id;
    let place = partner.source.find(needle);
    Finding::new("contract/partner-without-contract", id.clone(), place)
        .kind(kind)
        .remedy(format!(
            "write contracts/{id}/<topic>.json; docs/handbook shows how"
        ))
}

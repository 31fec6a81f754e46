//! What is assumed of senders, held against what they really sent.

use super::on_record;
use crate::catalogue::Workspace;
use crate::compat::Side;
use crate::model::{Finding, Place, VersionId, counted};
use std::collections::BTreeMap;

/// Recorded payloads of one version that carry what the version does not declare.
struct Undeclared {
    count: usize,
    first: Place,
}

/// The sides, of which those that recorded payloads refute assume nothing any more, and a finding for each of these.
pub(in crate::app) fn tested<'a>(
    sides: BTreeMap<&'a VersionId, Side>,
    head: &Workspace,
) -> (BTreeMap<&'a VersionId, Side>, Vec<Finding>) {
    if !sides.values().any(Side::assumes) {
        return (sides, Vec::new());
    }
    let refuted = undeclared(&sides, head);
    let findings = refuted
        .iter()
        .map(|(id, found)| finding(id, found))
        .collect();
    let sides = sides.into_iter().map(|(id, side)| match refuted.get(id) {
        Some(_) => (id, side.strict()),
        None => (id, side),
    });
    (sides.collect(), findings)
}

fn undeclared(
    sides: &BTreeMap<&VersionId, Side>,
    head: &Workspace,
) -> BTreeMap<VersionId, Undeclared> {
    let mut refuted: BTreeMap<VersionId, Undeclared> = BTreeMap::new();
    on_record::each(head, |id, place, recorded| {
        let side = sides.get(id);
        if side.is_some_and(|side| side.refutes(&recorded.payload)) {
            let first = || Undeclared {
                count: 0,
                first: place,
            };
            refuted.entry(id.clone()).or_insert_with(first).count += 1;
        }
    });
    refuted
}

fn finding(id: &VersionId, found: &Undeclared) -> Finding {
    Finding::new(
        "compat/assumption-refuted",
        id.to_string(),
        found.first.clone(),
    )
    .kind("declared-producer")
    .message(format!(
        "{} of {id} with properties that it does not declare, so nothing is assumed of its senders",
        counted(found.count, "recorded payload")
    ))
    .remedy(format!(
        "declare the properties, mend the sender, or drop `assume` in schemas/{}/entry.toml",
        id.entry
    ))
}

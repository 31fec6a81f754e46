//! What is assumed of senders, held against what they really sent.

use crate::catalogue::{Envelope, Workspace};
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
    for history in &head.histories {
        for (number, line) in history.lines() {
            // What is no envelope is told by the replay.
            let Ok(recorded) = serde_json::from_slice::<Envelope>(line) else {
                continue;
            };
            let id = VersionId {
                entry: recorded.schema,
                version: crate::model::VersionName::Number(recorded.version),
            };
            if !sides
                .get(&id)
                .is_some_and(|side| side.refutes(&recorded.payload))
            {
                continue;
            }
            let first = || Place {
                line: number,
                ..Place::start(&history.source.path)
            };
            let found = refuted.entry(id).or_insert_with(|| Undeclared {
                count: 0,
                first: first(),
            });
            found.count += 1;
        }
    }
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

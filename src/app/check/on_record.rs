//! Recorded payloads as what they are for a comparison: values that a version is known to have been spoken with.

use crate::catalogue::{Envelope, EnvelopeOutcome, Workspace};
use crate::compat::Side;
use crate::inclusion::Known;
use crate::model::{Place, VersionId, VersionName, WitnessSource, digest};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wire::json::canonical;

/// Most recorded payloads of one version that a question is given.
///
/// Source: the pipeline of the compatibility specification
const MOST: usize = 1_000;

/// Tells every recorded payload with its version and its place. What is no envelope is told by the replay.
pub(super) fn each(head: &Workspace, mut tell: impl FnMut(&VersionId, Place, Envelope)) {
    for history in &head.histories {
        for (line, text) in history.lines() {
            let Ok(recorded) = serde_json::from_slice::<Envelope>(text) else {
                continue;
            };
            let id = VersionId {
                entry: recorded.schema.clone(),
                version: VersionName::Number(recorded.version.clone()),
            };
            let place = Place {
                line,
                ..Place::start(&history.source.path)
            };
            tell(&id, place, recorded);
        }
    }
}

/// The sides, of which those of `asked` know what was accepted of them on record: that settles what no prover can.
pub(super) fn known<'a>(
    mut sides: BTreeMap<&'a VersionId, Side>,
    asked: &BTreeSet<&'a VersionId>,
    head: &Workspace,
) -> BTreeMap<&'a VersionId, Side> {
    if asked.is_empty() {
        return sides;
    }
    let mut found: BTreeMap<VersionId, Vec<(Place, Value)>> = BTreeMap::new();
    each(head, |id, place, recorded| {
        if asked.contains(id) && recorded.outcome == EnvelopeOutcome::Accepted {
            let own = found.entry(id.clone()).or_default();
            if own.len() < MOST {
                own.push((place, recorded.payload));
            }
        }
    });
    for id in asked {
        let Some(payloads) = found.remove(*id) else {
            continue;
        };
        let Some(mut side) = sides.remove(id) else {
            continue;
        };
        for (place, payload) in payloads {
            let digest = digest(canonical(&payload).as_bytes());
            let source = WitnessSource::Recorded { place, digest };
            side = side.knowing(Known::recorded(payload), source);
        }
        sides.insert(id, side);
    }
    sides
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::compat::weigh;
    use crate::inclusion::{Answer, Budget};
    use crate::model::Direction;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn what_was_recorded_of_a_version_breaks_the_next_before_any_example_does() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (head, _) = crate::load::folder(root, None).unwrap();
        let mut recorded: Vec<(VersionId, Value)> = Vec::new();
        each(&head, |id, _, line| {
            recorded.push((id.clone(), line.payload))
        });
        let id = recorded.first().unwrap().0.clone();
        let shut = Side::new(&json!({"not": {}}));
        let is_recorded = |side: &Side| {
            let weighed = weigh(side, &shut, Direction::Request, &Budget::default());
            let Answer::Breaking { witness } = weighed.forth else {
                return false;
            };
            recorded.contains(&(id.clone(), witness.value))
        };
        let sides = BTreeMap::from([(&id, Side::of(&head.catalogue, &id))]);
        assert!(!is_recorded(sides.get(&id).unwrap()));
        let sides = known(sides, &BTreeSet::from([&id]), &head);
        assert!(is_recorded(sides.get(&id).unwrap()));
    }
}

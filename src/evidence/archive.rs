//! The files of a store as records: each is what its name says, or it is a fault.
//! Refuses to pass over a file that it does not understand.

use super::chain;
use super::name::{self, DEPLOYMENTS, EVENTS, EVIDENCE};
use crate::model::{Archive, EventKind, Fault, Kept};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// What a store holds, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

const TAMPERED: &str = "contract/record-tampered";

/// Everything in a store that can be trusted, and everything that cannot.
#[must_use]
pub fn archive(files: &Files) -> (Archive, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut archive = Archive {
        evidence: kept(files, EVIDENCE, name::evidence, &mut faults),
        deployments: kept(
            files,
            DEPLOYMENTS,
            |it, _| name::deployment(it),
            &mut faults,
        ),
        ..Archive::default()
    };
    let events = kept(files, EVENTS, name::event, &mut faults);
    archive.events = chain::linked(events, &mut faults);
    faults.extend(gone(&archive));
    untold(&mut archive);
    (archive, faults)
}

/// The records of one folder, each under the name that its content has.
fn kept<T: Serialize + DeserializeOwned>(
    files: &Files,
    folder: &str,
    path_of: impl Fn(&T, &str) -> String,
    faults: &mut Vec<Fault>,
) -> Vec<Kept<T>> {
    let mut kept = Vec::new();
    for (path, bytes) in files.range(folder.to_owned()..) {
        if !path.starts_with(folder) {
            break;
        }
        match record(path, bytes, &path_of) {
            Ok(value) => kept.push(Kept {
                path: path.clone(),
                value,
            }),
            Err(why) => faults.push(Fault {
                rule: TAMPERED.to_owned(),
                path: path.clone(),
                message: why.to_owned(),
            }),
        }
    }
    kept
}

/// One record, if it is what was written under this name.
fn record<T: Serialize + DeserializeOwned>(
    path: &str,
    bytes: &[u8],
    path_of: &impl Fn(&T, &str) -> String,
) -> Result<T, &'static str> {
    let value: T = serde_json::from_slice(bytes).map_err(|_| "it is no record of this kind")?;
    let (text, hash) = name::text(&value);
    if text.as_bytes() != bytes {
        return Err("it is not written as records are: somebody edited it");
    }
    if path_of(&value, &hash) != path {
        return Err("its content is not the one that its name was made from");
    }
    Ok(value)
}

/// Evidence that an event names and that is not there.
fn gone(archive: &Archive) -> Vec<Fault> {
    let there: BTreeSet<&str> = archive
        .evidence
        .iter()
        .map(|kept| kept.path.as_str())
        .collect();
    let mut gone = Vec::new();
    for event in &archive.events {
        match &event.value.what {
            EventKind::Verified { record } if !there.contains(record.as_str()) => {
                gone.push(Fault {
                    rule: chain::BROKEN.to_owned(),
                    path: event.path.clone(),
                    message: "the evidence that it tells of is gone".to_owned(),
                })
            }
            EventKind::Verified { .. } | EventKind::Deployed { .. } | EventKind::Retired { .. } => {
            }
        }
    }
    gone
}

/// Sets aside evidence that no event tells of: a run that was cut off, or a file that somebody put there.
fn untold(archive: &mut Archive) {
    let told: BTreeSet<&str> = archive
        .events
        .iter()
        .filter_map(|event| match &event.value.what {
            EventKind::Verified { record } => Some(record.as_str()),
            EventKind::Deployed { .. } | EventKind::Retired { .. } => None,
        })
        .collect();
    let (counted, untold): (Vec<_>, Vec<_>) = std::mem::take(&mut archive.evidence)
        .into_iter()
        .partition(|kept| told.contains(kept.path.as_str()));
    archive.evidence = counted;
    archive.untold = untold.into_iter().map(|kept| kept.path).collect();
}

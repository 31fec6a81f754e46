//! Who is live in an environment, as its files and its events say.
//! Refuses to choose where the two disagree: it says so.

use crate::model::{Archive, Event, EventKind, Party, Role};
use std::collections::BTreeMap;

/// An instance that is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instance {
    pub party: Party,
    pub environment: String,
    pub name: String,
    pub role: Role,
    /// What the events say instead, when they do.
    pub disagreement: Option<String>,
}

/// Everybody who is live, in order of environment, name and instance.
pub(super) fn live(archive: &Archive) -> Vec<Instance> {
    let mut last = last_events(archive);
    let mut live: Vec<Instance> = archive
        .deployments
        .iter()
        .map(|kept| {
            let there = &kept.value;
            let key = (
                there.environment.clone(),
                there.participant.clone(),
                there.instance.clone(),
            );
            let event = last.remove(&key);
            Instance {
                party: there.party(),
                environment: there.environment.clone(),
                name: there.instance.clone(),
                role: there.role,
                disagreement: disagreement(event, &there.party(), there.role),
            }
        })
        .collect();
    // Whom an event deployed last, and no file knows.
    for ((environment, _, name), event) in last {
        if let EventKind::Deployed { role, .. } = event.what {
            live.push(Instance {
                party: event.party.clone(),
                environment,
                name,
                role,
                disagreement: Some("its file is gone, and no event retired it".to_owned()),
            });
        }
    }
    let order = |it: &Instance| {
        (
            it.environment.clone(),
            it.party.name.clone(),
            it.name.clone(),
        )
    };
    live.sort_by_key(order);
    live
}

/// The last event of every instance, by environment, participant and instance.
fn last_events(archive: &Archive) -> BTreeMap<(String, String, String), &Event> {
    let mut last = BTreeMap::new();
    for event in archive.events.iter().map(|kept| &kept.value) {
        let place = match &event.what {
            EventKind::Deployed {
                environment,
                instance,
                ..
            }
            | EventKind::Retired {
                environment,
                instance,
            } => (environment, instance),
            EventKind::Verified { .. } => continue,
        };
        let key = (place.0.clone(), event.party.name.clone(), place.1.clone());
        last.insert(key, event);
    }
    last
}

/// What the last event says that the file does not.
fn disagreement(event: Option<&Event>, party: &Party, role: Role) -> Option<String> {
    let Some(event) = event else {
        return Some("no event deployed it".to_owned());
    };
    match &event.what {
        EventKind::Deployed { role: told, .. } if event.party == *party && *told == role => None,
        EventKind::Deployed { role: told, .. } => Some(format!(
            "the last event says {} as {}",
            event.party.version,
            told.word()
        )),
        EventKind::Retired { .. } => Some("the last event retired it".to_owned()),
        EventKind::Verified { .. } => None,
    }
}

//! Carries the retention policy out: class by class, in an order that tells of bodies before their records can go.
//! Refuses to remove anything without saying so in the log.

use crate::data::Plane;
use crate::store::StoreError;
use crate::store::audit::{Due, act};
use domain::audit::Class;
use domain::record::{Action, Actor};
use serde::Serialize;

/// How much of each class was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Swept {
    pub audit: u64,
    pub payload: u64,
    pub answer: u64,
    #[serde(rename = "match")]
    pub matched: u64,
    pub file: u64,
}

/// Removes everything that is due by now.
pub(crate) async fn sweep(plane: &Plane, actor: &Actor) -> Result<Swept, StoreError> {
    let now = plane.now();
    let snapshot = plane.snapshot();
    let mut swept = Swept::default();
    for class in Class::ALL {
        let due = Due {
            before: class.due_before(&snapshot.audit.retention, now),
            now,
            event: act(now, actor.clone(), Action::RecordRemoved, snapshot.number)?,
        };
        let removed = plane.store.remove_due(*class, &due).await?;
        match class {
            Class::Audit => swept.audit = removed,
            Class::Payload => swept.payload = removed,
            Class::Answer => swept.answer = removed,
            Class::Match => swept.matched = removed,
            Class::File => swept.file = removed,
        }
    }
    Ok(swept)
}

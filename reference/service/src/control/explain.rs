//! What a route set says, then and now, to what was once asked of it.
//! Refuses to move anything: it only works out again.

use super::{Control, Unpublished};
use domain::Timestamp;
use domain::ids::DocumentNumber;
use domain::routing::{By, Choice, Decision, Inputs, decide};

/// What the set of another time says.
#[derive(Clone, Debug)]
pub(crate) struct Otherwise {
    pub snapshot: i64,
    pub set: DocumentNumber,
    pub decision: Option<Decision>,
}

impl Control {
    /// Does the set that was asked still say the same? Nobody can tell of a choice that no set made.
    pub(crate) async fn repeats(&self, choice: &Choice) -> Result<Option<bool>, Unpublished> {
        match choice.by {
            By::Registry => Ok(None),
            By::Stable | By::Canary => {
                let set = self.set_of(choice.set).await?;
                let again = decide(&set, &choice.inputs).ok();
                Ok(Some(again == choice.decision))
            }
        }
    }

    /// What the set in force at that time says to the same inputs; none when there was no set.
    pub(crate) async fn otherwise(
        &self,
        at: Timestamp,
        inputs: &Inputs,
    ) -> Result<Option<Otherwise>, Unpublished> {
        let then = self.routes_at(at).await?;
        Ok(then.map(|(snapshot, set)| Otherwise {
            snapshot,
            set: set.number(),
            decision: decide(&set, inputs).ok(),
        }))
    }
}

//! The gate between two phases of the rollout, held against what the store has counted.
//! Refuses a step further that the present phase has not earned, and a step over a phase.

use super::document::{Document, Refused};
use super::publish::{Control, Unpublished};
use domain::control::Kind;
use domain::phase::{Measure, Measured, Short, gate};
use domain::snapshot::Snapshot;

impl Control {
    /// What the present phase has shown since its document came into force, and what it is short of.
    pub(crate) async fn earned(
        &self,
        present: &Snapshot,
    ) -> Result<(Measured, Vec<(Measure, Short)>), Unpublished> {
        let number = self.state().await?.documents.get(&Kind::Flags).copied();
        let kept = match number {
            Some(number) => self.store.document(Kind::Flags, number).await?,
            None => None,
        };
        let kept = kept.ok_or(Unpublished::Nothing)?;
        let since = kept.decided_at.unwrap_or(kept.at);
        let bound = present.resilience.limits.open_exchanges;
        let measured = self.store.measured(since, bound).await?;
        let short = gate(&present.flags.phase.gate, &measured);
        Ok((measured, short))
    }

    /// Does the document go further than the present phase has earned? Going back is always allowed.
    pub(super) async fn has_earned(
        &self,
        present: &Snapshot,
        document: &Document,
    ) -> Result<(), Unpublished> {
        let Document::Flags(wanted) = document else {
            return Ok(());
        };
        let (from, to) = (present.flags.phase.name, wanted.phase.name);
        if to <= from {
            return Ok(());
        }
        if from.next() != Some(to) {
            return Err(Refused(format!("{to} does not follow {from}")).into());
        }
        let (_, short) = self.earned(present).await?;
        if short.is_empty() {
            return Ok(());
        }
        let told: Vec<String> = short
            .iter()
            .map(|(measure, short)| format!("{measure} {short}"))
            .collect();
        Err(Refused(format!("the phase {from} is short of: {}", told.join(", "))).into())
    }
}

//! The parts of a step that an exchange about many members has of its own: who of them stands, before and after.
//! Refuses to end an exchange for one of them.

use super::walk::Walk;
use crate::data::roster;
use crate::data::step::{Done, Moved};
use crate::store::{Exchange, StoreError};
use crate::telemetry::{self, Stage};
use domain::bulk::Roster;
use domain::consent::ConsentStatus;
use domain::failure::Code;
use domain::snapshot::Snapshot;
use domain::trace::Said;
use domain::workflow::Work;
use serde_json::Value;
use tracing::Instrument;

impl Walk<'_> {
    /// Runs a stage that may take long, may end the exchange and leaves something behind.
    pub(super) async fn moving(
        &self,
        stage: Stage,
        run: impl Future<Output = Result<Moved, Code>>,
    ) -> Result<Moved, Code> {
        let span = telemetry::stage(stage, &self.context);
        let begun = self.plane.now();
        let moved = run.instrument(span.clone()).await;
        let code = match &moved {
            Ok((event, _)) => event.code(),
            Err(code) => Some(*code),
        };
        self.passed(stage, (&span, begun), code);
        moved
    }

    /// What came of each member so far. Those who are left out are taken out of the request; who may stand when judged
    /// anew stands again where that is due.
    pub(super) async fn members(
        &self,
        exchange: &Exchange,
        request: &mut Value,
    ) -> Result<Option<Roster>, StoreError> {
        let kept = self.plane.store.roster(&exchange.id).await?;
        let members = match self.leased.work {
            Work::Validate => None,
            Work::ResolveMember | Work::ChooseRoute => {
                kept.map(|kept| roster::readmitted(kept, exchange.state))
            }
            Work::Submit
            | Work::Monitor
            | Work::Poll
            | Work::Retrieve
            | Work::Deliver
            | Work::Deadline => kept,
        };
        if let Some(members) = &members {
            roster::narrow(request, members);
        }
        Ok(members)
    }

    /// The same for many members: each on its own, and only nobody left ends the exchange.
    pub(super) async fn resolve_all(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        judged: (&Value, Roster),
    ) -> Result<Done, Code> {
        self.stage(Stage::IdentityResolution, || Ok(()))?;
        let resolved = roster::resolve(self.plane, snapshot, exchange, judged);
        let moved = self.moving(Stage::AccessPolicy, resolved).await?;
        if let Some(found) = &moved.1.told.found {
            self.context.says(Said::Confidence(found.band));
        }
        let consent = match (moved.1.consent, moved.0.code()) {
            (Some(_), _) => Some(ConsentStatus::Granted),
            (None, Some(Code::Consent(refusal))) => Some(refusal.status()),
            (None, _) => None,
        };
        if let Some(status) = consent {
            self.root.record("matchmark.consent_status", status.word());
            self.context.says(Said::Consent(status));
        }
        Ok(moved.into())
    }
}

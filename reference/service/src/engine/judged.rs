//! The steps before the first call: an exchange is judged while its step is held, and many members only in a place.
//! Refuses to keep more than a few long questions in memory, and to be waited for by a stop: whoever goes on judges again.

use super::walk::Walk;
use crate::clock::later;
use crate::data::step::{self, Done};
use crate::data::{roster, route};
use crate::store::{Changes, Exchange, Rest, StoreError};
use crate::telemetry::Stage;
use domain::bulk::Roster;
use domain::consent::{ConsentStatus, Grant};
use domain::failure::Code;
use domain::ports::Carried;
use domain::record::Kind;
use domain::snapshot::Snapshot;
use domain::trace::Said;
use domain::workflow::{Event, Work};
use serde_json::Value;
use tokio::sync::SemaphorePermit;

/// What an exchange asks, and what came of its members so far where it asks about many.
type Question = (Value, Option<Roster>);

impl Walk<'_> {
    /// Judges the exchange, and writes down what that came to. The place is given back with the step.
    pub(super) async fn judge(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
    ) -> Result<Carried, StoreError> {
        let (done, _place) = tokio::select! {
            biased;
            judged = self.in_a_place(snapshot, exchange) => judged?,
            // Nothing of it is written down yet: whoever goes on judges again.
            () = self.stop.wait() => return Ok(Carried::Lost),
            () = self.lost() => return Ok(Carried::Lost),
        };
        self.write(snapshot, exchange, None, done).await
    }

    /// Judges it once there is a place for it. Until then its question is not read.
    async fn in_a_place(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
    ) -> Result<(Result<Done, Code>, Option<SemaphorePermit<'_>>), StoreError> {
        let place = match exchange.kind {
            Kind::Single => None,
            // Nobody closes the places.
            Kind::Bulk => self.places.acquire().await.ok(),
        };
        let (request, members) = self.question(exchange).await?;
        let done = self.judged(snapshot, exchange, (&request, members)).await;
        Ok((done, place))
    }

    /// Holds the step for as long as it is judged; ends when somebody else has it.
    async fn lost(&self) {
        // The clock of a test may stand still or jump; whoever judges shows that it lives by the time that passes.
        let beat = self.lease / 3;
        loop {
            tokio::time::sleep(beat).await;
            let until = later(self.plane.now(), self.lease);
            match self.plane.store.hold(self.leased, until).await {
                Ok(()) => {}
                Err(StoreError::LostRace) => return,
                Err(error) => tracing::error!(cause = %error, "a step is not held longer"),
            }
        }
    }

    /// Reads what the exchange asks. Those who are left out are taken out of it.
    pub(super) async fn question(&self, exchange: &Exchange) -> Result<Question, StoreError> {
        let kept = self.plane.store.payload(exchange.request.as_str()).await?;
        let mut request: Value =
            serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("request"))?;
        let members = match exchange.kind {
            Kind::Single => None,
            Kind::Bulk => self.members(exchange, &mut request).await?,
        };
        Ok((request, members))
    }

    /// What the steps before the first call come to.
    async fn judged(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        match self.leased.work {
            Work::Validate => self.validate(snapshot, exchange, request).await,
            Work::ResolveMember => self.resolve(snapshot, exchange, (request, members)).await,
            Work::ChooseRoute => self.choose(snapshot, exchange, (request, members)).await,
            // Calls are judged by nobody; and what a partner answers later is monitored: nobody schedules the others.
            Work::Submit
            | Work::Monitor
            | Work::Poll
            | Work::Retrieve
            | Work::Deliver
            | Work::Deadline => Ok(Done::Stays(Rest::default(), Box::default())),
        }
    }

    async fn validate(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        request: &Value,
    ) -> Result<Done, Code> {
        self.stage(Stage::Ingestion, || Ok(()))?;
        let validated = async {
            match exchange.kind {
                Kind::Single => step::validate(self.plane, snapshot, exchange, request),
                Kind::Bulk => roster::validate(self.plane, snapshot, exchange, request).await,
            }
        };
        let moved = self.moving(Stage::SchemaValidation, validated).await?;
        Ok(moved.into())
    }

    async fn resolve(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        if let Some(members) = members {
            let judged = (request, members);
            return self.resolve_all(snapshot, exchange, judged).await;
        }
        let tier = self.stage(Stage::IdentityResolution, || {
            step::identify(snapshot, exchange, request)
        })?;
        let found = step::found(snapshot, tier);
        if let Some(found) = &found.found {
            self.context.says(Said::Confidence(found.band));
        }
        let consent = self.stage(Stage::AccessPolicy, || {
            step::consent(self.plane, snapshot, exchange, request, &self.root)
        });
        if let Some(status) = standing(&consent) {
            self.context.says(Said::Consent(status));
        }
        let consent = consent?;
        let changes = Changes {
            consent: Some(consent),
            told: found,
            ..Changes::default()
        };
        Ok((Event::MemberResolved { tier, consent }, changes).into())
    }

    /// Chooses the route. That there is none ends the exchange before any call, with what was chosen from kept.
    async fn choose(
        &self,
        snapshot: &Snapshot,
        exchange: &Exchange,
        (request, members): (&Value, Option<Roster>),
    ) -> Result<Done, Code> {
        let chosen = match members {
            None => route::choose(snapshot, exchange, request),
            Some(members) => roster::choose(snapshot, exchange, (request, members)).await,
        };
        let failed = match &chosen {
            Ok((event, _)) => event.code(),
            Err(code) => Some(*code),
        };
        if let Some(code) = failed {
            let _: Result<(), Code> = self.stage(Stage::SourceRetrieval, || Err(code));
        }
        chosen.map(Done::from)
    }
}

/// How the consent stands; nothing where something else failed.
const fn standing(judged: &Result<Grant, Code>) -> Option<ConsentStatus> {
    match judged {
        Ok(_) => Some(ConsentStatus::Granted),
        Err(Code::Consent(refusal)) => Some(refusal.status()),
        Err(_) => None,
    }
}

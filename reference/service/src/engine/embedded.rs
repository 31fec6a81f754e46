//! The engine that lives in the database of the service: what is due stands in the step table, any process takes it.
//! Refuses to know what a step does, and to hold anything in memory that a crash would lose.

use super::view;
use super::worker::Worker;
use crate::config::Pace;
use crate::data::Plane;
use crate::store::audit::Told;
use crate::store::{self, Filter, LONGEST_LIST, NewExchange, StoreError};
use domain::idempotency::{Claim, Kept};
use domain::ids::ExchangeId;
use domain::ports::{Boxed, Steps};
use domain::workflow::{
    EngineError, NewRequest, Page, Query, RequestView, Signal, Signalled, Speaker, StopSignal,
    Submitted, WorkflowEngine,
};
use std::sync::Arc;
use tokio::sync::Notify;

/// The engine over the store of a plane.
pub(super) struct Embedded {
    plane: Arc<Plane>,
    pace: Pace,
    bell: Arc<Notify>,
}

impl Embedded {
    pub(super) fn new(plane: Arc<Plane>, pace: Pace) -> Self {
        Self {
            plane,
            pace,
            bell: Arc::default(),
        }
    }

    async fn take_on(
        &self,
        new: NewRequest<'_>,
        claim: &Claim<'_>,
        answer: &Kept,
    ) -> Result<Submitted, StoreError> {
        let new = NewExchange {
            id: new.id,
            business_transaction: new.business_transaction,
            partner: new.partner,
            request: new.request,
            snapshot: new.snapshot,
            ask: new.ask,
            ends: new.ends,
            follows: new.follows,
            room: new.room,
            synthetic: new.synthetic,
            kind: new.kind,
        };
        let plane = &self.plane;
        let submitted = plane.store.submit(&new, claim, answer, plane.now()).await?;
        Ok(match submitted {
            store::Submitted::Created => {
                self.wake();
                Submitted::Created
            }
            store::Submitted::Known(lookup) => Submitted::Known(lookup),
            store::Submitted::Full => Submitted::Full,
        })
    }

    async fn told(
        &self,
        id: &ExchangeId,
        (signal, by): (Signal, &Speaker),
        once: &str,
    ) -> Result<Option<Signalled>, StoreError> {
        let plane = &self.plane;
        let told = Told {
            by: Some(by.actor.clone()),
            correlation: Some(by.correlation.clone()),
            ..Told::default()
        };
        let heard = plane.store.signal(id, (signal, told), once, plane.now());
        let heard = heard.await?;
        self.wake();
        Ok(heard.map(|heard| Signalled {
            came_to: heard.came_to,
            again: heard.again,
        }))
    }

    async fn found(&self, id: &ExchangeId) -> Result<Option<RequestView>, StoreError> {
        let store = &self.plane.store;
        let mut found = store.exchange(id).await?;
        while let Some(exchange) = found {
            let view = view::whole(store, &exchange).await?;
            found = store.exchange(id).await?;
            // Parts that were read while a worker wrote would contradict each other: they are read again.
            if found.as_ref() == Some(&exchange) {
                return Ok(Some(view));
            }
        }
        Ok(None)
    }

    async fn listed(&self, query: &Query) -> Result<Page, StoreError> {
        let filter = Filter {
            state: query.state,
            partner: query.partner.clone(),
            hold: query.hold,
            kind: query.kind,
            since: query.since,
            after: query.after.clone(),
        };
        let found = self.plane.store.exchanges(&filter).await?;
        let last = found.last().filter(|_| found.len() == LONGEST_LIST);
        Ok(Page {
            next: last.map(|last| last.id.clone()),
            items: found.iter().map(view::bare).collect(),
        })
    }
}

impl WorkflowEngine for Embedded {
    fn submit<'a>(
        &'a self,
        new: NewRequest<'a>,
        claim: &'a Claim<'a>,
        answer: &'a Kept,
    ) -> Boxed<'a, Result<Submitted, EngineError>> {
        Box::pin(async move { self.take_on(new, claim, answer).await.map_err(failed) })
    }

    fn signal<'a>(
        &'a self,
        id: &'a ExchangeId,
        said: (Signal, &'a Speaker),
        once: &'a str,
    ) -> Boxed<'a, Result<Option<Signalled>, EngineError>> {
        Box::pin(async move { self.told(id, said, once).await.map_err(failed) })
    }

    fn get<'a>(
        &'a self,
        id: &'a ExchangeId,
    ) -> Boxed<'a, Result<Option<RequestView>, EngineError>> {
        Box::pin(async move { self.found(id).await.map_err(failed) })
    }

    fn list<'a>(&'a self, query: &'a Query) -> Boxed<'a, Result<Page, EngineError>> {
        Box::pin(async move { self.listed(query).await.map_err(failed) })
    }

    fn run(&self, steps: Arc<dyn Steps>, stop: Arc<dyn StopSignal>) -> Boxed<'_, ()> {
        let plane = Arc::clone(&self.plane);
        let bell = Arc::clone(&self.bell);
        let worker = Worker::new(plane, steps, (self.pace, bell), stop);
        Box::pin(Arc::new(worker).run())
    }

    fn wake(&self) {
        self.bell.notify_one();
    }
}

/// What the store says stays in the log; who asked is told the code.
fn failed(error: StoreError) -> EngineError {
    tracing::error!(cause = %error, "the store failed");
    EngineError(error.code())
}

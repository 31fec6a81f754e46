//! What every step of the data path works with.
//! Refuses to hold the state of a single call.

use super::credentials::Credentials;
use super::doorstep::Doorstep;
use super::guess::Guesses;
use super::{Conditions, Guard};
use crate::adapters::transport::Transport;
use crate::adapters::{Dialect, Dialects};
use crate::health::Health;
use crate::identity::Questions;
use crate::snapshot::Published;
use crate::store::Store;
use crate::telemetry::Traces;
use crate::telemetry::metrics::Metrics;
use domain::Timestamp;
use domain::ports::{Chance, Clock};
use domain::snapshot::{Partner, Snapshot};
use domain::synthetic::Checks;
use std::sync::Arc;

/// The data plane of one running service.
pub(crate) struct Plane {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub transport: Transport,
    pub dialects: Dialects,
    pub conditions: Conditions,
    pub credentials: Credentials,
    /// Where partners reach us, without a slash at the end.
    pub base: String,
    pub published: Arc<Published>,
    pub guard: Arc<Guard>,
    pub doorstep: Doorstep,
    pub guesses: Guesses,
    pub metrics: Metrics,
    pub health: Health,
    pub questions: Questions,
    pub traces: Traces,
    /// What goes the whole way with a member who does not exist.
    pub checks: Checks,
}

/// The parts of a plane.
pub(crate) struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub transport: Transport,
    pub dialects: Dialects,
    pub credentials: Credentials,
    pub base: String,
    pub doorstep: Doorstep,
    pub guesses: Guesses,
    pub snapshot: Snapshot,
    pub health: Health,
    pub questions: Questions,
    pub traces: Traces,
    pub checks: Checks,
}

impl Plane {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            guard: Guard::new(Arc::clone(&parts.clock)),
            store: parts.store,
            clock: parts.clock,
            chance: parts.chance,
            transport: parts.transport,
            dialects: parts.dialects,
            conditions: Conditions::default(),
            credentials: parts.credentials,
            base: parts.base,
            doorstep: parts.doorstep,
            guesses: parts.guesses,
            questions: parts.questions,
            metrics: Metrics::default(),
            health: parts.health,
            traces: parts.traces,
            checks: parts.checks,
            published: Arc::new(Published::new(parts.snapshot)),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present snapshot. A step reads it once, at its start.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.published.present()
    }

    /// Puts a new snapshot in place of the present one.
    pub(crate) fn publish(&self, snapshot: Snapshot) {
        self.published.replace(snapshot);
    }

    /// The dialect in which a partner answers. Its id was checked when the snapshot was made.
    pub(crate) fn dialect(&self, partner: &Partner) -> Option<&Dialect> {
        self.dialects.get(&partner.dialect)
    }

    /// The dialect in which a partner asks and reads.
    pub(crate) fn edition(&self, partner: &Partner) -> Option<&Dialect> {
        self.dialects.get(&partner.edition)
    }
}

//! What every step of the data path works with.
//! Refuses to hold the state of a single call.

use super::Conditions;
use crate::adapters::transport::Transport;
use crate::adapters::{Dialect, Dialects};
use crate::store::Store;
use domain::Timestamp;
use domain::ids::PartnerId;
use domain::masked::Masked;
use domain::ports::{Chance, Clock};
use domain::snapshot::{Partner, Snapshot};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// The data plane of one running service.
pub(crate) struct Plane {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub transport: Transport,
    pub dialects: Dialects,
    pub partner_tokens: BTreeMap<PartnerId, Masked<String>>,
    pub conditions: Conditions,
    published: RwLock<Arc<Snapshot>>,
}

/// The parts of a plane.
pub(crate) struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub transport: Transport,
    pub dialects: Dialects,
    pub partner_tokens: BTreeMap<PartnerId, Masked<String>>,
    pub snapshot: Snapshot,
}

impl Plane {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            clock: parts.clock,
            chance: parts.chance,
            transport: parts.transport,
            dialects: parts.dialects,
            partner_tokens: parts.partner_tokens,
            conditions: Conditions::default(),
            published: RwLock::new(Arc::new(parts.snapshot)),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present snapshot. A step reads it once, at its start.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        match self.published.read() {
            Ok(present) => Arc::clone(&present),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Puts a new snapshot in place of the present one.
    pub(crate) fn publish(&self, snapshot: Snapshot) {
        let snapshot = Arc::new(snapshot);
        match self.published.write() {
            Ok(mut present) => *present = snapshot,
            Err(poisoned) => *poisoned.into_inner() = snapshot,
        }
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

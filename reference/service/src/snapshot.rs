//! The snapshot that is in force: put in place by the control plane, read by the data plane.
//! Refuses to be changed: a new state of the world takes the place of the old one.

use arc_swap::ArcSwap;
use domain::snapshot::Snapshot;
use std::sync::Arc;

/// Where the two planes meet.
#[derive(Debug)]
pub(crate) struct Published(ArcSwap<Snapshot>);

impl Published {
    pub(crate) fn new(first: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(first))
    }

    /// The present snapshot. A step reads it once, at its start.
    pub(crate) fn present(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    pub(crate) fn replace(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}

//! Keeps every open exchange and export going, one task each, and picks them up again after a restart.
//! Refuses to know the steps.

mod attempt;
mod walk;

use crate::data::Plane;
use crate::data::export::run;
use crate::store::StoreError;
use domain::ids::{ExchangeId, ExportId};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::task::JoinSet;

/// The embedded engine. Dropping it stops every walk; open exchanges stay open in the store.
pub(crate) struct Engine {
    plane: Arc<Plane>,
    tasks: Mutex<JoinSet<()>>,
}

impl Engine {
    pub(crate) fn new(plane: Arc<Plane>) -> Self {
        Self {
            plane,
            tasks: Mutex::default(),
        }
    }

    /// Starts every exchange and export that a former process left open.
    pub(crate) async fn resume(&self) -> Result<usize, StoreError> {
        let open = self.plane.store.open_exchanges().await?;
        for id in &open {
            self.start(id.clone());
        }
        let exports = self.plane.store.open_exports().await?;
        for id in &exports {
            self.start_export(id.clone());
        }
        Ok(open.len().saturating_add(exports.len()))
    }

    /// Walks an exchange until it rests.
    pub(crate) fn start(&self, id: ExchangeId) {
        let plane = Arc::clone(&self.plane);
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            if let Err(error) = walk::walk(&plane, &id).await {
                tracing::error!(cause = %error, exchange = %id, "the exchange stopped");
            }
        });
    }

    /// Carries an export out.
    pub(crate) fn start_export(&self, id: ExportId) {
        let plane = Arc::clone(&self.plane);
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            if let Err(error) = run::run(&plane, &id).await {
                tracing::error!(cause = %error, export = %id, "the export stopped");
            }
        });
    }

    /// Stops every walk, and waits until none is left.
    pub(crate) async fn stop(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks());
        tasks.shutdown().await;
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        match self.tasks.lock() {
            Ok(tasks) => tasks,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

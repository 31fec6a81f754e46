//! Looks at the file with the address of the database, as often as security looks at the files of the other secrets.
//! Refuses to stop over a file that cannot be used: somebody is told, and what was in use stays in use.

use crate::clock::SystemClock;
use crate::http::Shared;
use crate::security::sentry::Alarm;
use domain::ports::Clock;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Begins to look, until the service stops; nothing where the address stands in no file.
pub(crate) fn watched(
    shared: &Arc<Shared>,
    stopped: watch::Receiver<bool>,
) -> Option<JoinHandle<()>> {
    let looks = shared.plane.store.has_credentials();
    looks.then(|| tokio::spawn(look(Arc::clone(shared), stopped)))
}

async fn look(shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let security = &shared.gate.security;
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            // The clock of a test stands still; files do not wait for it.
            () = SystemClock.wait(security.policy.watch) => {}
        }
        if let Err(cause) = shared.plane.store.renew().await {
            tracing::error!(%cause, "the address of the database is not taken up");
            let now = shared.plane.now();
            security.sentry.raise(Alarm::Secrets, 1, now);
        }
    }
}

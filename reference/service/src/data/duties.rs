//! Looks, again and again, for duties that are nearly over, so that somebody is told before they are.
//! Refuses to run on a clock that jumps, and to do what is owed.

use super::Plane;
use crate::clock::Rounds;
use std::sync::Arc;
use tokio::sync::watch;

/// Looks at once and in every round, until the service stops.
pub(crate) async fn watch(
    plane: Arc<Plane>,
    mut rounds: Rounds,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        match plane.store.press(plane.now()).await {
            Ok(0) => {}
            Ok(told) => tracing::warn!(told, "deadlines come near"),
            Err(error) => tracing::error!(cause = %error, "the deadlines could not be looked at"),
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = rounds.next() => {}
        }
    }
}

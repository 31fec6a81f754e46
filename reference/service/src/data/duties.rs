//! Looks, again and again, for duties that are nearly over, so that somebody is told before they are.
//! Refuses to run on a clock that jumps, and to do what is owed.

use super::Plane;
use chrono::TimeDelta;
use domain::ports::Passage;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Looks until the service stops.
pub(crate) async fn watch(plane: Arc<Plane>, every: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        let looked = plane.now();
        let by = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX);
        let next = looked.checked_add_signed(by).unwrap_or(looked);
        match plane.store.press(looked).await {
            Ok(0) => {}
            Ok(told) => tracing::warn!(told, "deadlines come near"),
            Err(error) => tracing::error!(cause = %error, "the deadlines could not be looked at"),
        }
        let wait = async {
            match plane.clock.passage() {
                Passage::Jumps => std::future::pending().await,
                Passage::Real | Passage::ByHand => {
                    // From the time that was looked at: a clock that moved meanwhile is not waited for once more.
                    plane.clock.wait_until(next).await;
                }
            }
        };
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = wait => {}
        }
    }
}

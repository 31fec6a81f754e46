//! Waits for a store that is away, with something in hand that nobody else knows.
//! Refuses to wait for what will never be taken, and beyond the end of the process.

use crate::store::StoreError;
use domain::workflow::StopSignal;
use std::time::Duration;

/// The shortest and the longest wait before the store is tried again (ours). The clock of a test brings no store back.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Does it again until the store takes it, as long as `waits` says that it may yet.
///
/// Errors: what is no hiccup; the last hiccup, when the process ends
pub(crate) async fn patiently<T, F>(
    stop: &dyn StopSignal,
    waits: impl Fn(&StoreError) -> bool,
    mut act: impl FnMut() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut wait = WAITS.0;
    loop {
        let error = match act().await {
            Err(error) if waits(&error) => error,
            done => return done,
        };
        tracing::error!(cause = %error, "the store is away: what is in hand is kept and tried again");
        tokio::select! {
            () = stop.at_once() => return Err(error),
            () = tokio::time::sleep(wait) => {}
        }
        wait = wait.saturating_mul(2).min(WAITS.1);
    }
}

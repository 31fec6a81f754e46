//! One effect per key: carries out a request under its key, or gives its first answer again.
//! Refuses to keep an answer that was given before anything was carried out.

use super::Plane;
use crate::store::{Claim, Kept, Scope, StoreError};
use domain::failure::Code;
use domain::idempotency::Lookup;
use std::future::Future;
use std::time::Duration;

/// How long a key is remembered.
///
/// Source: the Idempotency-Key draft leaves it open; our default for exchanges
const WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// What a request under a key led to.
#[derive(Debug)]
pub(crate) enum Answered {
    First(Kept),
    Again(Kept),
    Refused(Code),
}

/// Carries out `work` unless its key is known.
pub(crate) async fn once(
    plane: &Plane,
    scope: Scope<'_>,
    fingerprint: &str,
    work: impl Future<Output = Kept>,
) -> Result<Answered, StoreError> {
    let now = plane.now();
    let claim = Claim {
        scope,
        fingerprint,
        expires_at: window_end(now),
    };
    match plane.store.claim(&claim, now).await? {
        Lookup::New => {}
        Lookup::Repeated(kept) => return Ok(Answered::Again(kept)),
        Lookup::InFlight => return Ok(Answered::Refused(Code::InFlight)),
        Lookup::Reused => return Ok(Answered::Refused(Code::KeyReused)),
    }
    let answer = work.await;
    if is_kept(answer.status) {
        plane
            .store
            .keep_answer(&scope, &answer, plane.now())
            .await?;
    } else {
        plane.store.release(&scope).await?;
    }
    Ok(Answered::First(answer))
}

/// When a key that is taken now is forgotten.
pub(crate) fn window_end(now: domain::Timestamp) -> domain::Timestamp {
    chrono::TimeDelta::from_std(WINDOW)
        .ok()
        .and_then(|window| now.checked_add_signed(window))
        .unwrap_or(now)
}

/// Answers that were given before execution may be other ones next time.
const fn is_kept(status: u16) -> bool {
    !matches!(status, 400 | 401 | 403 | 413 | 429 | 502..=504)
}

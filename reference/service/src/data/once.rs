//! One effect per key: carries out a request under its key, or gives its first answer again.
//! Refuses to keep an answer that was given before anything was carried out.

use super::Plane;
use crate::clock::later;
use crate::store::{Claim, Kept, Scope, StoreError};
use domain::failure::Code;
use domain::idempotency::Lookup;
use std::future::Future;
use std::time::Duration;

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
        expires_at: window_end(plane, now),
        held_until: held_until(now),
    };
    match plane.store.claim(&claim, now).await? {
        Lookup::New => {}
        Lookup::Repeated(kept) => return Ok(Answered::Again(kept)),
        Lookup::InFlight => return Ok(Answered::Refused(Code::InFlight)),
        Lookup::Reused => return Ok(Answered::Refused(Code::KeyReused)),
    }
    let answer = work.await;
    if is_kept(&answer) {
        plane
            .store
            .keep_answer(&scope, &answer, plane.now())
            .await?;
    } else {
        plane.store.release(&scope).await?;
    }
    Ok(Answered::First(answer))
}

/// How long a request may take before its process counts as dead (ours: one takes milliseconds).
const HELD: Duration = Duration::from_secs(60);

/// Until when a repetition of a request that comes now waits for it.
pub(crate) fn held_until(now: domain::Timestamp) -> domain::Timestamp {
    later(now, HELD)
}

/// When a key that is taken now is forgotten, by the audit policy in force.
pub(crate) fn window_end(plane: &Plane, now: domain::Timestamp) -> domain::Timestamp {
    later(now, plane.snapshot().audit.idempotency())
}

/// Answers that were given before execution may be other ones next time, and so may one that asks to come again.
fn is_kept(answer: &Kept) -> bool {
    let comes_again = |(name, _): &(String, String)| name.eq_ignore_ascii_case("retry-after");
    let early = matches!(answer.status, 400 | 401 | 403 | 413 | 429 | 502..=504);
    let waits = answer.status == 422 && answer.headers.iter().any(comes_again);
    !early && !waits
}

//! `contract verify`: the contract check against a provider of one's choice, and for a part of the contracts.

use crate::app::{Answer, AppError, Sink};
use crate::model::{CheckRequest, Provider};
use chrono::{DateTime, Utc};

/// The contract check, aimed.
///
/// Errors: those of the check, and an address that may not be called
pub(super) fn verify(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    permitted(&request.aim.provider)?;
    crate::app::judged(request, now, sink)
}

#[cfg(feature = "service")]
pub(super) fn permitted(provider: &Provider) -> Result<(), AppError> {
    match provider {
        Provider::Reference => Ok(()),
        Provider::Remote(remote) => Ok(crate::rehearsal::permitted(remote)?),
    }
}

#[cfg(not(feature = "service"))]
pub(super) fn permitted(_: &Provider) -> Result<(), AppError> {
    Ok(())
}

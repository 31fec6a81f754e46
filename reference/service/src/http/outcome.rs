//! Refusals towards partners: a FHIR OperationOutcome with a bound code.
//! Refuses free text.

use super::reply::{REFUSED, reply, with_header, with_retry_after};
use crate::data::respond::Refused;
use crate::store::Kept;
use domain::failure::{Code, RetryClass};
use std::time::Duration;

pub(super) const FHIR: &str = "application/fhir+json";

/// Another token would be taken.
///
/// Source: RFC 6750 section 3
const ANOTHER_TOKEN: &str = "Bearer error=\"invalid_token\"";

/// What callers are told to wait when nothing better is known.
///
/// Source: ours; RFC 9110 10.2.3 leaves it to the server
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The answer that a refusal becomes.
pub(super) fn refusal(refused: &Refused, retry_after: Option<Duration>) -> Kept {
    let status = refused.code.meaning().status;
    let kept = reply(status, FHIR, &refused.outcome());
    let kept = with_header(kept, REFUSED, refused.code.to_string());
    let kept = match status {
        401 => with_header(kept, "www-authenticate", ANOTHER_TOKEN),
        _ => kept,
    };
    with_retry_after(kept, retry_after.or_else(|| wait(refused.code)))
}

/// The wait that goes with a code whose status asks for one.
pub(super) fn wait(code: Code) -> Option<Duration> {
    let meaning = code.meaning();
    let later = matches!(meaning.status, 429 | 503) || meaning.class == RetryClass::Hold;
    later.then_some(DEFAULT_WAIT)
}

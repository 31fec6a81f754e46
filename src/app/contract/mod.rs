//! `matchmark contract ...`: one file a verb.
//! Refuses to know how an expectation is proved or tested.

mod compare;

use super::{Answer, AppError, Sink};
use crate::model::ContractRequest;
use chrono::{DateTime, Utc};

/// Answers one verb of `matchmark contract`.
pub(super) fn run(
    request: &ContractRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    match request {
        ContractRequest::Check(request) => super::judged(request, now, sink),
        ContractRequest::Compare(request) => compare::compare(request, sink),
    }
}

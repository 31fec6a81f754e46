//! `matchmark contract ...`: one file a verb.
//! Refuses to know how an expectation is proved or tested.

mod compare;
mod export;
mod gate;
mod import;
mod match_batch;
mod record;
mod show;
mod verify;

pub use gate::GateError;
pub(super) use verify::permitted;

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
        ContractRequest::Match(request) => match_batch::match_batch(*request, sink),
        ContractRequest::Draft(request) => record::record(request, sink),
        ContractRequest::Compare(request) => compare::compare(request, sink),
        ContractRequest::Keep(request) => gate::record(request, now, sink),
        ContractRequest::CanRelease(request) => gate::can_release(request, now),
        ContractRequest::Owed(request) => gate::owed(request, now),
        ContractRequest::Deployment(request) => gate::deployment(request, now, sink),
        ContractRequest::Show(request) => show::show(request),
        ContractRequest::Import(request) => import::import(request, sink),
        ContractRequest::Export(request) => export::export(request),
        ContractRequest::Verify(request) => verify::verify(request, now, sink),
    }
}

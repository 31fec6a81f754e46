//! What was asked of contracts on the command line: one value a verb of `matchmark contract`.
//! Refuses to know how it was written there, and how it will be answered.

use super::request::{CheckRequest, Show};
use super::{CanReleaseRequest, DeploymentRequest, OwedRequest, RecordedRequest};
use std::path::PathBuf;

/// One verb of `matchmark contract` with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum ContractRequest {
    /// The contract check of the gate, on its own.
    Check(CheckRequest),
    /// A contract against an OpenAPI document.
    Compare(CompareRequest),
    /// The same, and what it showed is kept as evidence.
    Record(RecordedRequest),
    /// May this be released?
    CanRelease(CanReleaseRequest),
    /// Live pairs without evidence.
    Owed(OwedRequest),
    /// Writes down what runs where.
    Deployment(DeploymentRequest),
}

impl ContractRequest {
    /// What it shows and where; `None` for the verbs that stream or write files instead.
    pub(super) fn show(&self) -> Option<&Show> {
        match self {
            Self::Check(request) => Some(&request.show),
            Self::Compare(request) => Some(&request.show),
            Self::Record(request) => Some(&request.check.show),
            Self::CanRelease(request) => Some(&request.show),
            Self::Owed(request) => Some(&request.show),
            Self::Deployment(_) => None,
        }
    }
}

/// `matchmark contract compare --openapi F --pact F`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareRequest {
    /// The folder that the two files are seen from.
    pub root: PathBuf,
    pub openapi: PathBuf,
    pub pact: PathBuf,
    pub max_findings: Option<usize>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    pub show: Show,
}

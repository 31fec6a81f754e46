//! What was asked of contracts on the command line: one value a verb of `matchmark contract`.
//! Refuses to know how it was written there, and how it will be answered.

use super::request::{CheckRequest, Show};
use std::path::PathBuf;

/// One verb of `matchmark contract` with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum ContractRequest {
    /// The contract check of the gate, on its own.
    Check(CheckRequest),
    /// A contract against an OpenAPI document.
    Compare(CompareRequest),
}

impl ContractRequest {
    /// What it shows and where; `None` for the verbs that stream or write files instead.
    pub(super) fn show(&self) -> Option<&Show> {
        match self {
            Self::Check(request) => Some(&request.show),
            Self::Compare(request) => Some(&request.show),
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

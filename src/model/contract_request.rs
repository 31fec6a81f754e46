//! What was asked of contracts on the command line: one value a verb of `matchmark contract`.
//! Refuses to know how it was written there, and how it will be answered.

use super::request::{CheckRequest, Show};

/// One verb of `matchmark contract` with everything that it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum ContractRequest {
    /// The contract check of the gate, on its own.
    Check(CheckRequest),
}

impl ContractRequest {
    /// What it shows and where; `None` for the verbs that stream or write files instead.
    pub(super) fn show(&self) -> Option<&Show> {
        match self {
            Self::Check(request) => Some(&request.show),
        }
    }
}

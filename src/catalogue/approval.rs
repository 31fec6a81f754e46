//! Approvals: one decision of one role about one thing, in a file of its own.
//! Refuses to prove who wrote it: branch protection does that.

use super::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    Approve,
    Reject,
}

/// `policies/approvals/<subject>/<role>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApprovalFile {
    /// A waiver (`WV-0042`), a version (`hrex-coverage@3.0.0`), a rule (`policy/name-irregular`) or `partner:<id>`.
    #[schemars(length(min = 1, max = 200))]
    pub subject: String,
    /// Digest of what is approved, as `sha256:` and hex digits: a later edit voids the approval.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// Seat on the board for which the decision is made; the file is called after it.
    #[schemars(length(min = 1, max = 64))]
    pub role: String,
    /// Account that decides: neither who asked nor an author of the change.
    #[schemars(length(min = 1, max = 100))]
    pub approver: String,
    pub decision: Decision,
    /// Day of the decision.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: chrono::NaiveDate,
}

/// An approval with the file that records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub source: Source,
    pub file: ApprovalFile,
}

impl ApprovalFile {
    /// The folder below `policies/approvals/` that holds the decisions about `subject`.
    #[must_use]
    pub fn folder(subject: &str) -> String {
        subject.replace(['/', ':'], "-")
    }
}

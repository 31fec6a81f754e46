//! What a running service answered to an operator.
//! Refuses to know how it was asked.

use super::Verdict;
use serde::Serialize;
use serde_json::Value;

/// The answer to one `matchmark ops` command.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operated {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// The words of the command, such as `txn show`.
    pub command: String,
    /// What was said, one line; empty where the answer says it all.
    pub said: String,
    /// The answer of the service, as it came.
    pub answer: Value,
}

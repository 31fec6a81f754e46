//! The meaning of an error against the table of bound codes, and against the codes that a version knows.
//! Refuses to know how an error was provoked.

use super::super::versions::Ready;
use super::Case;
use crate::model::Finding;
use wire::outcome::{Code, OperationOutcome};

/// Whether class, code, status and retryability of an interaction agree with the table.
pub fn agrees(case: &Case<'_>, ready: &Ready) -> Vec<Finding> {
    let Some(outcome) = &case.interaction.terms.outcome else {
        return Vec::new();
    };
    let status = case.interaction.response.status;
    let code = outcome.code;
    let mut findings = Vec::new();
    let mut told = |member: &str, message: String| {
        let place = case
            .contract
            .place(&format!("{}/{member}", outcome.pointer));
        let finding = case
            .finding("contract/outcome-mismatch", place, member)
            .pointer(format!("/outcome/{member}"))
            .message(message);
        findings.push(finding);
    };
    if !code.statuses().contains(&status) {
        told(
            "code",
            format!("`{code}` does not travel with status {status}"),
        );
    }
    if code.class() != outcome.class {
        told(
            "class",
            format!("`{code}` is of class {}", code.class().word()),
        );
    }
    if code.is_retryable(status) != outcome.retryable {
        let not = if outcome.retryable { "not " } else { "" };
        told(
            "retryable",
            format!("`{code}` is {not}retryable with status {status}"),
        );
    }
    if !knows(ready, code, status) {
        let message = format!("`{code}` is not among the codes that {} knows", ready.id);
        told("code", message);
    }
    findings
}

/// Whether a version that describes refusals admits this code.
fn knows(ready: &Ready, code: Code, status: u16) -> bool {
    let admits = |code: Code, status: u16| {
        serde_json::to_value(OperationOutcome::new(code, status, Vec::new()))
            .is_ok_and(|value| ready.schema.accepts(&value))
    };
    let describes_refusals = Code::ALL
        .into_iter()
        .any(|code| admits(code, code.status()));
    !describes_refusals || admits(code, status)
}

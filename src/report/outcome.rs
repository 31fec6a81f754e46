//! The result of `validate` in FHIR's own error shape: what the receiver would answer.

use super::json::pretty;
use crate::model::{PayloadProblem, PayloadState, ValidatedPayload, Validation};
use serde_json::{Value, json};
use wire::outcome::{Code, Coding, Details, Issue, IssueSeverity, OperationOutcome, ResourceType};

/// One OperationOutcome: indented for one payload, one a line for several.
pub(super) fn outcome(validation: &Validation) -> String {
    match validation.payloads.as_slice() {
        [payload] => pretty(&answer(payload)),
        payloads => payloads
            .iter()
            .map(|payload| format!("{}\n", answer(payload)))
            .collect(),
    }
}

fn answer(payload: &ValidatedPayload) -> Value {
    match payload.state {
        // FHIR demands an issue where there is nothing to say.
        PayloadState::Valid => bare("information", "informational"),
        PayloadState::Unreadable | PayloadState::Undecided => bare("fatal", "exception"),
        PayloadState::Invalid => {
            let issue: Vec<Issue> = payload
                .problems
                .iter()
                .filter_map(|problem| issue(payload, problem))
                .collect();
            let outcome = OperationOutcome {
                resource_type: ResourceType::OperationOutcome,
                issue,
            };
            serde_json::to_value(outcome).unwrap_or_else(|_| bare("fatal", "exception"))
        }
    }
}

fn bare(severity: &str, code: &str) -> Value {
    json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": severity, "code": code }],
    })
}

/// Every issue carries the code that the whole answer has, as the reference sends it.
fn issue(payload: &ValidatedPayload, problem: &PayloadProblem) -> Option<Issue> {
    // Where only members are held back, nothing is answered as a whole: each issue speaks for itself.
    let word = payload
        .answer
        .as_ref()
        .map_or(&problem.code, |answer| &answer.code);
    let code: Code = word.parse().ok()?;
    let status = payload
        .answer
        .as_ref()
        .map_or(code.status(), |answer| answer.status);
    Some(Issue {
        severity: IssueSeverity::Error,
        code: code.issue_code(status),
        details: Details {
            coding: vec![
                Coding::Outcome { code },
                Coding::Finding {
                    code: problem.rule.clone(),
                },
            ],
        },
        expression: Some(problem.expression.clone())
            .filter(|path| !path.is_empty())
            .into_iter()
            .collect(),
    })
}

//! The FHIR OperationOutcome that our services send: closed, codes and paths only.
//! Refuses free text, so that no value of a request or a store can leak through it.

use super::Code;
use crate::payload::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The code system of [`Code`].
pub const CODE_SYSTEM: &str = "https://payer-exchange.example/error-codes";
/// The code system of finding ids.
pub const FINDING_SYSTEM: &str = "https://payer-exchange.example/findings";

/// The resource's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ResourceType {
    OperationOutcome,
}

/// What a refusal or a partial answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationOutcome {
    pub resource_type: ResourceType,
    /// What is wrong, the weightiest first; never empty.
    #[schemars(length(min = 1))]
    pub issue: Vec<Issue>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Whether nothing was answered, or only a part.
    pub severity: IssueSeverity,
    /// FHIR's own word for the sort of trouble; the bound code in `details` is finer.
    pub code: IssueType,
    /// The bound code that decides what the caller does next.
    pub details: Details,
    /// Paths of the elements concerned, never their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(regex(
        pattern = r"^[A-Z][A-Za-z]*(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])*$"
    )))]
    pub expression: Vec<String>,
}

/// Source: FHIR R4 value set issue-severity; the part of it that we send
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum IssueSeverity {
    Error,
    Warning,
}

/// Source: FHIR R4 value set issue-type; the part of it that our codes use
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum IssueType {
    Structure,
    Invalid,
    Required,
    Conflict,
    NotFound,
    MultipleMatches,
    Incomplete,
    Suppressed,
    NotSupported,
    Processing,
    Login,
    Forbidden,
    Duplicate,
    TooLong,
    Throttled,
    Transient,
    Timeout,
}

/// The bound code first, then the finding where one was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Details {
    /// The bound code, and the finding that led to it where there is one.
    #[schemars(length(min = 1, max = 2))]
    pub coding: Vec<Coding>,
}

/// A word of one of our two code systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "system", deny_unknown_fields)]
#[schemars(inline)]
pub enum Coding {
    #[serde(rename = "https://payer-exchange.example/error-codes")]
    Outcome { code: Code },
    #[serde(rename = "https://payer-exchange.example/findings")]
    Finding {
        /// Id of the finding, as `matchmark explain` knows it.
        #[schemars(regex(pattern = r"^[a-z]+/[a-z]+(-[a-z]+)*$"))]
        code: String,
    },
}

impl OperationOutcome {
    /// One issue with this code, as the answer with `status` carries it.
    #[must_use]
    pub fn new(code: Code, status: u16, expressions: Vec<String>) -> Self {
        Self {
            resource_type: ResourceType::OperationOutcome,
            issue: vec![Issue::new(code, status, None, expressions)],
        }
    }

    /// One issue for every problem of a payload that is refused with `code`.
    #[must_use]
    pub fn from_problems(code: Code, problems: &[Problem]) -> Self {
        let status = code.status();
        if problems.is_empty() {
            return Self::new(code, status, Vec::new());
        }
        let issue = |problem: &Problem| {
            let path = problem.expression.clone();
            Issue::new(code, status, Some(problem.id), vec![path])
        };
        Self {
            resource_type: ResourceType::OperationOutcome,
            issue: problems.iter().map(issue).collect(),
        }
    }

    /// The bound code of its first issue.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.issue
            .first()?
            .details
            .coding
            .iter()
            .find_map(|coding| {
                if let Coding::Outcome { code } = coding {
                    Some(*code)
                } else {
                    None
                }
            })
    }
}

impl Issue {
    fn new(code: Code, status: u16, finding: Option<&str>, expression: Vec<String>) -> Self {
        let mut coding = vec![Coding::Outcome { code }];
        coding.extend(finding.map(|id| Coding::Finding {
            code: id.to_owned(),
        }));
        Self {
            severity: if code == Code::Partial {
                IssueSeverity::Warning
            } else {
                IssueSeverity::Error
            },
            code: code.issue_code(status),
            details: Details { coding },
            expression,
        }
    }
}

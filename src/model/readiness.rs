//! What `readiness` and `partner` answer: lines with their evidence, a card for an incident, a handover.
//! Refuses to know how any of it is judged, and to hold anything that came from a payload.

use super::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadinessLine {
    /// Name in kebab case.
    pub id: String,
    pub title: String,
    /// Whether everything that it needs is there.
    pub holds: bool,
    /// Where it can be seen: paths, and keys in them.
    pub evidence: Vec<String>,
    /// What is not there, and where it would stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// The answer to `readiness`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readiness {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// A partner, a phase, or the table of capabilities.
    pub subject: String,
    /// The instant that was taken for now.
    pub as_of: String,
    pub lines: Vec<ReadinessLine>,
    /// What a partner must have agreed before it goes live; empty for everything else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub go_live: Vec<ReadinessLine>,
}

/// Who answers for an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardOwner {
    pub team: String,
    pub contact: String,
}

/// How much may fail, and who is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorBudget {
    /// The document that promises it.
    pub document: String,
    /// Share of answers that may be our failures, in hundredths of a per cent.
    pub error_rate: u64,
    /// Share of minutes in which requests are taken on, in hundredths of a per cent.
    pub availability: u64,
    /// Per cent of the budget and the team that is told when so much is spent.
    pub notices: Vec<(u64, String)>,
}

/// How a release is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rollback {
    pub runbook: String,
    /// The first steps, shortened.
    pub steps: Vec<String>,
    /// What is done for members meanwhile, as agreed with the partner.
    pub fallback: String,
}

/// Whom to call at the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerContact {
    pub contact: String,
    pub hours: String,
    /// Severity and time until a person answers.
    pub response: Vec<(String, String)>,
}

/// What an incident with a partner needs, on one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerCard {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub partner: String,
    pub name: String,
    pub criticality: String,
    pub owner: Option<CardOwner>,
    pub error_budget: Option<ErrorBudget>,
    pub rollback: Option<Rollback>,
    pub support: Option<PartnerContact>,
    /// Whom to call next, one after the other.
    pub escalation: Vec<String>,
    /// What the card must say and does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// Somebody outside, and what they need to be able to help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalCard {
    pub id: String,
    pub contact: String,
    pub boundary: String,
    pub handover: Vec<String>,
}

/// A runbook that may be needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunbookCard {
    pub path: String,
    pub owner: String,
    pub alerts: Vec<String>,
}

/// What is handed over with an incident. It holds no word of any payload; the ids are filled in by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handover {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub card: PartnerCard,
    /// Ids to copy from the alert, each still empty.
    pub ids: Vec<(String, String)>,
    pub externals: Vec<ExternalCard>,
    pub runbooks: Vec<RunbookCard>,
    /// What must not be added.
    pub never: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

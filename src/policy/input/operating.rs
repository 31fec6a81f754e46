//! What a rule sees of how the exchange is run: promises, alerts, runbooks, who answers, what was reviewed.
//! Refuses the texts: of a step it says whether it names a command, not which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one service level document promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct SlaFacts {
    /// Word by which alerts and reports refer to the promise.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// Partner to whom it is made, or `unknown` where it is made to all.
    pub partner: String,
    /// Promises that it does not make: availability, latency, support-response, incident-updates, deprecation-notice, data-correction, exclusions.
    pub missing: Vec<String>,
    /// How many causes are not counted.
    pub exclusions: u32,
    /// Whether it is on record which duties are ours and which the partner's; of a promise to all, for every partner.
    pub shared_responsibilities: bool,
}

/// One alert: who is called, and what is opened first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct AlertFacts {
    /// Word by which notices and runbooks refer to the alert.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// Path of its runbook, or `unknown`.
    pub runbook: String,
    /// Whether that runbook exists and names this alert.
    pub runbook_known: bool,
    /// Team that is called, or `unknown`.
    pub owner: String,
    /// Whether that team is one of the board's file.
    pub owner_known: bool,
    /// Whether that team is on call on the day of the run.
    pub on_call: bool,
}

/// One runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct RunbookFacts {
    /// Word by which a runbook is called, which is that of its file.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// Team that keeps it, or `unknown`.
    pub owner: String,
    /// Those that lead here and are named in its head, by their ids.
    pub alerts: Vec<String>,
    /// What is done, in order.
    pub steps: Vec<StepFacts>,
}

/// One step of a runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct StepFacts {
    /// Number of the step in its file, from 1.
    pub number: u32,
    /// JSON pointer of the step: `/steps/0` is the first.
    pub pointer: String,
    /// Whether it names a command.
    pub command: bool,
    /// Whether it says how one sees that it worked.
    pub success: bool,
    /// Whether it begins like an order to look, restart or ask, and lacks the command or what one sees afterwards.
    pub vague: bool,
}

/// One area of work, and who answers for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct AreaFacts {
    /// Name of the area in kebab case.
    pub area: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// JSON pointer in that file.
    pub pointer: String,
    /// Teams that answer for it; it should be one.
    pub accountable: Vec<String>,
    /// Teams that do the work.
    pub responsible: Vec<String>,
    /// Teams that look at changes.
    pub reviewers: Vec<String>,
    /// Whom to wake, or `unknown`.
    pub escalation: String,
    /// Whether every accountable team is on call on the day of the run.
    pub on_call: bool,
}

/// One process that follows an exchange, and who answers for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ProcessFacts {
    /// Word by which people and reports call the process.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// JSON pointer in that file.
    pub pointer: String,
    /// Team that answers for it, or `unknown`.
    pub owner: String,
    /// Teams that look at changes.
    pub reviewers: Vec<String>,
    /// Whom to wake, or `unknown`.
    pub escalation: String,
}

/// Somebody outside on whom the exchange depends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ExternalFacts {
    /// Word by which people and reports call the outside dependency.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// JSON pointer in that file.
    pub pointer: String,
    /// What is not agreed: contact, boundary, handover.
    pub missing: Vec<String>,
}

/// When the board last looked at everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ReviewFacts {
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// JSON pointer in that file.
    pub pointer: String,
    /// Whether any review is on record.
    pub known: bool,
    /// Days since the last one; 0 where none is on record.
    pub days_since: i64,
}

/// A failure response that runs without a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ResponseFacts {
    /// Word by which the register of automated answers lists it.
    pub id: String,
    /// Where it stands in the repository; subject of findings about it.
    pub file: String,
    /// JSON pointer in that file.
    pub pointer: String,
    /// Alert that it answers, or `unknown`.
    pub alert: String,
    /// Whether that alert exists.
    pub alert_known: bool,
    /// Whether its runbook exists.
    pub runbook_known: bool,
}

//! What a rule sees of a partner: what was agreed with it, in words and counts.

use crate::catalogue::{Criticality, Maturity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct PartnerFacts {
    /// Identifier of the partner; subject of findings about its profile.
    pub id: String,
    /// How experienced it is with the exchange.
    pub maturity: Maturity,
    /// How much depends on the exchange with it.
    pub criticality: Criticality,
    /// Whether it is in production on the day of the run.
    pub live: bool,
    /// JSON pointer in the partner's own file of how it is supported, or of the whole file.
    pub support_pointer: String,
    /// Parts of the support that are not agreed: contact, hours, response.
    pub support_missing: Vec<String>,
    /// What was agreed for the case that a call fails.
    pub failure: FailureFacts,
    /// Whether a contract between us and the partner is on file.
    pub contract: bool,
    /// How its calls are watched, or `unknown`.
    pub telemetry: String,
    /// Whom to wake at the partner, or `unknown`.
    pub escalation: String,
    /// Which duties are whose.
    pub responsibilities: DutyFacts,
    /// What it uses, by entry.
    pub uses: Vec<UseFacts>,
}

/// What was agreed for the case that a call fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct FailureFacts {
    /// JSON pointer in the partner's own file of the agreement, or of the whole file where there is none.
    pub pointer: String,
    /// What it does with a repeated key of ours, or `unknown`.
    pub idempotency: String,
    /// Milliseconds after which a call counts as unanswered; 0 where none are agreed.
    pub timeout_ms: u32,
    /// How an answer that comes twice is recognised, or `unknown`.
    pub duplicate_suppression: String,
    /// Who looks after exchanges that ran out of attempts, or `unknown`.
    pub dead_letter: String,
    /// Policy under which it is called again, or `unknown`.
    pub retry: String,
    /// What is done for a member meanwhile, or `unknown`.
    pub fallback: String,
    /// The four that a go-live needs and that are not agreed: idempotency, timeout, duplicate-suppression, dead-letter.
    pub missing: Vec<String>,
}

/// Which duties are whose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct DutyFacts {
    /// JSON pointer in the partner's own file of the duties, or of the whole file where there are none.
    pub pointer: String,
    /// Duties that we have taken on towards it.
    pub ours: Vec<String>,
    /// Duties that the partner took on.
    pub theirs: Vec<String>,
}

/// One entry that a partner uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct UseFacts {
    /// Entry of the catalogue.
    pub schema: String,
    /// Range of versions, as the profile writes it.
    pub range: String,
    /// JSON pointer in the partner's own file.
    pub pointer: String,
}

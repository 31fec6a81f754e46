//! Partners: the other payers, one profile each.

use super::{Criticality, Source};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How experienced a partner is with the exchange; decides how long deprecations last.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Maturity {
    Low,
    Medium,
    High,
}

impl Maturity {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Whom to call, when, and how soon an answer comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Support {
    /// Address that reaches somebody at the partner within the hours below.
    #[schemars(length(min = 1, max = 200))]
    pub contact: String,
    /// Days, times and zone in which the address is read.
    #[schemars(length(min = 1, max = 100))]
    pub hours: String,
    /// Severity of an incident to the time until a person answers.
    pub response: BTreeMap<String, String>,
}

/// What happens when something fails, agreed before go-live; what is absent is not agreed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Failure {
    /// Milliseconds after which a call counts as unanswered.
    pub timeout_ms: Option<u64>,
    /// What the partner does with our idempotency key: `key` answers a repeated one with its first answer, `none` acts again.
    #[schemars(length(min = 1, max = 64))]
    pub idempotency: Option<String>,
    /// How an answer or a callback that comes twice is told from a new one: `request-id`, `digest`, `sequence`.
    #[schemars(length(min = 1, max = 64))]
    pub duplicates: Option<String>,
    /// The retry policy under which the partner is called.
    #[schemars(length(min = 1, max = 64))]
    pub retry: Option<String>,
    /// Who looks after exchanges with the partner that ran out of attempts.
    #[schemars(length(min = 1, max = 64))]
    pub dead_letter: Option<String>,
    /// What is done for a member while the partner cannot be had.
    #[schemars(length(min = 1, max = 64))]
    pub fallback: Option<String>,
}

/// Who does what, so that nobody waits for the other side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Responsibilities {
    /// Duties that are ours towards the partner.
    #[schemars(inner(length(min = 1, max = 64)))]
    pub ours: Vec<String>,
    /// Duties that the partner has taken on towards us.
    #[schemars(inner(length(min = 1, max = 64)))]
    pub theirs: Vec<String>,
}

/// `partners/<name>.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PartnerFile {
    /// Names the partner in our registry, in contracts and in alerts; the file is called after it.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{0,63}$"))]
    pub id: String,
    /// The payer as people call it.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// How experienced the partner is with the exchange, which decides how long it is warned before an end.
    pub maturity: Maturity,
    /// How much depends on the exchange with it, which decides who is woken.
    pub criticality: Criticality,
    /// Kinds of cover whose members we exchange with the partner.
    #[schemars(inner(regex(pattern = "^[a-z][a-z0-9-]{0,63}$")))]
    pub lines_of_business: Vec<String>,
    /// Entry to the range of versions that the partner uses.
    #[schemars(with = "BTreeMap<String, String>")]
    pub uses: BTreeMap<String, semver::VersionReq>,
    /// Operation to the shape of answer that the partner speaks.
    pub dialect: BTreeMap<String, String>,
    /// Whom to call and how soon an answer comes; the gate refuses a partner for whom it is missing.
    pub support: Option<Support>,
    /// What was agreed for the case that a call fails.
    pub failure: Option<Failure>,
    /// When the partner can be called at once, and when in batches.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub window: Option<BTreeMap<String, toml::Value>>,
    /// Day since which the partner is in production; none while it is prepared.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub live: Option<NaiveDate>,
    /// How the way to the partner is watched without waiting for a member: `synthetic-member`, `heartbeat`.
    #[schemars(length(min = 1, max = 64))]
    pub telemetry: Option<String>,
    /// Whom to call at the partner when its contact does not answer in time.
    #[schemars(length(min = 1, max = 200))]
    pub escalation: Option<String>,
    /// Which duties are whose.
    pub responsibilities: Option<Responsibilities>,
}

/// A partner with the file that describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    pub source: Source,
    pub file: PartnerFile,
}

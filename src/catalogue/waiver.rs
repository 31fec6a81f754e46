//! Waivers: exceptions with an owner, a reason and an end.

use super::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverClass {
    Standard,
    Migration,
    Emergency,
}

/// Why the exception is granted: a word for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverWhy {
    BugFix,
    Benign,
    NoConsumers,
    PartnerAgreed,
    Regulatory,
    Security,
}

/// `policies/waivers/WV-0001.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WaiverFile {
    pub id: String,
    /// The finding id that it covers.
    pub rule: String,
    pub class: WaiverClass,
    pub why: WaiverWhy,
    /// At least 40 characters, for people.
    pub reason: String,
    /// Which findings it covers; no wildcard.
    pub fingerprints: Vec<String>,
    pub risk: String,
    pub compensating_control: String,
    pub partners_notified: Vec<String>,
    pub owner: String,
    pub requested_by: String,
    #[schemars(with = "String")]
    pub created: chrono::NaiveDate,
    #[serde(default)]
    pub renewals: u32,
    /// Inclusive: a date counts to 23:59:59Z, an RFC 3339 instant counts itself.
    pub expires: String,
}

/// A waiver with the file that grants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    pub source: Source,
    pub file: WaiverFile,
}

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
    /// Names the exception in reports; the file is called after it.
    #[schemars(regex(pattern = "^WV-[0-9]{4}$"))]
    pub id: String,
    /// The finding id that it covers.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$"))]
    pub rule: String,
    /// Decides how long it may last and who has to approve it.
    pub class: WaiverClass,
    /// Ground of the exception as a word that can be counted.
    pub why: WaiverWhy,
    /// At least 40 characters, for people.
    #[schemars(length(min = 40, max = 2000))]
    pub reason: String,
    /// Which findings it covers; no wildcard.
    #[schemars(inner(regex(pattern = "^[0-9a-f]{16}$")))]
    pub fingerprints: Vec<String>,
    /// What can go wrong while it holds, for people.
    #[schemars(length(max = 1000))]
    pub risk: String,
    /// What keeps the harm small in the meantime, for people.
    #[schemars(length(max = 1000))]
    pub compensating_control: String,
    /// Partners that were told of it before it began, by their ids.
    pub partners_notified: Vec<String>,
    /// The team that answers for the exception and for its end.
    pub owner: String,
    /// The team that asked for it, which is not the one that grants it.
    pub requested_by: String,
    /// Day on which it was granted.
    #[schemars(with = "String", extend("format" = "date"))]
    pub created: chrono::NaiveDate,
    /// How often it was extended; the gate allows few.
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

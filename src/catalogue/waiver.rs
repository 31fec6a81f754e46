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

impl WaiverClass {
    /// The word that stands in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Migration => "migration",
            Self::Emergency => "emergency",
        }
    }
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

impl WaiverWhy {
    /// The word that stands in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BugFix => "bug-fix",
            Self::Benign => "benign",
            Self::NoConsumers => "no-consumers",
            Self::PartnerAgreed => "partner-agreed",
            Self::Regulatory => "regulatory",
            Self::Security => "security",
        }
    }
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
    /// Instead of fingerprints, for what is no error: the entry, partner or file that the findings speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub subject: Option<String>,
    /// With a subject: the place in it, as the findings give it; no wildcard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub pointer: Option<String>,
    /// With a subject: the range of its versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub versions: Option<semver::VersionReq>,
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
    /// Of a regulatory exception: the dated entry of the calendar against which it may be approved ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub calendar: Option<String>,
    /// Of an emergency: the security advisory that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub advisory: Option<String>,
    /// Of an emergency: last day of its review, at most five working days after it was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub review_due: Option<chrono::NaiveDate>,
    /// Of an emergency: that it was looked at afterwards; the board approves the text that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<WaiverReview>,
}

/// The look back at an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WaiverReview {
    /// Day of the review.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: chrono::NaiveDate,
    /// Account that held it.
    #[schemars(length(min = 1, max = 100))]
    pub by: String,
}

/// A waiver with the file that grants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    pub source: Source,
    pub file: WaiverFile,
}

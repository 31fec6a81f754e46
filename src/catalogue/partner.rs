//! Partners: the other payers, one profile each.

use super::{Criticality, Source};
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

/// Whom to call, when, and how soon an answer comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Support {
    pub contact: String,
    pub hours: String,
    /// Severity to time.
    pub response: BTreeMap<String, String>,
}

/// What happens when something fails, agreed before go-live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Failure {
    /// Milliseconds.
    pub timeout_ms: u64,
    pub idempotency: String,
    pub retry: String,
    pub dead_letter: String,
    pub fallback: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Responsibilities {
    pub ours: Vec<String>,
    pub theirs: Vec<String>,
}

/// `partners/<name>.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PartnerFile {
    pub id: String,
    pub name: String,
    pub maturity: Maturity,
    pub criticality: Criticality,
    pub lines_of_business: Vec<String>,
    /// Entry to the range of versions that the partner uses.
    #[schemars(with = "BTreeMap<String, String>")]
    pub uses: BTreeMap<String, semver::VersionReq>,
    /// Operation to the shape of answer that the partner speaks.
    pub dialect: BTreeMap<String, String>,
    pub support: Option<Support>,
    pub failure: Option<Failure>,
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub window: Option<BTreeMap<String, toml::Value>>,
    pub responsibilities: Option<Responsibilities>,
}

/// A partner with the file that describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    pub source: Source,
    pub file: PartnerFile,
}

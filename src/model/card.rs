//! What a person is told of one schema or one rule who asks for it by name.

use super::{Direction, Place, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One version of a schema, as the catalogue lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionCard {
    /// The number, or `next`.
    pub version: String,
    pub status: String,
    /// Version of the published guide that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    pub path: String,
    pub digest: String,
    /// Examples that it must accept.
    pub accepted: usize,
    /// Examples that it must reject.
    pub rejected: usize,
}

/// One field and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldCard {
    /// Pointer into the payload; `*` stands for any position of an array.
    pub pointer: String,
    pub means: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phi: Option<String>,
    pub place: Place,
}

/// One schema: whose it is, what it needs, what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryCard {
    pub id: String,
    pub title: String,
    pub direction: Direction,
    pub owner: String,
    pub reviewers: Vec<String>,
    pub escalation: String,
    pub criticality: String,
    pub phi: String,
    /// The published guide that it comes from.
    pub source: String,
    /// Canonicals of the published profiles that it stands for.
    pub profiles: Vec<String>,
    /// Entry of its refusals.
    pub errors: String,
    pub identity: Vec<String>,
    pub consent: String,
    pub depends_on: Vec<String>,
    /// Entries that depend on it.
    pub needed_by: Vec<String>,
    /// Partners that use it, each with the range of versions.
    pub used_by: Vec<String>,
    pub versions: Vec<VersionCard>,
    /// Fields of the newest version; empty in a list.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<FieldCard>,
}

/// One rule: what must hold, why, how to settle it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleCard {
    pub id: String,
    pub severity: Severity,
    /// What must hold.
    pub title: String,
    pub why: String,
    pub fix: String,
    /// The team that answers for it, when it is a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The published statement that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good: Option<String>,
    /// File that decides it; `None` for what the program decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The answer to `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Explanation {
    Rule(RuleCard),
    Schema(EntryCard),
}

//! What a verb did to the life of a version: the record that is kept of it, and what a reader is told.
//! Refuses to know which moves there are.

use super::{ApprovedBy, Verdict};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One move of one version: `.matchmark/evidence/moves/<sha256>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRecord {
    /// Place in the chain, counted from 1.
    pub number: u64,
    /// Digest of the record before it, as `sha256:` and hex digits; the first has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Version of the program that made the move.
    pub tool: String,
    /// `id@x.y.z` that moved.
    pub version: String,
    /// `propose`, `withdraw`, `release`, `deprecate`, `retire`, or `stay` where an end moved.
    pub step: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// Digest of the version's schema.
    pub schema: String,
    /// The instant that the move took for now.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub as_of: DateTime<Utc>,
    /// Account that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Decisions of the board that let it through.
    pub approved: Vec<ApprovedBy>,
    /// Digest of the run of the gate that let it through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What comes instead, until when, and where help is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Partner to the digest of the notice that was written for it.
    pub notices: BTreeMap<String, String>,
}

/// How a version ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Day on which notice was given.
    pub deprecated: String,
    /// Last day on which it is served.
    pub sunset: String,
    /// What replaces it.
    pub replaced_by: String,
    /// File that tells how to move.
    pub migration: String,
}

/// What the policy asks for one partner that may be speaking a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerWindow {
    /// Id of the partner.
    pub partner: String,
    /// How experienced it is with the exchange.
    pub maturity: String,
    /// How much depends on the exchange with it.
    pub criticality: String,
    /// Days between the notice and the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// First day on which the version may end for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
}

/// The answer to `deprecate` and `promote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// `go`, or `no-go` when the move was refused.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// `id@x.y.z` that was to move.
    pub version: String,
    /// State before.
    pub from: String,
    /// State after, or the one that was asked for.
    pub to: String,
    /// What came of it, in one sentence.
    pub outcome: String,
    /// Why it was refused, one sentence each.
    pub refused: Vec<String>,
    /// What the policy asks for each partner that may be speaking it.
    pub windows: Vec<PartnerWindow>,
    /// How it ends, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Decisions of the board that let it through.
    pub approved: Vec<ApprovedBy>,
    /// Digest of the run of the gate that lets it through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Files that say so now, or would.
    pub files: Vec<String>,
    /// Whether they were written.
    pub written: bool,
    /// What this leaves open.
    pub not_proved: Vec<String>,
}

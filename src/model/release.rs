//! What `bump` comes to: the number that a draft needs, why, and which files say so.

use super::{ApprovedBy, Bump, Direction, Effect, Place, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One released version that the draft was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparand {
    /// Its number.
    pub version: String,
    /// What the step from it to the draft costs.
    pub required: Bump,
    /// How the answer was reached, forth and back.
    pub proof: String,
}

/// One change that asks for a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// What this change alone costs.
    pub class: Bump,
    /// What it does to the set of accepted payloads.
    pub effect: Effect,
    /// Identifier of the kind of change.
    pub rule: String,
    /// Where it stands in the draft.
    pub location: Place,
    /// One sentence that says what changed.
    pub message: String,
    /// Digest of a payload that shows it, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// What would settle it, when it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle: Option<String>,
}

/// The answer to `bump` and `release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bumped {
    /// `go`, `no-go` when a release was refused, or `undecided` when nothing could be written for want of a proof.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// Entry of the catalogue.
    pub entry: String,
    /// Who reads and who writes payloads of it.
    pub direction: Direction,
    /// The newest released version, which the draft follows.
    pub from: String,
    /// Number that the draft had; absent when entry.toml did not list it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// Number that the draft gets.
    pub to: String,
    /// What the step to the draft costs, over everything that it was compared with.
    pub required: Bump,
    /// What it does to the set of accepted payloads.
    pub effect: Effect,
    /// Every version that it was compared with, newest first.
    pub against: Vec<Comparand>,
    /// Every change, heaviest first.
    pub reasons: Vec<Reason>,
    /// What came of it, in one sentence.
    pub outcome: String,
    /// Decisions of the board that let a major release through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<ApprovedBy>,
    /// Why it may not be released, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// Files that say so now, or would.
    pub files: Vec<String>,
    /// Whether they were written.
    pub written: bool,
    /// What this leaves open.
    pub not_proved: Vec<String>,
}

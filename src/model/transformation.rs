//! What `transform` says of payloads: what turned, and what was refused for want of which fact. Never a value.

use super::{PayloadProblem, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of one payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransformState {
    Turned,
    Refused,
    /// The file could not be opened.
    Unreadable,
}

/// One reason against a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lacking {
    /// `missing`, `unlisted`, `occupied`, `roomless`, `several`.
    pub kind: String,
    /// Meaning of the fact, as the schema of the target tags it.
    pub tag: String,
    pub line: u32,
    pub column: u32,
    /// JSON pointer into the payload: the value itself, or where the fact is missing.
    pub pointer: String,
    /// The same fact as the transform writes it.
    pub path: String,
    /// Version that could not be reached.
    pub wanted_by: String,
    pub message: String,
    pub remedy: String,
}

/// One payload that was to be transformed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransformedPayload {
    /// As it was named on the command line; `-` for standard input.
    pub file: String,
    /// Line of a file that holds one payload a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    pub state: TransformState,
    /// Payloads that it gave.
    pub results: u64,
    /// Facts that are missing, by place.
    pub lacking: Vec<Lacking>,
    /// Version that the payload or its result does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfit: Option<String>,
    /// Why it does not fit.
    pub problems: Vec<PayloadProblem>,
    /// Why it could not be read, without a word of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
}

/// The result of one `transform`, without its product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transformation {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub from: String,
    pub to: String,
    /// Versions that were passed through, the first and the last included.
    pub way: Vec<String>,
    pub turned: u64,
    pub refused: u64,
    pub unreadable: u64,
    /// In the order in which they were named.
    pub payloads: Vec<TransformedPayload>,
}

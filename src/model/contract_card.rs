//! What a person is told of contracts who asks for them by name, and of one that was brought over.

use super::{Judged, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One interaction or message of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InteractionCard {
    pub key: String,
    /// `http` or `message`.
    pub kind: String,
    pub description: String,
    /// `positive`, or `negative`: the provider must refuse.
    pub polarity: String,
    pub pending: bool,
    /// Entry and range that the request is held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Entry and range that a message is held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<String>,
    pub edges: Vec<String>,
    /// Names of the provider states.
    pub states: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunset: Option<String>,
}

/// One contract file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractCard {
    pub path: String,
    pub consumer: String,
    pub provider: String,
    /// Edition of the Pact specification.
    pub edition: String,
    /// Whether it holds none of our groups, so that nothing is proved of it.
    pub plain: bool,
    pub owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunset: Option<String>,
    /// Digest of what it demands: the evidence of a test is kept under it.
    pub digest: String,
    pub interactions: Vec<InteractionCard>,
}

/// The answer to `contract show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContractList {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub contracts: Vec<ContractCard>,
    /// Why a file could not be read.
    pub findings: Vec<Judged>,
}

/// The answer to `contract import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BroughtOver {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// The plain file.
    pub source: String,
    /// Where it was written; nothing was, where the source could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// States that no pattern maps: the reader rejects them until somebody does.
    pub unmapped: usize,
    /// The new file as it is read; none while it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractCard>,
    pub findings: Vec<Judged>,
}

//! What a rule sees of what was shown: contracts of partners, and payloads that were sent before.
//! Refuses a payload: it counts and names cases.

use crate::model::Proof;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the contracts of one partner show of one operation that it uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ContractFacts {
    /// Identifier of the partner; subject of findings about it.
    pub partner: String,
    /// JSON pointer in the partner's own file of what says that it uses the operation.
    pub pointer: String,
    /// Entry of the operation's request.
    pub schema: String,
    /// Name of the operation as its guide writes it.
    pub operation: String,
    /// Interactions that expect success.
    pub positive: u32,
    /// Interactions that expect a refusal with a bound code.
    pub negative: u32,
    /// Cases that the operation asks for and no interaction shows.
    pub missing_edges: Vec<String>,
    /// How far it is shown that the two fit.
    pub evidence: EvidenceFacts,
}

/// How far a result speaks of the files as they are now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct EvidenceFacts {
    /// The weakest proof over the versions that the partner uses.
    pub state: Proof,
    /// Whether the result is about these very files.
    pub same_digest: bool,
    /// Days since it was made.
    pub age_days: i64,
}

/// What payloads on record of one partner say of one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ReplayFacts {
    /// Version that judged: entry, `@`, number.
    pub schema: String,
    /// Id of whoever sent the recorded payloads.
    pub partner: String,
    /// How many were judged.
    pub payloads: u32,
    /// How many the version rejects although they passed before.
    pub newly_rejected: u32,
    /// How many the version accepts although they failed before.
    pub newly_accepted: u32,
    /// Whether the result is about these very files.
    pub same_digest: bool,
}

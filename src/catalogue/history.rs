//! Recorded payloads, each in its envelope.

use super::Source;
use crate::model::Direction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::json::is_blank;

/// What the payload's receiver said of it when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EnvelopeOutcome {
    Accepted,
    Rejected,
}

/// One line of `payloads/<partner>/<yyyy-mm>.ndjson`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    pub id: String,
    /// RFC 3339 instant.
    pub recorded_at: String,
    pub partner: String,
    pub direction: Direction,
    /// Entry of the payload.
    pub schema: String,
    /// Version that the sender spoke.
    #[schemars(with = "String")]
    pub version: semver::Version,
    pub outcome: EnvelopeOutcome,
    pub correlation_id: String,
    pub payload: serde_json::Value,
}

/// A file of envelopes, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub source: Source,
}

impl History {
    /// Its lines that are not blank, each with its number from 1.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (1..)
            .zip(self.source.bytes.split(|byte| *byte == b'\n'))
            .filter(|(_, line)| !line.iter().all(|byte| is_blank(*byte)))
    }
}

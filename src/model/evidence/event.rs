//! What happened to versions, in order; each event holds the hash of the one before.
//! Refuses to change: an event is added, never edited.

use super::{Party, Role};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum EventKind {
    /// A version went live.
    Deployed {
        environment: String,
        instance: String,
        role: Role,
    },
    /// An instance was switched off.
    Retired {
        environment: String,
        instance: String,
    },
    /// A contract was verified; the record says how it came out.
    Verified {
        /// Path of the evidence record.
        record: String,
    },
}

/// `events/<yyyy-mm>/<time>-<sha256>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When it was written down.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: DateTime<Utc>,
    /// Of whom it speaks: who went live, was switched off, or was verified as a provider.
    pub party: Party,
    /// What happened.
    #[serde(flatten)]
    pub what: EventKind,
    /// Hash of the event before; none for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

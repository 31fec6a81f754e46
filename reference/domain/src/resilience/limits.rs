//! How much at once: calls to a partner, calls of a partner, open work.
//! Refuses to count: the data plane does, and asks here where the bound is.

use super::Operation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many calls in so many seconds, and as many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rate {
    /// Calls in `per-seconds`, evenly spread.
    pub calls: u32,
    pub per_seconds: u32,
    /// Calls that may come at once after a pause.
    pub burst: u32,
}

/// The bounds of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    /// Calls to one partner at the same time.
    pub calls_per_partner: u32,
    /// Calls to all partners at the same time.
    pub calls_in_all: u32,
    /// How long a call waits that finds no place.
    pub busy_wait_ms: u64,
    /// Open exchanges; a request above that is refused.
    pub open_exchanges: u32,
    /// What a caller is told to wait that was refused for want of room.
    pub full_wait_ms: u64,
    /// How often an exchange of a paused partner looks whether it may go on; a resume wakes it at once.
    pub paused_wait_ms: u64,
    /// Dead letters that one replay may start.
    pub replay_batch: u32,
    /// What one partner may ask of us, by operation. An operation that is not named has no limit.
    #[serde(default)]
    pub inbound: BTreeMap<Operation, Rate>,
    /// What we ask of one partner at most, by operation.
    #[serde(default)]
    pub outbound: BTreeMap<Operation, Rate>,
}

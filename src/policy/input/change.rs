//! What a rule sees of time: what a step between versions does, and what a deprecation promised.
//! Refuses to prove anything: steps are proved by `compat` and `contract`, and arrive here as results.

use crate::model::{Bump, Effect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step between two versions, as the compatibility check came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct ChangeFacts {
    /// Newer version; subject of findings about the step: entry, `@`, number.
    pub schema: String,
    /// Stem of the entry's folder.
    pub entry: String,
    /// JSON pointer in the newer version's own file.
    pub pointer: String,
    /// Number of the older version.
    pub from: String,
    /// Number of the newer version.
    pub to: String,
    /// Whether this change brings the step, or history had it before.
    pub new: bool,
    /// Part of the number that was moved.
    pub declared_bump: Bump,
    /// Part of the number that the effect demands; what is not proved demands a major one.
    pub required_bump: Bump,
    /// Whether the declared part is at least the required one.
    pub enough: bool,
    /// What the step does to the set of accepted payloads.
    pub verdict: Effect,
    /// Whether that was proved, or shown by a witness, both ways.
    pub proved: bool,
    /// Identifiers of the kinds of change that were named.
    pub kinds: Vec<String>,
    /// Partners whose contracts would not bear what the newer version lets through.
    pub touches_closed_consumers: Vec<TouchedFacts>,
}

/// A partner whose parser would not bear a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct TouchedFacts {
    /// Id of the payer whose contract says so.
    pub consumer: String,
    /// Whether a letter to that partner exists that names the version.
    pub notified: bool,
}

/// One deprecated version: what was announced, and what is owed to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct DeprecationFacts {
    /// Deprecated version: entry, `@`, number.
    pub schema: String,
    /// Stem of the entry's folder; subject of findings about its own file.
    pub entry: String,
    /// Number of the deprecated version.
    pub version: String,
    /// JSON pointer of the version's record in the entry's own file.
    pub pointer: String,
    /// Whether the day of the announcement is on record.
    pub notice_known: bool,
    /// Whether the day of the end is on record.
    pub sunset_known: bool,
    /// Days between announcement and end; 0 where one of them is not on record.
    pub notice_days: i64,
    /// Days that the longest window of an affected partner asks for; 0 where no partner uses the version.
    pub required_days: i64,
    /// Days until the end, negative afterwards; 0 where the end is not on record.
    pub days_left: i64,
    /// Version that takes its place, or `unknown`.
    pub replacement: String,
    /// Whether a note for those who migrate is named.
    pub migration_note: bool,
    /// Partners that use the version, by id.
    pub partners: Vec<WindowFacts>,
    /// Affected partners that confirmed the announcement.
    pub acknowledged: Vec<String>,
    /// Affected partners that did not confirm the announcement.
    pub missing_ack: Vec<String>,
}

/// What the policy of windows asks for one partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "3.0.0"))]
pub struct WindowFacts {
    /// Id of the payer that has to be warned.
    pub partner: String,
    /// Days that its maturity and criticality ask for; 0 where the table does not say.
    pub required_days: i64,
    /// Whether the announced days are at least those, or the board agreed to an earlier end.
    pub enough: bool,
}

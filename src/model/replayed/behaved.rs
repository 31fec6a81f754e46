//! Why an exchange that was recorded is answered otherwise now: what tells one cluster of exchanges from another.
//! Refuses to hold anything that was said: places, kinds and words of closed vocabularies only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In what an answer departs from the recorded one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Departure {
    Status,
    HeaderMissing,
    HeaderAdded,
    HeaderChanged,
    BodyMissing,
    BodyAdded,
    BodyChanged,
    MemberMissing,
    MemberAdded,
    TypeChanged,
    ValueChanged,
    OrderChanged,
}

/// One difference, the same for all exchanges of its cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    pub partner: String,
    /// Method and route, with `{id}` for what the route does not name: `GET /Patient/{id}`.
    pub operation: String,
    pub departure: Departure,
    /// `status`, the name of a header, or a pointer into the body with `*` for positions.
    pub at: String,
    /// Its kind as recorded, or a word of a closed vocabulary.
    pub was: String,
    pub now: String,
}

//! What a rule sees of a transform: what it reads, what it writes, what it makes up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::transform::Via;

/// What is known of one transform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "2.0.0"))]
pub struct TransformFacts {
    /// Path of its TOML; subject of findings about it.
    pub file: String,
    /// Version whose payloads it takes: entry, `@`, number.
    pub from: String,
    /// Version that its results must fit: entry, `@`, number.
    pub to: String,
    /// What it does, in the order in which it does it.
    pub maps: Vec<MapFacts>,
}

/// What is known of one step of a transform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-since" = "2.0.0"))]
pub struct MapFacts {
    /// JSON pointer of the step in the transform's own file.
    pub pointer: String,
    /// Which of the listed ways the step takes.
    pub via: Via,
    /// Pointer in the bundled source schema of the place that is read, or `unknown`.
    pub from_pointer: String,
    /// Pointer in the bundled target schema of the place that is written or asked for, or `unknown`.
    pub to_pointer: String,
    /// Machine-readable meaning of the place that is read, or `unknown`.
    pub from_tag: String,
    /// Machine-readable meaning of the place that is written or asked for, or `unknown`.
    pub to_tag: String,
    /// Whether the step writes a value that neither the source holds nor the target's schema fixes.
    pub invents: bool,
}

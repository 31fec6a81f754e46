//! What a rule sees of one leaf property.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one leaf property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldFacts {
    /// Version that declares it: entry, `@`, number.
    pub schema: String,
    /// Stem of that entry's folder.
    pub entry: String,
    /// JSON pointer of its subschema in that version's own file.
    pub pointer: String,
    /// Property key as it travels.
    pub name: String,
    /// The key's words in lower case.
    pub words: Vec<String>,
    /// Letter shape of the key.
    pub case: Case,
    /// What its description says.
    pub semantics: SemanticsFacts,
    /// Declared sensitivity: P0 to P3, or `unknown`.
    pub phi: String,
    /// Number of the version that brought it, or `unknown`.
    pub since: String,
    /// Guide, edition and statement that it traces to, or `unknown`.
    pub source: String,
    /// Whether a payload must carry it wherever its parent stands.
    pub required: bool,
    /// Whether the schema sets an end to what a payload may write there: a list, a fixed value, a shape, a length, a range.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub bounded: bool,
    /// Whether the entry is a record of our own that no payer sends another in an exchange.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub operational: bool,
}

/// What a description says of its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SemanticsFacts {
    /// Whether there is a text at all and whether it goes beyond the key.
    pub state: SemanticsState,
    /// Count of meaningful words that the key does not already contain.
    pub adds: u32,
    /// Machine-readable meaning, or `unknown`.
    pub tag: String,
}

/// How much a description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SemanticsState {
    Absent,
    RestatesName,
    SaysMore,
}

/// Letter shape of a name. `Flat` is one word in lower case: `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    Flat,
    Camel,
    Pascal,
    Kebab,
    Snake,
    Upper,
    Other,
}

//! How a consumer's own words for provider states become states of the vocabulary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `contracts/<consumer>/states.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StateMapFile {
    /// Every entry whose pattern matches gives one state, in the order of the file.
    #[serde(default)]
    pub state: Vec<StateMapping>,
}

/// One state that a text stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StateMapping {
    /// Regular expression that must match the whole text.
    pub pattern: String,
    /// Name of a state of the vocabulary.
    pub state: String,
    /// Its parameters; `${name}` in a text stands for what the pattern captured by that name, or for the parameter of
    /// that name that the text came with.
    #[serde(default)]
    pub params: Map<String, Value>,
}

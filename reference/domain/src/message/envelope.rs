//! What every message has around it: a bag of named parts, and what the reader does not know.
//! Refuses to drop anything: an exchange hands on what it was given.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::datatype::Meta;

/// The members of an object that the exchange does not read.
pub type Other = Map<String, Value>;

/// Why a message cannot be read or written. What it holds is not repeated: it may be about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message does not have the shape that was asked for")]
pub struct Unreadable;

/// Reads a message.
///
/// Errors: an element that the exchange reads is missing, of another type, or outside a closed list
pub fn read<T: DeserializeOwned>(message: Value) -> Result<T, Unreadable> {
    serde_json::from_value(message).map_err(|_| Unreadable)
}

/// Writes a message: what was read, and everything that was not understood.
///
/// Errors: none for a message that was read
pub fn write<T: Serialize>(message: &T) -> Result<Value, Unreadable> {
    serde_json::to_value(message).map_err(|_| Unreadable)
}

vocabulary! {
    /// Source: FHIR R4 Parameters
    ParametersWord { Parameters = "Parameters", }
}

/// A bag of named parts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters<P> {
    pub resource_type: ParametersWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<P>,
    #[serde(flatten)]
    pub other: Other,
}

/// A part that carries a resource.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Carrying<R> {
    pub resource: R,
    #[serde(flatten)]
    pub other: Other,
}

/// Whether the object says `word` under `key`.
pub(super) fn says(object: &Other, key: &str, word: &str) -> bool {
    object.get(key).and_then(Value::as_str) == Some(word)
}

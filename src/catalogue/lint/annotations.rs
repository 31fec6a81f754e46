//! Whether the annotations of a schema (`x-semantics`, `x-phi`, `x-since`, `x-source`, `x-identity`, `x-open`)
//! have the form that rules and readers rely on.

use crate::catalogue::{PhiClass, SchemaVersion, schemas};
use crate::model::{Finding, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a field means, and what it is not.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Semantics {
    pub text: String,
    /// `identity.subscriber-id`; two fields of different tags are never mapped to each other.
    pub tag: String,
    #[serde(default)]
    pub not: Vec<String>,
}

/// The published statement behind a constraint.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub guide: String,
    pub version: String,
    #[serde(default)]
    pub statement: Option<Statements>,
}

/// Numbers of published statements; they are not stable between releases, so the version stands beside them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Statements {
    One(String),
    Several(Vec<String>),
}

/// The annotations that a schema object may carry beside its keywords; any other `x-` key is refused.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Annotations {
    #[serde(rename = "x-semantics")]
    pub semantics: Option<Semantics>,
    #[serde(rename = "x-phi")]
    pub phi: Option<PhiClass>,
    /// First version of the entry that has the field.
    #[serde(rename = "x-since")]
    pub since: Option<String>,
    #[serde(rename = "x-source")]
    pub source: Option<Statement>,
    #[serde(rename = "x-identity")]
    pub identity: Option<bool>,
    /// Why an object is open to names that it does not list.
    #[serde(rename = "x-open")]
    pub open: Option<String>,
}

pub(super) fn version(version: &SchemaVersion) -> Vec<Finding> {
    let schemas = schemas(version.schema.value());
    let read = schemas.iter().filter_map(|(pointer, members)| {
        let error = annotations(members).err()?;
        Some(malformed(version, pointer, &error))
    });
    read.collect()
}

fn annotations(members: &serde_json::Map<String, Value>) -> Result<(), String> {
    let carried: serde_json::Map<String, Value> = members
        .iter()
        .filter(|(key, _)| key.starts_with("x-"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if carried.is_empty() {
        return Ok(());
    }
    serde_json::from_value::<Annotations>(Value::Object(carried))
        .map(|_| ())
        .map_err(|error| error.to_string())
}

fn malformed(version: &SchemaVersion, pointer: &str, error: &str) -> Finding {
    let place = Place::at(&version.path, version.schema.nearest(pointer));
    Finding::new(
        "catalogue/annotation-malformed",
        version.id.to_string(),
        place,
    )
    .pointer(pointer)
    .kind("annotation")
    .message(format!(
        "an annotation of `{}` cannot be read: {error}",
        version.id
    ))
    .remedy(
        "write it as the other schemas do; docs/handbook/adding-a-schema.md tells what each is for",
    )
}

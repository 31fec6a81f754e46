//! (skeleton)
//! (skeleton)
use super::Problem;
use crate::json::Document;
use serde_json::Value;

/// One schema version, compiled: a self-contained 2020-12 document.
#[derive(Debug)]
pub struct Schema {
    validator: jsonschema::Validator,
}

/// Why a document cannot be used as a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at {pointer}")]
pub struct SchemaFault {
    /// Pointer in the bundle.
    pub pointer: String,
    pub reason: String,
}

impl Schema {
    /// Compiles a bundle; nothing is fetched from anywhere.
    pub fn compile(bundle: &Value) -> Result<Self, SchemaFault> {
        jsonschema::draft202012::options()
            .build(bundle)
            .map(|validator| Self { validator })
            .map_err(|error| SchemaFault {
                pointer: error.schema_path().as_str().to_owned(),
                reason: error.kind().keyword().to_owned(),
            })
    }
    /// Whether the value is valid.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
    /// Everything that is wrong with the document, in order of position.
    #[must_use]
    pub fn problems(&self, _document: &Document) -> Vec<Problem> {
        Vec::new()
    }
}

//! A schema file outside the catalogue.

use super::{LoadError, tree};
use serde_json::Value;
use std::path::Path;
use wire::json::{Document, Limits};

/// The schema in `path`, called `name` in messages.
///
/// Errors: it cannot be opened, or is not JSON
pub fn schema(path: &Path, name: &str) -> Result<Value, LoadError> {
    let unreadable = |reason: String| LoadError::Schema {
        name: name.to_owned(),
        reason,
    };
    let bytes = tree::read(path, tree::FILE_LIMIT).map_err(unreadable)?;
    Document::parse(&bytes, &Limits::default())
        .map(|document| document.value().clone())
        .map_err(|fault| unreadable(fault.to_string()))
}

//! The published statements that a schema names at its constraints.

use super::SchemaVersion;
use serde_json::Value;
use wire::json::pointer_escape;

/// Keywords whose content is data, not schema.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// A constraint that names a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    pub guide: String,
    pub version: String,
    /// Its published number.
    pub statement: String,
    /// Pointer of the schema that carries the `x-source`.
    pub pointer: String,
}

/// Every statement that `version` names, in the order of the schema.
#[must_use]
pub fn citations(version: &SchemaVersion) -> Vec<Citation> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), version.schema.value())];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                found.extend(
                    members
                        .get("x-source")
                        .map(|source| cited(source, &pointer)),
                );
                let below = members.iter().rev();
                let schemas = below
                    .filter(|(key, _)| !DATA.contains(&key.as_str()) && !key.starts_with("x-"));
                open.extend(
                    schemas.map(|(key, member)| {
                        (format!("{pointer}/{}", pointer_escape(key)), member)
                    }),
                );
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().rev();
                open.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found.into_iter().flatten().collect()
}

fn cited(source: &Value, pointer: &str) -> Vec<Citation> {
    let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default();
    let numbers = match source.get("statement") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let citation = |number: &str| Citation {
        guide: text("guide").to_owned(),
        version: text("version").to_owned(),
        statement: number.to_owned(),
        pointer: pointer.to_owned(),
    };
    numbers.into_iter().map(citation).collect()
}

//! The published statements that a schema names at its constraints.

use super::SchemaVersion;
use serde_json::{Map, Value};
use wire::json::pointer_escape;

/// Keywords whose content is data, not schema.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// Keywords that hold schemas by name.
const GROUPS: [&str; 4] = [
    "$defs",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

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
    let schemas = schemas(version.schema.value()).into_iter();
    let sources =
        schemas.filter_map(|(pointer, members)| Some((pointer, members.get("x-source")?)));
    sources
        .flat_map(|(pointer, source)| cited(source, &pointer))
        .collect()
}

/// Every schema object of a document with its pointer, in the order of the text; a group of schemas by name is none, so
/// that a member of a payload may be called like an annotation.
#[must_use]
pub fn schemas(document: &Value) -> Vec<(String, &Map<String, Value>)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document, false)];
    while let Some((pointer, value, grouped)) = open.pop() {
        match value {
            Value::Object(members) => {
                let is_schema =
                    |key: &str| grouped || !(DATA.contains(&key) || key.starts_with("x-"));
                let below = members.iter().rev().filter(|(key, _)| is_schema(key));
                open.extend(below.map(|(key, member)| {
                    let groups = !grouped && GROUPS.contains(&key.as_str());
                    (format!("{pointer}/{}", pointer_escape(key)), member, groups)
                }));
                if !grouped {
                    found.push((pointer, members));
                }
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().rev();
                open.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item, false)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_may_be_called_like_an_annotation() {
        let document = json!({
            "properties": {"x-progress": {"type": "string", "x-source": {}}, "enum": {"const": {"a": 1}}},
            "allOf": [{"x-open": {"b": {}}}],
        });
        let found = schemas(&document).into_iter();
        let pointers: Vec<String> = found.map(|(pointer, _)| pointer).collect();
        assert_eq!(
            pointers,
            ["", "/properties/x-progress", "/properties/enum", "/allOf/0"]
        );
    }
}

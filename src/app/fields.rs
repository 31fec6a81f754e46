//! The fields of a schema version that say what they mean, as pointers into a payload.

use crate::catalogue::SchemaVersion;
use crate::model::{FieldCard, Place};
use serde_json::{Map, Value};
use wire::json::pointer_escape;

/// Deepest path that is followed; a schema that refers to itself ends here.
const DEEPEST: usize = 24;

/// Every field with a meaning, in the order of the schema; each path once.
pub(super) fn of(version: &SchemaVersion) -> Vec<FieldCard> {
    let mut walk = Walk {
        version,
        found: Vec::new(),
    };
    walk.schema("", "", 0);
    walk.found
}

struct Walk<'a> {
    version: &'a SchemaVersion,
    found: Vec<FieldCard>,
}

impl Walk<'_> {
    /// Reads the schema at `at`, which describes the payload's `path`.
    fn schema(&mut self, at: &str, path: &str, depth: usize) {
        let root = self.version.schema.value();
        let Some(Value::Object(members)) = root.pointer(at) else {
            return;
        };
        if depth > DEEPEST {
            return;
        }
        self.meaning(members, at, path);
        if let Some(Value::String(target)) = members.get("$ref")
            && let Some(local) = target.strip_prefix('#')
        {
            self.schema(local, path, depth + 1);
        }
        for (key, member) in members {
            let at = format!("{at}/{}", pointer_escape(key));
            self.keyword(key, member, &at, path, depth + 1);
        }
    }

    fn keyword(&mut self, key: &str, member: &Value, at: &str, path: &str, depth: usize) {
        match (key, member) {
            ("properties", Value::Object(properties)) => {
                for name in properties.keys() {
                    let name = pointer_escape(name);
                    self.schema(&format!("{at}/{name}"), &format!("{path}/{name}"), depth);
                }
            }
            ("items" | "contains", Value::Object(_)) => {
                self.schema(at, &format!("{path}/*"), depth);
            }
            ("prefixItems", Value::Array(items)) => {
                for index in 0..items.len() {
                    self.schema(&format!("{at}/{index}"), &format!("{path}/{index}"), depth);
                }
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                for index in 0..branches.len() {
                    self.schema(&format!("{at}/{index}"), path, depth);
                }
            }
            ("then" | "else", Value::Object(_)) => self.schema(at, path, depth),
            _ => {}
        }
    }

    fn meaning(&mut self, members: &Map<String, Value>, at: &str, path: &str) {
        let text = members
            .get("x-semantics")
            .and_then(|semantics| semantics.get("text"))
            .and_then(Value::as_str);
        let Some(text) = text else {
            return;
        };
        let known = |field: &FieldCard| field.pointer == path && field.means == text;
        if self.found.iter().any(known) {
            return;
        }
        let phi = members.get("x-phi").and_then(Value::as_str);
        self.found.push(FieldCard {
            pointer: path.to_owned(),
            means: text.to_owned(),
            phi: phi.map(str::to_owned),
            place: Place::at(&self.version.path, self.version.schema.nearest(at)),
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::{Status, VersionFile};
    use crate::model::{VersionId, VersionName};
    use std::sync::Arc;
    use wire::json::{Document, Limits};

    fn version(schema: &str) -> SchemaVersion {
        SchemaVersion {
            id: VersionId {
                entry: "a".to_owned(),
                version: VersionName::Next,
            },
            number: semver::Version::new(1, 0, 0),
            file: VersionFile {
                version: semver::Version::new(1, 0, 0),
                guide_version: None,
                status: Status::Draft,
                released: None,
                requested_by: None,
                deprecated: None,
                sunset: None,
                replaced_by: None,
                migration: None,
                digest: None,
                notes: String::new(),
            },
            path: "schemas/a/next/schema.json".to_owned(),
            digest: String::new(),
            schema: Arc::new(Document::parse(schema.as_bytes(), &Limits::default()).unwrap()),
            accepted: Vec::new(),
            rejected: Vec::new(),
            notes: None,
        }
    }

    #[test]
    fn a_field_is_named_by_its_path_in_a_payload() {
        let version = version(
            r##"{"properties": {"list": {"items": {"allOf": [{"$ref": "#/$defs/x"}]}},
                "a/b": {"x-semantics": {"text": "odd"}, "x-phi": "P1"}},
              "$defs": {"x": {"properties": {"id": {"x-semantics": {"text": "name"}},
                "again": {"$ref": "#/$defs/x"}}}}}"##,
        );
        let found = of(&version);
        let shown: Vec<(&str, &str)> = found
            .iter()
            .map(|field| (field.pointer.as_str(), field.means.as_str()))
            .collect();
        assert_eq!(shown.first(), Some(&("/list/*/id", "name")));
        assert_eq!(shown.last(), Some(&("/a~1b", "odd")));
        assert!(shown.contains(&("/list/*/again/id", "name")));
        assert_eq!(found.last().unwrap().place.line, 2);
    }
}

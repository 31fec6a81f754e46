//! Respells one schema, keyword by keyword, as 2020-12.
//! Refuses to follow a reference: it notes where each one leads.

mod branch;

use super::answer::{Code, Why};
use super::dialect::{Dialect, Holds, holds};
use super::format;
use super::index::Index;
use super::pointer;
use super::schema::Formats;
use super::scope::{Scope, Target};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One respelt schema.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) value: Value,
    /// Pointer of every `$ref` inside, with what it leads to in the document.
    pub(super) references: Vec<(String, Target)>,
    /// Pointer of every schema inside, with the pointer it was written at.
    pub(super) origins: Vec<(String, String)>,
}

/// How the schemas of one document are to be read.
#[derive(Debug)]
pub(super) struct Spelling<'a> {
    pub(super) dialect: Dialect,
    pub(super) formats: Formats,
    pub(super) index: &'a Index<'a>,
    /// `contains` marks items as evaluated from 2020-12 on; before, whoever asks for that must not see it.
    pub(super) hides_contains: bool,
}

/// The schema written at the place of `target`.
pub(super) fn body(schema: &Value, target: &Target, spelling: &Spelling<'_>) -> Result<Body, Why> {
    let mut speller = Speller {
        spelling,
        scope: target.scope.clone(),
        references: Vec::new(),
        origins: Vec::new(),
    };
    let value = speller.schema(schema, &target.at, "")?;
    Ok(Body {
        value,
        references: speller.references,
        origins: speller.origins,
    })
}

struct Speller<'a> {
    spelling: &'a Spelling<'a>,
    scope: Scope,
    references: Vec<(String, Target)>,
    origins: Vec<(String, String)>,
}

type Written = BTreeMap<String, Value>;

impl Speller<'_> {
    fn schema(&mut self, schema: &Value, at: &str, flat: &str) -> Result<Value, Why> {
        self.origins.push((flat.to_owned(), at.to_owned()));
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(always) => return Ok(Value::Bool(*always)),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(Why::new(Code::SchemaInvalid).at(at));
            }
        };
        let inside = self.spelling.index.scope(&self.scope, at);
        let around = std::mem::replace(&mut self.scope, inside);
        let written = self.members(members, at, flat)?;
        self.scope = around;
        Ok(Value::Object(written.into_iter().collect()))
    }

    fn members(
        &mut self,
        members: &Map<String, Value>,
        at: &str,
        flat: &str,
    ) -> Result<Written, Why> {
        let mut written = Written::new();
        let targets = self.targets(members, at)?;
        if !(self.spelling.dialect.reference_stands_alone() && members.contains_key("$ref")) {
            for (keyword, value) in members {
                self.keyword(members, (keyword, value), at, flat, &mut written)?;
            }
        }
        self.refer(targets, &mut written, (at, flat));
        if self.spelling.hides_contains {
            self.hide_contains(&mut written, (at, flat));
        }
        Ok(written)
    }

    fn keyword(
        &mut self,
        members: &Map<String, Value>,
        (keyword, value): (&str, &Value),
        at: &str,
        flat: &str,
        written: &mut Written,
    ) -> Result<(), Why> {
        let here = pointer::step(at, keyword);
        match holds(self.spelling.dialect, keyword) {
            Holds::Nothing | Holds::Definitions => {}
            Holds::Value => self.value(members, keyword, value, written),
            Holds::Dependencies => self.dependencies(value, &here, flat, written)?,
            Holds::Named => {
                let named = self.named(value, &here, &pointer::step(flat, keyword))?;
                written.insert(keyword.to_owned(), named);
            }
            Holds::List => {
                let list = self.list(value, &here, &pointer::step(flat, keyword))?;
                written.insert(keyword.to_owned(), list);
            }
            Holds::SchemaOrList if value.is_array() => {
                let list = self.list(value, &here, &pointer::step(flat, "prefixItems"))?;
                written.insert("prefixItems".to_owned(), list);
            }
            Holds::Schema | Holds::SchemaOrList => {
                let Some(name) = self.name_of(members, keyword) else {
                    return Ok(());
                };
                let schema = self.schema(value, &here, &pointer::step(flat, name))?;
                written.insert(name.to_owned(), schema);
            }
        }
        Ok(())
    }

    /// How 2020-12 names the keyword; `None` where it says nothing beside its neighbours.
    fn name_of<'k>(&self, members: &Map<String, Value>, keyword: &'k str) -> Option<&'k str> {
        let tuple = members.get("items").is_some_and(Value::is_array);
        match keyword {
            "additionalItems" => tuple.then_some("items"),
            "then" | "else" => members.contains_key("if").then_some(keyword),
            _ => Some(keyword),
        }
    }

    fn value(
        &mut self,
        members: &Map<String, Value>,
        keyword: &str,
        value: &Value,
        written: &mut Written,
    ) {
        match keyword {
            "format" if !self.asserts(value) => {}
            "minContains" | "maxContains" if !members.contains_key("contains") => {}
            "exclusiveMinimum" | "exclusiveMaximum" if self.spelling.dialect == Dialect::Draft4 => {
            }
            "minimum" | "maximum" if self.spelling.dialect == Dialect::Draft4 => {
                let exclusive = match keyword {
                    "minimum" => "exclusiveMinimum",
                    _ => "exclusiveMaximum",
                };
                let is_exclusive = members.get(exclusive) == Some(&Value::Bool(true));
                let name = if is_exclusive { exclusive } else { keyword };
                written.insert(name.to_owned(), value.clone());
            }
            _ => {
                written.insert(keyword.to_owned(), value.clone());
            }
        }
    }

    /// Whether the format `name` restricts.
    fn asserts(&self, name: &Value) -> bool {
        let known = |name: &str| format::restricts(self.spelling.dialect, name);
        self.spelling.formats == Formats::Assertion && name.as_str().is_none_or(known)
    }

    fn dependencies(
        &mut self,
        value: &Value,
        at: &str,
        flat: &str,
        written: &mut Written,
    ) -> Result<(), Why> {
        let mut required = Map::new();
        let mut schemas = Map::new();
        for (name, needed) in value.as_object().into_iter().flatten() {
            if needed.is_array() {
                required.insert(name.clone(), needed.clone());
                continue;
            }
            let below = pointer::steps(flat, ["dependentSchemas", name]);
            let schema = self.schema(needed, &pointer::step(at, name), &below)?;
            schemas.insert(name.clone(), schema);
        }
        if !required.is_empty() {
            written.insert("dependentRequired".to_owned(), Value::Object(required));
        }
        if !schemas.is_empty() {
            written.insert("dependentSchemas".to_owned(), Value::Object(schemas));
        }
        Ok(())
    }

    fn named(&mut self, value: &Value, at: &str, flat: &str) -> Result<Value, Why> {
        let mut named = BTreeMap::new();
        for (name, schema) in value.as_object().into_iter().flatten() {
            let schema =
                self.schema(schema, &pointer::step(at, name), &pointer::step(flat, name))?;
            named.insert(name.clone(), schema);
        }
        Ok(Value::Object(named.into_iter().collect()))
    }

    fn list(&mut self, value: &Value, at: &str, flat: &str) -> Result<Value, Why> {
        let mut list = Vec::new();
        for (index, schema) in value.as_array().into_iter().flatten().enumerate() {
            let index = index.to_string();
            let schema = self.schema(
                schema,
                &pointer::step(at, &index),
                &pointer::step(flat, &index),
            )?;
            list.push(schema);
        }
        Ok(Value::Array(list))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::flat::Flat;
    use super::*;
    use crate::inclusion::{Reading, Schema, Stop};
    use serde_json::json;

    fn respelt(dialect: Dialect, schema: Value) -> Value {
        Flat::new(&schema, dialect, Formats::Annotation)
            .unwrap()
            .document
    }

    #[test]
    fn older_drafts_are_respelt() {
        for (dialect, written, wanted) in [
            (
                Dialect::Draft4,
                json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 2, "exclusiveMaximum": false}),
                json!({"exclusiveMinimum": 1, "maximum": 2}),
            ),
            (
                Dialect::Draft6,
                json!({"exclusiveMaximum": 2, "maximum": 3}),
                json!({"exclusiveMaximum": 2, "maximum": 3}),
            ),
            (
                Dialect::Draft7,
                json!({"items": [{"type": "null"}], "additionalItems": false, "title": "t"}),
                json!({"items": false, "prefixItems": [{"type": "null"}]}),
            ),
            (
                Dialect::Draft2019,
                json!({"items": [true], "additionalItems": false, "contains": true, "minContains": 2}),
                json!({"contains": true, "items": false, "minContains": 2, "prefixItems": [true]}),
            ),
            (
                Dialect::Draft7,
                json!({"items": {"type": "null"}, "additionalItems": false}),
                json!({"items": {"type": "null"}}),
            ),
            (
                Dialect::Draft6,
                json!({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}),
                json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}}),
            ),
        ] {
            assert_eq!(respelt(dialect, written), wanted);
        }
    }

    #[test]
    fn a_word_says_nothing_outside_its_drafts_and_alone_without_its_partner() {
        for (dialect, written) in [
            (
                Dialect::Draft4,
                json!({"const": 1, "contains": {}, "propertyNames": {}, "id": "x", "$id": 7}),
            ),
            (
                Dialect::Draft6,
                json!({"if": {}, "then": false, "dependentRequired": {"a": ["b"]}}),
            ),
            (
                Dialect::Draft7,
                json!({"minContains": 2, "dependentSchemas": {"a": false}, "prefixItems": [false], "unevaluatedItems": false, "unevaluatedProperties": false, "$recursiveRef": "#", "$dynamicRef": "#", "then": false}),
            ),
            (
                Dialect::Draft2019,
                json!({"prefixItems": [false], "dependencies": {"a": ["b"]}, "$dynamicRef": "#/x", "additionalItems": false}),
            ),
            (
                Dialect::Draft2020,
                json!({"additionalItems": false, "dependencies": {"a": ["b"]}, "$recursiveRef": "#", "minContains": 2, "format": "date", "$comment": "c", "default": 1, "x-note": {"type": "null"}}),
            ),
        ] {
            assert_eq!(respelt(dialect, written), json!({}), "{}", dialect.word());
        }
    }

    #[test]
    fn true_and_false_are_schemas_from_draft_6_on() {
        let read = |dialect| {
            let reading = Reading {
                dialect: Some(dialect),
                formats: Formats::Annotation,
            };
            let schema = json!({"properties": {"a": false}});
            Schema::read(&schema, reading, &Stop::default()).map(|schema| schema.dialect())
        };
        assert!(read(Dialect::Draft4).is_err());
        assert_eq!(read(Dialect::Draft6), Ok(Dialect::Draft6));
    }

    #[test]
    fn keywords_beside_a_reference_count_from_2019_on() {
        let schema = json!({"properties": {"a": {"$ref": "#/definitions/x", "minLength": 2}},
            "definitions": {"x": {"type": "string"}}});
        let of = |dialect| {
            let flat = respelt(dialect, schema.clone());
            flat.pointer("/properties/a")
                .unwrap()
                .as_object()
                .unwrap()
                .len()
        };
        assert_eq!((of(Dialect::Draft7), of(Dialect::Draft2019)), (1, 2));
    }

    #[test]
    fn equal_definitions_share_a_name_whatever_they_were_called() {
        let first = respelt(
            Dialect::Draft2020,
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}),
        );
        let second = respelt(
            Dialect::Draft2020,
            json!({"$ref": "#/$defs/b", "$defs": {"b": {"items": {"$ref": "#/$defs/c"}}, "c": {"items": {"$ref": "#/$defs/b"}}}}),
        );
        assert_eq!(first, second);
    }

    #[test]
    fn a_recursive_root_becomes_a_definition() {
        let flat = respelt(
            Dialect::Draft7,
            json!({"properties": {"next": {"$ref": "#"}}}),
        );
        let name = flat["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        assert_eq!(
            flat["$defs"][name]["properties"]["next"]["$ref"],
            flat["$ref"]
        );
    }
}

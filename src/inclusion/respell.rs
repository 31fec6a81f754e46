//! Respells one schema, keyword by keyword, as 2020-12.
//! Refuses to follow a reference: it notes where each one leads.

use super::answer::{Code, Why};
use super::dialect::{Dialect, Holds, holds};
use super::index::Index;
use super::pointer;
use super::schema::Formats;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One respelt schema.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) value: Value,
    /// Pointer of every `$ref` inside, with the pointer of its target in the document.
    pub(super) references: Vec<(String, String)>,
    /// Pointer of every schema inside, with the pointer it was written at.
    pub(super) origins: Vec<(String, String)>,
    /// Keywords that were met, of those whose meaning together changed between drafts.
    pub(super) met: Met,
}

/// `contains` marks items as evaluated from 2020-12 on, and does not in 2019-09.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Met {
    pub(super) contains: bool,
    pub(super) unevaluated_items: bool,
}

/// The schema written at `at` of a document.
pub(super) fn body(
    schema: &Value,
    at: &str,
    dialect: Dialect,
    formats: Formats,
    index: &Index<'_>,
) -> Result<Body, Why> {
    let mut speller = Speller {
        dialect,
        formats,
        index,
        references: Vec::new(),
        origins: Vec::new(),
        met: Met::default(),
    };
    let value = speller.schema(schema, at, "")?;
    Ok(Body {
        value,
        references: speller.references,
        origins: speller.origins,
        met: speller.met,
    })
}

struct Speller<'a> {
    dialect: Dialect,
    formats: Formats,
    index: &'a Index<'a>,
    references: Vec<(String, String)>,
    origins: Vec<(String, String)>,
    met: Met,
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
        let mut written = Written::new();
        self.reference(members, at, flat, &mut written)?;
        if !(self.dialect.reference_stands_alone() && members.contains_key("$ref")) {
            for (keyword, value) in members {
                self.keyword(members, (keyword, value), at, flat, &mut written)?;
            }
        }
        Ok(Value::Object(written.into_iter().collect()))
    }

    fn reference(
        &mut self,
        members: &Map<String, Value>,
        at: &str,
        flat: &str,
        written: &mut Written,
    ) -> Result<(), Why> {
        let mut targets = Vec::new();
        for keyword in ["$ref", "$recursiveRef", "$dynamicRef"] {
            let known = match keyword {
                "$ref" => true,
                "$recursiveRef" => self.dialect == Dialect::Draft2019,
                _ => self.dialect == Dialect::Draft2020,
            };
            let Some(Value::String(reference)) = members.get(keyword).filter(|_| known) else {
                continue;
            };
            let target = match keyword {
                "$ref" => self.index.resolve(at, reference),
                "$recursiveRef" if self.index.has_recursive_anchor() => None,
                "$recursiveRef" => self.index.resolve(at, reference),
                _ => self.index.resolve_dynamic(at, reference),
            };
            let open = || Why::new(Code::Reference).at(pointer::step(at, keyword));
            targets.push(target.ok_or_else(open)?);
        }
        match targets.len() {
            0 => {}
            1 => {
                written.insert("$ref".to_owned(), Value::String(String::new()));
                self.note(pointer::step(flat, "$ref"), targets);
            }
            // A plain and a dynamic reference side by side: both must hold.
            _ => return Err(Why::new(Code::Reference).at(at)),
        }
        Ok(())
    }

    fn note(&mut self, flat: String, targets: Vec<String>) {
        for target in targets {
            self.references.push((flat.clone(), target));
        }
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
        self.met.contains |= keyword == "contains";
        self.met.unevaluated_items |= keyword == "unevaluatedItems";
        match holds(self.dialect, keyword) {
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
            "format" if self.formats == Formats::Annotation => {}
            "minContains" | "maxContains" if !members.contains_key("contains") => {}
            "exclusiveMinimum" | "exclusiveMaximum" if self.dialect == Dialect::Draft4 => {}
            "minimum" | "maximum" if self.dialect == Dialect::Draft4 => {
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
                json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 2, "const": 1, "id": "x"}),
                json!({"exclusiveMinimum": 1, "maximum": 2}),
            ),
            (
                Dialect::Draft7,
                json!({"items": [{"type": "null"}], "additionalItems": false, "title": "t"}),
                json!({"items": false, "prefixItems": [{"type": "null"}]}),
            ),
            (
                Dialect::Draft7,
                json!({"items": {"type": "null"}, "additionalItems": false}),
                json!({"items": {"type": "null"}}),
            ),
            (
                Dialect::Draft6,
                json!({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}, "then": false}),
                json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}}),
            ),
            (
                Dialect::Draft2020,
                json!({"minContains": 2, "format": "date", "$comment": "c", "then": false}),
                json!({}),
            ),
        ] {
            assert_eq!(respelt(dialect, written), wanted);
        }
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

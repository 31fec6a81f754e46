//! A schema as a declared producer means it: where it lists properties and says nothing of other names, there are none.
//! Refuses to close what a schema only asks about: below `not`, `if`, `contains` and `propertyNames` it stays as written.

use super::answer::Why;
use super::budget::Stop;
use super::dialect::Dialect;
use super::flat::Flat;
use super::pointer;
use super::schema::Schema;
use super::worker;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Words that say which names an object may have beside those that it lists.
const SAYS: [&str; 3] = [
    "additionalProperties",
    "patternProperties",
    "unevaluatedProperties",
];
/// Words whose schemas stand for the same value as the schema that they stand in.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

impl Schema {
    /// The same schema, closed wherever it lists properties; `None` where that changes nothing.
    ///
    /// Errors: why no question about the closed schema can be answered
    pub fn closed(&self, stop: &Stop) -> Result<Option<Self>, Why> {
        let own = self.clone();
        worker::run(stop, move || {
            let Some(document) = closed(&own.flat().document) else {
                return Ok(None);
            };
            let mut flat = Flat::new(&document, Dialect::Draft2020, own.formats())?;
            // Places stay those of the document that somebody wrote.
            for origin in flat.origins.values_mut() {
                *origin = own.flat().origin(&written(origin)).to_owned();
            }
            own.respelt(flat).map(Some)
        })?
    }
}

/// How a definition is meant by a reference to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sense {
    /// The whole of what is said of a value.
    Location,
    /// One of several things that are said of a value.
    Part,
}

impl Sense {
    /// Begins the name of a definition that is closed in this sense; no other name has a dot at its third place.
    fn prefix(self) -> &'static str {
        match self {
            Self::Location => "at.",
            Self::Part => "in.",
        }
    }
}

/// `document` (respelt), closed; `None` where no location is.
fn closed(document: &Value) -> Option<Value> {
    let mut closing = Closing {
        document,
        wanted: vec![],
        named: BTreeSet::new(),
        changed: false,
    };
    let mut root = closing.location(document);
    let mut definitions: BTreeMap<String, Value> = BTreeMap::new();
    while let Some((sense, name)) = closing.wanted.pop() {
        let Some(definition) = closing.definition(&name) else {
            continue;
        };
        let done = match sense {
            Sense::Location => closing.location(definition),
            Sense::Part => closing.part(definition),
        };
        definitions.insert(format!("{}{name}", sense.prefix()), done);
    }
    if !closing.changed {
        return None;
    }
    if let (Value::Object(root), false) = (&mut root, definitions.is_empty()) {
        let all = root.entry("$defs").or_insert_with(|| json!({}));
        if let Value::Object(all) = all {
            all.extend(definitions);
        }
    }
    Some(root)
}

/// The pointer in the open document for one in the closed document.
fn written(closed: &str) -> String {
    let mut steps = pointer::split(closed);
    if let [first, name, ..] = steps.as_mut_slice()
        && first == "$defs"
    {
        for sense in [Sense::Location, Sense::Part] {
            if let Some(bare) = name.strip_prefix(sense.prefix()) {
                *name = bare.to_owned();
                break;
            }
        }
    }
    pointer::steps("", steps.iter().map(String::as_str))
}

struct Closing<'a> {
    document: &'a Value,
    /// Definitions that are still to be closed.
    wanted: Vec<(Sense, String)>,
    named: BTreeSet<(Sense, String)>,
    changed: bool,
}

impl<'a> Closing<'a> {
    fn definition(&self, name: &str) -> Option<&'a Value> {
        self.document.get("$defs")?.get(name)
    }

    /// A reference to the closed form of what `reference` leads to.
    fn refer(&mut self, reference: &Value, sense: Sense) -> Value {
        let name = reference
            .as_str()
            .and_then(|text| text.strip_prefix("#/$defs/"));
        let Some(name) = name else {
            return reference.clone();
        };
        let key = (sense, name.to_owned());
        if self.named.insert(key.clone()) {
            self.wanted.push(key);
        }
        Value::String(format!("#/$defs/{}{name}", sense.prefix()))
    }

    /// The schema of a value: closed when it lists properties and nothing in it speaks of other names.
    fn location(&mut self, schema: &'a Value) -> Value {
        let Value::Object(members) = schema else {
            return schema.clone();
        };
        let alone = members.keys().all(|word| word == "$ref" || word == "$defs");
        if let (Some(reference), true) = (members.get("$ref"), alone) {
            let mut closed = members.clone();
            closed.insert("$ref".to_owned(), self.refer(reference, Sense::Location));
            return Value::Object(closed);
        }
        let mut closed = self.part(schema);
        let said = self.said(schema);
        if let (Value::Object(closed), true, false) = (&mut closed, said.lists, said.speaks) {
            self.changed = true;
            // Where nothing else is said of the value, the simpler word means the same.
            let word = if said.branches {
                "unevaluatedProperties"
            } else {
                "additionalProperties"
            };
            closed.insert(word.to_owned(), Value::Bool(false));
        }
        closed
    }

    /// A schema that says a part of what is said of a value: only what stands below it is closed.
    fn part(&mut self, schema: &'a Value) -> Value {
        let Value::Object(members) = schema else {
            return schema.clone();
        };
        let mut closed = Map::new();
        for (word, value) in members {
            let value = match (word.as_str(), value) {
                ("$ref", reference) => self.refer(reference, Sense::Part),
                ("properties" | "patternProperties", Value::Object(named)) => {
                    let each = named.iter();
                    let each = each.map(|(name, schema)| (name.clone(), self.location(schema)));
                    Value::Object(each.collect())
                }
                ("prefixItems", Value::Array(items)) => {
                    items.iter().map(|item| self.location(item)).collect()
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                    branches.iter().map(|branch| self.part(branch)).collect()
                }
                ("dependentSchemas", Value::Object(named)) => {
                    let each = named.iter();
                    let each = each.map(|(name, schema)| (name.clone(), self.part(schema)));
                    Value::Object(each.collect())
                }
                ("then" | "else", schema) => self.part(schema),
                (
                    "additionalProperties" | "unevaluatedProperties" | "items" | "unevaluatedItems",
                    schema,
                ) => self.location(schema),
                (_, value) => value.clone(),
            };
            closed.insert(word.clone(), value);
        }
        Value::Object(closed)
    }

    /// What `schema` and everything beside it says of the names of a value.
    fn said(&self, schema: &'a Value) -> Said {
        let mut said = Said::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            let Value::Object(members) = schema else {
                continue;
            };
            said.lists |= members.contains_key("properties");
            said.speaks |= SAYS.iter().any(|word| members.contains_key(*word));
            let before = open.len();
            if let Some(Value::String(reference)) = members.get("$ref") {
                said.branches = true;
                let name = reference.strip_prefix("#/$defs/").unwrap_or_default();
                if seen.insert(name.to_owned()) {
                    open.extend(self.definition(name));
                }
            }
            let lists = LISTS
                .iter()
                .filter_map(|word| members.get(*word)?.as_array());
            open.extend(lists.flatten());
            open.extend(
                ["then", "else"]
                    .iter()
                    .filter_map(|word| members.get(*word)),
            );
            let named = members.get("dependentSchemas").and_then(Value::as_object);
            open.extend(named.into_iter().flat_map(|named| named.values()));
            // A condition that holds has seen the names that it lists.
            said.branches |= open.len() > before || members.contains_key("if");
        }
        said
    }
}

#[derive(Default)]
struct Said {
    /// It lists properties.
    lists: bool,
    /// It says which other names there may be.
    speaks: bool,
    /// It is said in more than one schema.
    branches: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(document: &Value) -> Option<Schema> {
        let schema = Schema::new(document).unwrap();
        schema.closed(&Stop::default()).unwrap()
    }

    fn accepted(document: &Value, value: Value) -> bool {
        let schema = Schema::new(document).unwrap();
        assert!(schema.accepts(&value), "{value}");
        of(document).is_none_or(|closed| closed.accepts(&value))
    }

    #[test]
    fn an_object_that_lists_properties_has_no_others_at_any_depth() {
        let document = json!({"properties": {"a": {"items": {"properties": {"b": true}}}}});
        assert!(accepted(&document, json!({"a": [{"b": 1}, 7]})));
        assert!(!accepted(&document, json!({"c": 1})));
        assert!(!accepted(&document, json!({"a": [{"c": 1}]})));
    }

    #[test]
    fn what_is_written_of_other_names_stays_as_it_is() {
        for said in [
            json!({"properties": {"a": true}, "additionalProperties": true}),
            json!({"properties": {"a": true}, "unevaluatedProperties": true}),
            json!({"properties": {"a": true}, "patternProperties": {"^x": true}}),
            json!({"allOf": [{"properties": {"a": true}}, {"additionalProperties": true}]}),
            json!({"required": ["a"]}),
            json!(true),
        ] {
            assert!(of(&said).is_none(), "{said}");
        }
    }

    #[test]
    fn branches_of_one_value_share_their_names() {
        let document = json!({
            "properties": {"kind": true},
            "allOf": [{"$ref": "#/$defs/named"}],
            "$defs": {"named": {"properties": {"name": true}}},
        });
        assert!(accepted(&document, json!({"kind": 1, "name": 2})));
        assert!(!accepted(&document, json!({"kind": 1, "age": 2})));
    }

    #[test]
    fn what_is_only_asked_stays_open() {
        let asked = json!({"properties": {"k": {"const": 1}}, "required": ["k"]});
        let document = json!({
            "properties": {"list": {"contains": asked}},
            "propertyNames": {"properties": {"x": true}},
            "if": asked,
            "then": {"properties": {"k": true, "more": true}},
            "not": {"properties": {"list": {"const": 0}}, "required": ["list"]},
        });
        assert!(accepted(&document, json!({"list": [{"k": 1, "z": 2}]})));
        assert!(accepted(&document, json!({"k": 1, "more": 2})));
        assert!(!accepted(&document, json!({"k": 1, "less": 2})));
        assert!(!accepted(&document, json!({"k": 2, "more": 2})));
    }

    #[test]
    fn a_definition_is_closed_where_it_is_meant_and_open_where_it_is_asked_for() {
        let document = json!({
            "properties": {"a": {"$ref": "#/$defs/d"}},
            "not": {"properties": {"a": {"$ref": "#/$defs/d"}, "b": {"const": 1}}, "required": ["a", "b"]},
            "$defs": {"d": {"type": "object", "properties": {"next": {"$ref": "#/$defs/d"}}}},
        });
        assert!(accepted(&document, json!({"a": {"next": {"next": {}}}})));
        assert!(!accepted(&document, json!({"a": {"next": {"other": 1}}})));
    }

    #[test]
    fn the_places_of_a_closed_schema_are_those_of_the_written_one() {
        let document = json!({
            "properties": {"a": {"$ref": "#/$defs/d"}, "b": {"$ref": "#/$defs/d"}},
            "$defs": {"d": {"properties": {"x": {"minimum": 3}}}},
        });
        let closed = of(&document).unwrap();
        let (at, keyword) = closed.blame(&json!({"a": {"x": 1}})).unwrap();
        let origin = closed.flat().origin(&at);
        assert_eq!((origin, keyword), ("/$defs/d/properties/x", "minimum"));
    }
}

//! The keywords of a subschema that look at one value only, as 2020-12 spells them.
//! Refuses to know branches, members and items, but where a subschema is needed whole.

use super::expand::{Expander, Stop};
use super::gather::Spot;
use super::judge::Side;
use super::pool::below;
use serde_json::{Map, Value, json};

/// Keywords that are taken as they stand.
const PLAIN: [&str; 17] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
];

const ONE: [&str; 9] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
];

const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

const NAMED: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];

impl Expander<'_> {
    /// What the subschema says of the value itself.
    pub(super) fn leaf(&self, spot: &Spot) -> Option<Value> {
        let schema = self.pool.members(&spot.at)?;
        let mut leaf = plain(schema);
        if spot.keep
            && let Some(Value::Array(names)) = schema.get("required")
        {
            let sent = names.iter().filter(|name| !self.is_not_sent(spot, name));
            leaf.insert("required".to_owned(), sent.cloned().collect());
        }
        if let (true, Some(names)) = (spot.keep, schema.get("dependentRequired")) {
            leaf.insert("dependentRequired".to_owned(), names.clone());
        }
        (!leaf.is_empty()).then_some(Value::Object(leaf))
    }

    /// Whether a required member is one that only answers have.
    fn is_not_sent(&self, spot: &Spot, name: &Value) -> bool {
        let Some(name) = name.as_str().filter(|_| self.side == Side::Sent) else {
            return false;
        };
        let at = below(&below(&spot.at, "properties"), name);
        let schema = self.pool.members(&at);
        schema.is_some_and(|schema| schema.get("readOnly") == Some(&Value::Bool(true)))
    }

    /// A reference to the subschema at `at`, which is needed whole.
    pub(super) fn whole(&mut self, at: &str) -> Value {
        let next = format!("s{}", self.whole.len());
        let name = self.whole.entry(at.to_owned()).or_insert(next);
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// Every subschema that is needed whole.
    pub(super) fn definitions(&mut self) -> Result<Map<String, Value>, Stop> {
        let mut definitions = Map::new();
        loop {
            let open: Vec<(String, String)> = self
                .whole
                .iter()
                .filter(|(_, name)| !definitions.contains_key(*name))
                .map(|(at, name)| (at.clone(), name.clone()))
                .collect();
            if open.is_empty() {
                return Ok(definitions);
            }
            for (at, name) in open {
                self.left = self.left.checked_sub(1).ok_or(Stop)?;
                let schema = self.spelt(&at);
                definitions.insert(name, schema);
            }
        }
    }

    /// The subschema at `at` with its parts as references.
    fn spelt(&mut self, at: &str) -> Value {
        let schema = match self.pool.get(at) {
            Some(Value::Object(schema)) => schema,
            Some(Value::Bool(flag)) => return Value::Bool(*flag),
            _ => return Value::Bool(true),
        };
        let mut spelt = plain(schema);
        if let Some(Value::String(reference)) = schema.get("$ref") {
            match self.pool.target(reference) {
                Some(target) => spelt.extend(
                    self.whole(&target)
                        .as_object()
                        .cloned()
                        .into_iter()
                        .flatten(),
                ),
                None => {
                    self.gaps.insert(at.to_owned());
                }
            }
            if !self.pool.dialect.reads_beside_reference() {
                spelt.retain(|word, _| word == "$ref");
                return Value::Object(spelt);
            }
        }
        for word in [
            "required",
            "dependentRequired",
            "minContains",
            "maxContains",
        ] {
            let value = schema.get(word).filter(|value| !value.is_boolean());
            spelt.extend(value.map(|value| (word.to_owned(), value.clone())));
        }
        for word in ONE {
            if schema.contains_key(word) {
                spelt.insert(word.to_owned(), self.whole(&below(at, word)));
            }
        }
        for word in LISTS.into_iter().chain(["items"]) {
            let count = schema.get(word).and_then(Value::as_array).map(Vec::len);
            match (count, schema.get(word)) {
                (Some(count), _) => {
                    let each = (0..count).map(|index| self.whole(&format!("{at}/{word}/{index}")));
                    let spelling = if word == "items" { "prefixItems" } else { word };
                    spelt.insert(spelling.to_owned(), each.collect());
                }
                (None, Some(_)) if word == "items" => {
                    spelt.insert(word.to_owned(), self.whole(&below(at, word)));
                }
                (None, _) => {}
            }
        }
        for word in NAMED {
            let folder = below(at, word);
            let names = super::expand::keys(self.pool, &folder).into_iter();
            let named: Map<String, Value> = names
                .map(|name| {
                    let schema = self.whole(&below(&folder, &name));
                    (name, schema)
                })
                .collect();
            if !named.is_empty() {
                spelt.insert(word.to_owned(), Value::Object(named));
            }
        }
        let is = |word| schema.get(word) == Some(&Value::Bool(true));
        if is("nullable") || is("x-nullable") {
            return json!({ "anyOf": [{ "type": "null" }, spelt] });
        }
        Value::Object(spelt)
    }
}

/// Keywords on the value itself, older spellings turned into newer ones.
fn plain(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut plain: Map<String, Value> = PLAIN
        .iter()
        .filter_map(|word| Some(((*word).to_owned(), schema.get(*word)?.clone())))
        .collect();
    // A file is whatever it is.
    if schema.get("type").and_then(Value::as_str) == Some("file") {
        plain.remove("type");
    }
    for (flag, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        match schema.get(flag) {
            Some(Value::Bool(true)) => {
                plain.remove(flag);
                if let Some(limit) = plain.remove(bound) {
                    plain.insert(flag.to_owned(), limit);
                }
            }
            Some(Value::Bool(false)) => {
                plain.remove(flag);
            }
            _ => {}
        }
    }
    range(schema, &mut plain);
    plain
}

/// `int32` and `int64` are ranges.
///
/// Source: OpenAPI format registry
fn range(schema: &Map<String, Value>, plain: &mut Map<String, Value>) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    let range = json!({ "minimum": least, "maximum": most });
    plain.insert("allOf".to_owned(), json!([range]));
}

//! The keywords of a subschema that look at one value only, as 2020-12 spells them.
//! Refuses to know branches, members and items, but where a subschema is needed whole.

use super::expand::{Expander, Stop};
use super::gather::{Spot, is_nullable};
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

/// Most subschemas that are needed whole.
///
/// Source: published descriptions need a handful; the validator goes down a few frames for each
const WHOLE: usize = 200;

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
                return ends(&definitions).then_some(definitions).ok_or(Stop);
            }
            if self.whole.len() > WHOLE {
                return Err(Stop);
            }
            for (at, name) in open {
                self.spend(1)?;
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
        let mut spelt = Map::new();
        if let Some(Value::String(reference)) = schema.get("$ref") {
            match self
                .pool
                .target(reference)
                .map(|target| self.whole(&target))
            {
                Some(Value::Object(target)) => spelt = target,
                Some(_) | None => {
                    self.gaps.insert(at.to_owned());
                }
            }
            if !self.pool.dialect.reads_beside_reference() {
                return Value::Object(spelt);
            }
        }
        spelt.extend(plain(schema));
        for word in [
            "required",
            "dependentRequired",
            "minContains",
            "maxContains",
        ] {
            let value = schema.get(word).filter(|value| !value.is_boolean());
            spelt.extend(value.map(|value| (word.to_owned(), value.clone())));
        }
        self.parts(at, schema, &mut spelt);
        if is_nullable(schema) {
            return json!({ "anyOf": [{ "type": "null" }, spelt] });
        }
        Value::Object(spelt)
    }

    /// The keywords of a subschema that hold subschemas.
    fn parts(&mut self, at: &str, schema: &Map<String, Value>, spelt: &mut Map<String, Value>) {
        for word in ONE {
            if schema.contains_key(word) {
                spelt.insert(word.to_owned(), self.whole(&below(at, word)));
            }
        }
        for word in LISTS {
            if let Some(Value::Array(list)) = schema.get(word) {
                let each = (0..list.len()).map(|index| self.whole(&format!("{at}/{word}/{index}")));
                spelt.insert(word.to_owned(), each.collect());
            }
        }
        match schema.get("items") {
            Some(Value::Array(list)) => {
                let each = (0..list.len()).map(|index| self.whole(&format!("{at}/items/{index}")));
                spelt.insert("prefixItems".to_owned(), each.collect());
            }
            Some(_) => {
                spelt.insert("items".to_owned(), self.whole(&below(at, "items")));
            }
            None => {}
        }
        for word in NAMED {
            let folder = below(at, word);
            let names = super::expand::keys(self.pool, &folder);
            if !names.is_empty() {
                let named = names.into_iter().map(|name| {
                    let schema = self.whole(&below(&folder, &name));
                    (name, schema)
                });
                let named = named.collect();
                spelt.insert(word.to_owned(), Value::Object(named));
            }
        }
    }
}

/// Whether no definition leads back to itself without going into the value.
fn ends(definitions: &Map<String, Value>) -> bool {
    let mut open: Vec<(&String, Vec<String>)> = definitions
        .iter()
        .map(|(name, schema)| {
            let mut next = Vec::new();
            beside(schema, &mut next);
            (name, next)
        })
        .collect();
    // Whoever leads only to what ends, ends as well.
    loop {
        let names: Vec<&String> = open.iter().map(|(name, _)| *name).collect();
        let before = open.len();
        open.retain(|(_, next)| next.iter().any(|next| names.contains(&next)));
        if open.is_empty() || open.len() == before {
            return open.is_empty();
        }
    }
}

/// Definitions that are asked about the same value.
fn beside(schema: &Value, found: &mut Vec<String>) {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let name = reference.and_then(|reference| reference.rsplit('/').next());
    found.extend(name.map(str::to_owned));
    for word in ["allOf", "anyOf", "oneOf"] {
        let branches = schema.get(word).and_then(Value::as_array);
        branches
            .into_iter()
            .flatten()
            .for_each(|branch| beside(branch, found));
    }
    for word in ["not", "if", "then", "else"] {
        if let Some(branch) = schema.get(word) {
            beside(branch, found);
        }
    }
    let named = schema.get("dependentSchemas").and_then(Value::as_object);
    for (_, branch) in named.into_iter().flatten() {
        beside(branch, found);
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

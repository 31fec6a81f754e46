//! A schema with some of its constraints switched off, and whether a payload then fits.
//! Refuses to guess: a keyword that it does not know stops the test, and its verdict is held against the validator's.

use regex::Regex;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where a keyword's value stands in memory: its identity, however it was reached.
pub type Address = usize;

pub fn address(value: &Value) -> Address {
    std::ptr::from_ref(value).addr()
}

type Members = Map<String, Value>;

/// Keywords that say nothing about acceptance, or that are read together with another.
const SILENT: &[&str] = &[
    "$schema",
    "$id",
    "$defs",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "format",
    "then",
    "else",
    "minContains",
    "maxContains",
];

/// A bundle whose references are resolved.
pub struct Judge<'a> {
    pub root: &'a Value,
    targets: BTreeMap<Address, &'a Value>,
    patterns: BTreeMap<Address, Regex>,
}

impl<'a> Judge<'a> {
    pub fn new(root: &'a Value) -> Self {
        let mut judge = Self {
            root,
            targets: BTreeMap::new(),
            patterns: BTreeMap::new(),
        };
        let mut resources = BTreeMap::new();
        name_resources(root, &mut resources);
        judge.prepare(root, root, &resources);
        judge
    }

    fn prepare(
        &mut self,
        value: &'a Value,
        resource: &'a Value,
        all: &BTreeMap<&'a str, &'a Value>,
    ) {
        let resource = if id(value).is_some() { value } else { resource };
        if let Some(reference) = value.get("$ref")
            && let Some(target) = reference.as_str()
        {
            let (base, fragment) = target.split_once('#').unwrap_or((target, ""));
            let base = if base.is_empty() { resource } else { all[base] };
            let found = base.pointer(fragment).expect("a reference leads somewhere");
            self.targets.insert(address(reference), found);
        }
        if let Some(pattern) = value.get("pattern")
            && let Some(text) = pattern.as_str()
        {
            let regex = Regex::new(text).expect("a pattern without look-around");
            self.patterns.insert(address(pattern), regex);
        }
        for below in children(value) {
            self.prepare(below, resource, all);
        }
    }

    /// What a `$ref` leads to.
    pub fn target(&self, reference: &Value) -> &'a Value {
        self.targets[&address(reference)]
    }

    /// Whether the payload fits when the constraints at `off` are not there.
    pub fn accepts(&self, payload: &Value, off: &[Address]) -> bool {
        self.fits(self.root, payload, off)
    }

    /// Whether the value fits one part of the schema.
    pub fn fits(&self, schema: &Value, value: &Value, off: &[Address]) -> bool {
        match schema {
            Value::Bool(open) => *open || off.contains(&address(schema)),
            Value::Object(members) => members.iter().all(|(keyword, asked)| {
                off.contains(&address(asked)) || self.holds(keyword, asked, members, value, off)
            }),
            _ => panic!("a schema is an object or a boolean"),
        }
    }

    fn holds(
        &self,
        keyword: &str,
        asked: &Value,
        beside: &Members,
        value: &Value,
        off: &[Address],
    ) -> bool {
        let branches = || asked.as_array().expect("a list of schemas").iter();
        match keyword {
            "$ref" => self.fits(self.target(asked), value, off),
            "allOf" => branches().all(|branch| self.fits(branch, value, off)),
            "anyOf" => branches().any(|branch| self.fits(branch, value, off)),
            "oneOf" => branches().filter(|b| self.fits(b, value, off)).count() == 1,
            "not" => !self.fits(asked, value, off),
            "if" => {
                let branch = if self.fits(asked, value, off) {
                    "then"
                } else {
                    "else"
                };
                beside.get(branch).is_none_or(|b| self.fits(b, value, off))
            }
            "type" => is_of(asked, value),
            "const" => asked == value,
            "enum" => branches().any(|word| word == value),
            _ => match value {
                Value::Object(members) => self.of_object(keyword, asked, beside, members, off),
                Value::Array(items) => self.of_array(keyword, asked, beside, items, off),
                Value::String(text) => self.of_text(keyword, asked, text),
                Value::Number(number) => of_number(keyword, asked, number.as_f64()),
                Value::Null | Value::Bool(_) => known(keyword),
            },
        }
    }

    fn of_object(
        &self,
        keyword: &str,
        asked: &Value,
        beside: &Members,
        value: &Members,
        off: &[Address],
    ) -> bool {
        let size = value.len() as u64;
        match keyword {
            "required" => strings(asked)
                .all(|(at, name)| off.contains(&address(at)) || value.contains_key(name)),
            "properties" => members(asked).iter().all(|(name, schema)| {
                value
                    .get(name)
                    .is_none_or(|item| self.fits(schema, item, off))
            }),
            "additionalProperties" => {
                let declared = beside.get("properties").and_then(Value::as_object);
                let is_declared = |name: &str| declared.is_some_and(|d| d.contains_key(name));
                let mut rest = value.iter().filter(|(name, _)| !is_declared(name));
                rest.all(|(_, item)| self.fits(asked, item, off))
            }
            "unevaluatedProperties" => {
                let seen = self.evaluated(beside, value, off);
                let mut rest = value.iter().filter(|(name, _)| !seen.contains(name));
                rest.all(|(_, item)| self.fits(asked, item, off))
            }
            "propertyNames" => value
                .keys()
                .all(|name| self.fits(asked, &Value::from(name.as_str()), off)),
            "minProperties" => size >= whole(asked),
            "maxProperties" => size <= whole(asked),
            "dependentRequired" => members(asked).iter().all(|(name, list)| {
                !value.contains_key(name)
                    || strings(list)
                        .all(|(at, asked)| off.contains(&address(at)) || value.contains_key(asked))
            }),
            _ => known(keyword),
        }
    }

    /// Names that a schema object has looked at, `unevaluatedProperties` itself left out.
    fn evaluated<'v>(
        &self,
        schema: &Members,
        value: &'v Members,
        off: &[Address],
    ) -> BTreeSet<&'v String> {
        let whole = Value::Object(value.clone());
        let mut seen = BTreeSet::new();
        let mut parts: Vec<&Value> = Vec::new();
        for (keyword, asked) in schema {
            match keyword.as_str() {
                "properties" => {
                    seen.extend(value.keys().filter(|n| members(asked).contains_key(*n)));
                }
                "additionalProperties" => seen.extend(value.keys()),
                "allOf" | "anyOf" | "oneOf" => parts.extend(asked.as_array().unwrap()),
                "$ref" => parts.push(self.target(asked)),
                "if" if self.fits(asked, &whole, off) => {
                    parts.push(asked);
                    parts.extend(schema.get("then"));
                }
                "if" => parts.extend(schema.get("else")),
                _ => {}
            }
        }
        for part in parts {
            if let Value::Object(schema) = part
                && self.fits(part, &whole, off)
            {
                seen.extend(self.evaluated(schema, value, off));
            }
        }
        seen
    }

    fn of_array(
        &self,
        keyword: &str,
        asked: &Value,
        beside: &Members,
        value: &[Value],
        off: &[Address],
    ) -> bool {
        match keyword {
            "items" => value.iter().all(|item| self.fits(asked, item, off)),
            "contains" => {
                let count = value.iter().filter(|i| self.fits(asked, i, off)).count() as u64;
                let bound = |name: &str, without: u64| match beside.get(name) {
                    Some(bound) if !off.contains(&address(bound)) => whole(bound),
                    Some(_) if name == "minContains" => 0,
                    Some(_) | None => without,
                };
                (bound("minContains", 1)..=bound("maxContains", u64::MAX)).contains(&count)
            }
            "minItems" => value.len() as u64 >= whole(asked),
            "maxItems" => value.len() as u64 <= whole(asked),
            "uniqueItems" => (1..value.len()).all(|i| !value[..i].contains(&value[i])),
            _ => known(keyword),
        }
    }

    fn of_text(&self, keyword: &str, asked: &Value, value: &str) -> bool {
        match keyword {
            "minLength" => value.chars().count() as u64 >= whole(asked),
            "maxLength" => value.chars().count() as u64 <= whole(asked),
            "pattern" => self.patterns[&address(asked)].is_match(value),
            _ => known(keyword),
        }
    }
}

fn of_number(keyword: &str, asked: &Value, value: Option<f64>) -> bool {
    let (asked, value) = (|| asked.as_f64().unwrap(), value.unwrap());
    match keyword {
        "minimum" => value >= asked(),
        "maximum" => value <= asked(),
        "exclusiveMinimum" => value > asked(),
        "exclusiveMaximum" => value < asked(),
        _ => known(keyword),
    }
}

/// A keyword that says nothing about values of this kind.
fn known(keyword: &str) -> bool {
    const OTHERS: &[&str] = &[
        "required",
        "properties",
        "additionalProperties",
        "unevaluatedProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "dependentRequired",
        "items",
        "contains",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ];
    let is_known =
        SILENT.contains(&keyword) || OTHERS.contains(&keyword) || keyword.starts_with("x-");
    assert!(is_known, "the judge does not know `{keyword}`");
    true
}

pub fn is_of(asked: &Value, value: &Value) -> bool {
    let kind = |word: &str| match word {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        other => panic!("no type is called {other}"),
    };
    match asked {
        Value::String(word) => kind(word),
        _ => strings(asked).any(|(_, word)| kind(word)),
    }
}

pub fn strings(list: &Value) -> impl Iterator<Item = (&Value, &str)> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|item| Some((item, item.as_str()?)))
}

pub fn members(value: &Value) -> &Members {
    value.as_object().expect("an object of schemas")
}

pub fn whole(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

fn id(value: &Value) -> Option<&str> {
    value.get("$id").and_then(Value::as_str)
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn name_resources<'a>(value: &'a Value, found: &mut BTreeMap<&'a str, &'a Value>) {
    if let Some(id) = id(value) {
        found.insert(id, value);
    }
    for below in children(value) {
        name_resources(below, found);
    }
}

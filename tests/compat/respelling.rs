//! Other ways to write one schema: what is accepted stays the same.
//! Refuses to touch what it cannot respell without a change of meaning: then there is no other way.

use super::evolution::places;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One way to write a schema differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Respelling {
    Reordered,
    Renamed,
    Inlined,
    Extracted,
    Split,
    OlderDraft,
}

/// Keywords that say the same inside a branch of their own, and declare nothing.
const MOVABLE: [&str; 18] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "minLength",
    "maxLength",
    "pattern",
    "required",
    "minItems",
    "maxItems",
    "uniqueItems",
    "propertyNames",
    "dependentRequired",
    "maxProperties",
];

impl Respelling {
    pub const ALL: [Self; 6] = [
        Self::Reordered,
        Self::Renamed,
        Self::Inlined,
        Self::Extracted,
        Self::Split,
        Self::OlderDraft,
    ];

    /// `schema` written this way, with the draft to read it in; `None` where that is not possible or changes nothing.
    pub fn of(self, schema: &Value, draft: &str) -> Option<(Value, String)> {
        let words = schema.to_string();
        let named = [
            "\"$id\"",
            "\"id\"",
            "\"$anchor\"",
            "\"$dynamic",
            "\"$recursive",
        ];
        let moves = self != Self::Reordered && self != Self::Split;
        if moves && named.iter().any(|word| words.contains(word)) {
            return None;
        }
        let respelt = match self {
            Self::Reordered => reordered(schema),
            Self::Renamed => renamed(schema),
            Self::Inlined => inlined(schema),
            Self::Extracted => extracted(schema, draft),
            Self::Split => split(schema, draft),
            Self::OlderDraft if draft == "2020-12" => {
                return Some((older(schema)?, "7".to_owned()));
            }
            Self::OlderDraft => return None,
        };
        // As text: two objects are equal whatever the order of their names.
        let text = respelt.to_string();
        (text != words).then(|| (respelt, draft.to_owned()))
    }
}

fn reordered(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let members = members.iter().rev();
            let turned = members.map(|(name, value)| match (name.as_str(), value) {
                ("required" | "enum", Value::Array(list)) => {
                    (name.clone(), list.iter().rev().map(reordered).collect())
                }
                _ => (name.clone(), reordered(value)),
            });
            Value::Object(turned.collect())
        }
        Value::Array(items) => items.iter().map(reordered).collect(),
        _ => schema.clone(),
    }
}

/// The name of the definition that `reference` leads to, and the keyword that holds it.
fn definition(reference: &Value) -> Option<(&'static str, &str)> {
    let reference = reference.as_str()?;
    let found = ["$defs", "definitions"].into_iter().find_map(|keyword| {
        let name = reference.strip_prefix(&format!("#/{keyword}/"))?;
        Some((keyword, name))
    });
    found.filter(|(_, name)| !name.contains('/'))
}

/// Every reference of the schema that is read as one.
fn with_references(schema: &Value, change: &dyn Fn(&Value) -> Option<Value>) -> Value {
    let mut changed = schema.clone();
    for at in places(schema) {
        let reference = schema.pointer(&at).and_then(|below| below.get("$ref"));
        let Some(reference) = reference.and_then(change) else {
            continue;
        };
        changed.pointer_mut(&at).unwrap()["$ref"] = reference;
    }
    changed
}

fn renamed(schema: &Value) -> Value {
    let renamed = |name: &str| format!("n{}", name.len()) + name;
    let mut changed = with_references(schema, &|reference| {
        let reference = reference.as_str()?;
        let (keyword, rest) = ["$defs", "definitions"].into_iter().find_map(|keyword| {
            Some((keyword, reference.strip_prefix(&format!("#/{keyword}/"))?))
        })?;
        let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
        let below = if below.is_empty() {
            String::new()
        } else {
            format!("/{below}")
        };
        Some(json!(format!("#/{keyword}/{}{below}", renamed(name))))
    });
    for keyword in ["$defs", "definitions"] {
        if let Some(Value::Object(definitions)) = changed.get_mut(keyword) {
            let all = std::mem::take(definitions).into_iter();
            *definitions = all.map(|(name, below)| (renamed(&name), below)).collect();
        }
    }
    changed
}

/// References that stand alone replaced by what they lead to, unless that refers to anything itself.
fn inlined(schema: &Value) -> Value {
    let mut changed = schema.clone();
    for at in places(schema) {
        let Some(Value::Object(members)) = schema.pointer(&at) else {
            continue;
        };
        let target = members.get("$ref").filter(|_| members.len() == 1);
        let Some((keyword, name)) = target.and_then(definition) else {
            continue;
        };
        let found = schema.get(keyword).and_then(|all| all.get(name));
        let flat = found.filter(|found| !found.to_string().contains("\"$ref\""));
        if let (Some(found), Some(place)) = (flat, changed.pointer_mut(&at)) {
            *place = found.clone();
        }
    }
    changed
}

/// Every second schema below the root moved to a definition.
fn extracted(schema: &Value, draft: &str) -> Value {
    let keyword = if ["4", "6", "7"].contains(&draft) {
        "definitions"
    } else {
        "$defs"
    };
    let mut changed = schema.clone();
    let mut moved = BTreeMap::new();
    let inner = places(schema).into_iter().rev();
    let inner = inner.filter(|at| !at.is_empty() && !at.starts_with(&format!("/{keyword}")));
    for (number, at) in inner.enumerate().filter(|(number, _)| number % 2 == 0) {
        let name = format!("moved{number}");
        let place = changed.pointer_mut(&at).unwrap();
        let reference = json!({"$ref": format!("#/{keyword}/{name}")});
        moved.insert(name, std::mem::replace(place, reference));
    }
    let is_alone = changed.get("$ref").is_some() && keyword == "definitions";
    if let (Value::Object(members), false) = (&mut changed, moved.is_empty() || is_alone) {
        let own = members.entry(keyword).or_insert_with(|| json!({}));
        own.as_object_mut().unwrap().extend(moved);
        return changed;
    }
    schema.clone()
}

/// Plain constraints moved to a branch of their own.
fn split(schema: &Value, draft: &str) -> Value {
    let mut changed = schema.clone();
    let mut inner = places(schema);
    // From the inside: a branch that was added is not looked at again.
    inner.reverse();
    for at in inner {
        let Some(Value::Object(members)) = changed.pointer_mut(&at) else {
            continue;
        };
        let older = ["4", "6", "7"].contains(&draft);
        if members.len() < 2 || (older && members.contains_key("$ref")) {
            continue;
        }
        let movable = |keyword: &str| {
            let pairs = draft == "4" && keyword.to_lowercase().ends_with("imum");
            MOVABLE.contains(&keyword) && !pairs
        };
        let keywords: Vec<String> = members.keys().filter(|k| movable(k)).cloned().collect();
        let moved: Map<String, Value> = keywords
            .into_iter()
            .map(|keyword| {
                let value = members.shift_remove(&keyword).unwrap();
                (keyword, value)
            })
            .collect();
        if !moved.is_empty() {
            let branches = members.entry("allOf").or_insert_with(|| json!([]));
            branches.as_array_mut().unwrap().push(Value::Object(moved));
        }
    }
    changed
}

/// The schema in the way of draft 7.
fn older(schema: &Value) -> Option<Value> {
    let mut changed = schema.clone();
    let mut inner = places(schema);
    inner.reverse();
    for at in inner {
        if let Some(Value::Object(members)) = changed.pointer_mut(&at) {
            *members = older_members(std::mem::take(members))?;
        }
    }
    let reference = |reference: &Value| {
        let text = reference.as_str()?;
        Some(json!(text.replacen("#/$defs/", "#/definitions/", 1)))
    };
    Some(with_references(&changed, &reference))
}

fn older_members(mut members: Map<String, Value>) -> Option<Map<String, Value>> {
    let lost = [
        "unevaluatedItems",
        "unevaluatedProperties",
        "minContains",
        "maxContains",
        "dependencies",
        "definitions",
        "additionalItems",
    ];
    let deep = members.get("$ref").and_then(Value::as_str);
    let deep = deep.is_some_and(|to| to.matches('/').count() > 2);
    if deep || lost.iter().any(|keyword| members.contains_key(*keyword)) {
        return None;
    }
    if let Some(prefix) = members.shift_remove("prefixItems") {
        if let Some(rest) = members.insert("items".to_owned(), prefix) {
            members.insert("additionalItems".to_owned(), rest);
        }
    } else if members.get("items").is_some_and(Value::is_array) {
        return None;
    }
    let lists = members.shift_remove("dependentRequired");
    let schemas = members.shift_remove("dependentSchemas");
    if lists.is_some() || schemas.is_some() {
        let mut all = Map::new();
        for (name, below) in [lists, schemas].into_iter().flatten().flat_map(entries) {
            if all.insert(name, below).is_some() {
                return None;
            }
        }
        members.insert("dependencies".to_owned(), Value::Object(all));
    }
    if let Some(definitions) = members.shift_remove("$defs") {
        members.insert("definitions".to_owned(), definitions);
    }
    if members.contains_key("$ref") && members.len() > 1 {
        let reference = members.shift_remove("$ref").unwrap();
        let branches = members.entry("allOf").or_insert_with(|| json!([]));
        branches.as_array_mut()?.push(json!({"$ref": reference}));
    }
    Some(members)
}

fn entries(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

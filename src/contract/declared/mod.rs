//! Which members a schema declares at every place of its payloads, in the order in which it writes them.
//! Refuses to know what the members hold.

mod spot;

use serde_json::{Map, Value, json};
use spot::{Spot, item_spots, resolve};
use std::collections::BTreeSet;

/// Deepest place that is looked at; below it everything counts as open.
///
/// Source: deepest published profile in the catalogue has 9 levels; recursive ones end here
const DEPTH: usize = 24;

/// What is declared at one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// In the order of the schema; empty where none is listed.
    pub members: Vec<Member>,
    /// Other members are admitted in writing, or nothing is said about members at all.
    pub open: bool,
    /// What is declared of the items of an array.
    pub items: Option<Box<Declared>>,
    /// What constants, and lists of one, name here.
    pub constants: Vec<Value>,
    /// What longer lists name here.
    pub codes: Vec<Value>,
    /// With an example: what is declared of each of its items.
    pub each: Vec<Declared>,
}

/// One declared member.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub name: String,
    /// Pointer in the bundle.
    pub at: String,
    pub declared: Declared,
}

/// What `bundle` declares, over all its branches.
#[must_use]
pub fn declared(bundle: &Value) -> Declared {
    let scout = Scout {
        bundle,
        choose: None,
    };
    scout.place(vec![Spot::root()], None, 0)
}

/// What `bundle` declares for payloads like `example`: of each `if`, only the branch that it takes.
#[must_use]
pub fn declared_for(bundle: &Value, example: &Value) -> Declared {
    let scout = Scout {
        bundle,
        choose: Some(&takes),
    };
    scout.place(vec![Spot::root()], Some(example), 0)
}

/// Every name that `bundle` declares for a member anywhere.
#[must_use]
pub fn names(bundle: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut open = vec![bundle];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    names.extend(properties.keys().cloned());
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    names
}

impl Declared {
    /// The schema of payloads that hold no member but declared ones.
    #[must_use]
    pub fn closure(&self) -> Value {
        let mut schema = Map::new();
        if !self.members.is_empty() {
            let members: Map<String, Value> = self
                .members
                .iter()
                .map(|member| (member.name.clone(), member.declared.closure()))
                .collect();
            schema.insert("properties".to_owned(), Value::Object(members));
            if !self.open {
                schema.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        if let Some(items) = &self.items {
            schema.insert("items".to_owned(), items.closure());
        }
        Value::Object(schema)
    }

    /// Whether the schema itself names `value` here.
    #[must_use]
    pub fn names(&self, value: &Value) -> bool {
        self.constants.contains(value) || self.codes.contains(value)
    }

    /// The member with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// Whether an example meets the condition of an `if`, in a bundle.
type Choose = dyn Fn(&Value, &Value, &Value) -> Option<bool>;

struct Scout<'a> {
    bundle: &'a Value,
    choose: Option<&'a Choose>,
}

impl Scout<'_> {
    fn schema(&self, spot: &Spot) -> Option<&Value> {
        self.bundle.pointer(&spot.at)
    }

    fn place(&self, spots: Vec<Spot>, example: Option<&Value>, depth: usize) -> Declared {
        let spots = self.gathered(spots, example);
        if depth > DEPTH {
            return Declared {
                open: true,
                ..Declared::default()
            };
        }
        let mut order: Vec<(String, Vec<Spot>)> = Vec::new();
        let mut open = false;
        let mut items = Vec::new();
        let (mut constants, mut codes) = (Vec::new(), Vec::new());
        for spot in &spots {
            let Some(Value::Object(schema)) = self.schema(spot) else {
                continue;
            };
            for name in keys(schema.get("properties")) {
                let child = spot.below(&["properties", name]);
                match order.iter_mut().find(|(known, _)| known == name) {
                    Some((_, spots)) => spots.push(child),
                    None => order.push((name.to_owned(), vec![child])),
                }
            }
            open |= schema.contains_key("patternProperties")
                || ["additionalProperties", "unevaluatedProperties"]
                    .iter()
                    .any(|key| schema.get(*key).is_some_and(|value| *value != json!(false)));
            items.extend(item_spots(schema, spot));
            constants.extend(schema.get("const").cloned());
            match schema
                .get("enum")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
            {
                Some([only]) => constants.push(only.clone()),
                listed => codes.extend(listed.into_iter().flatten().cloned()),
            }
        }
        let members = order
            .into_iter()
            .filter(|(_, spots)| !spots.iter().any(|spot| self.refuses(spot)))
            .map(|(name, spots)| self.member(name, spots, example, depth))
            .collect();
        let shown = example
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let each = shown
            .iter()
            .map(|item| self.place(items.clone(), Some(item), depth + 1))
            .collect();
        Declared {
            members,
            open,
            constants,
            codes,
            items: (!items.is_empty()).then(|| Box::new(self.place(items, None, depth + 1))),
            each,
        }
    }

    fn member(
        &self,
        name: String,
        spots: Vec<Spot>,
        example: Option<&Value>,
        depth: usize,
    ) -> Member {
        let at = spots
            .first()
            .map_or_else(String::new, |spot| spot.at.clone());
        let below = example.and_then(|example| example.get(&name));
        Member {
            declared: self.place(spots, below, depth + 1),
            name,
            at,
        }
    }

    /// With an example, a member that the taken branch refuses is not declared there.
    fn refuses(&self, spot: &Spot) -> bool {
        self.choose.is_some() && self.schema(spot) == Some(&json!(false))
    }

    /// These subschemas and all that apply at the same place.
    fn gathered(&self, spots: Vec<Spot>, example: Option<&Value>) -> Vec<Spot> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open: Vec<Spot> = spots.into_iter().rev().collect();
        while let Some(spot) = open.pop() {
            if !seen.insert(spot.clone()) {
                continue;
            }
            let Some(Value::Object(schema)) = self.schema(&spot) else {
                continue;
            };
            let mut beside = Vec::new();
            if let Some(Value::String(target)) = schema.get("$ref") {
                beside.extend(resolve(self.bundle, &spot, target));
            }
            for word in ["allOf", "anyOf", "oneOf"] {
                let count = schema
                    .get(word)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                beside.extend((0..count).map(|index| spot.below(&[word, &index.to_string()])));
            }
            beside.extend(self.branches(schema, &spot, example));
            for name in keys(schema.get("dependentSchemas")) {
                beside.push(spot.below(&["dependentSchemas", name]));
            }
            open.extend(beside.into_iter().rev());
            found.push(spot);
        }
        found
    }

    fn branches(
        &self,
        schema: &Map<String, Value>,
        spot: &Spot,
        example: Option<&Value>,
    ) -> Vec<Spot> {
        let condition = schema.get("if");
        let taken = match (condition, example, self.choose) {
            (Some(condition), Some(example), Some(choose)) => {
                let resource = self.bundle.pointer(&spot.base).unwrap_or(self.bundle);
                choose(resource, condition, example)
            }
            _ => None,
        };
        let words: &[&str] = match (condition, taken) {
            (None, _) => &[],
            (Some(_), Some(true)) => &["then"],
            (Some(_), Some(false)) => &["else"],
            (Some(_), None) => &["then", "else"],
        };
        words.iter().map(|word| spot.below(&[word])).collect()
    }
}

fn keys(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
}

/// Whether `example` meets `condition`, whose references are relative to `resource`.
fn takes(resource: &Value, condition: &Value, example: &Value) -> Option<bool> {
    let mut schema = condition.clone();
    if let (Some(map), Some(defs)) = (schema.as_object_mut(), resource.get("$defs")) {
        map.insert("$defs".to_owned(), defs.clone());
    }
    let schema = wire::payload::Schema::compile(&schema).ok()?;
    Some(schema.accepts(example))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bundle() -> Value {
        json!({
            "$id": "https://matchmark.example/schemas/a/1.0.0",
            "type": "object",
            "properties": {
                "kind": { "type": "string" },
                "part": { "$ref": "https://matchmark.example/schemas/b/1.0.0" },
                "list": { "type": "array", "items": { "allOf": [
                    { "properties": { "x": true } }, { "properties": { "y": true } } ] } },
                "one": true
            },
            "if": { "properties": { "kind": { "const": "k" } } },
            "then": { "properties": { "one": false } },
            "$defs": { "b@1.0.0": {
                "$id": "https://matchmark.example/schemas/b/1.0.0",
                "$ref": "#/$defs/inner",
                "$defs": { "inner": { "properties": { "deep": true }, "additionalProperties": true } } } }
        })
    }

    fn names_of(declared: &Declared) -> Vec<&str> {
        declared
            .members
            .iter()
            .map(|member| member.name.as_str())
            .collect()
    }

    #[test]
    fn members_of_all_branches_are_gathered_in_order() {
        let found = declared(&bundle());
        assert_eq!(names_of(&found), ["kind", "part", "list", "one"]);
        let part = &found.member("part").unwrap().declared;
        assert_eq!(names_of(part), ["deep"]);
        assert!(part.open);
        let items = found
            .member("list")
            .unwrap()
            .declared
            .items
            .as_ref()
            .unwrap();
        assert_eq!(names_of(items), ["x", "y"]);
    }

    #[test]
    fn with_an_example_only_the_taken_branch_counts() {
        let found = declared_for(&bundle(), &json!({ "kind": "k" }));
        assert_eq!(names_of(&found), ["kind", "part", "list"]);
        let found = declared_for(&bundle(), &json!({ "kind": "other" }));
        assert_eq!(names_of(&found), ["kind", "part", "list", "one"]);
    }

    #[test]
    fn a_closure_admits_declared_members_only() {
        let schema = declared(&bundle()).closure();
        let schema = wire::payload::Schema::compile(&schema).unwrap();
        assert!(schema.accepts(&json!({ "kind": 1, "part": { "more": 1 }, "list": [{ "x": 1 }] })));
        assert!(!schema.accepts(&json!({ "kind": 1, "other": 1 })));
        assert!(!schema.accepts(&json!({ "list": [{ "z": 1 }] })));
    }

    #[test]
    fn a_recursive_schema_ends_open() {
        let bundle = json!({ "properties": { "again": { "$ref": "#" } } });
        let mut found = &declared(&bundle);
        let mut depth = 0;
        while let Some(member) = found.member("again") {
            found = &member.declared;
            depth += 1;
        }
        assert!(found.open && depth > DEPTH);
    }
}

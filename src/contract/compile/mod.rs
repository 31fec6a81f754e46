//! An example and its rules as a JSON Schema: what one side of an interaction accepts.
//! Refuses to be exact where a schema cannot be: it says on which side of the truth it then lies.

mod leaf;

use crate::contract::interaction::Json;
use crate::contract::matcher::{Matcher, Variant};
use crate::contract::path::Key;
use crate::contract::rule::{Combine, Force, RuleSet};
use crate::contract::terms::{Instead, Optional, Side};
use serde_json::{Map, Value, json};

/// On which side of the truth a schema may lie where it cannot be exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It accepts at least what the contract accepts: for the left side of a proof.
    Wide,
    /// It accepts at most what the contract accepts: for the right side of a proof.
    Narrow,
}

/// What is compiled.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub example: &'a Json,
    pub rules: &'a RuleSet,
    pub optional: &'a [&'a Optional],
    pub side: Side,
}

/// The schema of the bodies that one side of an interaction accepts.
///
/// Source: contract specification, section 4.3, column S
#[must_use]
pub fn compile(source: &Source<'_>, bound: Bound) -> Value {
    let compiler = Compiler {
        source: *source,
        bound,
        prefix: Vec::new(),
    };
    compiler.value(source.example.value(), &mut Vec::new())
}

/// The members that a strict reader knows, at every place of the example; items of an array taken together.
#[must_use]
pub fn shape(example: &[&Value]) -> Value {
    let objects: Vec<_> = example
        .iter()
        .filter_map(|value| value.as_object())
        .collect();
    let items: Vec<&Value> = example
        .iter()
        .filter_map(|value| value.as_array())
        .flatten()
        .collect();
    let mut schema = Map::new();
    if !objects.is_empty() {
        let mut members = Map::new();
        for (key, _) in objects.iter().copied().flatten() {
            if !members.contains_key(key) {
                let values: Vec<&Value> = objects.iter().filter_map(|o| o.get(key)).collect();
                members.insert(key.clone(), shape(&values));
            }
        }
        schema.insert("properties".to_owned(), Value::Object(members));
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if !items.is_empty() {
        schema.insert("items".to_owned(), shape(&items));
    }
    Value::Object(schema)
}

/// Which keys an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    /// Those of the example; in a response more are borne.
    AsShown,
    /// Any; what the example shows is compared where it is there.
    Any,
    /// Any; other values are like the first one of the example.
    ByFirst,
}

struct Compiler<'a> {
    source: Source<'a>,
    bound: Bound,
    /// Keys from the body's root to where this compiler began.
    prefix: Vec<Key>,
}

impl<'a> Compiler<'a> {
    fn value(&self, example: &Value, keys: &mut Vec<Key>) -> Value {
        let force = self.source.rules.in_force(keys);
        let schema = match force {
            None => self.plain(example, keys),
            Some(force) => self.ruled(force, example, keys),
        };
        self.with_alternatives(schema, keys)
    }

    /// Without a rule: this kind, this scalar, this length.
    fn plain(&self, example: &Value, keys: &mut Vec<Key>) -> Value {
        if self.is_constant(example, keys) {
            return json!({ "const": example });
        }
        match example {
            Value::Object(members) => self.object(members, keys, Keys::AsShown),
            Value::Array(items) => {
                let mut schema = json!({
                    "type": "array", "prefixItems": self.each(items, keys),
                    "minItems": items.len(), "maxItems": items.len(),
                });
                let marks = self.marks(items, keys);
                if let (Some(map), false) = (schema.as_object_mut(), marks.is_empty()) {
                    map.insert("allOf".to_owned(), Value::Array(marks));
                }
                schema
            }
            scalar => json!({ "const": scalar }),
        }
    }

    /// Whether nothing below may differ from the example.
    fn is_constant(&self, example: &Value, keys: &[Key]) -> bool {
        let whole = self.place(keys);
        let optional = self.source.optional;
        let varied = optional
            .iter()
            .any(|optional| optional.scope.path.leads_through(&whole));
        let open = self.source.side == Side::Response && leaf::holds_object(example);
        !varied && !open && !self.source.rules.touches(keys)
    }

    /// What follows from items that are told apart by a constant member: each of them stands there once.
    ///
    /// It says nothing new, but spares the prover from counting.
    fn marks(&self, items: &[Value], keys: &[Key]) -> Vec<Value> {
        let Some(Value::Object(first)) = items.first() else {
            return Vec::new();
        };
        let fixed = |name: &str, index: usize, value: &Value| {
            let mut place = keys.to_vec();
            place.extend([Key::Index(index), Key::Name(name.to_owned())]);
            value.is_string() && self.is_constant(value, &place)
        };
        for name in first.keys() {
            let mut values: Vec<&Value> = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let value = item.get(name).filter(|value| fixed(name, index, value));
                values.extend(value.filter(|value| !values.contains(value)));
            }
            if values.len() == items.len() && items.len() > 1 {
                return values
                    .into_iter()
                    .map(|value| leaf::mark(name, value))
                    .collect();
            }
        }
        Vec::new()
    }

    fn ruled(&self, force: Force<'_>, example: &Value, keys: &mut Vec<Key>) -> Value {
        if force.matchers().all(|m| matches!(m, Matcher::Equality)) {
            return self.plain(example, keys);
        }
        let parts: Vec<Value> = force
            .matchers()
            .map(|matcher| self.matcher(matcher, force.own, example, keys))
            .collect();
        let mut schema = match (force.rule.list.combine, parts.len()) {
            (_, 1) => parts.into_iter().next().unwrap_or(Value::Bool(true)),
            (Combine::And, _) => json!({ "allOf": parts }),
            (Combine::Or, _) => json!({ "anyOf": parts }),
        };
        if let Some(below) = self.below(force, example, keys) {
            schema = leaf::both(schema, below);
        }
        schema
    }

    /// What a rule in force leaves to the children of its value.
    fn below(&self, force: Force<'_>, example: &Value, keys: &mut Vec<Key>) -> Option<Value> {
        let matchers = || force.matchers();
        if matchers().any(|matcher| matches!(matcher, Matcher::ArrayContains(_))) {
            return None;
        }
        let by_first = |m: &Matcher| matches!(m, Matcher::Values | Matcher::EachValue(_));
        match example {
            Value::Object(members) => {
                let keys_are = if matchers().any(by_first) {
                    Keys::ByFirst
                } else if matchers().any(|m| matches!(m, Matcher::EachKey(_))) {
                    Keys::Any
                } else {
                    Keys::AsShown
                };
                let mut object = self.object(members, keys, keys_are);
                // What is no object is for the matchers alone to judge: one of two may be `null`.
                object.as_object_mut().map(|map| map.shift_remove("type"));
                Some(object)
            }
            Value::Array(items) => {
                let first = items.first()?;
                keys.push(Key::Index(usize::MAX));
                let rest = self.value(first, keys);
                keys.pop();
                let prefix = self.each(items, keys);
                Some(if prefix.iter().all(|schema| *schema == rest) {
                    json!({ "items": rest })
                } else {
                    json!({ "prefixItems": prefix, "items": rest })
                })
            }
            _ => None,
        }
    }

    fn each(&self, items: &[Value], keys: &mut Vec<Key>) -> Vec<Value> {
        let mut schemas = Vec::new();
        for (index, item) in items.iter().enumerate() {
            keys.push(Key::Index(index));
            schemas.push(self.value(item, keys));
            keys.pop();
        }
        schemas
    }

    fn object(&self, members: &Map<String, Value>, keys: &mut Vec<Key>, others: Keys) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (key, member) in members {
            keys.push(Key::Name(key.clone()));
            properties.insert(key.clone(), self.value(member, keys));
            if others == Keys::AsShown && !self.may_be_absent(keys) {
                required.push(key.clone());
            }
            keys.pop();
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        let rest = match (others, self.source.side, members.values().next()) {
            (Keys::ByFirst, _, Some(first)) => {
                keys.push(Key::Unnamed);
                let rest = self.value(first, keys);
                keys.pop();
                Some(rest)
            }
            (Keys::AsShown, Side::Request, _) => Some(Value::Bool(false)),
            _ => None,
        };
        if let Some(map) = schema.as_object_mut() {
            if !required.is_empty() {
                map.insert("required".to_owned(), json!(required));
            }
            if let Some(rest) = rest {
                map.insert("additionalProperties".to_owned(), rest);
            }
        }
        schema
    }

    fn matcher(&self, matcher: &Matcher, own: bool, example: &Value, keys: &[Key]) -> Value {
        match matcher {
            Matcher::Equality => self.bare(keys).plain(example, &mut Vec::new()),
            Matcher::Type { min, max } => leaf::sized(example, own, *min, *max),
            Matcher::NotEmpty => leaf::not_empty(example),
            Matcher::Values => json!({ "type": "object" }),
            Matcher::EachValue(_) => json!({ "type": crate::contract::matching::kind(example) }),
            Matcher::EachKey(rules) => {
                let names: Vec<_> = rules
                    .iter()
                    .map(|rule| leaf::key(rule, self.bound))
                    .collect();
                json!({ "type": "object", "propertyNames": { "allOf": names } })
            }
            Matcher::ArrayContains(variants) => {
                let items: Vec<_> = variants
                    .iter()
                    .filter_map(|variant| self.contains(variant, example, keys))
                    .collect();
                json!({ "type": "array", "allOf": items })
            }
            other => leaf::scalar(other, example, self.bound),
        }
    }

    fn contains(&self, variant: &'a Variant, example: &Value, keys: &[Key]) -> Option<Value> {
        let item = example.get(variant.index)?;
        let mut prefix = self.place(keys);
        prefix.push(Key::Index(variant.index));
        if self
            .alternatives(&prefix)
            .any(|instead| *instead == Instead::Absent)
        {
            return None;
        }
        let compiler = Compiler {
            source: Source {
                rules: &variant.rules,
                ..self.source
            },
            bound: self.bound,
            prefix,
        };
        let schema = compiler.value(item, &mut Vec::new());
        Some(json!({ "contains": schema }))
    }

    /// This compiler at `keys`, without any rule.
    fn bare(&self, keys: &[Key]) -> Self {
        static NO_RULES: RuleSet = RuleSet::NONE;
        Self {
            source: Source {
                rules: &NO_RULES,
                ..self.source
            },
            bound: self.bound,
            prefix: self.place(keys),
        }
    }

    fn with_alternatives(&self, schema: Value, keys: &[Key]) -> Value {
        let place = self.place(keys);
        let mut forms = vec![schema.clone()];
        for instead in self.alternatives(&place) {
            match instead {
                Instead::Absent => {}
                Instead::Null => forms.push(json!({ "const": null })),
                Instead::Value(value) => forms.push(json!({ "const": value })),
            }
        }
        if forms.len() == 1 {
            return schema;
        }
        json!({ "anyOf": forms })
    }

    fn may_be_absent(&self, keys: &[Key]) -> bool {
        self.alternatives(&self.place(keys))
            .any(|instead| *instead == Instead::Absent)
    }

    fn alternatives(&self, place: &[Key]) -> impl Iterator<Item = &'a Instead> {
        self.source
            .optional
            .iter()
            .filter(move |optional| optional.scope.path.is_at(place))
            .flat_map(|optional| &optional.variants)
            .map(|alternative| &alternative.is)
    }

    fn place(&self, keys: &[Key]) -> Vec<Key> {
        let mut place = self.prefix.clone();
        place.extend(keys.iter().cloned());
        place
    }
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;

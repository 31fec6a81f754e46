//! What kinds of values a schema speaks of, so that a text can be read as one of them.
//! Refuses to decide whether the value is right; where several readings are possible it asks the judge.

use super::judge::{Side, fits};
use super::pool::{Pool, below};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most subschemas that are looked at for one shape.
///
/// Source: published parameters need a dozen
const MOST: usize = 500;

/// Kinds of values that a schema names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub array: bool,
    pub object: bool,
    pub number: bool,
    pub boolean: bool,
    pub string: bool,
    pub null: bool,
}

/// Tells shapes in a pool.
pub struct Shapes<'p> {
    pub pool: &'p Pool,
}

impl Shapes<'_> {
    /// The shape of the schema at `at`, over everything that applies there.
    pub fn of(&self, at: &str) -> Shape {
        let mut shape = Shape::default();
        for at in self.around(at) {
            let Some(schema) = self.pool.members(&at) else {
                continue;
            };
            match schema.get("type") {
                Some(Value::String(word)) => shape.name(word),
                Some(Value::Array(words)) => {
                    let words = words.iter().filter_map(Value::as_str);
                    words.for_each(|word| shape.name(word));
                }
                _ if schema.contains_key("properties") => shape.object = true,
                _ if schema.contains_key("items") => shape.array = true,
                _ => {}
            }
        }
        shape
    }

    /// The schema of the items of an array.
    pub fn item(&self, at: &str) -> Option<String> {
        let mut around = self.around(at).into_iter();
        around.find_map(|at| {
            let at = below(&at, "items");
            self.pool.members(&at).map(|_| at)
        })
    }

    /// The schema of the member with this name.
    pub fn member(&self, at: &str, name: &str) -> Option<String> {
        let mut around = self.around(at).into_iter();
        around.find_map(|at| {
            let at = below(&below(&at, "properties"), name);
            self.pool.get(&at).map(|_| at)
        })
    }

    /// Every name of a member.
    pub fn member_names(&self, at: &str) -> BTreeSet<String> {
        let around = self.around(at).into_iter();
        around
            .filter_map(|at| self.pool.members(&below(&at, "properties")))
            .flat_map(|properties| properties.keys().cloned())
            .collect()
    }

    /// What a text stands for where the schema at `at` speaks of single values.
    pub fn scalar(&self, at: &str, text: &str) -> Value {
        let plain = Value::String(text.to_owned());
        let shape = self.of(at);
        let free = shape == Shape::default();
        let other = match (number(text), text) {
            (Some(number), _) if shape.number || free => number,
            (None, "true" | "false") if shape.boolean || free => Value::Bool(text == "true"),
            (None, "null" | "") if shape.null => Value::Null,
            (_, _) => return plain,
        };
        let only = !shape.string && !free;
        if only || !fits(self.pool, at, &plain, Side::Sent) {
            other
        } else {
            plain
        }
    }

    /// The schema at `at` and all that apply at the same place.
    fn around(&self, at: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open = vec![at.to_owned()];
        while let Some(at) = open.pop() {
            if found.len() > MOST || !seen.insert(at.clone()) {
                continue;
            }
            let Some(schema) = self.pool.members(&at) else {
                continue;
            };
            for word in ["oneOf", "anyOf", "allOf"] {
                let count = schema
                    .get(word)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                let each = (0..count).rev();
                open.extend(each.map(|index| format!("{at}/{word}/{index}")));
            }
            if let Some(Value::String(reference)) = schema.get("$ref") {
                open.extend(self.pool.target(reference));
            }
            found.push(at);
        }
        found
    }
}

/// The number that a text writes; leading zeros and a plus are borne, as most receivers do.
fn number(text: &str) -> Option<Value> {
    let is_plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    if !text.chars().all(is_plain) {
        return None;
    }
    if let Ok(value @ Value::Number(_)) = serde_json::from_str(text) {
        return Some(value);
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let number = text.parse::<f64>().ok()?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

impl Shape {
    fn name(&mut self, word: &str) {
        match word {
            "array" => self.array = true,
            "object" => self.object = true,
            "number" | "integer" => self.number = true,
            "boolean" => self.boolean = true,
            "string" => self.string = true,
            "null" => self.null = true,
            _ => {}
        }
    }
}

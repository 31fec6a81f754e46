//! Random constraints that no schema stands below: types, values, numbers, texts, counts.
//! Refuses to know where the schema stands.

use super::dice::Dice;
use super::generator::{Grammar, PATTERNS};
use serde_json::{Map, Value, json};

impl Grammar<'_> {
    pub fn types(&mut self, schema: &mut Map<String, Value>) {
        let kinds = [
            "null", "boolean", "integer", "number", "string", "array", "object",
        ];
        let one = self.dice.roll(7);
        let other = (one + 1 + self.dice.roll(6)) % 7;
        let types = match self.dice.roll(3) {
            0 => json!(kinds[one]),
            1 => json!([kinds[one], kinds[other]]),
            _ => json!(kinds[4 + one % 3]),
        };
        schema.insert("type".to_owned(), types);
    }

    pub fn values(&mut self, schema: &mut Map<String, Value>) {
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(1),
            json!(0.5),
            json!("a"),
            json!("ab"),
            json!([]),
            json!([1]),
            json!({}),
            json!({"a": 1}),
        ];
        let first = self.dice.roll(values.len());
        if self.draft >= 6 && self.dice.one_in(3) {
            schema.insert("const".to_owned(), values[first].clone());
            return;
        }
        let mut listed: Vec<Value> = Vec::new();
        for step in 0..1 + self.dice.roll(4) {
            listed.push(values[(first + step * 3) % values.len()].clone());
        }
        schema.insert("enum".to_owned(), Value::Array(listed));
    }

    pub fn number(&mut self, schema: &mut Map<String, Value>) {
        if self.dice.one_in(2) {
            let kind = if self.dice.one_in(2) && self.draft > 4 {
                "integer"
            } else {
                "number"
            };
            schema.insert("type".to_owned(), json!(kind));
        }
        let bound = |dice: &mut Dice| json!([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0][dice.roll(6)]);
        let exclusive = self.draft > 4 && self.dice.one_in(3);
        match self.dice.roll(4) {
            0 if exclusive => schema.insert("exclusiveMinimum".to_owned(), bound(self.dice)),
            1 if exclusive => schema.insert("exclusiveMaximum".to_owned(), bound(self.dice)),
            0 => schema.insert("minimum".to_owned(), bound(self.dice)),
            1 => schema.insert("maximum".to_owned(), bound(self.dice)),
            2 => schema.insert(
                "multipleOf".to_owned(),
                json!([0.5, 1.0, 2.0, 3.0, 0.1][self.dice.roll(5)]),
            ),
            _ => {
                if self.draft == 4 && schema.contains_key("minimum") {
                    schema.insert("exclusiveMinimum".to_owned(), json!(true));
                }
                None
            }
        };
    }

    pub fn string(&mut self, schema: &mut Map<String, Value>) {
        if self.dice.one_in(2) {
            schema.insert("type".to_owned(), json!("string"));
        }
        match self.dice.roll(4) {
            0 => schema.insert("minLength".to_owned(), json!(self.dice.roll(3))),
            1 => schema.insert("maxLength".to_owned(), json!(self.dice.roll(4))),
            _ => schema.insert("pattern".to_owned(), json!(self.dice.pick(&PATTERNS))),
        };
    }

    pub fn counts(&mut self, schema: &mut Map<String, Value>) {
        let keyword = *self.dice.pick(&[
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "uniqueItems",
        ]);
        let value = match keyword {
            "uniqueItems" => json!(true),
            _ => json!(self.dice.roll(3)),
        };
        schema.insert(keyword.to_owned(), value);
    }
}

//! Random schemas over every keyword of a draft, recursive ones among them.
//! Refuses to write a reference that leads back to itself without descending.

use super::dice::Dice;
use serde_json::{Map, Value, json};

pub const DRAFTS: [&str; 5] = ["2020-12", "7", "2019-09", "4", "6"];
pub const NAMES: [&str; 5] = ["a", "b", "ab", "x-a", ""];
pub const PATTERNS: [&str; 12] = [
    "^a",
    "b$",
    "^[ab]+$",
    "^a?b*$",
    "a",
    "^[^b]{2}$",
    "^(?!b)[ab]*$",
    "^(?=a)[a-c]{1,3}$",
    "^\\d{1,2}$",
    "^x-",
    "^(a|bb)$",
    "^\\S+$",
];

/// A grammar for one draft.
pub struct Grammar<'a> {
    pub dice: &'a mut Dice,
    pub draft: usize,
    definitions: usize,
    /// The kind of constraint that a document is mostly made of, so that its keywords meet.
    focus: Option<usize>,
}

/// Kinds of constraint by number: those of text, counts, objects, lists and joined schemas.
const FOCUSES: [usize; 6] = [1, 4, 5, 5, 8, 10];

/// Where a schema stands: how deep it may still become, and which definitions may stand in its place.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// The first definition to which a reference may lead; everything, once a value has been entered.
    first: usize,
    entered: bool,
}

impl Place {
    fn beside(self) -> Self {
        Self {
            depth: self.depth - 1,
            ..self
        }
    }

    fn inside(self) -> Self {
        Self {
            depth: self.depth - 1,
            first: 0,
            entered: true,
        }
    }
}

impl<'a> Grammar<'a> {
    pub fn new(dice: &'a mut Dice, draft: &str) -> Self {
        let draft = match draft {
            "4" => 4,
            "6" => 6,
            "7" => 7,
            "2019-09" => 8,
            _ => 9,
        };
        Self {
            dice,
            draft,
            definitions: 0,
            focus: None,
        }
    }

    /// A whole document, `depth` levels deep.
    pub fn document(&mut self, depth: usize) -> Value {
        self.definitions = [0, 0, 1, 2, 3][self.dice.roll(5)];
        self.focus = self.dice.one_in(2).then(|| *self.dice.pick(&FOCUSES));
        let place = |first| Place {
            depth,
            first,
            entered: false,
        };
        let mut root = self.schema(place(0));
        let definitions: Map<String, Value> = (0..self.definitions)
            .map(|number| (format!("d{number}"), self.schema(place(number + 1))))
            .collect();
        if !definitions.is_empty() {
            let keyword = if self.draft < 8 {
                "definitions"
            } else {
                "$defs"
            };
            if !root.is_object() || (self.draft < 8 && root.get("$ref").is_some()) {
                root = json!({"allOf": [root]});
            }
            root[keyword] = Value::Object(definitions);
        }
        if root.to_string().contains("\"$dynamicRef\"") && root.is_object() {
            root["$dynamicAnchor"] = json!("n");
        }
        root
    }

    /// A schema for a place that a value has entered, for edits of a document.
    pub fn piece(&mut self, depth: usize) -> Value {
        self.definitions = 0;
        self.schema(Place {
            depth,
            first: 0,
            entered: false,
        })
    }

    /// One keyword for a schema that is edited.
    pub fn keyword(&mut self, depth: usize) -> (String, Value) {
        let mut schema = Map::new();
        let place = Place {
            depth,
            first: 0,
            entered: false,
        };
        self.definitions = 0;
        while schema.is_empty() {
            self.constrain(&mut schema, place);
        }
        let at = self.dice.roll(schema.len());
        schema.into_iter().nth(at).unwrap()
    }

    fn schema(&mut self, place: Place) -> Value {
        if self.dice.one_in(9)
            && let Some(reference) = self.reference(place)
        {
            return reference;
        }
        if self.draft >= 6 && self.dice.one_in(18) {
            return json!(self.dice.one_in(2));
        }
        let mut schema = Map::new();
        let most = if self.focus.is_some() { 4 } else { 2 };
        for _ in 0..1 + self.dice.roll(most) {
            self.constrain(&mut schema, place);
        }
        Value::Object(schema)
    }

    fn reference(&mut self, place: Place) -> Option<Value> {
        if place.entered && self.dice.one_in(4) {
            let dynamic = self.draft == 9 && self.dice.one_in(6);
            let keyword = if dynamic { "$dynamicRef" } else { "$ref" };
            return Some(json!({keyword: if dynamic { "#n" } else { "#" }}));
        }
        let open = self.definitions.checked_sub(place.first)?;
        if open == 0 {
            return None;
        }
        let number = place.first + self.dice.roll(open);
        let keyword = if self.draft < 8 {
            "definitions"
        } else {
            "$defs"
        };
        Some(json!({"$ref": format!("#/{keyword}/d{number}")}))
    }

    /// Adds the keywords of one kind of constraint.
    fn constrain(&mut self, schema: &mut Map<String, Value>, place: Place) {
        let kinds = if place.depth == 0 { 5 } else { 12 };
        let drawn = self.dice.roll(kinds);
        let focus = self.focus.filter(|focus| *focus < kinds);
        let focused = focus.filter(|_| self.dice.roll(3) > 0);
        match focused.unwrap_or(drawn) {
            0 => self.number(schema),
            1 => self.string(schema),
            2 => self.types(schema),
            3 => self.values(schema),
            4 => self.counts(schema),
            5..=7 => self.object(schema, place),
            8 | 9 => self.array(schema, place),
            _ => self.join(schema, place),
        }
    }

    fn names(&mut self) -> Vec<&'static str> {
        let first = self.dice.roll(NAMES.len());
        let count = 1 + self.dice.roll(2);
        (0..count)
            .map(|step| NAMES[(first + step) % NAMES.len()])
            .collect()
    }

    fn named(&mut self, place: Place) -> Value {
        let names = self.names().into_iter();
        Value::Object(
            names
                .map(|name| (name.to_owned(), self.schema(place)))
                .collect(),
        )
    }

    fn object(&mut self, schema: &mut Map<String, Value>, place: Place) {
        if self.dice.one_in(2) {
            schema.insert("type".to_owned(), json!("object"));
        }
        let inside = place.inside();
        match self.dice.roll(9) {
            0..=2 => {
                let named = self.named(inside);
                schema.insert("properties".to_owned(), named);
                if self.dice.one_in(3) {
                    schema.insert("additionalProperties".to_owned(), json!(false));
                }
            }
            3 => {
                let pattern = (*self.dice.pick(&PATTERNS)).to_owned();
                let below = self.schema(inside);
                schema.insert("patternProperties".to_owned(), json!({pattern: below}));
            }
            4 => {
                let below = self.schema(inside);
                schema.insert("additionalProperties".to_owned(), below);
            }
            5 if self.draft >= 6 => {
                let below = self.piece_of_text();
                schema.insert("propertyNames".to_owned(), below);
            }
            6 => self.dependent(schema, place),
            7 if self.draft >= 8 => {
                let below = if self.dice.one_in(2) {
                    json!(false)
                } else {
                    self.schema(inside)
                };
                schema.insert("unevaluatedProperties".to_owned(), below);
            }
            _ => {
                schema.insert("required".to_owned(), json!(self.names()));
            }
        }
    }

    fn piece_of_text(&mut self) -> Value {
        let mut schema = Map::new();
        self.string(&mut schema);
        Value::Object(schema)
    }

    fn dependent(&mut self, schema: &mut Map<String, Value>, place: Place) {
        let with_schema = self.dice.one_in(2);
        let name = *self.dice.pick(&NAMES);
        let below = if with_schema {
            self.schema(place.beside())
        } else {
            json!(self.names())
        };
        let keyword = match (self.draft >= 8, with_schema) {
            (true, true) => "dependentSchemas",
            (true, false) => "dependentRequired",
            (false, _) => "dependencies",
        };
        schema.insert(keyword.to_owned(), json!({name: below}));
    }

    fn array(&mut self, schema: &mut Map<String, Value>, place: Place) {
        if self.dice.one_in(2) {
            schema.insert("type".to_owned(), json!("array"));
        }
        let inside = place.inside();
        match self.dice.roll(6) {
            0 => {
                let below = self.schema(inside);
                schema.insert("items".to_owned(), below);
            }
            1 | 2 => self.tuple(schema, inside),
            3 if self.draft >= 6 => {
                let below = self.schema(inside);
                schema.insert("contains".to_owned(), below);
                if self.draft >= 8 {
                    match self.dice.roll(4) {
                        0 => schema.insert("minContains".to_owned(), json!(self.dice.roll(3))),
                        1 => schema.insert("maxContains".to_owned(), json!(1 + self.dice.roll(2))),
                        _ => None,
                    };
                }
            }
            // Beside `contains` the two newest drafts read it differently.
            4 if self.draft == 9 => {
                let below = self.schema(inside);
                schema.insert("unevaluatedItems".to_owned(), below);
            }
            _ => {
                schema.insert("uniqueItems".to_owned(), json!(true));
            }
        }
    }

    fn tuple(&mut self, schema: &mut Map<String, Value>, inside: Place) {
        let count = 1 + self.dice.roll(2);
        let prefix: Vec<Value> = (0..count).map(|_| self.schema(inside)).collect();
        let (keyword, rest) = if self.draft == 9 {
            ("prefixItems", "items")
        } else {
            ("items", "additionalItems")
        };
        schema.insert(keyword.to_owned(), Value::Array(prefix));
        if self.dice.one_in(2) {
            let below = if self.dice.one_in(2) {
                json!(false)
            } else {
                self.schema(inside)
            };
            schema.insert(rest.to_owned(), below);
        }
    }

    fn join(&mut self, schema: &mut Map<String, Value>, place: Place) {
        let beside = place.beside();
        match self.dice.roll(6) {
            0 => {
                let below = self.schema(beside);
                schema.insert("not".to_owned(), below);
            }
            1 if self.draft >= 7 => {
                for keyword in ["if", "then", "else"] {
                    if keyword == "if" || self.dice.roll(3) > 0 {
                        let below = self.schema(beside);
                        schema.insert(keyword.to_owned(), below);
                    }
                }
            }
            kind => {
                let keyword = ["allOf", "anyOf", "oneOf", "anyOf"][kind % 4];
                let count = 1 + self.dice.roll(3);
                let branches = (0..count).map(|_| self.schema(beside)).collect();
                schema.insert(keyword.to_owned(), Value::Array(branches));
            }
        }
    }
}

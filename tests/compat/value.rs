//! Values to throw at an answer: every small one, and random ones made from what a pair mentions.
//! Refuses to know what a schema accepts.

use super::dice::Dice;
use super::generator::NAMES;
use serde_json::{Map, Value, json};

const TEXTS: [&str; 14] = [
    "", "a", "b", "ab", "bb", "aa", "ba", "1", "12", "x-", "c", "abc", "\n", "aab",
];

fn scalars() -> Vec<Value> {
    let mut scalars = vec![json!(null), json!(true), json!(false)];
    scalars.extend([-1, 0, 1, 2, 3, 4, 6].map(|number| json!(number)));
    scalars.extend([0.5, 0.1, 1.5, -0.5].map(|number| json!(number)));
    scalars.extend(TEXTS.map(|text| json!(text)));
    scalars
}

/// At most `most` values: all that a few scalars make in one step, all short lists and objects over fewer, wider ones.
pub fn small(most: usize) -> Vec<Value> {
    let mut values = scalars();
    values.extend([json!([]), json!({})]);
    let once = values.clone();
    for inner in &once {
        values.push(json!([inner]));
        values.extend(NAMES.map(|name| json!({name: inner})));
    }
    values.extend(lists(&[json!(0), json!("a"), json!(null), json!(1)], 3));
    values.extend(lists(&[json!(0), json!("a")], 4));
    values.extend(objects());
    let twice = values.clone();
    let mut dice = Dice::new(1);
    while values.len() < most {
        let (one, other) = (dice.pick(&twice).clone(), dice.pick(&once).clone());
        let (name, another) = (*dice.pick(&NAMES), *dice.pick(&NAMES));
        let wider = match dice.roll(4) {
            0 => json!([one, other]),
            1 => json!([other, one, dice.pick(&once)]),
            2 => json!({name: one, another: other}),
            _ => json!({name: other, another: one, "c": dice.pick(&once)}),
        };
        values.push(wider);
    }
    values.truncate(most);
    values
}

/// Every list of two to `longest` items over `items`.
fn lists(items: &[Value], longest: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut last: Vec<Vec<Value>> = items.iter().map(|item| vec![item.clone()]).collect();
    for _ in 1..longest {
        let longer = last.iter().flat_map(|list| {
            items.iter().map(|item| {
                let mut list = list.clone();
                list.push(item.clone());
                list
            })
        });
        last = longer.collect();
        found.extend(last.iter().cloned().map(Value::Array));
    }
    found
}

/// Every set of names, with numbers, with texts, and with both in turn.
fn objects() -> Vec<Value> {
    let turns: [[Value; 2]; 3] = [
        [json!(0), json!(0)],
        [json!("a"), json!("a")],
        [json!(1), json!("a")],
    ];
    let mut found = Vec::new();
    for set in 0..1_usize << NAMES.len() {
        let held = (0..NAMES.len()).filter(|at| set >> at & 1 == 1);
        let names: Vec<&str> = held.map(|at| NAMES[at]).collect();
        for turn in turns.iter().filter(|_| names.len() > 1) {
            let values = turn.iter().cycle().cloned();
            let members = names.iter().map(|name| (*name).to_owned()).zip(values);
            found.push(Value::Object(members.collect()));
        }
    }
    found
}

/// The number without a fraction where it has none: whether `1.0` is an integer is a dispute in draft 4.
#[allow(clippy::cast_possible_truncation)]
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// What the schemas of a pair mention.
pub struct Mentioned {
    scalars: Vec<Value>,
    names: Vec<String>,
}

impl Mentioned {
    pub fn of(schemas: [&Value; 2]) -> Self {
        let mut found = Self {
            scalars: scalars(),
            names: NAMES.map(str::to_owned).to_vec(),
        };
        for schema in schemas {
            found.collect(schema);
        }
        found.names.sort();
        found.names.dedup();
        found
    }

    fn collect(&mut self, schema: &Value) {
        match schema {
            Value::Object(members) => {
                for (keyword, value) in members {
                    match (keyword.as_str(), value) {
                        ("const", value) => self.scalars.push(value.clone()),
                        ("enum", Value::Array(values)) => self.scalars.extend(values.clone()),
                        ("properties", Value::Object(named)) => {
                            self.names.extend(named.keys().cloned());
                        }
                        (_, Value::Number(number)) => {
                            let number = number.as_f64().unwrap();
                            self.scalars.extend([plain(number + 1.0), plain(number)]);
                        }
                        _ => {}
                    }
                    self.collect(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            _ => {}
        }
    }

    /// One value, at most `depth` levels deep.
    pub fn value(&self, dice: &mut Dice, depth: usize) -> Value {
        let width = [0, 1, 1, 2, 2, 3];
        match dice.roll(if depth == 0 { 2 } else { 6 }) {
            0 | 1 => dice.pick(&self.scalars).clone(),
            2 | 3 => {
                let width = *dice.pick(&width);
                (0..width).map(|_| self.value(dice, depth - 1)).collect()
            }
            _ => {
                let mut members = Map::new();
                for _ in 0..*dice.pick(&width) {
                    let name = dice.pick(&self.names).clone();
                    members.insert(name, self.value(dice, depth - 1));
                }
                Value::Object(members)
            }
        }
    }
}

//! Structural mutants of a JSON document: members and items dropped, replaced, exchanged, references turned.

use serde_json::{Value, json};

/// A sequence of numbers that looks random and is the same every time.
pub struct Seed(u64);

impl Seed {
    pub fn new(start: u64) -> Self {
        Self(start)
    }

    /// The next number below `limit`.
    ///
    /// Source: splitmix64
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % limit.max(1) as u64).unwrap()
    }
}

/// `document` with `count` changes.
pub fn of(document: &Value, seed: &mut Seed, count: usize) -> Value {
    let mut mutant = document.clone();
    for _ in 0..count {
        change(&mut mutant, seed);
    }
    mutant
}

fn change(document: &mut Value, seed: &mut Seed) {
    let mut pointers = Vec::new();
    list(document, String::new(), &mut pointers);
    let at = pointers[seed.below(pointers.len())].clone();
    let other = pointers[seed.below(pointers.len())].clone();
    let borrowed = document.pointer(&other).unwrap().clone();
    let value = document.pointer_mut(&at).unwrap();
    match (seed.below(4), &mut *value) {
        (0, Value::Object(members)) if !members.is_empty() => {
            let key = members
                .keys()
                .nth(seed.below(members.len()))
                .unwrap()
                .clone();
            members.shift_remove(&key);
        }
        (0, Value::Array(items)) if !items.is_empty() => {
            let index = seed.below(items.len());
            items.remove(index);
        }
        (0 | 1, Value::Object(members)) => {
            members.insert("$ref".to_owned(), json!(format!("#{other}")));
        }
        (0..=2, _) => *value = borrowed,
        _ => *value = odd(seed),
    }
}

/// Values that no one expects.
fn odd(seed: &mut Seed) -> Value {
    let mut odd = [
        json!(null),
        json!(true),
        json!(false),
        json!({}),
        json!([]),
        json!(""),
        json!("x"),
        json!("("),
        json!("#"),
        json!("#/"),
        json!("%"),
        json!("{"),
        json!("é/{a}*"),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!([[]]),
        json!([{}]),
        json!({ "": {} }),
        json!({ "$ref": "" }),
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#/paths" }, false] }),
        json!({ "type": ["null", "nothing"], "pattern": "(" }),
    ];
    odd[seed.below(24)].take()
}

fn list(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                list(member, format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                list(item, format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(at);
}

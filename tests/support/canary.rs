//! Values that stand nowhere else, planted in every place of a payload that its schema leaves free.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How every planted text begins. Letters only: a name with a digit would be refused as no name.
pub const WORD: &str = "Canaryq";
/// How every planted number begins.
pub const NUMBER: u64 = 731_904_650_000;
const NUMBER_SHOWN: &str = "73190465";

/// Objects of one payload that get an undeclared member each.
const MEMBERS: usize = 3;

/// Where a text finds a canary that lets the payload's verdict be.
type Spot = (String, String);

/// Hands out canaries: the same text gets the same one, so that what agreed before agrees after.
#[derive(Default)]
pub struct Aviary {
    texts: BTreeMap<String, String>,
    /// Spots whose outcome is known, so that a thousand like payloads are not tried one by one.
    free: BTreeMap<Spot, bool>,
    pub planted: u64,
}

/// Canaries that stand in `text`.
pub fn seen(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let mut found = BTreeSet::new();
    for mark in [WORD.to_lowercase(), NUMBER_SHOWN.to_owned()] {
        // What stands before it tells where it came from.
        for part in lower
            .split_inclusive(&mark)
            .filter(|part| part.ends_with(&mark))
        {
            let last: Vec<char> = part.chars().rev().take(100).collect();
            found.insert(last.into_iter().rev().collect());
        }
    }
    found
}

impl Aviary {
    pub fn text(&mut self, original: &str) -> String {
        let next = self.texts.len();
        let canary = self.texts.entry(original.to_owned());
        canary.or_insert_with(|| word(next)).clone()
    }

    /// Plants in every free place of `payload`, of which `judge` must think as before.
    pub fn plant(&mut self, kind: &str, payload: &mut Value, judge: impl Fn(&Value) -> bool) {
        let before = judge(payload);
        let untouched = payload.clone();
        let mut pointers = Vec::new();
        texts(payload, "", &mut pointers);
        for pointer in pointers {
            self.at(kind, payload, &pointer, |value| judge(value) == before);
        }
        self.members(payload, |value| judge(value) == before);
        if judge(payload) != before {
            // What was free in another payload was not in this one: once more, place by place.
            *payload = untouched;
            let mut pointers = Vec::new();
            texts(payload, "", &mut pointers);
            for (number, pointer) in pointers.iter().enumerate() {
                let own = format!("{kind} {number}");
                self.at(&own, payload, pointer, |value| judge(value) == before);
                self.free.retain(|spot, _| spot.0 != own);
            }
        }
        assert_eq!(judge(payload), before, "{kind}");
    }

    fn at(&mut self, kind: &str, payload: &mut Value, at: &str, fits: impl Fn(&Value) -> bool) {
        let spot = (kind.to_owned(), starred(at));
        if self.free.get(&spot) == Some(&false) {
            return;
        }
        let Some(original) = payload.pointer(at).and_then(Value::as_str) else {
            return;
        };
        let original = original.to_owned();
        let canary = self.text(&original);
        *payload.pointer_mut(at).expect("a text") = canary.into();
        let known = self.free.get(&spot) == Some(&true);
        if known || fits(payload) {
            self.free.insert(spot, true);
            self.planted += 1;
        } else {
            self.free.insert(spot, false);
            *payload.pointer_mut(at).expect("a text") = original.into();
        }
    }

    /// Undeclared members: a canary as key, with a text, a number, or an object below it.
    fn members(&mut self, payload: &mut Value, fits: impl Fn(&Value) -> bool) {
        let mut pointers = Vec::new();
        objects(payload, "", &mut pointers);
        let mut left = MEMBERS;
        for pointer in pointers {
            if left == 0 {
                return;
            }
            let key = self.text(&format!("undeclared {pointer} {left}"));
            let value = self.stranger(left);
            let object = payload.pointer_mut(&pointer).and_then(Value::as_object_mut);
            object.expect("an object").insert(key.clone(), value);
            if fits(payload) {
                left -= 1;
                self.planted += 1;
            } else {
                let object = payload.pointer_mut(&pointer).and_then(Value::as_object_mut);
                object.expect("an object").shift_remove(&key);
            }
        }
    }

    /// The value of an undeclared member; every third is of another kind.
    pub fn stranger(&mut self, turn: usize) -> Value {
        match turn % 3 {
            0 => (NUMBER + self.planted).into(),
            1 => self.text("an undeclared text").into(),
            _ => {
                let key = self.text("a key below");
                Value::Object(Map::from_iter([(key, self.text("a text below").into())]))
            }
        }
    }

    /// Plants in every member of a contract's bodies that names or numbers a person.
    pub fn contract(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    match member {
                        Value::String(text) if personal(key, text) => {
                            self.planted += 1;
                            *text = self.text(text);
                        }
                        Value::Array(items) if key == "given" => {
                            for item in items {
                                self.planted += 1;
                                *item = self.text(item.as_str().unwrap_or_default()).into();
                            }
                        }
                        _ => self.contract(member),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.contract(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Whether a member of a contract's body speaks of a person and not of a payer or a code.
fn personal(key: &str, text: &str) -> bool {
    let numbers = ["PX-", "NW-", "CM-", "FC-"];
    match key {
        "family" | "subscriberId" => true,
        "value" => numbers.iter().any(|prefix| text.starts_with(prefix)),
        _ => false,
    }
}

/// The canary with this number, in letters.
fn word(mut number: usize) -> String {
    let mut word = WORD.to_owned();
    for _ in 0..5 {
        word.push(char::from(
            b'a' + u8::try_from(number % 26).expect("a letter"),
        ));
        number /= 26;
    }
    word
}

fn starred(pointer: &str) -> String {
    let parts = pointer.split('/').map(|part| {
        let index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if index { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn texts(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(pointer.to_owned()),
        Value::Object(members) => {
            for (key, member) in members {
                texts(member, &below(pointer, key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(pointer.to_owned());
            for (key, member) in members {
                objects(member, &below(pointer, key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

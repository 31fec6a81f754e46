//! Changes an example in one step: a member gone, an item gone or twice, a value set to a constant.
//! Refuses to change recorded payloads; whoever calls sees to that.

use crate::inclusion::pointer;
use serde_json::{Value, json};

/// Gives every one-step change of `example` to `take`, until that says no.
pub(super) fn each(example: &Value, constants: &[Value], mut take: impl FnMut(Value) -> bool) {
    let places = places(example);
    for step in [drop_one, double, add] {
        for place in &places {
            if step(example, place).is_some_and(|changed| !take(changed)) {
                return;
            }
        }
    }
    for place in &places {
        for constant in constants {
            let Some(had) = example.pointer(place) else {
                continue;
            };
            if had != constant && !take(with(example, place, constant.clone())) {
                return;
            }
        }
    }
}

/// `document` with another value at `place`.
pub(super) fn with(document: &Value, place: &str, value: Value) -> Value {
    let mut changed = document.clone();
    if let Some(slot) = changed.pointer_mut(place) {
        *slot = value;
    }
    changed
}

/// Every place of `document`, parents before children.
pub(super) fn places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = std::collections::VecDeque::from([(String::new(), document)]);
    while let Some((at, value)) = open.pop_front() {
        match value {
            Value::Object(members) => {
                let below = members
                    .iter()
                    .map(|(name, v)| (pointer::step(&at, name), v));
                open.extend(below);
            }
            Value::Array(items) => {
                let below = items.iter().enumerate();
                open.extend(below.map(|(i, v)| (pointer::step(&at, &i.to_string()), v)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        found.push(at);
    }
    found
}

/// `document` without what stands at `place`.
pub(super) fn drop_one(document: &Value, place: &str) -> Option<Value> {
    let parent = pointer::parent(place)?;
    let name = pointer::split(place).pop()?;
    let mut changed = document.clone();
    match changed.pointer_mut(parent)? {
        Value::Object(members) => {
            members.shift_remove(&name)?;
        }
        Value::Array(items) => {
            let index = name
                .parse::<usize>()
                .ok()
                .filter(|index| *index < items.len())?;
            items.remove(index);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(changed)
}

fn double(document: &Value, place: &str) -> Option<Value> {
    let parent = pointer::parent(place)?;
    let item = document.pointer(place)?.clone();
    let mut changed = document.clone();
    changed.pointer_mut(parent)?.as_array_mut()?.push(item);
    Some(changed)
}

fn add(document: &Value, place: &str) -> Option<Value> {
    let mut changed = document.clone();
    let members = changed.pointer_mut(place)?.as_object_mut()?;
    if members.contains_key("x") {
        return None;
    }
    members.insert("x".to_owned(), json!(0));
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_drops_doubles_adds_or_sets() {
        let mut seen = Vec::new();
        each(&json!({"a": [1]}), &[json!(null)], |value| {
            seen.push(value);
            true
        });
        for wanted in [
            json!({}),
            json!({"a": []}),
            json!({"a": [1, 1]}),
            json!({"a": [1], "x": 0}),
            json!({"a": null}),
            json!(null),
        ] {
            assert!(seen.contains(&wanted), "{wanted}");
        }
    }

    #[test]
    fn it_ends_when_told_so() {
        let mut count = 0;
        each(&json!({"a": 1, "b": 2}), &[], |_| {
            count += 1;
            false
        });
        assert_eq!(count, 1);
    }
}

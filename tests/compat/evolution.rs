//! Random edits of a schema, as releases bring them.
//! Refuses to know whether an edit breaks.

use super::dice::Dice;
use super::generator::{Grammar, NAMES};
use serde_json::{Map, Value, json};

/// `schema` after `edits` random edits somewhere in it.
pub fn evolved(dice: &mut Dice, draft: &str, schema: &Value, edits: usize) -> Value {
    let mut changed = schema.clone();
    for _ in 0..edits {
        let mut places = Vec::new();
        collect(&changed, String::new(), &mut places);
        let at = dice.pick(&places).clone();
        let place = changed.pointer_mut(&at).unwrap();
        *place = edited(dice, draft, place);
    }
    changed
}

/// Pointers of every schema below `schema`, itself included.
pub fn places(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, String::new(), &mut found);
    found
}

fn collect(schema: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    let Value::Object(members) = schema else {
        return;
    };
    for (keyword, value) in members {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("const" | "enum" | "required" | "dependentRequired" | "type", _) => {}
            (
                "properties" | "patternProperties" | "dependentSchemas" | "dependencies" | "$defs"
                | "definitions",
                Value::Object(named),
            ) => {
                for (name, below) in named.iter().filter(|(_, below)| !below.is_array()) {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    collect(below, format!("{at}/{name}"), found);
                }
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(list)) => {
                for (index, below) in list.iter().enumerate() {
                    collect(below, format!("{at}/{index}"), found);
                }
            }
            (_, Value::Object(_)) => collect(value, at, found),
            _ => {}
        }
    }
}

fn edited(dice: &mut Dice, draft: &str, schema: &Value) -> Value {
    let Value::Object(members) = schema else {
        return Grammar::new(dice, draft).piece(1);
    };
    let mut members = members.clone();
    let keywords: Vec<String> = members.keys().cloned().collect();
    let fixed = |keyword: &str| keyword.starts_with('$') || keyword == "definitions";
    let chosen = (!keywords.is_empty()).then(|| dice.pick(&keywords).clone());
    match (dice.roll(8), chosen.filter(|chosen| !fixed(chosen))) {
        (0, Some(keyword)) => {
            members.shift_remove(&keyword);
        }
        (1..=5, Some(keyword)) => {
            let value = moved(dice, draft, &keyword, &members[&keyword]);
            members.insert(keyword, value);
        }
        (6, _) => {
            let piece = Grammar::new(dice, draft).piece(1);
            return joined(dice, Value::Object(members), piece);
        }
        _ => {
            let (keyword, value) = Grammar::new(dice, draft).keyword(1);
            members.insert(keyword, value);
        }
    }
    Value::Object(members)
}

/// The schema with one more branch around or beside it; definitions stay at the top.
fn joined(dice: &mut Dice, schema: Value, piece: Value) -> Value {
    let Value::Object(mut members) = schema else {
        return piece;
    };
    let keyword = *dice.pick(&["allOf", "anyOf", "oneOf"]);
    if let Some(Value::Array(branches)) = members.get_mut(keyword) {
        branches.push(piece);
        return Value::Object(members);
    }
    let kept: Vec<String> = members.keys().cloned().collect();
    let kept = kept.into_iter().filter(|keyword| {
        (keyword.starts_with('$') && keyword != "$ref" && keyword != "$dynamicRef")
            || keyword == "definitions"
    });
    let mut outer: Map<String, Value> = Map::new();
    for keyword in kept {
        let value = members.shift_remove(&keyword).unwrap();
        outer.insert(keyword, value);
    }
    outer.insert(keyword.to_owned(), json!([members, piece]));
    Value::Object(outer)
}

/// Another value for `keyword`, near the one it has.
fn moved(dice: &mut Dice, draft: &str, keyword: &str, value: &Value) -> Value {
    match (keyword, value) {
        ("multipleOf", _) => json!([0.5, 1.0, 2.0, 4.0][dice.roll(4)]),
        (_, Value::Number(number)) if number.is_u64() => {
            let number = number.as_u64().unwrap();
            json!(if dice.one_in(2) {
                number + 1
            } else {
                number.saturating_sub(1)
            })
        }
        (_, Value::Number(number)) => {
            json!(number.as_f64().unwrap() + [0.5, -0.5, 1.0, -1.0][dice.roll(4)])
        }
        ("type", Value::String(one)) => {
            let other = *dice.pick(&["null", "string", "number", "object"]);
            if one == other {
                json!([one])
            } else {
                json!([one, other])
            }
        }
        ("type", Value::Array(list)) => list[0].clone(),
        ("enum", Value::Array(list)) => {
            let mut list = list.clone();
            let more = [json!("b"), json!(2), json!("a"), json!([])][dice.roll(4)].clone();
            if list.len() > 1 && dice.one_in(2) {
                list.remove(dice.roll(list.len()));
            } else if !list.contains(&more) {
                list.push(more);
            }
            Value::Array(list)
        }
        ("required", Value::Array(list)) => names(dice, list),
        ("dependentRequired", Value::Object(named)) => named
            .iter()
            .map(|(name, list)| (name.clone(), names(dice, list.as_array().unwrap())))
            .collect(),
        ("properties" | "patternProperties", Value::Object(named)) => {
            let mut named = named.clone();
            let name = (*dice.pick(&NAMES)).to_owned();
            if named.shift_remove(&name).is_none() || dice.one_in(2) {
                let name = if keyword == "properties" || !name.is_empty() {
                    name
                } else {
                    "c".to_owned()
                };
                named.insert(name, Grammar::new(dice, draft).piece(1));
            }
            Value::Object(named)
        }
        ("allOf" | "anyOf" | "oneOf", Value::Array(list)) if list.len() > 1 => {
            let mut list = list.clone();
            list.remove(dice.roll(list.len()));
            Value::Array(list)
        }
        ("additionalProperties" | "unevaluatedProperties", Value::Bool(rest)) => json!(!rest),
        _ => value.clone(),
    }
}

fn names(dice: &mut Dice, list: &[Value]) -> Value {
    let name = json!(dice.pick(&NAMES));
    let mut list = list.to_vec();
    match list.iter().position(|one| *one == name) {
        Some(at) if list.len() > 1 => {
            list.remove(at);
        }
        Some(_) => {}
        None => list.push(name),
    }
    Value::Array(list)
}

//! Whether a schema accepts the same without one of its constraints: said by the keyword beside it, or proved.
//! Refuses to take a failed search for a proof.

use matchmark::inclusion::{Budget, Prover, Schema, engine};
use regex::Regex;
use serde_json::{Value, json};

/// Whether what stands at the pointer adds nothing to the rest.
pub fn is_implied(bundle: &Value, pointer: &str) -> bool {
    is_said_beside(bundle, pointer).unwrap_or(false) || is_proved(bundle, pointer)
}

/// One character at least, where the pattern beside it takes no empty text; one item at least, where an item is counted.
fn is_said_beside(bundle: &Value, pointer: &str) -> Option<bool> {
    let (schema, keyword) = pointer.rsplit_once('/')?;
    let schema = bundle.pointer(schema)?;
    if schema.get(keyword)?.as_u64() != Some(1) {
        return None;
    }
    match keyword {
        "minLength" => {
            let pattern = Regex::new(schema.get("pattern")?.as_str()?).ok()?;
            Some(!pattern.is_match(""))
        }
        "minItems" => {
            let least = schema.get("contains").map(|_| schema.get("minContains"))?;
            Some(least.is_none_or(|least| least.as_u64() > Some(0)))
        }
        _ => None,
    }
}

/// Whether the engine proves both directions.
fn is_proved(bundle: &Value, pointer: &str) -> bool {
    let Some(without) = without(bundle, pointer) else {
        return false;
    };
    let (Ok(with), Ok(without)) = (Schema::new(bundle), Schema::new(&without)) else {
        return false;
    };
    let budget = Budget {
        candidates: 200,
        search: 100,
        mutations: 100,
        ..Budget::default()
    };
    let within = |left: &Schema, right: &Schema| {
        engine()
            .includes(left, std::slice::from_ref(right), &[], &budget)
            .is_compatible()
    };
    within(&without, &with) && within(&with, &without)
}

/// The document without what stands at the pointer.
fn without(bundle: &Value, pointer: &str) -> Option<Value> {
    let mut bundle = bundle.clone();
    let (parent, last) = pointer.rsplit_once('/')?;
    if bundle.pointer(pointer) == Some(&json!(false)) {
        *bundle.pointer_mut(pointer)? = json!(true);
        return Some(bundle);
    }
    match bundle.pointer_mut(parent)? {
        Value::Array(items) => {
            items.remove(last.parse().ok()?);
        }
        Value::Object(schema) if last == "minContains" => {
            schema.insert(last.to_owned(), json!(0));
        }
        Value::Object(schema) if last == "contains" => {
            schema.insert("minContains".to_owned(), json!(0));
        }
        Value::Object(schema) => {
            schema.shift_remove(last)?;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(bundle)
}

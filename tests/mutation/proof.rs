//! Whether a schema accepts the same without one of its constraints: said by the keyword beside it, or proved.
//! Refuses to take a failed search for a proof.

use matchmark::inclusion::{Budget, Prover as _, Schema, engine};
use regex::Regex;
use serde_json::{Value, json};
use std::cell::OnceCell;

/// A schema, made ready for questions when the first one comes.
pub struct Prover<'a> {
    bundle: &'a Value,
    ready: OnceCell<Option<Schema>>,
    is_large: bool,
}

/// Characters of a schema beyond which proofs take too long for a test of every day.
const LARGE: usize = 100_000;

impl<'a> Prover<'a> {
    pub fn new(bundle: &'a Value) -> Self {
        Self {
            bundle,
            ready: OnceCell::new(),
            is_large: bundle.to_string().len() > LARGE,
        }
    }

    /// Whether what stands at the pointer adds nothing to the rest.
    pub fn is_implied(&self, pointer: &str) -> bool {
        is_said_beside(self.bundle, pointer).unwrap_or(false)
            || self.is_proved(pointer).unwrap_or(false)
    }

    /// Whether the engine proves both directions; not asked about a schema that takes it seconds.
    fn is_proved(&self, pointer: &str) -> Option<bool> {
        if self.is_large {
            return None;
        }
        let without = Schema::new(&without(self.bundle, pointer)?).ok()?;
        let with = self.ready.get_or_init(|| Schema::new(self.bundle).ok());
        let with = with.as_ref()?;
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
        Some(within(&without, with) && within(with, &without))
    }
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

/// The document without what stands at the pointer.
pub fn without(bundle: &Value, pointer: &str) -> Option<Value> {
    let mut bundle = bundle.clone();
    take_out(&mut bundle, pointer)?;
    Some(bundle)
}

/// Takes one constraint out; the later items of a list have to be taken out first.
pub fn take_out(bundle: &mut Value, pointer: &str) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    if bundle.pointer(pointer) == Some(&json!(false)) {
        *bundle.pointer_mut(pointer)? = json!(true);
        return Some(());
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
    Some(())
}

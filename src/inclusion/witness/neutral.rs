//! Frees a witness grown from an example of what the example brought along.
//! Refuses to call a value clean while a text or number in it comes from neither schema.

use super::maker::Maker;
use super::mutate::{places, with};
use super::roots;
use crate::inclusion::evaluate::{At, Keyword, Program};
use crate::inclusion::pointer;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Groups of schemas for which neutral values are made.
const SEARCH: usize = 500;

/// `value` with its foreign parts replaced where it still `shows` the difference, and whether none is left.
pub(super) fn neutralise(
    value: &Value,
    programs: &[&Program],
    mut shows: impl FnMut(&Value) -> bool,
) -> (Value, bool) {
    let own = Own::of(programs);
    let maker = Maker::limited(SEARCH);
    let mut best = own.renamed(value, &mut shows);
    for place in places(&best) {
        let Some(part) = best.pointer(&place).filter(|part| !own.has(part)) else {
            continue;
        };
        let candidates = candidates(part, &maker, programs, &best, &place);
        let replaced = candidates
            .into_iter()
            .map(|candidate| with(&best, &place, candidate))
            .find(|candidate| shows(candidate));
        if let Some(replaced) = replaced {
            best = replaced;
        }
    }
    let made = made_words(programs, &best, &maker);
    let is_clean = places(&best).iter().all(|place| {
        let own_name = pointer::split(place).pop().is_none_or(|name| {
            own.names.contains(&name) || name.parse::<usize>().is_ok() || name == "x"
        });
        let own_part = best
            .pointer(place)
            .is_none_or(|part| own.has(part) || is_plain(part) || made.contains(&part.to_string()));
        own_name && own_part
    });
    (best, is_clean)
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(text.as_str(), "" | "a" | "0"),
        Value::Number(number) => matches!(number.as_i64(), Some(-1..=1)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

/// Plain values, and what the schemas at this place would have made themselves.
fn candidates(
    part: &Value,
    maker: &Maker,
    programs: &[&Program],
    value: &Value,
    place: &str,
) -> Vec<Value> {
    let mut found = match part {
        Value::String(_) => vec![json!(""), json!("a"), json!("0")],
        Value::Number(_) => vec![json!(0), json!(1), json!(-1)],
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Vec::new(),
    };
    found.extend(at_place(maker, programs, value, place));
    found
}

fn at_place(maker: &Maker, programs: &[&Program], value: &Value, place: &str) -> Vec<Value> {
    let Some(left) = programs.first() else {
        return Vec::new();
    };
    let schemas: Vec<At<'_>> = left
        .visits(value)
        .into_iter()
        .filter(|visit| visit.pointer == place)
        .map(|visit| left.at(visit.id))
        .filter(|at| value.pointer(place).is_some_and(|part| at.accepts(part)))
        .collect();
    maker.sample(&schemas, 6, super::maker::DEPTH)
}

/// Texts of the values that the schemas would have made at the places of `value`.
fn made_words(programs: &[&Program], value: &Value, maker: &Maker) -> BTreeSet<String> {
    if roots(programs).is_empty() {
        return BTreeSet::new();
    }
    places(value)
        .iter()
        .filter(|place| {
            value
                .pointer(place)
                .is_some_and(|part| part.is_string() || part.is_number())
        })
        .flat_map(|place| at_place(maker, programs, value, place))
        .map(|made| made.to_string())
        .collect()
}

/// What the schemas themselves write.
struct Own {
    names: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Own {
    fn of(programs: &[&Program]) -> Self {
        let mut own = Self {
            names: BTreeSet::new(),
            texts: BTreeSet::new(),
        };
        for node in programs.iter().flat_map(|program| program.nodes()) {
            for keyword in &node.keywords {
                match keyword {
                    Keyword::Values(values) => values.iter().for_each(|value| own.write(value)),
                    Keyword::Members { named, .. } => own.names.extend(named.keys().cloned()),
                    Keyword::Required(names) => own.names.extend(names.iter().cloned()),
                    _ => {}
                }
            }
        }
        own
    }

    fn write(&mut self, value: &Value) {
        for place in places(value) {
            self.names.extend(pointer::split(&place).pop());
            if let Some(part) = value.pointer(&place) {
                self.texts.insert(part.to_string());
            }
        }
    }

    /// Whether `value` holds nothing that needs a source, or is written in a schema.
    fn has(&self, value: &Value) -> bool {
        match value {
            Value::String(_) | Value::Number(_) => self.texts.contains(&value.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
        }
    }

    /// `value` with foreign member names replaced by `x` where that changes nothing.
    fn renamed(&self, value: &Value, shows: &mut impl FnMut(&Value) -> bool) -> Value {
        let mut best = value.clone();
        for place in places(value) {
            let Some(parent) = pointer::parent(&place) else {
                continue;
            };
            let name = pointer::split(&place).pop().unwrap_or_default();
            if self.names.contains(&name) {
                continue;
            }
            let mut changed = best.clone();
            let Some(members) = changed.pointer_mut(parent).and_then(Value::as_object_mut) else {
                continue;
            };
            if let Some(part) = members.shift_remove(&name) {
                members.insert("x".to_owned(), part);
                if shows(&changed) {
                    best = changed;
                }
            }
        }
        best
    }
}

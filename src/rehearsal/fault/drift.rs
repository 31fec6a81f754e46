//! An answer whose shape has drifted: a field more, a field less, of another type, in another order.
//! Refuses to know any schema.

use super::dice::Dice;
use serde_json::{Map, Value, json};

/// The name of a field that nobody has agreed on.
const UNAGREED: &str = "x-drift";

/// How a shape drifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    Added,
    Dropped,
    Retyped,
    Reordered,
}

impl Drift {
    pub const ALL: [Self; 4] = [Self::Added, Self::Dropped, Self::Retyped, Self::Reordered];

    /// The drift that `seed` stands for.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let at = Dice::new(seed).below(Self::ALL.len());
        Self::ALL.get(at).copied().unwrap_or(Self::Added)
    }

    /// Whether an object can drift like this.
    fn fits(self, object: &Map<String, Value>) -> bool {
        match self {
            Self::Added => !object.contains_key(UNAGREED),
            Self::Dropped | Self::Retyped => !object.is_empty(),
            Self::Reordered => object.len() > 1,
        }
    }

    fn apply(self, object: &mut Map<String, Value>, dice: &mut Dice) {
        let mut fields: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
        let at = dice.below(fields.len());
        match self {
            Self::Added => fields.push((UNAGREED.to_owned(), json!(true))),
            Self::Dropped => drop((at < fields.len()).then(|| fields.remove(at))),
            Self::Retyped => {
                if let Some((_, value)) = fields.get_mut(at) {
                    *value = retyped(value.take());
                }
            }
            Self::Reordered => dice.disorder(&mut fields),
        }
        object.extend(fields);
    }
}

/// `body` with one object in it drifted, the same one for the same seed; nothing when no object can drift like this.
#[must_use]
pub fn drifted(body: &[u8], drift: Drift, seed: u64) -> Option<Vec<u8>> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let mut dice = Dice::new(seed);
    let mut objects = Vec::new();
    collect(&mut body, drift, "", &mut objects);
    let at = dice.below(objects.len());
    let pointer = objects.get(at)?;
    drift.apply(body.pointer_mut(pointer)?.as_object_mut()?, &mut dice);
    serde_json::to_vec(&body).ok()
}

/// Pointers of all objects that can drift like this.
fn collect(value: &mut Value, drift: Drift, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if drift.fits(object) {
                found.push(here.to_owned());
            }
            for (name, value) in object {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, drift, &format!("{here}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter_mut().enumerate() {
                collect(value, drift, &format!("{here}/{at}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The value as another type would hold it.
fn retyped(value: Value) -> Value {
    match value {
        Value::Null => json!(false),
        Value::Bool(truth) => json!(truth.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(text) => json!(text.len()),
        Value::Array(items) => items
            .into_iter()
            .next()
            .map_or(json!({}), |first| match first {
                Value::Array(_) => json!({}),
                other => other,
            }),
        Value::Object(object) => json!([object]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"a":{"b":1,"c":"x"},"d":[{"e":null,"f":[true]},[]]}"#;

    #[test]
    fn every_drift_changes_the_body_for_every_seed() {
        let whole: Value = serde_json::from_str(BODY).unwrap();
        for seed in 0..500 {
            for drift in Drift::ALL {
                let other = drifted(BODY.as_bytes(), drift, seed).unwrap();
                assert_ne!(other, BODY.as_bytes(), "{drift:?} {seed}");
                let other: Value = serde_json::from_slice(&other).unwrap();
                // Order is the one thing that a value does not show.
                assert_eq!(
                    other == whole,
                    drift == Drift::Reordered,
                    "{drift:?} {seed}"
                );
            }
        }
    }

    #[test]
    fn every_drift_is_some_seeds() {
        for drift in Drift::ALL {
            assert!((0..100).any(|seed| Drift::of(seed) == drift));
        }
    }

    #[test]
    fn what_has_no_object_cannot_drift() {
        for body in ["7", "[]", "{", "[[1]]"] {
            for drift in Drift::ALL {
                assert_eq!(drifted(body.as_bytes(), drift, 1), None, "{body}");
            }
        }
        assert_eq!(drifted(b"{}", Drift::Dropped, 1), None);
        assert!(drifted(b"{}", Drift::Added, 1).is_some());
    }
}

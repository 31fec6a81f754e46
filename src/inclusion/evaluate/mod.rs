//! The second opinion: an evaluator of our own over the respelt schema.
//! Refuses to share code with a prover; where it cannot tell, it says so instead of guessing.

mod array;
mod blame;
mod compile;
mod node;
mod object;
mod run;

pub(super) use node::{At, Keyword, Kind, Lengths, Node, Program};
pub(super) use run::Judgement;

use serde_json::Value;

/// Whether two JSON values are the same value: 1 is 1.0, the order of members is free.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    use super::number::Decimal;
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || Decimal::of(a) == Decimal::of(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

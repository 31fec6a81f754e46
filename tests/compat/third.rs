//! A third opinion on a witness, from the crate `boon`.
//! Refuses to speak where it is known to be blind: formats up to draft 7, `\c` escapes, look-around, wide numbers.

#[path = "../support/boon.rs"]
mod boon;

pub use self::boon::accepts;
use serde_json::Value;

/// The widest whole number that a double tells from its neighbours.
const WIDEST: f64 = 9_007_199_254_740_991.0;

/// Whether it does not see what this schema says.
pub fn is_blind(schema: &Value, draft: &str) -> bool {
    let text = schema.to_string();
    let older = ["4", "6", "7"].contains(&draft);
    let whole_in_draft_4 = draft == "4" && text.contains("\"integer\"");
    let asserts_format = older && text.contains("\"format\"");
    let reads_otherwise = text.contains("\\\\c") || text.contains("(?");
    whole_in_draft_4 || asserts_format || reads_otherwise || is_wide(schema)
}

fn is_wide(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|wide| wide.abs() > WIDEST),
        Value::Array(items) => items.iter().any(is_wide),
        Value::Object(members) => members.values().any(is_wide),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Why `value` is no witness: accepted by `old`, rejected by `new` is what it has to be. `None` where it is blind.
pub fn objection(old: (&Value, &str), new: (&Value, &str), value: &Value) -> Option<String> {
    let opinion = |side: (&Value, &str)| {
        let seen = !is_blind(side.0, side.1) && !is_wide(value);
        seen.then(|| accepts(side.0, side.1, value)).flatten()
    };
    let (left, right) = (opinion(old), opinion(new));
    (left == Some(false) || right == Some(true))
        .then(|| format!("{value}: accepted left {left:?}, right {right:?}"))
}

//! A third opinion on a witness, from the crate `boon`, which the product does not use.
//! Refuses to speak where that crate is known to be blind.

#[path = "../../tests/support/boon.rs"]
mod validator;

use serde_json::Value;
use validator::accepts;

/// What a third validator says of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// Accepted by the old schema, rejected by the new one.
    Confirmed,
    /// Anything else.
    Refuted,
    /// The pair holds something that this validator reads in another way.
    Blind,
}

/// The opinion on `witness` as one that the labelled `pair` is broken by.
pub fn opinion(pair: &Value, witness: &Value) -> Opinion {
    let said = ["old", "new"].map(|side| {
        let draft = draft(pair, side)?;
        accepts(pair.get(side)?, draft, witness)
    });
    match said {
        [Some(true), Some(false)] => Opinion::Confirmed,
        _ if is_blind(pair, witness) => Opinion::Blind,
        _ => Opinion::Refuted,
    }
}

fn draft<'a>(pair: &'a Value, side: &str) -> Option<&'a str> {
    let own = pair.get(format!("draft_{side}"));
    own.or_else(|| pair.get("draft"))?.as_str()
}

/// It asserts formats up to draft 7, takes `1.0` for an integer of draft 4, refuses `\c`, and compares numbers as
/// floating point.
///
/// Source: the compatibility specification, third opinion
fn is_blind(pair: &Value, witness: &Value) -> bool {
    ["old", "new"].into_iter().any(|side| {
        let Some(schema) = pair.get(side) else {
            return false;
        };
        let text = schema.to_string();
        let is_old = matches!(draft(pair, side), Some("4" | "6" | "7"));
        let is_integer = draft(pair, side) == Some("4") && text.contains("\"integer\"");
        (is_old && text.contains("\"format\""))
            || text.contains("\\\\c")
            || (is_integer && any(witness, &|number| number.is_f64()))
            || any(schema, &is_wide)
            || any(witness, &is_wide)
    })
}

/// Whether a number has more digits than floating point keeps.
fn is_wide(number: &serde_json::Number) -> bool {
    const EXACT: u64 = 1 << 53;
    let whole = number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
    whole.is_some_and(|whole| whole > EXACT)
}

fn any(value: &Value, holds: &dyn Fn(&serde_json::Number) -> bool) -> bool {
    match value {
        Value::Number(number) => holds(number),
        Value::Array(items) => items.iter().any(|item| any(item, holds)),
        Value::Object(members) => members.values().any(|member| any(member, holds)),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_witness_is_confirmed_refuted_or_outside_what_it_sees() {
        let pair = json!({"old": {"type": "number"}, "new": {"type": "integer"}, "draft": "7"});
        assert_eq!(opinion(&pair, &json!(0.5)), Opinion::Confirmed);
        assert_eq!(opinion(&pair, &json!(1)), Opinion::Refuted);
        let formats = json!({"old": {"format": "date"}, "new": {"maxLength": 1}, "draft": "7"});
        assert_eq!(opinion(&formats, &json!("no date")), Opinion::Blind);
    }
}

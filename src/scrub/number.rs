//! Numbers: small counts stay, of everything else the first digit and the size.

use serde_json::{Number, Value};

/// Whole numbers below it stay.
const SMALL: i64 = 100;
/// Ages from it on are told as it.
///
/// Source: 45 CFR 164.514(b)(2)(i)(C)
const OLD: f64 = 90.0;

/// `number` with its first digit only; none where it may stay.
pub(super) fn blunted(number: &Number) -> Option<Value> {
    let is_small = |it: i64| it.abs() < SMALL;
    if number.as_i64().is_some_and(is_small) {
        return None;
    }
    let text = number.to_string();
    let mut seen = false;
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let blunt: String = mantissa
        .chars()
        .map(|c| {
            let is_first = matches!(c, '1'..='9') && !seen;
            seen |= is_first;
            if c.is_ascii_digit() && !is_first {
                '0'
            } else {
                c
            }
        })
        .collect();
    if number.is_i64() || number.is_u64() {
        return blunt.parse::<Number>().ok().map(Value::Number);
    }
    let blunt: f64 = format!("{blunt}e{power}").parse().ok()?;
    Number::from_f64(blunt).map(Value::Number)
}

/// Whether `number` of `unit` is an age that is not told.
pub(super) fn is_old(number: &Number, unit: &str) -> bool {
    let is_years = matches!(unit, "a" | "year" | "years" | "yr");
    is_years && number.as_f64().is_some_and(|age| age >= OLD)
}

/// The age of everybody over 89.
pub(super) fn old() -> Value {
    Value::from(90)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_keeps_its_first_digit_and_its_size() {
        for (before, after) in [
            (json!(1234), json!(1000)),
            (json!(-987), json!(-900)),
            (json!(123.45), json!(100.0)),
            (json!(0.075), json!(0.07)),
            (json!(1753920000), json!(1000000000)),
        ] {
            let Value::Number(number) = &before else {
                panic!("a number");
            };
            assert_eq!(blunted(number), Some(after));
        }
        assert_eq!(blunted(&Number::from(99)), None);
        assert!(is_old(&Number::from(93), "a") && !is_old(&Number::from(93), "mg"));
    }
}

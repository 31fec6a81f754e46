//! Numbers: small counts stay, of everything else the first digit and the size.

use serde_json::{Number, Value};

/// Whole numbers below it stay.
///
/// Source: no age over 89 stays, whatever it is called
const SMALL: u64 = 90;

/// Units of ages, and from how many of them on an age is not told.
///
/// Source: 45 CFR 164.514(b)(2)(i)(C); UCUM
const AGES: &[(&[&str], i32)] = &[
    (
        &[
            "a", "a_j", "a_g", "a_t", "y", "yr", "yrs", "yo", "year", "years",
        ],
        90,
    ),
    (&["mo", "mo_j", "mo_g", "mo_s", "month", "months"], 1_080),
    (&["wk", "week", "weeks"], 4_680),
    (&["d", "day", "days"], 32_850),
];

/// `number` with its first digit only; none where it may stay.
pub(super) fn blunted(number: &Number) -> Option<Value> {
    let is_small = |it: i64| it.unsigned_abs() < SMALL;
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

/// What is told of an age that is not told; none for every other number. An age has such a unit, or stands below such a key.
pub(super) fn old(number: &Number, key: &str, units: &[String]) -> Option<Value> {
    let is_age = key == "age" || key.ends_with("Age");
    let has = |names: &[&str]| units.iter().any(|unit| names.contains(&unit.as_str()));
    let unnamed = is_age && units.iter().all(String::is_empty);
    let named = AGES.iter().find(|(names, _)| has(names));
    let (_, most) = named.or_else(|| AGES.first().filter(|_| unnamed))?;
    let is_old = match number.as_i64() {
        Some(age) => age >= i64::from(*most),
        None => number.as_f64().is_some_and(|age| age >= f64::from(*most)),
    };
    is_old.then(|| Value::from(*most))
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
        assert_eq!(blunted(&Number::from(89)), None);
        assert_eq!(blunted(&Number::from(97)), Some(json!(90)));
        assert!(blunted(&Number::from(i64::MIN)).is_some());
    }

    #[test]
    fn an_age_over_89_is_told_in_no_unit() {
        let old = |number: i64, key: &str, code: &str, unit: &str| {
            old(
                &Number::from(number),
                key,
                &[code.to_owned(), unit.to_owned()],
            )
        };
        assert_eq!(old(97, "value", "a", ""), Some(json!(90)));
        assert_eq!(old(97, "value", "yo", "years"), Some(json!(90)));
        assert_eq!(old(5_000, "value", "wk", ""), Some(json!(4_680)));
        assert_eq!(old(104, "age", "", ""), Some(json!(90)));
        assert_eq!(old(89, "age", "", ""), None);
        assert_eq!(old(97, "value", "mg", ""), None);
        assert_eq!(old(97, "coverage", "", ""), None);
    }
}

//! One spelling for one value, so that a digest says whether two values are equal.
//! Refuses to know what the digest is for.

use serde_json::{Map, Number, Value};

/// The value as RFC 8785 writes it, with one exception: an integer that fits 64 bits keeps all its digits.
///
/// Members are sorted by the UTF-16 code units of their names, numbers are the shortest that read back the same,
/// nothing is escaped that need not be.
/// Source: RFC 8785, sections 3.2.2 and 3.2.3
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => write_string(string, text),
        Value::Array(items) => {
            let mut mark = '[';
            for item in items {
                text.push(mark);
                write_value(item, text);
                mark = ',';
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(members) => write_object(members, text),
    }
}

fn write_object(members: &Map<String, Value>, text: &mut String) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    let mut mark = '{';
    for (name, value) in sorted {
        text.push(mark);
        write_string(name, text);
        text.push(':');
        write_value(value, text);
        mark = ',';
    }
    text.push_str(if members.is_empty() { "{}" } else { "}" });
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    text.push('"');
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_text(float),
        _ => number.to_string(),
    }
}

/// A double as ECMAScript writes it.
///
/// Source: ECMA-262, Number::toString; Rust's `{:e}` gives the shortest digits that read back the same
fn float_text(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:e}", float.abs());
    let sign = if float < 0.0 { "-" } else { "" };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let point = exponent + 1;
    let body = match point {
        _ if point >= count && point <= 21 => format!("{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, rest) = digits.split_at(usize::try_from(point).unwrap_or(0));
            format!("{whole}.{rest}")
        }
        -5..=0 => format!("0.{}{digits}", zeros(-point)),
        _ => format!("{mantissa}e{exponent:+}"),
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_sorted_by_utf16_and_spaces_are_gone() {
        let value =
            json!({"\u{ff5e}": 1, "\u{1f600}": 2, "b": [], "a": {"y": [1, true, null], "x": {}}});
        assert_eq!(
            canonical(&value),
            "{\"a\":{\"x\":{},\"y\":[1,true,null]},\"b\":[],\"\u{1f600}\":2,\"\u{ff5e}\":1}"
        );
    }

    #[test]
    fn only_what_must_be_escaped_is_escaped() {
        assert_eq!(
            canonical(&json!("\u{8}\u{c}\n\r\t\"\\/\u{1}\u{7f}é")),
            "\"\\b\\f\\n\\r\\t\\\"\\\\/\\u0001\u{7f}é\""
        );
    }

    #[test]
    fn one_number_has_one_spelling() {
        for (number, expected) in [
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(1.5), "1.5"),
            (json!(-123.456), "-123.456"),
            (json!(1e20), "100000000000000000000"),
            (json!(1e21), "1e+21"),
            (json!(1.5e300), "1.5e+300"),
            (json!(0.000001), "0.000001"),
            (json!(0.0000001), "1e-7"),
            (json!(5e-324), "5e-324"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!(i64::MIN), "-9223372036854775808"),
        ] {
            assert_eq!(canonical(&number), expected);
        }
    }
}

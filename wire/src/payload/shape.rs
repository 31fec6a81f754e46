//! A value told by its kind, its length and the shape of its characters.
//! Refuses to show a letter, a digit or an unusual sign of it.

use super::form::plural;
use serde_json::Value;

/// Characters of a shape before it is cut.
///
/// Source: longer than a date-time with milliseconds and zone, shorter than anything that tells people apart
const MOST_CHARACTERS: usize = 24;

/// What stands there: the kind first, then lengths behind a comma.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(number) if number.is_f64() => "number".to_owned(),
        Value::Number(_) => "integer".to_owned(),
        Value::String(text) => format!(
            "string, {}",
            plural(text.chars().count(), "character", "characters")
        ),
        Value::Array(items) => format!("array, {}", plural(items.len(), "item", "items")),
        Value::Object(members) => {
            format!("object, {}", plural(members.len(), "member", "members"))
        }
    }
}

/// The same, and the shape of a text: `string, 10 characters, shape 99/99/9999`.
pub(super) fn found_with_shape(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => {
            format!("{}, shape {}", found(value), shape(text))
        }
        _ => found(value),
    }
}

fn shape(text: &str) -> String {
    let mut shape: String = text.chars().take(MOST_CHARACTERS).map(sign).collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        shape.push_str("..");
    }
    shape
}

fn sign(character: char) -> char {
    match character {
        _ if character.is_numeric() => '9',
        _ if character.is_uppercase() => 'A',
        _ if character.is_alphabetic() => 'a',
        ' ' | '-' | '/' | '.' | ',' | ':' | '+' | '_' | '|' | '@' | '#' | '(' | ')' => character,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_told_by_kind_length_and_shape() {
        for (value, expected) in [
            (
                json!("01/02/2003"),
                "string, 10 characters, shape 99/99/9999",
            ),
            (json!("Ää ß\n\"<"), "string, 7 characters, shape Aa a???"),
            (json!("x"), "string, 1 character, shape a"),
            (json!(""), "string, 0 characters"),
            (json!(12), "integer"),
            (json!(1.5), "number"),
            (json!(null), "null"),
            (json!(true), "boolean"),
            (json!([1]), "array, 1 item"),
            (json!({}), "object, 0 members"),
        ] {
            assert_eq!(found_with_shape(&value), expected);
        }
    }

    #[test]
    fn a_long_shape_is_cut() {
        let value = json!("9".repeat(30));
        assert_eq!(
            found_with_shape(&value),
            format!("string, 30 characters, shape {}..", "9".repeat(24))
        );
        assert_eq!(found(&value), "string, 30 characters");
    }
}

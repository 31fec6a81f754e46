//! Finds numbers of a schema text that do not survive being read as 64-bit values.
//! Refuses to care about numbers in annotations.

use super::answer::{Code, Why};
use super::dialect::{Dialect, Holds, holds};
use super::number::Decimal;
use super::pointer;
use serde_json::Value;
use wire::json::Document;

/// Refuses a number that reads as another number than it is written.
///
/// `at` is the pointer of the schema in `document`.
/// Errors: `number-precision` with the pointer inside the schema
pub fn check_numbers(document: &Document, at: &str, dialect: Dialect) -> Result<(), Why> {
    let Some(schema) = document.value().pointer(at) else {
        return Ok(());
    };
    let mut open = vec![(String::new(), schema)];
    while let Some((below, value)) = open.pop() {
        match value {
            Value::Number(number) => {
                let written = document.number_text(&format!("{at}{below}"));
                let survives = written.is_none_or(|text| {
                    Decimal::parse(text).is_some_and(|exact| exact == Decimal::of(number))
                });
                if !survives && !is_annotation(schema, &below, dialect) {
                    return Err(Why::new(Code::NumberPrecision).at(below));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    open.push((pointer::step(&below, &index.to_string()), item));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    open.push((pointer::step(&below, name), member));
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

/// Whether `at` lies below a keyword that says nothing.
fn is_annotation(schema: &Value, at: &str, dialect: Dialect) -> bool {
    let mut steps = pointer::split(at).into_iter();
    let mut here = schema;
    while let Some(keyword) = steps.next() {
        let Some(below) = here.get(&keyword) else {
            return false;
        };
        here = match holds(dialect, &keyword) {
            Holds::Nothing => return true,
            Holds::Value => return false,
            Holds::Schema => below,
            Holds::SchemaOrList if !below.is_array() => below,
            Holds::List
            | Holds::SchemaOrList
            | Holds::Named
            | Holds::Dependencies
            | Holds::Definitions => {
                let Some(inner) = steps.next().and_then(|step| child(below, &step)) else {
                    return false;
                };
                inner
            }
        };
    }
    false
}

fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wire::json::Limits;

    fn checked(text: &str) -> Result<(), Why> {
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        check_numbers(&document, "", Dialect::Draft2020)
    }

    #[test]
    fn a_number_that_changes_while_it_is_read_is_refused() {
        let refused = checked(r#"{"properties":{"a":{"maximum":18446744073709551617}}}"#);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "number-precision at /properties/a/maximum"
        );
        assert!(checked(r#"{"maximum":1e300,"multipleOf":0.10,"minimum":-0.0}"#).is_ok());
        assert!(checked(r#"{"default":18446744073709551617}"#).is_ok());
    }
}

//! One matcher against one value, without looking below it.
//! Refuses to know paths, parts and reports.

use super::super::decimal::Decimal;
use super::super::matcher::Matcher;
use super::super::pattern::is_semver;
use super::mismatch::kind;
use serde_json::Value;

/// A value with the text it was written with, when it is a number.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'v> {
    pub value: &'v Value,
    pub number: Option<&'v str>,
    pub habitat: Habitat,
}

/// Where a value lives: in JSON every value has a kind; elsewhere everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habitat {
    Json,
    Text,
}

impl Seen<'_> {
    /// The text of a scalar; nothing for arrays and objects.
    pub fn text(&self) -> Option<String> {
        match self.value {
            Value::Null => Some("null".to_owned()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(
                self.number
                    .map_or_else(|| number.to_string(), str::to_owned),
            ),
            Value::String(text) => Some(text.clone()),
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The text of a number: of a JSON number, or of a text that writes one where everything is text.
    fn number_text(&self) -> Option<String> {
        match self.value {
            Value::Number(_) => self.text(),
            Value::String(text) if self.habitat == Habitat::Text => {
                Decimal::parse(text).map(|_| text.clone())
            }
            _ => None,
        }
    }
}

/// Whether two values are the same scalar; numbers are compared exactly.
pub fn same_scalar(left: Seen<'_>, right: Seen<'_>) -> bool {
    match (left.value, right.value) {
        (Value::Number(_), Value::Number(_)) => {
            let decimal = |seen: Seen<'_>| seen.text().as_deref().and_then(Decimal::parse);
            decimal(left).is_some() && decimal(left) == decimal(right)
        }
        (left, right) => left == right,
    }
}

/// Whether a matcher that looks at the value alone accepts it.
///
/// Shape: matchers that look below the value give false; the walk judges those itself
pub fn accepts(matcher: &Matcher, example: &Value, seen: Seen<'_>) -> bool {
    match matcher {
        Matcher::Regex(pattern) => seen.text().is_some_and(|text| pattern.accepts(&text)),
        Matcher::Include(part) => seen.text().is_some_and(|text| text.contains(part)),
        Matcher::Type { .. } => same_kind(example, seen),
        Matcher::Semver => seen.value.as_str().is_some_and(is_semver),
        Matcher::Number => seen.number_text().is_some(),
        Matcher::Integer => seen
            .number_text()
            .is_some_and(|text| Decimal::is_whole_text(&text)),
        Matcher::Decimal => seen
            .number_text()
            .is_some_and(|text| Decimal::is_broken_text(&text)),
        Matcher::Boolean => match seen.value {
            Value::Bool(_) => true,
            Value::String(text) => text == "true" || text == "false",
            _ => false,
        },
        Matcher::Null => seen.value.is_null(),
        Matcher::Temporal { format, .. } => {
            seen.value.as_str().is_some_and(|text| format.accepts(text))
        }
        Matcher::NotEmpty => same_kind(example, seen) && !is_empty(seen.value),
        Matcher::StatusCode(class) => seen
            .text()
            .and_then(|text| text.parse().ok())
            .is_some_and(|status| class.admits(status)),
        // Nobody here looks into binary: whoever asks is told so beside the verdict.
        Matcher::ContentType => true,
        Matcher::Equality
        | Matcher::Values
        | Matcher::ArrayContains(_)
        | Matcher::EachKey(_)
        | Matcher::EachValue(_) => false,
    }
}

fn same_kind(example: &Value, seen: Seen<'_>) -> bool {
    kind(example) == kind(seen.value)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::datetime::Format;
    use super::super::super::matcher::Pattern;
    use super::*;
    use serde_json::json;

    fn judged(matcher: &Matcher, example: &Value, value: &Value, habitat: Habitat) -> bool {
        let seen = Seen {
            value,
            number: None,
            habitat,
        };
        accepts(matcher, example, seen)
    }

    #[test]
    fn every_matcher_has_a_match_and_a_mismatch() {
        let date = Matcher::Temporal {
            word: "date",
            format: Format::parse("yyyy-MM-dd").unwrap(),
        };
        let regex = Matcher::Regex(Pattern::parse("[0-9]+").unwrap());
        let kind = Matcher::Type {
            min: None,
            max: None,
        };
        for (matcher, example, good, bad) in [
            (regex, json!("1"), json!(12), json!([1])),
            (
                Matcher::Include("b".into()),
                json!("b"),
                json!("abc"),
                json!("ac"),
            ),
            (kind, json!(1), json!(2.5), json!("2")),
            (
                Matcher::Semver,
                json!("1.0.0"),
                json!("1.2.3-a"),
                json!("1.0"),
            ),
            (Matcher::Number, json!(1), json!(1.5), json!("1")),
            (Matcher::Integer, json!(1), json!(7), json!(7.5)),
            (Matcher::Decimal, json!(1.5), json!(7.5), json!(7)),
            (Matcher::Boolean, json!(true), json!("false"), json!("yes")),
            (Matcher::Null, json!(null), json!(null), json!(0)),
            (
                date,
                json!("2026-01-01"),
                json!("2026-02-28"),
                json!("2026-02-30"),
            ),
            (Matcher::NotEmpty, json!("a"), json!("b"), json!("")),
        ] {
            assert!(
                judged(&matcher, &example, &good, Habitat::Json),
                "{matcher:?}"
            );
            assert!(
                !judged(&matcher, &example, &bad, Habitat::Json),
                "{matcher:?}"
            );
        }
    }

    #[test]
    fn a_text_is_a_number_only_where_everything_is_text() {
        let (example, value) = (json!("1"), json!("12"));
        assert!(!judged(&Matcher::Integer, &example, &value, Habitat::Json));
        assert!(judged(&Matcher::Integer, &example, &value, Habitat::Text));
        assert!(!judged(&Matcher::Decimal, &example, &value, Habitat::Text));
    }
}

//! What kind a value is of, and the words of closed vocabularies that may be named.
//! Refuses to give any other value away.

use chrono::{DateTime, NaiveDate};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::outcome::{Code, IssueSeverity, IssueType};

/// What stands where nothing stands.
pub(super) const ABSENT: &str = "absent";

/// The kind of a value: what stays the same where the value itself is another one each time.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::String(text) => of_text(text),
    }
}

fn of_text(text: &str) -> &'static str {
    if text.is_empty() {
        "empty text"
    } else if is_uuid(text) {
        "uuid"
    } else if DateTime::parse_from_rfc3339(text).is_ok() {
        "instant"
    } else if text.parse::<NaiveDate>().is_ok() {
        "date"
    } else if is_digest(text) {
        "digest"
    } else if text.contains("://") {
        "address"
    } else {
        "text"
    }
}

/// The kind as it is told: a word of one of our closed vocabularies by its name.
pub(super) fn told(place: &[String], value: &Value) -> String {
    word(place, value).map_or_else(|| kind(value).to_owned(), |word| format!("code {word}"))
}

/// Severity, type or bound code of an issue of an OperationOutcome.
fn word(place: &[String], value: &Value) -> Option<String> {
    let names: Vec<&str> = place.iter().map(String::as_str).collect();
    let text = value.as_str()?;
    let is_known = match names.as_slice() {
        ["issue", _, "severity"] => is_word::<IssueSeverity>(value),
        ["issue", _, "code"] => is_word::<IssueType>(value),
        ["issue", _, "details", "coding", _, "code"] => text.parse::<Code>().is_ok(),
        _ => false,
    };
    is_known.then(|| text.to_owned())
}

/// Whether a value is of a closed list of words.
fn is_word<T: DeserializeOwned>(value: &Value) -> bool {
    serde_json::from_value::<T>(value.clone()).is_ok()
}

/// `text` with every UUID and every digest in it taken for any other.
pub(super) fn settled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (name, rest) in names(text) {
        out.push_str(match name {
            name if is_uuid(name) => "{uuid}",
            name if is_digest(name) => "{digest}",
            name => name,
        });
        out.push_str(rest);
    }
    out
}

/// The names in a text that may be UUIDs or digests, each with the sign behind it.
pub(super) fn names(text: &str) -> Vec<(&str, &str)> {
    let is_sign = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let pieces = text.split_inclusive(is_sign);
    let apart = pieces.map(|piece| piece.split_at(piece.find(is_sign).unwrap_or(piece.len())));
    apart.collect()
}

/// Source: RFC 9562, section 4: 8-4-4-4-12 hexadecimal digits
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// SHA-256 as hexadecimal digits, with or without its name before it.
fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_words_of_closed_lists_are_named() {
        let place = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        let code = place("issue/0/code");
        assert_eq!(told(&code, &json!("not-found")), "code not-found");
        assert_eq!(told(&code, &json!("canary")), "text");
        assert_eq!(told(&place("a/0/code"), &json!("not-found")), "text");
        assert_eq!(
            told(&place("issue/0/severity"), &json!("error")),
            "code error"
        );
    }

    #[test]
    fn one_uuid_is_as_good_as_another_and_one_text_is_not() {
        let one = "Patient/0190a0b0-0000-7000-8000-000000000001?x=1";
        let other = "Patient/0190a0b0-0000-7000-8000-000000000002?x=1";
        assert_eq!(settled(one), settled(other));
        assert_ne!(settled("Patient/a"), settled("Patient/b"));
    }
}

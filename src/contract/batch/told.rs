//! The answers of a batch as JSON.
//! Refuses to know how a line was judged.

use super::super::matching::{Judged, Mismatch};
use super::Answered;
use serde_json::{Deserializer, Map, Value, json};
use wire::json::{Document, Position};

/// A verdict with every difference.
pub fn verdict(number: &Value, judged: &Judged, document: &Document) -> Answered {
    let word = match (judged.mismatches.is_empty(), judged.unsupported) {
        (false, _) => Value::Bool(false),
        (true, None) => Value::Bool(true),
        (true, Some(_)) => Value::from("unsupported"),
    };
    let mismatches: Vec<Value> = judged
        .mismatches
        .iter()
        .map(|mismatch| told(mismatch, document))
        .collect();
    let mut answer = json!({ "n": echo(number), "match": word, "mismatches": mismatches });
    if let (Some(answer), Some(why)) = (answer.as_object_mut(), judged.unsupported) {
        answer.insert("why".to_owned(), why.into());
    }
    Answered {
        text: answer.to_string(),
        is_verdict: true,
    }
}

/// A line that has no verdict.
pub fn error(number: &Value, id: &str, at: Position) -> Answered {
    let error = json!({ "id": id, "at": at.to_string() });
    Answered {
        text: json!({ "n": echo(number), "error": error }).to_string(),
        is_verdict: false,
    }
}

/// Source: contract specification, section 8
fn told(mismatch: &Mismatch, document: &Document) -> Value {
    let mut told = Map::new();
    let mut put = |key: &str, value: String| told.insert(key.to_owned(), Value::from(value));
    put("part", mismatch.part.word().to_owned());
    put("pointer", mismatch.pointer.clone());
    put("rule", mismatch.rule.to_owned());
    put("expectedType", mismatch.expected.to_owned());
    put("actualType", mismatch.actual.to_owned());
    if let Some(mark) = &mismatch.mark {
        put("actualHash", mark.clone());
    }
    let at = mismatch.rule_at.as_ref().unwrap_or(&mismatch.at);
    put("contractAt", format!("-:{}", document.nearest(at)));
    Value::Object(told)
}

/// What may be said again: a number or a short word, and nothing that could carry a payload.
fn echo(number: &Value) -> &Value {
    match number {
        Value::Number(_) => number,
        Value::String(text) if text.len() <= LONGEST => number,
        _ => &Value::Null,
    }
}

/// Longest name of a line that is said again.
///
/// Units:  bytes
/// Source: as long as a UUID with room around it
const LONGEST: usize = 64;

/// The `n` of a line that is no document of ours: read leniently, or from the line's beginning.
pub fn number_of(line: &[u8]) -> Value {
    if let Ok(whole) = serde_json::from_slice::<Value>(line) {
        return whole.get("n").cloned().unwrap_or(Value::Null);
    }
    let inside = line.trim_ascii().strip_prefix(b"{");
    let named = inside.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"\"n\""));
    let value = named.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    let first = value.and_then(|rest| Deserializer::from_slice(rest).into_iter().next());
    first.and_then(Result::ok).unwrap_or(Value::Null)
}

//! What a provider made known: values of its states, and parts of the answers of earlier steps.
//! Refuses to go on without a value that was asked for.

use super::Given;
use crate::contract::generator::StateKind;
use crate::contract::path::{Grammar, Path};
use serde_json::{Value, json};

/// The value of `expression`: a bare name, or text with names in `${}`.
///
/// A name is one of a state's values, or `<step>.header.<name>`, `<step>.status` or `<step>.body.<path>` of a step of
/// the same sequence that was answered before.
pub fn value(expression: &str, kind: StateKind, given: &Given<'_>) -> Result<Value, String> {
    let alone = match expression.strip_prefix("${") {
        None if !expression.contains("${") => Some(expression),
        None => None,
        Some(rest) => rest.strip_suffix('}').filter(|name| !name.contains("${")),
    };
    let value = match alone {
        Some(name) => lookup(name.trim(), given)?,
        None => Value::String(text(expression, given)?),
    };
    typed(value, kind, expression)
}

fn text(expression: &str, given: &Given<'_>) -> Result<String, String> {
    let mut parts = expression.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once('}').unwrap_or((part, ""));
        text.push_str(&super::written(&lookup(name.trim(), given)?));
        text.push_str(after);
    }
    Ok(text)
}

fn lookup(name: &str, given: &Given<'_>) -> Result<Value, String> {
    let known = given.values.get(name).cloned();
    let missing = || format!("neither a state nor an earlier step gave `{name}`");
    known.or_else(|| of_step(name, given)).ok_or_else(missing)
}

fn of_step(name: &str, given: &Given<'_>) -> Option<Value> {
    let (step, part) = name.split_once('.')?;
    let answer = given.steps.get(step)?;
    if part == "status" {
        return Some(json!(answer.status));
    }
    if let Some(header) = part.strip_prefix("header.") {
        let mut headers = answer.headers.iter();
        let found = headers.find(|(own, _)| own.eq_ignore_ascii_case(header))?;
        return Some(Value::String(found.1.clone()));
    }
    let path = Path::parse(&format!("${}", part.strip_prefix("body")?), Grammar::Plain)?;
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let (_, value) = path.select(&body).into_iter().next()?;
    Some(value.clone())
}

/// Errors: the value cannot become what it must; its text is not repeated
fn typed(value: Value, kind: StateKind, expression: &str) -> Result<Value, String> {
    let written = super::written(&value);
    let typed = match kind {
        StateKind::Raw => Some(value),
        StateKind::Text => Some(Value::String(written)),
        StateKind::Integer => written.parse::<i64>().ok().map(|number| json!(number)),
        StateKind::Decimal => written.parse::<f64>().ok().map(|number| json!(number)),
        StateKind::Boolean => written.parse::<bool>().ok().map(Value::Bool),
    };
    typed.ok_or_else(|| format!("what was given for `{expression}` is of another kind"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::HttpResponse;
    use chrono::DateTime;
    use serde_json::Map;
    use std::collections::BTreeMap;

    fn given(expression: &str, kind: StateKind) -> Result<Value, String> {
        let mut values = Map::new();
        values.insert("patient".to_owned(), json!("pat-1"));
        values.insert("count".to_owned(), json!("7"));
        let kickoff = HttpResponse {
            status: 202,
            headers: vec![("Content-Location".to_owned(), "http://h/jobs/1".to_owned())],
            body: br#"{"output":[{"url":"/files/1"}]}"#.to_vec(),
        };
        let given = Given {
            as_of: DateTime::UNIX_EPOCH,
            base: "http://h",
            values: &values,
            steps: &BTreeMap::from([("kickoff".to_owned(), kickoff)]),
        };
        value(expression, kind, &given)
    }

    #[test]
    fn states_and_earlier_steps_are_known_by_name() {
        let raw = |expression| given(expression, StateKind::Raw).unwrap();
        assert_eq!(raw("patient"), "pat-1");
        assert_eq!(raw("${patient}"), "pat-1");
        assert_eq!(raw("/Patient/${patient}/${ count }"), "/Patient/pat-1/7");
        assert_eq!(raw("${kickoff.header.content-location}"), "http://h/jobs/1");
        assert_eq!(raw("${kickoff.body.output[0].url}"), "/files/1");
        assert_eq!(raw("${kickoff.status}"), 202);
    }

    #[test]
    fn a_value_becomes_what_is_asked_for_or_is_told() {
        assert_eq!(given("count", StateKind::Integer), Ok(json!(7)));
        assert_eq!(given("count", StateKind::Decimal), Ok(json!(7.0)));
        assert_eq!(given("kickoff.status", StateKind::Text), Ok(json!("202")));
        let why = given("patient", StateKind::Boolean).unwrap_err();
        assert!(!why.contains("pat-1"), "{why}");
        for expression in ["other", "${poll.status}", "${kickoff.header.etag}"] {
            assert!(given(expression, StateKind::Raw).is_err(), "{expression}");
        }
    }
}

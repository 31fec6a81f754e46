//! Paths of facts, as `reads` writes them: `schemas[].consent.missing`.
//! Refuses to know which rule uses them.

use serde_json::Value;
use std::collections::BTreeSet;

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Member(&'a str),
    /// Any item of an array, any value of a table.
    Each,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Absent,
    /// A text, number, boolean or a plain list of them.
    Value,
    /// Something with members of its own.
    Structure,
}

pub(super) fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let name = part.trim_end_matches("[]");
        steps.push(Step::Member(name));
        let each = (part.len() - name.len()) / 2;
        steps.extend(std::iter::repeat_n(Step::Each, each));
    }
    steps
}

/// The collection that a path starts from.
#[must_use]
pub fn root(path: &str) -> &str {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    path.get(..end).unwrap_or(path)
}

/// What the schema of the input says about a path.
#[must_use]
pub fn declared(schema: &Value, path: &str) -> Shape {
    let found = steps(path)
        .into_iter()
        .try_fold(schema, |at, step| match step {
            Step::Member(name) => at.get("properties")?.get(name),
            Step::Each => at.get("items"),
        });
    let is_object = |schema: &Value| schema.get("properties").is_some();
    match found {
        None => Shape::Absent,
        Some(schema) if is_object(schema) => Shape::Structure,
        Some(schema) if schema.get("items").is_some_and(is_object) => Shape::Structure,
        Some(_) => Shape::Value,
    }
}

/// Everything that stands at a path of a document.
#[must_use]
pub fn values<'a>(document: &'a Value, path: &str) -> Vec<&'a Value> {
    steps(path)
        .into_iter()
        .fold(vec![document], |at, step| match step {
            Step::Member(name) => at.into_iter().filter_map(|v| v.get(name)).collect(),
            Step::Each => at.into_iter().flat_map(items).collect(),
        })
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Paths of everything in a document that has no members of its own.
#[must_use]
pub fn leaves(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![(String::new(), document)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, member) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    open.push((format!("{path}{dot}{name}"), member));
                }
            }
            Value::Array(items) if !items.is_empty() => {
                open.extend(items.iter().map(|item| (format!("{path}[]"), item)));
            }
            _ => {
                found.insert(path.trim_end_matches("[]").to_owned());
            }
        }
    }
    found
}

/// Whether `longer` is `path` or stands below it.
#[must_use]
pub fn within(longer: &str, path: &str) -> bool {
    longer
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with("[]"))
}

/// The document without what stands at `path`, and whether anything stood there.
#[must_use]
pub fn without(document: &Value, path: &str) -> (Value, bool) {
    let mut document = document.clone();
    let removed = remove(&mut document, &steps(path));
    (document, removed)
}

fn remove(value: &mut Value, steps: &[Step<'_>]) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return false;
    };
    match (first, value) {
        (Step::Member(name), Value::Object(members)) if rest.is_empty() => {
            members.shift_remove(*name).is_some()
        }
        (Step::Member(name), Value::Object(members)) => members
            .get_mut(*name)
            .is_some_and(|member| remove(member, rest)),
        (Step::Each, Value::Array(items)) => remove_each(items.iter_mut(), rest),
        (Step::Each, Value::Object(members)) => remove_each(members.values_mut(), rest),
        _ => false,
    }
}

fn remove_each<'a>(items: impl Iterator<Item = &'a mut Value>, rest: &[Step<'_>]) -> bool {
    items
        .filter_map(|item| remove(item, rest).then_some(()))
        .count()
        > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_found_in_the_schema_of_the_input() {
        let schema = crate::policy::input::schema();
        for (path, shape) in [
            ("schemas[].consent.missing", Shape::Value),
            ("schemas[].consent", Shape::Structure),
            ("schemas", Shape::Structure),
            ("schemas[].consent.mising", Shape::Absent),
            ("as_of", Shape::Value),
        ] {
            assert_eq!(declared(schema, path), shape, "{path}");
        }
    }

    #[test]
    fn deleting_a_path_deletes_it_in_every_item() {
        let document = json!({"a": [{"b": {"c": 1}}, {"b": {"c": 2, "d": 3}}]});
        assert_eq!(
            without(&document, "a[].b.c"),
            (json!({"a": [{"b": {}}, {"b": {"d": 3}}]}), true)
        );
        assert!(!without(&document, "a[].x").1);
    }

    #[test]
    fn a_table_is_walked_like_a_list() {
        let document = json!({"case": {"own": ["flat"], "fhir": ["camel"]}, "most": 3});
        for (path, found) in [
            ("most", 1),
            ("case[]", 2),
            ("case.own", 1),
            ("case.other", 0),
        ] {
            assert_eq!(values(&document, path).len(), found, "{path}");
        }
        assert_eq!(
            leaves(&document),
            ["case.fhir", "case.own", "most"].map(str::to_owned).into()
        );
        assert!(within("case.own", "case") && !within("cases", "case"));
    }
}

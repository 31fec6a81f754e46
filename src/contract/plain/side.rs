//! Requests, answers and messages of editions 2 and 3 in the shape of edition 4.
//! Refuses to judge them: what has an unknown shape is carried over as it stands.

use super::rules::by_category;
use super::tree::Tree;
use crate::contract::interaction::{Edition, Query};
use crate::contract::path::below;
use serde_json::{Map, Value};
use wire::json::Document;

/// An object of the source.
pub struct Part<'d> {
    pub document: &'d Document,
    pub pointer: String,
    pub members: &'d Map<String, Value>,
}

impl<'d> Part<'d> {
    /// The object at `pointer`, if it is one.
    pub fn at(document: &'d Document, pointer: String) -> Option<Self> {
        let members = document.value().pointer(&pointer)?.as_object()?;
        Some(Self {
            document,
            pointer,
            members,
        })
    }

    /// The member with this name, as it stands.
    pub fn kept(&self, key: &str) -> Tree {
        Tree::Kept(self.document.clone(), below(&self.pointer, key))
    }
}

/// One request or answer.
pub fn side(document: &Document, pointer: String, edition: Edition) -> Tree {
    let Some(part) = Part::at(document, pointer.clone()) else {
        return Tree::Kept(document.clone(), pointer);
    };
    let header = media(part.members.get("headers"));
    let carried = part.members.iter().map(|(key, value)| {
        let tree = match (key.as_str(), value) {
            ("query", Value::String(text)) => query(text, edition),
            ("query" | "headers", Value::Object(_)) => lists(&part, key),
            ("body", _) => content(&part, key, value, header.as_deref()),
            ("matchingRules", _) if edition < Edition::V3 => {
                by_category(document, &below(&part.pointer, key))
            }
            _ => part.kept(key),
        };
        (key.clone(), tree)
    });
    Tree::Object(carried.collect())
}

/// The members of one message beside its description and states.
pub fn message(part: &Part<'_>) -> Vec<(String, Tree)> {
    let metadata = ["metaData", "metadata"];
    let named = metadata.iter().find_map(|key| part.members.get(*key));
    let header = media(named);
    let carried = part.members.iter().map(|(key, value)| match key.as_str() {
        "contents" => {
            let tree = content(part, key, value, header.as_deref());
            (key.clone(), tree)
        }
        "metaData" => ("metadata".to_owned(), part.kept(key)),
        _ => (key.clone(), part.kept(key)),
    });
    carried.collect()
}

/// The media type that headers or metadata name.
fn media(named: Option<&Value>) -> Option<String> {
    let members = named?.as_object()?;
    let is_type = |key: &str| key.replace('-', "").eq_ignore_ascii_case("contenttype");
    let (_, value) = members.iter().find(|(key, _)| is_type(key))?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => items.first()?.as_str().map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn query(text: &str, edition: Edition) -> Tree {
    let keys = match Query::of_text(text, edition) {
        Query::ByKey(keys) => keys,
        Query::Ordered(pairs) => pairs
            .into_iter()
            .map(|(key, value)| (key, vec![value]))
            .collect(),
    };
    let one = |(key, values): (String, Vec<String>)| {
        (
            key,
            Tree::List(values.into_iter().map(Tree::text).collect()),
        )
    };
    Tree::Object(keys.into_iter().map(one).collect())
}

/// Every value as a list of texts.
fn lists(part: &Part<'_>, key: &str) -> Tree {
    let pointer = below(&part.pointer, key);
    let Some(group) = Part::at(part.document, pointer) else {
        return part.kept(key);
    };
    let one = |(key, value): (&String, &Value)| {
        let kept = group.kept(key);
        let tree = if value.is_string() {
            Tree::List(vec![kept])
        } else {
            kept
        };
        (key.clone(), tree)
    };
    Tree::Object(group.members.iter().map(one).collect())
}

/// A plain body with its media type: the one that is named, else what the body looks like.
fn content(part: &Part<'_>, key: &str, value: &Value, named: Option<&str>) -> Tree {
    let looks = match value {
        Value::String(text) if text.trim_start().starts_with('<') => "application/xml",
        Value::String(_) => "text/plain",
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            "application/json"
        }
    };
    Tree::Object(vec![
        ("contentType".to_owned(), Tree::text(named.unwrap_or(looks))),
        ("encoded".to_owned(), Tree::New(Value::Bool(false))),
        ("contentTypeHint".to_owned(), Tree::text("TEXT")),
        ("content".to_owned(), part.kept(key)),
    ])
}

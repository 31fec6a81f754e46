//! An OpenAPI document as a pool of values that refer to each other.
//! Refuses to fetch anything: what the document does not hold does not exist.

use super::text::decoded;
use crate::contract::declared::names;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use wire::json::{pointer_escape, pointer_segments};

/// Most references that are followed in a row.
///
/// Source: published descriptions need three; a longer chain is a circle
const HOPS: usize = 64;

/// Most steps of all examples together.
///
/// Source: some thousand interactions of the usual size, or half a minute of runaway ones
const WORK: usize = 3_000_000;

/// Where the schemas stand that a Swagger document writes as form parameters.
const FORMS: &str = "x-matchmark-forms";

/// Which rules a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    Swagger2,
    OpenApi30,
    OpenApi31,
}

impl Dialect {
    /// Whether what stands beside a `$ref` counts.
    pub fn reads_beside_reference(self) -> bool {
        match self {
            Self::Swagger2 | Self::OpenApi30 => false,
            Self::OpenApi31 => true,
        }
    }
}

/// The values of a document, by pointer.
pub struct Pool {
    value: Value,
    pub dialect: Dialect,
    /// Pointer of a schema to those that build on it by `allOf`.
    heirs: BTreeMap<String, Vec<String>>,
    /// Steps that are left for the examples to come.
    work: Cell<usize>,
    /// Every name that is declared for a member of a body.
    pub names: BTreeSet<String>,
}

/// A reference that leads nowhere: the pointer of the value that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

impl Pool {
    /// The pool of a document and of the forms that its reading brought up.
    pub fn new(document: &Value, dialect: Dialect, forms: Vec<Value>) -> Self {
        let mut value = document.clone();
        if let Value::Object(members) = &mut value {
            members.insert(FORMS.to_owned(), Value::Array(forms));
        }
        Self {
            heirs: heirs(&value),
            names: names(&value),
            work: Cell::new(WORK),
            value,
            dialect,
        }
    }

    pub fn get(&self, at: &str) -> Option<&Value> {
        find(&self.value, at)
    }

    pub fn members(&self, at: &str) -> Option<&Map<String, Value>> {
        self.get(at).and_then(Value::as_object)
    }

    /// Steps for one example: `most`, or what is left.
    pub fn grant(&self, most: usize) -> usize {
        let granted = self.work.get().min(most);
        self.work.set(self.work.get().saturating_sub(granted));
        granted
    }

    /// Takes back what an example did not need.
    pub fn give_back(&self, steps: usize) {
        self.work.set(self.work.get().saturating_add(steps));
    }

    /// The pointer that a reference means.
    pub fn target(&self, reference: &str) -> Option<String> {
        target(&self.value, reference)
    }

    /// Schemas that build on the one at `at`.
    pub fn heirs(&self, at: &str) -> &[String] {
        self.heirs.get(at).map_or(&[], Vec::as_slice)
    }
}

/// The value at a pointer; nothing is copied on the way.
fn find<'v>(root: &'v Value, at: &str) -> Option<&'v Value> {
    if at.is_empty() {
        return Some(root);
    }
    let mut here = root;
    for segment in at.strip_prefix('/')?.split('/') {
        here = match here {
            Value::Object(members) if segment.contains('~') => {
                members.get(&segment.replace("~1", "/").replace("~0", "~"))?
            }
            Value::Object(members) => members.get(segment)?,
            Value::Array(items) => {
                let plain = !segment.starts_with(['0', '+']) || segment == "0";
                items.get(segment.parse::<usize>().ok().filter(|_| plain)?)?
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(here)
}

/// Pointer of the form with this number.
pub fn form_at(number: usize) -> String {
    format!("/{FORMS}/{number}")
}

/// One step further down.
pub fn below(at: &str, segment: &str) -> String {
    format!("{at}/{}", pointer_escape(segment))
}

/// The last segment of a pointer, as it is meant.
pub fn last(at: &str) -> Option<String> {
    let segments = pointer_segments(at)?;
    segments.last().map(|segment| segment.clone().into_owned())
}

/// Where the value at `at` really stands: references of whole objects are followed.
///
/// Errors: the reference that leads nowhere or in a circle
pub fn resolve(root: &Value, at: &str) -> Result<String, Broken> {
    let mut here = at.to_owned();
    for _ in 0..HOPS {
        let Some(Value::String(reference)) = root
            .pointer(&here)
            .and_then(Value::as_object)
            .and_then(|members| members.get("$ref"))
        else {
            return Ok(here);
        };
        here = target(root, reference).ok_or(Broken(here))?;
    }
    Err(Broken(at.to_owned()))
}

fn target(root: &Value, reference: &str) -> Option<String> {
    let pointer = decoded(reference.strip_prefix('#')?);
    root.pointer(&pointer).map(|_| pointer)
}

fn heirs(root: &Value) -> BTreeMap<String, Vec<String>> {
    let mut heirs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in ["/components/schemas", "/definitions"] {
        let schemas = root.pointer(folder).and_then(Value::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            let parents = schema.get("allOf").and_then(Value::as_array);
            let parents = parents.into_iter().flatten();
            let parents = parents.filter_map(|parent| parent.get("$ref")?.as_str());
            for parent in parents.filter_map(|reference| target(root, reference)) {
                heirs.entry(parent).or_default().push(below(folder, name));
            }
        }
    }
    heirs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_through_escapes_and_over_several_hops() {
        let root = json!({ "a": { "x/y {z}": { "$ref": "#/b" } }, "b": { "$ref": "#/c" }, "c": { "type": "string" } });
        assert_eq!(
            target(&root, "#/a/x~1y%20%7Bz%7D"),
            Some("/a/x~1y {z}".to_owned())
        );
        assert_eq!(resolve(&root, "/a/x~1y {z}"), Ok("/c".to_owned()));
    }

    #[test]
    fn a_circle_and_a_dead_end_are_broken() {
        let root = json!({ "a": { "$ref": "#/b" }, "b": { "$ref": "#/a" }, "c": { "$ref": "#/none" }, "d": { "$ref": "other.json#/x" } });
        assert_eq!(resolve(&root, "/a"), Err(Broken("/a".to_owned())));
        assert_eq!(resolve(&root, "/c"), Err(Broken("/c".to_owned())));
        assert_eq!(resolve(&root, "/d"), Err(Broken("/d".to_owned())));
    }
}

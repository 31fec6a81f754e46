//! Single edits of large schemas, read from a list: the place, the change, and what becomes of the values accepted before.
//! Refuses to know who judges them.

use serde::Deserialize;
use serde_json::Value;

/// A list of edits of one schema.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edits {
    /// The schema's file, from the repository's root, or a name for one that is published elsewhere.
    pub schema: String,
    #[serde(default)]
    pub edit: Vec<Edit>,
}

/// One operation on the text of a schema.
///
/// Source: RFC 6902, section 4: add, remove and replace
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edit {
    pub name: String,
    pub op: Operation,
    /// A JSON pointer; `-` at its end is the place behind the last item.
    pub path: String,
    pub value: Option<Value>,
    /// Whether every value that was accepted before still is.
    pub compatible: bool,
    /// Whether the engine still leaves it open.
    #[serde(default)]
    pub is_open: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    Add,
    Remove,
    Replace,
}

impl Edits {
    /// The list in a TOML text.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

impl Edit {
    /// The edited schema; `None` where the place is not there.
    pub fn of(&self, schema: &Value) -> Option<Value> {
        let mut edited = schema.clone();
        let (parent, last) = self.path.rsplit_once('/')?;
        let last = last.replace("~1", "/").replace("~0", "~");
        let (parent, value) = (edited.pointer_mut(parent)?, self.value.clone());
        match (self.op, parent) {
            (Operation::Add, Value::Array(items)) if last == "-" => items.push(value?),
            (Operation::Add, Value::Object(members)) => {
                members.insert(last, value?);
            }
            (Operation::Remove, Value::Array(items)) => {
                let place: usize = last.parse().ok()?;
                (place < items.len()).then(|| items.remove(place))?;
            }
            (Operation::Remove, Value::Object(members)) => {
                members.shift_remove(&last)?;
            }
            (Operation::Replace, parent) => {
                *parent.pointer_mut(&format!("/{}", self.path.rsplit_once('/')?.1))? = value?;
            }
            (Operation::Add | Operation::Remove, _) => return None,
        }
        Some(edited)
    }
}

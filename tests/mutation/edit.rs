//! One change of a payload, and how it is made.
//! Refuses to know what the change is for.

use serde_json::Value;

/// One change of a payload.
#[derive(Clone, Debug)]
pub enum Edit {
    Put(String, Value),
    Drop(String),
    /// At the end of the list at the pointer.
    Append(String, Value),
}

impl Edit {
    pub fn moved(self, old: &str, new: &str) -> Self {
        let moved = |pointer: String| match pointer.strip_prefix(old) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{new}{rest}"),
            Some(_) | None => pointer,
        };
        match self {
            Self::Put(pointer, value) => Self::Put(moved(pointer), value),
            Self::Drop(pointer) => Self::Drop(moved(pointer)),
            Self::Append(pointer, value) => Self::Append(moved(pointer), value),
        }
    }

    fn apply(&self, payload: &mut Value) -> Option<()> {
        match self {
            Self::Put(pointer, value) => {
                if let Some(place) = payload.pointer_mut(pointer) {
                    *place = value.clone();
                    return Some(());
                }
                let (parent, name) = pointer.rsplit_once('/')?;
                let parent = payload.pointer_mut(parent)?.as_object_mut()?;
                parent.insert(name.to_owned(), value.clone());
            }
            Self::Drop(pointer) => {
                let (parent, name) = pointer.rsplit_once('/')?;
                match payload.pointer_mut(parent)? {
                    Value::Object(members) => {
                        members.shift_remove(name)?;
                    }
                    Value::Array(items) => {
                        let index = name.parse().ok()?;
                        (index < items.len()).then(|| items.remove(index))?;
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        return None;
                    }
                }
            }
            Self::Append(pointer, value) => {
                payload
                    .pointer_mut(pointer)?
                    .as_array_mut()?
                    .push(value.clone());
            }
        }
        Some(())
    }
}

/// The example after all changes; `None` when one of them has nothing to change.
pub fn applied<'e>(example: &Value, edits: impl IntoIterator<Item = &'e Edit>) -> Option<Value> {
    let mut payload = example.clone();
    for edit in edits {
        edit.apply(&mut payload)?;
    }
    Some(payload)
}

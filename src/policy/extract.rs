//! What a rule reads of a document, as bytes: two documents that give the same bytes are the same to the rule.
//! Refuses to leave out anything that could decide: kinds, lengths and names of a table are written too.

use super::path::{Step, steps};
use serde_json::Value;
use std::collections::BTreeMap;

/// The paths that a rule reads, as one tree.
#[derive(Debug, Default)]
pub(super) struct Extract {
    members: BTreeMap<String, Extract>,
    each: Option<Box<Extract>>,
}

impl Extract {
    /// Of what stands at these paths.
    pub(super) fn of<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut whole = Self::default();
        for path in paths {
            let mut at = &mut whole;
            for step in steps(path) {
                at = match step {
                    Step::Member(name) => at.members.entry(name.to_owned()).or_default(),
                    Step::Each => at.each.get_or_insert_default(),
                };
            }
        }
        whole
    }

    /// Adds what the rule reads of `value` to `bytes`.
    pub(super) fn write(&self, value: Option<&Value>, bytes: &mut Vec<u8>) {
        let Some(value) = value else {
            return bytes.push(b'?');
        };
        let is_leaf = self.members.is_empty() && self.each.is_none();
        match value {
            Value::String(text) => {
                bytes.push(b'"');
                return sized(text, bytes);
            }
            Value::Object(_) if !is_leaf => bytes.push(b'{'),
            Value::Array(_) if !is_leaf => bytes.push(b'['),
            // As JSON, which ends where it ends.
            other => return bytes.extend(format!("{other}\n").bytes()),
        }
        for (name, below) in &self.members {
            below.write(value.get(name), bytes);
        }
        let Some(each) = &self.each else { return };
        match value {
            Value::Array(items) => {
                bytes.extend(items.len().to_le_bytes());
                items.iter().for_each(|item| each.write(Some(item), bytes));
            }
            Value::Object(members) => {
                bytes.extend(members.len().to_le_bytes());
                for (name, member) in members {
                    sized(name, bytes);
                    each.write(Some(member), bytes);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// A text behind its length.
fn sized(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend(text.len().to_le_bytes());
    bytes.extend(text.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bytes(paths: &[&str], document: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        Extract::of(paths.iter().copied()).write(Some(document), &mut bytes);
        bytes
    }

    #[test]
    fn what_is_not_read_makes_no_difference() {
        let paths = ["a[].b", "c"];
        let one = json!({"a": [{"b": 1, "x": 2}], "c": "d", "y": [1]});
        let other = json!({"y": 3, "c": "d", "a": [{"b": 1}]});
        assert_eq!(bytes(&paths, &one), bytes(&paths, &other));
    }

    #[test]
    fn whatever_is_read_makes_a_difference() {
        let paths = ["a[].b[].c", "a[].d", "t[].e", "f"];
        let all = [
            json!({}),
            json!({"a": []}),
            json!({"a": {}}),
            json!({"a": null}),
            json!({"a": "x"}),
            json!({"a": "y"}),
            json!({"a": [{}]}),
            json!({"a": [{}, {}]}),
            json!({"a": [{"b": []}]}),
            json!({"a": [{"b": [{"c": 1}]}, {"b": []}]}),
            json!({"a": [{"b": []}, {"b": [{"c": 1}]}]}),
            json!({"a": [{"b": [{"c": "1"}]}, {"b": []}]}),
            json!({"a": [{"b": [{"c": 1}], "d": 1}, {"b": []}]}),
            json!({"a": [{"b": [{"c": 1}]}, {"b": [], "d": 1}]}),
            json!({"t": {"x": {"e": 1}}}),
            json!({"t": {"y": {"e": 1}}}),
            json!({"t": [{"e": 1}]}),
            json!({"f": "1\n2"}),
            json!({"f": [1, 2]}),
            json!({"f": null}),
        ];
        for (at, one) in all.iter().enumerate() {
            for other in all.iter().skip(at + 1) {
                assert_ne!(bytes(&paths, one), bytes(&paths, other), "{one} {other}");
            }
        }
    }
}

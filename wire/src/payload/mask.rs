//! Paths of a payload with every name hidden that no schema declares.
//! Refuses to show a hidden name: it shows a number.

use super::atlas::Atlas;
use crate::json::{pointer_escape, pointer_segments};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Masks the paths of one payload.
pub(super) struct Mask<'a> {
    atlas: &'a Atlas,
    payload: &'a Value,
    /// Undeclared names in the order of their first occurrence, from 1.
    numbers: OnceCell<BTreeMap<&'a str, usize>>,
}

impl<'a> Mask<'a> {
    pub(super) fn new(atlas: &'a Atlas, payload: &'a Value) -> Self {
        Self {
            atlas,
            payload,
            numbers: OnceCell::new(),
        }
    }

    /// A pointer that may be shown: declared names, indices, `{key#1}`.
    pub(super) fn pointer(&self, pointer: &str) -> String {
        let mut masked = String::new();
        let mut here = Some(self.payload);
        for segment in pointer_segments(pointer).unwrap_or_default() {
            masked.push('/');
            if let Some(Value::Array(items)) = here {
                masked.push_str(&segment);
                here = segment.parse::<usize>().ok().and_then(|at| items.get(at));
            } else {
                masked.push_str(&pointer_escape(&self.name(&segment)));
                here = here.and_then(|value| value.get(segment.as_ref()));
            }
        }
        masked
    }

    /// A name that may be shown.
    pub(super) fn name(&self, name: &str) -> String {
        if self.atlas.declares(name) {
            return name.to_owned();
        }
        let numbers = self.numbers.get_or_init(|| self.count());
        match numbers.get(name) {
            Some(number) => format!("{{key#{number}}}"),
            None => "{key}".to_owned(),
        }
    }

    fn count(&self) -> BTreeMap<&'a str, usize> {
        let mut numbers = BTreeMap::new();
        let mut open: Vec<(Option<&str>, &Value)> = vec![(None, self.payload)];
        while let Some((name, value)) = open.pop() {
            if let Some(name) = name.filter(|name| !self.atlas.declares(name)) {
                let next = numbers.len() + 1;
                numbers.entry(name).or_insert(next);
            }
            match value {
                Value::Object(members) => {
                    let named = |(name, member)| (Some(String::as_str(name)), member);
                    open.extend(members.iter().rev().map(named));
                }
                Value::Array(items) => open.extend(items.iter().rev().map(|item| (None, item))),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use serde_json::json;

    #[test]
    fn undeclared_names_become_numbers_in_order_of_first_occurrence() {
        let atlas = Atlas::new(
            &json!({"properties": {"list": {}, "a/b": {}}, "required": ["must"]}),
            Dialect::TwentyTwenty,
        );
        let payload = json!({"z": {"y": 1}, "list": [{"0": {"a/b": 2}}, {"y": 3}], "x": 4});
        let mask = Mask::new(&atlas, &payload);
        for (pointer, masked) in [
            ("", ""),
            ("/z/y", "/{key#1}/{key#2}"),
            ("/list/0/0/a~1b", "/list/0/{key#3}/a~1b"),
            ("/list/1/y", "/list/1/{key#2}"),
            ("/x", "/{key#4}"),
            ("/must", "/must"),
            ("/none", "/{key}"),
        ] {
            assert_eq!(mask.pointer(pointer), masked, "{pointer}");
        }
    }
}

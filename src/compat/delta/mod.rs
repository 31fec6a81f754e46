//! The textual differences of two respelt documents, with references followed and cycles cut.
//! Refuses to call a difference a finding.

mod address;
mod group;
mod list;
mod walk;

use super::families::{Family, Part};
use crate::inclusion::Flat;
use crate::inclusion::combine::Edit;
use std::collections::BTreeSet;
use walk::Walk;

/// Most differences that are looked at one by one; beyond that they are grouped.
///
/// Source: the rules on explanation of the compatibility specification
const SINGLE: usize = 64;

/// One difference, ready to be applied to the old document.
#[derive(Clone, Debug)]
pub(super) struct Delta {
    pub(super) family: &'static Family,
    pub(super) keyword: String,
    pub(super) edits: Vec<Edit>,
    pub(super) part: Part,
    /// Pointers of the schema on both sides, in the respelt documents.
    pub(super) old: String,
    pub(super) new: String,
}

/// The differences between `old` and `new`, in the order of their pointers.
pub(super) fn deltas(old: &Flat, new: &Flat) -> Vec<Delta> {
    let first = Walk::over(old, new, BTreeSet::new());
    let shared = first.shared();
    let found = if shared.is_empty() {
        first.found
    } else {
        Walk::over(old, new, shared).found
    };
    if found.len() > SINGLE {
        return group::grouped(found, old, new);
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{Schema, pointer};
    use serde_json::{Value, json};

    fn found(old: Value, new: Value) -> Vec<String> {
        let ready = |value: &Value| Schema::new(value).unwrap();
        let (old, new) = (ready(&old), ready(&new));
        deltas(old.flat(), new.flat())
            .iter()
            .map(|delta| {
                let tail = delta.part.new_tail.iter().map(String::as_str);
                format!("{} {}", delta.family.name, pointer::steps(&delta.new, tail))
            })
            .collect()
    }

    #[test]
    fn a_difference_is_told_at_its_own_schema() {
        let old = json!({"properties": {"a": {"maxLength": 3}, "b": {}}, "required": ["a"]});
        let new = json!({"properties": {"a": {"maxLength": 4}}, "required": ["a", "b"]});
        assert_eq!(
            found(old, new),
            [
                "properties /properties/b",
                "required /required/1",
                "bounds /properties/a/maxLength"
            ]
        );
    }

    #[test]
    fn a_cycle_is_walked_once() {
        let schema = |kind: &str| json!({"type": kind, "properties": {"next": {"$ref": "#"}}});
        let found = found(schema("object"), schema("array"));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn branches_meet_the_branch_that_they_resemble() {
        let branch =
            |name: &str, kind: &str| json!({"if": {"const": name}, "then": {"type": kind}});
        let old = json!({"allOf": [branch("a", "null"), branch("b", "null")]});
        let new = json!({"allOf": [branch("b", "string"), branch("a", "null")]});
        assert_eq!(found(old, new), ["types /allOf/0/then/type"]);
    }
}

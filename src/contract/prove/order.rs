//! The order of members against consumers that read by position.
//! Refuses to know consumers that bear any order.

use super::super::declared::{Declared, declared_for};
use super::super::path::below;
use super::super::terms::{FieldOrder, Side};
use super::super::versions::Ready;
use super::{Case, shown};
use crate::model::Finding;
use serde_json::{Map, Value};

/// What a version changes for a reader of fixed order.
struct Shift {
    /// Pointer in the answer.
    pointer: String,
    /// Pointer in the bundle.
    schema: String,
    message: &'static str,
}

/// Whether a version keeps the order of the example's members, and adds none.
pub fn kept(case: &Case<'_>, ready: &Ready) -> Vec<Finding> {
    if case.contract.reader(case.interaction).field_order == FieldOrder::Any {
        return Vec::new();
    }
    let Some(example) = case.content(Side::Response).body.json() else {
        return Vec::new();
    };
    let declared = declared_for(&ready.bundle, example.value());
    let mut shifts = Vec::new();
    compare(&declared, example.value(), "", &mut shifts);
    let told = |shift: &Shift| {
        let parent = shift
            .pointer
            .rsplit_once('/')
            .map_or("", |(parent, _)| parent);
        let place = case.body_place(Side::Response, parent);
        let schema = case.question.versions.place(&ready.id, &shift.schema);
        let pointer = shown(&shift.pointer, ready);
        case.finding("contract/reader-order-broken", place, &ready.id.to_string())
            .message(format!(
                "{} {} {pointer}, and this reader goes by position",
                ready.id, shift.message
            ))
            .pointer(format!("/{}{pointer}", case.part(Side::Response)))
            .note("schema", schema.to_string())
    };
    shifts.iter().map(told).collect()
}

fn compare(declared: &Declared, example: &Value, pointer: &str, shifts: &mut Vec<Shift>) {
    match example {
        Value::Object(members) => {
            members_in_order(declared, members, pointer, shifts);
            for (key, value) in members {
                if let Some(member) = declared.member(key) {
                    compare(&member.declared, value, &below(pointer, key), shifts);
                }
            }
        }
        Value::Array(items) => {
            for (index, (item, declared)) in items.iter().zip(&declared.each).enumerate() {
                compare(declared, item, &format!("{pointer}/{index}"), shifts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn members_in_order(
    declared: &Declared,
    example: &Map<String, Value>,
    pointer: &str,
    shifts: &mut Vec<Shift>,
) {
    let mut shown = example.keys().filter(|key| declared.member(key).is_some());
    for member in &declared.members {
        let shift = |message| Shift {
            pointer: below(pointer, &member.name),
            schema: member.at.clone(),
            message,
        };
        if !example.contains_key(&member.name) {
            shifts.push(shift("adds the member"));
        } else if shown.next() != Some(&member.name) {
            shifts.push(shift("moves the member"));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shifts(bundle: &Value, example: &Value) -> Vec<(String, &'static str)> {
        let mut shifts = Vec::new();
        compare(&declared_for(bundle, example), example, "", &mut shifts);
        shifts
            .into_iter()
            .map(|shift| (shift.pointer, shift.message))
            .collect()
    }

    #[test]
    fn an_added_or_moved_member_is_told_once() {
        let bundle = json!({ "properties": { "a": true, "b": { "properties": { "x": true, "y": true } }, "c": true } });
        let same = json!({ "a": 1, "b": { "x": 1, "y": 2 }, "c": 3 });
        assert!(shifts(&bundle, &same).is_empty());
        let less = json!({ "a": 1, "b": { "x": 1 }, "c": 3 });
        assert_eq!(
            shifts(&bundle, &less),
            [("/b/y".to_owned(), "adds the member")]
        );
        let other = json!({ "b": { "x": 1, "y": 2 }, "a": 1, "c": 3 });
        assert_eq!(
            shifts(&bundle, &other),
            [("/a".to_owned(), "moves the member")]
        );
    }

    #[test]
    fn items_are_compared_in_the_branch_that_each_of_them_takes() {
        let bundle = json!({ "items": {
            "properties": { "k": true, "x": true, "y": true },
            "if": { "properties": { "k": { "const": 1 } } },
            "then": { "properties": { "y": false } }, "else": { "properties": { "x": false } } } });
        assert!(shifts(&bundle, &json!([{ "k": 1, "x": 0 }, { "k": 2, "y": 0 }])).is_empty());
    }
}

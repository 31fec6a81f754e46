//! Many differences told as few: those of one family below one parent are one edit.
//! Refuses to drop a difference.

use super::{Delta, SINGLE};
use crate::compat::families::{Part, SEVERAL};
use crate::inclusion::Flat;
use crate::inclusion::combine::{Edit, What};
use crate::inclusion::pointer;
use serde_json::{Map, Value};

/// One difference a family and parent; a family alone where even those are too many.
pub(super) fn grouped(single: Vec<Delta>, old: &Flat, new: &Flat) -> Vec<Delta> {
    let beside =
        |one: &Delta, other: &Delta| pointer::parent(&one.old) == pointer::parent(&other.old);
    let groups = gathered(single, beside);
    let groups = if groups.len() > SINGLE {
        gathered(groups.into_iter().flatten().collect(), |_, _| true)
    } else {
        groups
    };
    let told = groups.into_iter();
    told.filter_map(|group| together(group, old, new)).collect()
}

/// Differences of one family that belong together, in the order in which they were met.
fn gathered(deltas: Vec<Delta>, beside: impl Fn(&Delta, &Delta) -> bool) -> Vec<Vec<Delta>> {
    let mut groups: Vec<Vec<Delta>> = Vec::new();
    for delta in deltas {
        let belongs = |group: &&mut Vec<Delta>| {
            let first = group.first();
            first.is_some_and(|one| one.family.name == delta.family.name && beside(one, &delta))
        };
        match groups.iter_mut().find(belongs) {
            Some(group) => group.push(delta),
            None => groups.push(vec![delta]),
        }
    }
    groups
}

fn together(group: Vec<Delta>, old: &Flat, new: &Flat) -> Option<Delta> {
    let first = group.first()?.clone();
    if group.len() == 1 {
        return Some(first);
    }
    let mut edits: Vec<Edit> = Vec::new();
    for delta in &group {
        let schema = old.document.pointer(&delta.old);
        for edit in &delta.edits {
            add(&mut edits, edit, schema);
        }
    }
    let one_keyword = group.iter().all(|delta| delta.keyword == first.keyword);
    let one_schema = group.iter().all(|delta| delta.old == first.old);
    let tail = |flat: &Flat, at: fn(&Delta) -> &str| {
        if one_schema {
            let keyword = Some(first.keyword.clone()).filter(|_| one_keyword);
            return (at(&first).to_owned(), keyword.into_iter().collect());
        }
        place(flat, &common(group.iter().map(at)))
    };
    let (old_at, old_tail) = tail(old, |delta| &delta.old);
    let (new_at, new_tail) = tail(new, |delta| &delta.new);
    Some(Delta {
        edits,
        old: old_at,
        new: new_at,
        part: Part {
            name: None,
            old_tail,
            new_tail,
            says: SEVERAL,
            ..first.part
        },
        ..first
    })
}

/// The steps that all of `pointers` begin with.
fn common<'p>(pointers: impl Iterator<Item = &'p str>) -> String {
    let mut shared: Option<Vec<String>> = None;
    for at in pointers {
        let steps = pointer::split(at);
        shared = Some(match shared {
            None => steps,
            Some(shared) => {
                let both = shared.into_iter().zip(steps);
                both.take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
            }
        });
    }
    pointer::steps("", shared.unwrap_or_default().iter().map(String::as_str))
}

/// The innermost schema at or above `at`, and the steps from there.
fn place(flat: &Flat, at: &str) -> (String, Vec<String>) {
    let mut schema = at;
    while !flat.origins.contains_key(schema) {
        match pointer::parent(schema) {
            Some(up) => schema = up,
            None => break,
        }
    }
    let tail = at.strip_prefix(schema).unwrap_or_default();
    (schema.to_owned(), pointer::split(tail))
}

/// Adds an edit; where the same keyword is edited already, both edits hold.
fn add(edits: &mut Vec<Edit>, edit: &Edit, base: Option<&Value>) {
    let What::Keywords(keywords) = &edit.what else {
        if !edits.contains(edit) {
            edits.push(edit.clone());
        }
        return;
    };
    let met = edits.iter_mut().find_map(|other| match &mut other.what {
        What::Keywords(met) if other.at == edit.at => Some(met),
        What::Keywords(_) | What::Whole(_) | What::Unfold(_) => None,
    });
    let Some(met) = met else {
        edits.push(edit.clone());
        return;
    };
    for (keyword, value) in keywords {
        match met.iter_mut().find(|(name, _)| name == keyword) {
            Some((_, before)) => {
                let base = base.and_then(|schema| schema.get(keyword));
                *before = merged(base, before.take(), value.as_ref());
            }
            None => met.push((keyword.clone(), value.clone())),
        }
    }
}

/// `one` with what `other` changes of `base`.
fn merged(base: Option<&Value>, one: Option<Value>, other: Option<&Value>) -> Option<Value> {
    let kind = [base, one.as_ref(), other].into_iter().flatten().next();
    match kind {
        Some(Value::Object(_)) => {
            let members = |value: Option<&Value>| {
                let members = value.and_then(Value::as_object);
                members.cloned().unwrap_or_default()
            };
            let (base, other) = (members(base), members(other));
            Some(Value::Object(merged_members(
                &base,
                members(one.as_ref()),
                &other,
            )))
        }
        Some(Value::Array(_)) => {
            let items = |value: Option<&Value>| {
                let items = value.and_then(Value::as_array);
                items.cloned().unwrap_or_default()
            };
            let items = merged_items(items(base), items(one.as_ref()), items(other));
            // An empty list is no valid keyword: then the keyword goes.
            (!items.is_empty()).then_some(Value::Array(items))
        }
        _ if other == base => one,
        _ => other.cloned(),
    }
}

fn merged_members(
    base: &Map<String, Value>,
    mut one: Map<String, Value>,
    other: &Map<String, Value>,
) -> Map<String, Value> {
    for name in base.keys().chain(other.keys()) {
        match (base.get(name), other.get(name)) {
            (before, Some(after)) if before != Some(after) => {
                one.insert(name.clone(), after.clone());
            }
            (Some(_), None) => {
                one.shift_remove(name);
            }
            _ => {}
        }
    }
    one
}

fn merged_items(base: Vec<Value>, mut one: Vec<Value>, mut other: Vec<Value>) -> Vec<Value> {
    for item in base {
        if let Some(at) = other.iter().position(|kept| *kept == item) {
            other.remove(at);
        } else if let Some(at) = one.iter().position(|kept| *kept == item) {
            one.remove(at);
        }
    }
    one.extend(other);
    one
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::deltas;
    use super::*;
    use crate::inclusion::Schema;
    use crate::inclusion::combine::edited;
    use serde_json::json;

    fn ready(document: &Value) -> Schema {
        Schema::new(document).unwrap()
    }

    /// An object with `count` members of one kind.
    fn members(count: usize, kind: &str) -> Value {
        let named = (0..count).map(|at| (format!("m{at}"), json!({"type": kind})));
        Value::Object(named.collect())
    }

    fn told(old: &Value, new: &Value) -> Vec<String> {
        let (old, new) = (ready(old), ready(new));
        let found = deltas(old.flat(), new.flat());
        let told = found.iter().map(|delta| {
            let tail = delta.part.new_tail.iter().map(String::as_str);
            format!("{} {}", delta.family.name, pointer::steps(&delta.new, tail))
        });
        told.collect()
    }

    #[test]
    fn up_to_sixty_four_differences_are_told_one_by_one() {
        let schema = |kind: &str| json!({"properties": members(SINGLE, kind)});
        assert_eq!(told(&schema("string"), &schema("null")).len(), SINGLE);
    }

    #[test]
    fn more_differences_are_told_by_family_and_parent() {
        let more = SINGLE + 1;
        let old = json!({"properties": {"a": {"properties": members(more, "string")}, "b": {"maxLength": 1}}});
        let new = json!({"properties": {"a": {"properties": members(more, "null")}, "b": {"maxLength": 2}}});
        let wanted = [
            "types /properties/a/properties",
            "bounds /properties/b/maxLength",
        ];
        assert_eq!(told(&old, &new), wanted);
    }

    #[test]
    fn a_group_holds_every_edit_of_one_keyword() {
        let names: Vec<String> = (0..=SINGLE).map(|at| format!("m{at}")).collect();
        let (old, new) = (json!({"required": ["a", "b"]}), json!({"required": names}));
        let (old, new) = (ready(&old), ready(&new));
        let found = deltas(old.flat(), new.flat());
        let [group] = found.as_slice() else {
            unreachable!("{found:?}")
        };
        let all = edited(old.flat(), &group.edits, new.flat());
        let required = all.get("required").and_then(Value::as_array).unwrap();
        assert_eq!(required.len(), names.len());
    }

    #[test]
    fn even_too_many_groups_lose_no_difference() {
        let schema = |kind: &str| {
            let named = (0..=SINGLE).map(|at| {
                (
                    format!("m{at}"),
                    json!({"items": {"type": kind, "maxLength": kind.len()}}),
                )
            });
            json!({"properties": Value::Object(named.collect())})
        };
        let found = told(&schema("string"), &schema("null"));
        assert_eq!(found, ["bounds /properties", "types /properties"]);
    }
}

//! The textual differences of two respelt documents, with references followed and cycles cut.
//! Refuses to call a difference a finding.

use super::families::{self, Change, Family, Part};
use crate::inclusion::Flat;
use crate::inclusion::combine::{Edit, What};
use crate::inclusion::pointer;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

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
    let mut walk = Walk {
        old: &old.document,
        new: &new.document,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    walk.pair(String::new(), String::new());
    let found = walk.found;
    if found.len() > SINGLE {
        return grouped(found);
    }
    found
}

/// One difference a family and schema.
fn grouped(single: Vec<Delta>) -> Vec<Delta> {
    let mut groups: Vec<Delta> = Vec::new();
    for delta in single {
        let same = |group: &&mut Delta| {
            group.family.name == delta.family.name
                && pointer::parent(&group.old) == pointer::parent(&delta.old)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.edits.extend(delta.edits),
            None => groups.push(delta),
        }
    }
    groups.truncate(SINGLE);
    groups
}

struct Walk<'a> {
    old: &'a Value,
    new: &'a Value,
    seen: BTreeSet<(String, String)>,
    found: Vec<Delta>,
}

impl<'a> Walk<'a> {
    /// Compares the schemas at two pointers.
    fn pair(&mut self, old: String, new: String) {
        let mut open = vec![(old, new)];
        while let Some((old, new)) = open.pop() {
            let (old, new) = (target(self.old, old), target(self.new, new));
            if !self.seen.insert((old.clone(), new.clone())) {
                continue;
            }
            let mut below = self.schemas(&old, &new);
            below.reverse();
            open.extend(below);
        }
    }

    /// Notes what differs at this schema, and gives the pairs of schemas below it.
    fn schemas(&mut self, old: &str, new: &str) -> Vec<(String, String)> {
        let (Some(old_schema), Some(new_schema)) = (self.old.pointer(old), self.new.pointer(new))
        else {
            return Vec::new();
        };
        let empty = Map::new();
        let (Some(olds), Some(news)) = (members(old_schema, &empty), members(new_schema, &empty))
        else {
            if old_schema != new_schema {
                self.note_whole(old, new, new_schema);
            }
            return Vec::new();
        };
        let mut below = Vec::new();
        let keywords: BTreeSet<&String> = olds.keys().chain(news.keys()).collect();
        for keyword in keywords.into_iter().filter(|keyword| *keyword != "$defs") {
            let change = Change {
                keyword,
                old: olds.get(keyword),
                new: news.get(keyword),
                old_schema,
                new_schema,
            };
            if change.old != change.new {
                below.extend(self.keyword(&change, old, new));
            }
        }
        below
    }

    fn keyword(&mut self, change: &Change<'_>, old: &str, new: &str) -> Vec<(String, String)> {
        let step = |at: &str, name: &str| pointer::steps(at, [change.keyword, name]);
        let (Some(old_value), Some(new_value)) = (change.old, change.new) else {
            self.note(
                change,
                old,
                new,
                (families::of(change.keyword).split)(change),
            );
            return Vec::new();
        };
        match change.keyword {
            "properties" | "patternProperties" | "dependentSchemas" => {
                self.note(
                    change,
                    old,
                    new,
                    (families::of(change.keyword).split)(change),
                );
                let both = old_value.as_object().zip(new_value.as_object());
                both.map_or_else(Vec::new, |(olds, news)| {
                    let names = olds.keys().filter(|name| news.contains_key(*name));
                    names
                        .map(|name| (step(old, name), step(new, name)))
                        .collect()
                })
            }
            "prefixItems" | "allOf" | "anyOf" | "oneOf" => self.list(change, old, new),
            "items"
            | "contains"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "propertyNames"
            | "not"
            | "if"
            | "then"
            | "else" => {
                let at = |at: &str| pointer::step(at, change.keyword);
                vec![(at(old), at(new))]
            }
            "$ref" => vec![(reference(old_value), reference(new_value))],
            _ => {
                self.note(
                    change,
                    old,
                    new,
                    (families::of(change.keyword).split)(change),
                );
                Vec::new()
            }
        }
    }

    /// Pairs the schemas of two lists; what finds no partner is an edit of the list.
    fn list(&mut self, change: &Change<'_>, old: &str, new: &str) -> Vec<(String, String)> {
        let listed =
            |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let (olds, news) = (listed(change.old), listed(change.new));
        let pairs = if change.keyword == "prefixItems" {
            (0..olds.len().min(news.len())).map(|at| (at, at)).collect()
        } else {
            partners(&olds, &news)
        };
        let family = families::of(change.keyword);
        let whole = (family.split)(change);
        let mut parts = Vec::new();
        for gone in (0..olds.len()).filter(|at| !pairs.iter().any(|(old, _)| old == at)) {
            let mut fewer = olds.clone();
            fewer.remove(gone);
            parts.extend(list_part(change, &whole, fewer, (Some(gone), None)));
        }
        for come in (0..news.len()).filter(|at| !pairs.iter().any(|(_, new)| new == at)) {
            let mut more = olds.clone();
            more.extend(news.get(come).cloned());
            parts.extend(list_part(change, &whole, more, (None, Some(come))));
        }
        self.note(change, old, new, parts);
        let step =
            |at: &str, index: usize| pointer::steps(at, [change.keyword, &index.to_string()]);
        pairs
            .into_iter()
            .filter(|(a, b)| olds.get(*a) != news.get(*b))
            .map(|(a, b)| (step(old, a), step(new, b)))
            .collect()
    }

    fn note(&mut self, change: &Change<'_>, old: &str, new: &str, parts: Vec<Part>) {
        for part in parts {
            self.found.push(Delta {
                family: families::of(change.keyword),
                keyword: change.keyword.to_owned(),
                edits: vec![Edit {
                    at: old.to_owned(),
                    what: part.what.clone(),
                }],
                part,
                old: old.to_owned(),
                new: new.to_owned(),
            });
        }
    }

    /// A schema that is plain "no" on one side only.
    fn note_whole(&mut self, old: &str, new: &str, schema: &Value) {
        let what = What::Whole(schema.clone());
        self.found.push(Delta {
            family: families::of("$ref"),
            keyword: "false".to_owned(),
            edits: vec![Edit {
                at: old.to_owned(),
                what: what.clone(),
            }],
            part: Part {
                what,
                name: None,
                old_tail: Vec::new(),
                new_tail: Vec::new(),
                says: families::BOOLEAN,
            },
            old: old.to_owned(),
            new: new.to_owned(),
        });
    }
}

fn list_part(
    change: &Change<'_>,
    whole: &[Part],
    list: Vec<Value>,
    (gone, come): (Option<usize>, Option<usize>),
) -> Option<Part> {
    let tail = |index: Option<usize>| {
        let index = index.map(|index| index.to_string());
        std::iter::once(change.keyword.to_owned())
            .chain(index)
            .collect()
    };
    // An empty list is no valid keyword: then the keyword goes.
    let value = (!list.is_empty()).then_some(Value::Array(list));
    whole.first().map(|part| Part {
        what: What::Keywords(vec![(change.keyword.to_owned(), value)]),
        old_tail: tail(gone),
        new_tail: tail(come),
        ..part.clone()
    })
}

/// Indices of schemas that belong together: equal ones, then the most similar ones.
fn partners(olds: &[Value], news: &[Value]) -> Vec<(usize, usize)> {
    let mut scored: Vec<(usize, usize, usize)> = Vec::new();
    for (a, old) in olds.iter().enumerate() {
        for (b, new) in news.iter().enumerate() {
            scored.push((
                usize::MAX - similarity(old, new),
                a.abs_diff(b),
                a * news.len() + b,
            ));
        }
    }
    scored.sort_unstable();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, _, at) in scored {
        let (a, b) = (at / news.len().max(1), at % news.len().max(1));
        if !pairs.iter().any(|(old, new)| *old == a || *new == b) {
            pairs.push((a, b));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// How much two schemas have in common: the length of the text of their equal parts.
fn similarity(old: &Value, new: &Value) -> usize {
    if old == new {
        return usize::MAX / 2 + old.to_string().len();
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old
            .iter()
            .filter_map(|(name, old)| Some((old, new.get(name)?)))
            .map(|(old, new)| 1 + similarity(old, new) % (usize::MAX / 2))
            .sum(),
        (Value::Array(old), Value::Array(new)) => {
            let pairs = old.iter().zip(new);
            pairs
                .map(|(old, new)| similarity(old, new) % (usize::MAX / 2))
                .sum()
        }
        _ => 0,
    }
}

/// The keywords of a schema: none for "yes"; `None` for "no".
fn members<'v>(schema: &'v Value, empty: &'v Map<String, Value>) -> Option<&'v Map<String, Value>> {
    match schema {
        Value::Object(members) => Some(members),
        Value::Bool(false) => None,
        _ => Some(empty),
    }
}

fn reference(value: &Value) -> String {
    value
        .as_str()
        .and_then(|text| text.strip_prefix('#'))
        .unwrap_or_default()
        .to_owned()
}

/// The pointer behind a schema that is nothing but a reference.
fn target(document: &Value, at: String) -> String {
    let mut at = at;
    let mut seen = BTreeSet::new();
    while let Some(Value::Object(members)) = document.pointer(&at) {
        let names = members.keys().filter(|keyword| *keyword != "$defs");
        let alone = names.count() == 1;
        match members.get("$ref").filter(|_| alone) {
            Some(next) if seen.insert(at.clone()) => at = reference(next),
            Some(_) | None => return at,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::Schema;
    use serde_json::json;

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

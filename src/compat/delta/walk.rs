//! Walks two respelt documents side by side, following references and cutting cycles.
//! Refuses to judge what it meets: a keyword that differs is handed to its family.

use super::address::Address;
use super::{Delta, list};
use crate::compat::families::{self, Change, Part};
use crate::inclusion::Flat;
use crate::inclusion::combine::{Edit, What};
use crate::inclusion::pointer;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keywords of 2020-12 that hold one schema.
const HOLDS_ONE: &[&str] = &[
    "items",
    "contains",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
];

/// A pair of schemas by their pointers.
struct Open {
    old: String,
    new: String,
    address: Address,
}

pub(super) struct Walk<'a> {
    old: &'a Value,
    new: &'a Value,
    seen: BTreeSet<(String, String)>,
    /// Definitions of the old document that meet different schemas of the new one.
    shared: BTreeSet<String>,
    pub(super) found: Vec<Delta>,
}

impl<'a> Walk<'a> {
    pub(super) fn over(old: &'a Flat, new: &'a Flat, shared: BTreeSet<String>) -> Self {
        let mut walk = Self {
            old: &old.document,
            new: &new.document,
            seen: BTreeSet::new(),
            shared,
            found: Vec::new(),
        };
        let mut open = vec![Open {
            old: String::new(),
            new: String::new(),
            address: Address::default(),
        }];
        while let Some(next) = open.pop() {
            let mut below = walk.visit(next);
            below.reverse();
            open.extend(below);
        }
        walk
    }

    /// Old definitions that were compared with more than one schema.
    pub(super) fn shared(&self) -> BTreeSet<String> {
        let mut met: BTreeMap<&str, usize> = BTreeMap::new();
        for (old, _) in &self.seen {
            *met.entry(old).or_default() += 1;
        }
        let shared = met.into_iter().filter(|(_, met)| *met > 1);
        shared.map(|(old, _)| old.to_owned()).collect()
    }

    /// Compares one pair, and gives the pairs below it.
    fn visit(&mut self, open: Open) -> Vec<Open> {
        let (old, new) = (
            target(self.old, open.old.clone()),
            target(self.new, open.new),
        );
        if !self.seen.insert((old.clone(), new.clone())) {
            return Vec::new();
        }
        let mut address = open.address;
        if old != open.old {
            if self.shared.contains(&old) {
                address.unfold.push((address.at.clone(), old.clone()));
            } else {
                address = Address {
                    at: old.clone(),
                    unfold: Vec::new(),
                };
            }
        }
        let before = self.found.len();
        let below = self.schemas(&old, &new);
        for delta in self.found.iter_mut().skip(before) {
            address.apply(&mut delta.edits);
        }
        below
            .into_iter()
            .map(|(below, new)| Open {
                address: address.step(&old, &below),
                old: below,
                new,
            })
            .collect()
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

    /// Notes how one keyword differs, and gives the pairs of schemas below it.
    fn keyword(&mut self, change: &Change<'_>, old: &str, new: &str) -> Vec<(String, String)> {
        let (Some(old_value), Some(new_value)) = (change.old, change.new) else {
            self.split(change, old, new);
            return Vec::new();
        };
        match change.keyword {
            "properties" | "patternProperties" | "dependentSchemas" => {
                self.split(change, old, new);
                let step = |at: &str, name: &str| pointer::steps(at, [change.keyword, name]);
                shared_names(old_value, new_value)
                    .map(|name| (step(old, name), step(new, name)))
                    .collect()
            }
            "prefixItems" | "allOf" | "anyOf" | "oneOf" => self.list(change, old, new),
            "$ref" => vec![(reference(old_value), reference(new_value))],
            keyword if HOLDS_ONE.contains(&keyword) && !is_no(old_value) && !is_no(new_value) => {
                let at = |at: &str| pointer::step(at, keyword);
                vec![(at(old), at(new))]
            }
            _ => {
                self.split(change, old, new);
                Vec::new()
            }
        }
    }

    fn split(&mut self, change: &Change<'_>, old: &str, new: &str) {
        let parts = (families::of(change.keyword).split)(change);
        self.note(change, old, new, parts);
    }

    /// Pairs the schemas of two lists; what finds no partner is an edit of the list.
    fn list(&mut self, change: &Change<'_>, old: &str, new: &str) -> Vec<(String, String)> {
        let (pairs, parts) = list::compare(change);
        self.note(change, old, new, parts);
        let step =
            |at: &str, index: usize| pointer::steps(at, [change.keyword, &index.to_string()]);
        pairs
            .into_iter()
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

fn is_no(schema: &Value) -> bool {
    schema == &Value::Bool(false)
}

fn shared_names<'v>(old: &'v Value, new: &'v Value) -> impl Iterator<Item = &'v String> {
    let news = new.as_object();
    let names = old.as_object().into_iter().flat_map(Map::keys);
    names.filter(move |name| news.is_some_and(|news| news.contains_key(*name)))
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

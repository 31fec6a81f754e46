//! Objects that fail an object keyword of the right side.
//! Refuses to know other types.

use super::demand::MemberRule;
use super::escape::Attempt;
use super::maker::Wish;
use super::record::spare_names;
use crate::inclusion::evaluate::{At, Keyword, Kind};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn against<'a>(attempt: &Attempt<'_, 'a>, keyword: &'a Keyword) -> Vec<Value> {
    if !attempt.way.kinds.contains(&Kind::Object) {
        return Vec::new();
    }
    let right = attempt.right;
    match keyword {
        Keyword::Members {
            named,
            matching,
            rest,
        } => members(
            attempt,
            &MemberRule {
                at: right,
                named,
                matching,
                rest: *rest,
            },
        ),
        Keyword::UnevaluatedMembers(id) => spare_names(attempt.way, 0)
            .into_iter()
            .flat_map(|name| put(attempt, &name, right.to(*id)))
            .collect(),
        Keyword::Names(id) => names(attempt, right.to(*id)),
        Keyword::Required(names) => names
            .iter()
            .filter(|name| !attempt.way.required.contains(*name))
            .flat_map(|name| {
                fill(
                    attempt,
                    Wish {
                        drop: Some(name),
                        ..Wish::default()
                    },
                )
            })
            .collect(),
        Keyword::RequiredWith(needed) => required_with(attempt, needed),
        Keyword::SchemaWith(schemas) => schemas
            .iter()
            .flat_map(|(name, id)| schema_with(attempt, name, right.to(*id)))
            .collect(),
        _ => Vec::new(),
    }
}

fn fill(attempt: &Attempt<'_, '_>, wish: Wish<'_>) -> Vec<Value> {
    attempt.fill(&Wish {
        kinds: Some(vec![Kind::Object]),
        ..wish
    })
}

fn members(attempt: &Attempt<'_, '_>, rule: &MemberRule<'_>) -> Vec<Value> {
    let mut names: Vec<String> = rule.named.keys().cloned().collect();
    for (pattern, _) in rule.matching {
        names.extend(pattern.words(0, 200));
    }
    if rule.rest.is_some() {
        names.extend(spare_names(attempt.way, 0));
    }
    names.sort();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        for schema in rule.of(&name).0 {
            found.extend(put(attempt, &name, schema));
        }
        if found.len() > attempt.want * 8 {
            break;
        }
    }
    found
}

/// Objects whose member `name` fails `schema`.
fn put(attempt: &Attempt<'_, '_>, name: &str, schema: At<'_>) -> Vec<Value> {
    let left = attempt.way.member(name);
    if left.iter().any(|at| at.is_never()) {
        return Vec::new();
    }
    let values = attempt.deeper(&left, schema, attempt.want);
    values
        .into_iter()
        .flat_map(|value| {
            fill(
                attempt,
                Wish {
                    put: vec![(name.to_owned(), value)],
                    ..Wish::default()
                },
            )
        })
        .collect()
}

/// Objects with a member name that `schema` rejects.
fn names(attempt: &Attempt<'_, '_>, schema: At<'_>) -> Vec<Value> {
    let mut names = spare_names(attempt.way, 0);
    let made = attempt.deeper(&attempt.way.names, schema, attempt.want + 4);
    names.extend(
        made.iter()
            .filter_map(|name| name.as_str().map(str::to_owned)),
    );
    let mut found = Vec::new();
    for name in names {
        if schema.accepts(&Value::String(name.clone())) {
            continue;
        }
        let values = attempt
            .maker
            .sample(&attempt.way.member(&name), 1, attempt.depth);
        if let Some(value) = values.into_iter().next() {
            found.extend(fill(
                attempt,
                Wish {
                    put: vec![(name, value)],
                    ..Wish::default()
                },
            ));
        }
    }
    found
}

fn required_with(attempt: &Attempt<'_, '_>, needed: &BTreeMap<String, Vec<String>>) -> Vec<Value> {
    let mut found = Vec::new();
    for (name, needed) in needed {
        let values = attempt
            .maker
            .sample(&attempt.way.member(name), 1, attempt.depth);
        let Some(value) = values.into_iter().next() else {
            continue;
        };
        for absent in needed.iter().filter(|absent| *absent != name) {
            found.extend(fill(
                attempt,
                Wish {
                    put: vec![(name.clone(), value.clone())],
                    drop: Some(absent),
                    ..Wish::default()
                },
            ));
        }
    }
    found
}

/// Objects that have the member `name` and fail `schema`.
fn schema_with(attempt: &Attempt<'_, '_>, name: &str, schema: At<'_>) -> Vec<Value> {
    let values = attempt
        .maker
        .sample(&attempt.way.member(name), 1, attempt.depth);
    let Some(value) = values.into_iter().next() else {
        return Vec::new();
    };
    let mut found = fill(
        attempt,
        Wish {
            put: vec![(name.to_owned(), value.clone())],
            ..Wish::default()
        },
    );
    for mut escaped in attempt.deeper(attempt.left, schema, attempt.want * 2) {
        if let Value::Object(members) = &mut escaped {
            members.entry(name).or_insert_with(|| value.clone());
        }
        found.push(escaped);
    }
    found
}

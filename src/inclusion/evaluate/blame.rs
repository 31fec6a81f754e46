//! Finds the keyword that rejects a value, as deep inside as it can be told.
//! Refuses to explain a choice between branches: there the branching keyword is to blame.

use super::node::{At, Id, Keyword, Program};
use super::run::Judgement;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::BTreeMap;

impl Program {
    /// Pointer of the schema that rejects `value`, and the keyword in it.
    pub(in crate::inclusion) fn blame(&self, value: &Value) -> Option<(String, &'static str)> {
        let (mut id, mut value) = (0, value);
        // Every step descends along a rejection; the count only guards against a mistake here.
        for _ in 0..self.nodes().len().saturating_mul(4) {
            let at = self.at(id);
            let pointer = self.node(id)?.pointer.clone();
            let Some(keyword) = rejecting(at, value) else {
                return at.is_never().then_some((pointer, "false"));
            };
            match inner(at, keyword, value) {
                Some((next, below)) => (id, value) = (next, below),
                None => return Some((pointer, word(keyword))),
            }
        }
        None
    }
}

fn rejecting<'a>(at: At<'a>, value: &Value) -> Option<&'a Keyword> {
    at.keywords().iter().find(|keyword| {
        let alone = super::run::keyword_alone(at, keyword, value);
        alone == Judgement::Rejects
    })
}

/// The node inside `keyword` that rejects, with the part of the value that it rejects.
fn inner<'v>(at: At<'_>, keyword: &Keyword, value: &'v Value) -> Option<(Id, &'v Value)> {
    let rejects = |id: Id, value: &Value| at.to(id).rejects(value);
    match (keyword, value) {
        (Keyword::Refer(id), _) => Some((*id, value)),
        (Keyword::All(ids), _) => {
            let id = ids.iter().find(|id| rejects(**id, value))?;
            Some((*id, value))
        }
        (Keyword::Choice { when, then, other }, _) => {
            let side = match at.to(*when).judge(value) {
                Judgement::Accepts => then,
                Judgement::Rejects | Judgement::Open(_) => other,
            };
            side.filter(|id| rejects(*id, value)).map(|id| (id, value))
        }
        (Keyword::SchemaWith(schemas), Value::Object(members)) => schemas
            .iter()
            .find(|(name, id)| members.contains_key(*name) && rejects(**id, value))
            .map(|(_, id)| (*id, value)),
        (Keyword::Items { prefix, rest }, Value::Array(items)) => {
            items.iter().enumerate().find_map(|(index, item)| {
                let id = prefix.get(index).copied().or(*rest)?;
                rejects(id, item).then_some((id, item))
            })
        }
        (
            Keyword::Members {
                named,
                matching,
                rest,
            },
            Value::Object(members),
        ) => members.iter().find_map(|(name, value)| {
            let id = of_member(named, matching, *rest, name)
                .into_iter()
                .find(|id| rejects(*id, value))?;
            Some((id, value))
        }),
        _ => None,
    }
}

/// The nodes that hold for the member `name`.
fn of_member(
    named: &BTreeMap<String, Id>,
    matching: &[(Pattern, Id)],
    rest: Option<Id>,
    name: &str,
) -> Vec<Id> {
    let mut ids: Vec<Id> = named.get(name).copied().into_iter().collect();
    let fits = |(pattern, _): &&(Pattern, Id)| pattern.matches(name) == Some(true);
    ids.extend(matching.iter().filter(fits).map(|(_, id)| *id));
    if ids.is_empty() {
        ids.extend(rest);
    }
    ids
}

/// How the respelt document writes the keyword.
fn word(keyword: &Keyword) -> &'static str {
    match keyword {
        Keyword::Types(_) => "type",
        Keyword::Values(_) => "enum",
        Keyword::Least {
            exclusive: false, ..
        } => "minimum",
        Keyword::Least {
            exclusive: true, ..
        } => "exclusiveMinimum",
        Keyword::Most {
            exclusive: false, ..
        } => "maximum",
        Keyword::Most {
            exclusive: true, ..
        } => "exclusiveMaximum",
        Keyword::Step(_) => "multipleOf",
        Keyword::Text(lengths) if lengths.most.is_some() => "maxLength",
        Keyword::Text(_) => "minLength",
        Keyword::Matches(_) => "pattern",
        Keyword::Items { .. } => "items",
        Keyword::Length(lengths) if lengths.most.is_some() => "maxItems",
        Keyword::Length(_) => "minItems",
        Keyword::Distinct => "uniqueItems",
        Keyword::Contains { .. } => "contains",
        Keyword::Members { .. } => "properties",
        Keyword::Names(_) => "propertyNames",
        Keyword::Size(lengths) if lengths.most.is_some() => "maxProperties",
        Keyword::Size(_) => "minProperties",
        Keyword::Required(_) => "required",
        Keyword::RequiredWith(_) => "dependentRequired",
        Keyword::SchemaWith(_) => "dependentSchemas",
        Keyword::Refer(_) => "$ref",
        Keyword::All(_) => "allOf",
        Keyword::Any(_) => "anyOf",
        Keyword::One(_) => "oneOf",
        Keyword::Not(_) => "not",
        Keyword::Choice { .. } => "if",
        Keyword::UnevaluatedItems(_) => "unevaluatedItems",
        Keyword::UnevaluatedMembers(_) => "unevaluatedProperties",
        Keyword::Format(_) => "format",
        Keyword::Open(_) => "$ref",
    }
}

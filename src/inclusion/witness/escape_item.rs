//! Arrays that fail an array keyword of the right side.
//! Refuses to know other types.

use super::escape::Attempt;
use super::maker::Wish;
use crate::inclusion::evaluate::{At, Keyword, Kind, Lengths};
use serde_json::Value;

pub(super) fn against<'a>(attempt: &Attempt<'_, 'a>, keyword: &'a Keyword) -> Vec<Value> {
    if !attempt.way.kinds.contains(&Kind::Array) {
        return Vec::new();
    }
    let right = attempt.right;
    match keyword {
        Keyword::Items { prefix, rest } => {
            let mut found = Vec::new();
            for index in 0..=prefix.len() {
                if let Some(id) = prefix.get(index).or(rest.as_ref()) {
                    found.extend(at_index(attempt, index, right.to(*id)));
                }
            }
            if let Some(id) = rest {
                found.extend(asked_for(attempt, right.to(*id)));
                found.extend(at_index(attempt, attempt.way.prefix(), right.to(*id)));
            }
            found
        }
        Keyword::UnevaluatedItems(id) => {
            let mut found = asked_for(attempt, right.to(*id));
            for index in 0..=attempt.way.prefix() + 1 {
                found.extend(at_index(attempt, index, right.to(*id)));
            }
            found
        }
        Keyword::Distinct => fill(
            attempt,
            Wish {
                double: true,
                ..Wish::default()
            },
        ),
        Keyword::Contains { schema, count } => contains(attempt, right.to(*schema), *count),
        _ => Vec::new(),
    }
}

fn fill(attempt: &Attempt<'_, '_>, wish: Wish<'_>) -> Vec<Value> {
    attempt.fill(&Wish {
        kinds: Some(vec![Kind::Array]),
        ..wish
    })
}

/// Arrays whose item at `index` fails `schema`.
fn at_index(attempt: &Attempt<'_, '_>, index: usize, schema: At<'_>) -> Vec<Value> {
    let left = attempt.way.item(index);
    let items = attempt.deeper(&left, schema, attempt.want);
    items
        .into_iter()
        .flat_map(|item| {
            fill(
                attempt,
                Wish {
                    item: Some((index, item)),
                    ..Wish::default()
                },
            )
        })
        .collect()
}

/// Arrays in which one of the items that `contains` asks for fails `schema`.
fn asked_for(attempt: &Attempt<'_, '_>, schema: At<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    for (asked, _) in &attempt.way.contains {
        let mut left = attempt.way.item(attempt.way.prefix());
        left.push(*asked);
        for item in attempt.deeper(&left, schema, attempt.want) {
            found.extend(fill(
                attempt,
                Wish {
                    more: vec![item],
                    ..Wish::default()
                },
            ));
        }
    }
    found
}

fn contains(attempt: &Attempt<'_, '_>, schema: At<'_>, count: Lengths) -> Vec<Value> {
    let mut found = Vec::new();
    if count.least > 0 {
        found.extend(fill(
            attempt,
            Wish {
                avoid: Some(schema),
                ..Wish::default()
            },
        ));
    }
    let mut left = attempt.way.item(attempt.way.prefix());
    left.push(schema);
    let wanted = |many: usize| {
        let items = attempt.maker.sample(&left, many.min(8), attempt.depth);
        let cycle = items
            .iter()
            .cycle()
            .take(if items.is_empty() { 0 } else { many });
        Wish {
            more: cycle.cloned().collect(),
            ..Wish::default()
        }
    };
    let many = count.most.and_then(|most| most.checked_add(1));
    if let Some(many) = many.filter(|many| *many <= 50) {
        found.extend(fill(attempt, wanted(many)));
    }
    // Some, but fewer than asked for.
    if let Some(few) = count
        .least
        .checked_sub(1)
        .filter(|few| (1..50).contains(few))
    {
        found.extend(fill(attempt, wanted(few)));
    }
    found
}

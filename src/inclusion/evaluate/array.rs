//! Keywords of arrays.
//! Refuses to know any other type.

use super::equal;
use super::node::{Id, Keyword, Lengths};
use super::run::{Judgement, Run, Seen};
use serde_json::Value;

pub(super) fn keyword(
    run: &mut Run<'_>,
    keyword: &Keyword,
    items: &[Value],
    seen: &mut Seen,
) -> Judgement {
    match keyword {
        Keyword::Items { prefix, rest } => each(run, prefix, *rest, items, seen),
        Keyword::Length(lengths) => Judgement::of(lengths.has(items.len())),
        Keyword::Distinct => Judgement::of(are_distinct(items)),
        Keyword::Contains { schema, count } => contains(run, *schema, *count, items, seen),
        Keyword::UnevaluatedItems(id) => unevaluated(run, *id, items, seen),
        _ => Judgement::Accepts,
    }
}

fn each(
    run: &mut Run<'_>,
    prefix: &[Id],
    rest: Option<Id>,
    items: &[Value],
    seen: &mut Seen,
) -> Judgement {
    let mut all = Judgement::Accepts;
    for (index, item) in items.iter().enumerate() {
        let Some(id) = prefix.get(index).copied().or(rest) else {
            break;
        };
        if run.tracks() {
            seen.items.insert(index);
        }
        all = all.and(run.below(id, &index.to_string(), item));
        if all == Judgement::Rejects {
            break;
        }
    }
    all
}

fn are_distinct(items: &[Value]) -> bool {
    items
        .iter()
        .enumerate()
        .all(|(index, item)| !items.iter().skip(index + 1).any(|other| equal(item, other)))
}

fn contains(
    run: &mut Run<'_>,
    schema: Id,
    count: Lengths,
    items: &[Value],
    seen: &mut Seen,
) -> Judgement {
    let (mut found, mut open) = (0, None);
    for (index, item) in items.iter().enumerate() {
        match run.below(schema, &index.to_string(), item) {
            Judgement::Accepts => {
                found += 1;
                if run.tracks() {
                    seen.items.insert(index);
                }
            }
            Judgement::Rejects => {}
            Judgement::Open(code) => {
                open = Some(code);
                seen.open = Some(code);
            }
        }
    }
    match open {
        None => Judgement::of(count.has(found)),
        Some(code) => Judgement::Open(code),
    }
}

fn unevaluated(run: &mut Run<'_>, id: Id, items: &[Value], seen: &mut Seen) -> Judgement {
    let mut all = Judgement::Accepts;
    for (index, item) in items.iter().enumerate() {
        if !seen.items.contains(&index) {
            all = all.and(run.below(id, &index.to_string(), item));
            seen.items.insert(index);
        }
    }
    seen.open.map_or(all, Judgement::Open)
}

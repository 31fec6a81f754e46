//! Differences of two lists of schemas: which belong together, which came, which went.
//! Refuses to look into a pair.

use crate::compat::families::{self, Change, Part};
use crate::inclusion::combine::What;
use serde_json::Value;

/// Pairs of indices that belong together, and an edit for every schema without a partner.
pub(super) fn compare(change: &Change<'_>) -> (Vec<(usize, usize)>, Vec<Part>) {
    let listed =
        |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (olds, news) = (listed(change.old), listed(change.new));
    let pairs = if change.keyword == "prefixItems" {
        (0..olds.len().min(news.len())).map(|at| (at, at)).collect()
    } else {
        partners(&olds, &news)
    };
    let whole = (families::of(change.keyword).split)(change);
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
    let differ = |(a, b): &(usize, usize)| olds.get(*a) != news.get(*b);
    (pairs.into_iter().filter(differ).collect(), parts)
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

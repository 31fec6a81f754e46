//! Members that must be present.
//! Refuses to look at the members' values.

use super::{Change, Family, Part, Says};
use serde_json::{Map, Value};

pub(super) const FAMILY: Family = Family {
    name: "required",
    keywords: &["required", "dependentRequired"],
    narrowed: "compat/required-added",
    widened: "compat/required-removed",
    split,
};

const SAYS: Says = Says {
    narrows: "{name} is now required{in}",
    widens: "{name} is no longer required{in}",
};

const SAYS_WITH: Says = Says {
    narrows: "{name} now asks for other members{in}",
    widens: "{name} no longer asks for other members{in}",
};

fn split(change: &Change<'_>) -> Vec<Part> {
    if change.keyword == "dependentRequired" {
        return dependent(change);
    }
    let (old, new) = (names(change.old), names(change.new));
    let mut parts = Vec::new();
    for (index, name) in new
        .iter()
        .enumerate()
        .filter(|(_, name)| !old.contains(name))
    {
        let mut more = old.clone();
        more.push(name);
        parts.push(one(change, &more, name, (None, Some(index))));
    }
    for (index, name) in old
        .iter()
        .enumerate()
        .filter(|(_, name)| !new.contains(name))
    {
        let fewer: Vec<&str> = old.iter().copied().filter(|kept| kept != name).collect();
        parts.push(one(change, &fewer, name, (Some(index), None)));
    }
    parts
}

fn one(
    change: &Change<'_>,
    names: &[&str],
    name: &str,
    (old, new): (Option<usize>, Option<usize>),
) -> Part {
    let tail = |index: Option<usize>| {
        let index = index.map(|index| index.to_string());
        std::iter::once("required".to_owned())
            .chain(index)
            .collect()
    };
    Part {
        old_tail: tail(old),
        new_tail: tail(new),
        ..change.with(names.into(), name, SAYS)
    }
}

fn names(value: Option<&Value>) -> Vec<&str> {
    let names = value.and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn dependent(change: &Change<'_>) -> Vec<Part> {
    let empty = Map::new();
    let old = change.old.and_then(Value::as_object).unwrap_or(&empty);
    let new = change.new.and_then(Value::as_object).unwrap_or(&empty);
    super::properties::keys(old, new)
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| {
            let changed = super::properties::replaced(old, name, new.get(name));
            change.with(changed, name, SAYS_WITH)
        })
        .collect()
}

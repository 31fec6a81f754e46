//! Which of several forms a payload meant, and what a form is called.
//! Refuses to guess: where two forms are equally near, none is chosen.

use super::atlas::{Atlas, Spot};
use super::mark::Pin;
use super::refusal::Forms;
use super::slice;
use serde_json::Value;

/// Members that say what a resource or part is, the most telling first.
///
/// Source: FHIR R4 (every resource has `resourceType`, every part of Parameters has `name`)
const TELLING: [&str; 4] = ["resourceType", "name", "code", "system"];

/// Required names that a form is called by, at most.
const MOST_NAMES: usize = 3;

/// Index of the form to judge a payload by, and the sentence that says so: by kind, then by what names the form, then
/// by the fewest errors.
pub(super) fn choose(
    atlas: &Atlas,
    forms: &[Spot<'_>],
    refused: &Forms<'_>,
    value: &Value,
    at: &str,
) -> Option<(usize, String)> {
    let mut candidates: Vec<usize> = (0..forms.len()).collect();
    candidates.retain(|index| !refused.is_wrong_kind(*index, at));
    if candidates.is_empty() {
        candidates.extend(0..forms.len());
    }
    let (index, how) = match candidates.as_slice() {
        [only] => (*only, "chosen by its kind".to_owned()),
        several => told(atlas, forms, several, value)
            .map(|(index, name)| (index, name.to_owned()))
            .or_else(|| told_within(forms, several, value))
            .map(|(index, name)| (index, format!("chosen by `{name}`")))
            .or_else(|| Some((nearest(refused, several, at)?, "the nearest".to_owned())))?,
    };
    let title = title(*forms.get(index)?);
    let others = forms.len().saturating_sub(1);
    let others = plural(others, "other form folded", "other forms folded");
    Some((index, format!("{title}, {how} ({others})")))
}

/// The one candidate that pins a member to what the payload has, while all others pin it to something else or may not
/// have it.
fn told<'v>(
    atlas: &Atlas,
    forms: &[Spot<'_>],
    candidates: &[usize],
    value: &'v Value,
) -> Option<(usize, &'v str)> {
    let Value::Object(members) = value else {
        return None;
    };
    let rank = |name: &str| TELLING.iter().position(|telling| *telling == name);
    let mut names: Vec<_> = members
        .iter()
        .filter(|(name, _)| atlas.declares(name))
        .collect();
    names.sort_by_key(|(name, _)| rank(name).unwrap_or(TELLING.len()));
    names.into_iter().find_map(|(name, said)| {
        let mut fitting = candidates.iter().filter_map(|index| {
            let form = forms.get(*index)?;
            let pinned = form.pinned(name);
            let fits = match pinned {
                Some(values) => values.contains(said),
                None => !form.forbids(name),
            };
            fits.then_some((*index, pinned.is_some()))
        });
        match (fitting.next(), fitting.next()) {
            (Some((index, true)), None) => Some((index, name.as_str())),
            _ => None,
        }
    })
}

/// The one candidate of whose fixed values, however deep, more hold than of every other; and the name of one that does.
fn told_within(forms: &[Spot<'_>], candidates: &[usize], value: &Value) -> Option<(usize, String)> {
    let told = candidates.iter().filter_map(|index| {
        let pins = forms.get(*index)?.pins();
        let held = |pin: &&Pin| pin.holds(value) == Some(true);
        let name = pins
            .iter()
            .find(held)?
            .path
            .iter()
            .rev()
            .find(|step| *step != "*")?;
        Some((pins.iter().filter(held).count(), *index, name.clone()))
    });
    let told: Vec<_> = told.collect();
    let most = told.iter().map(|(held, _, _)| *held).max()?;
    let mut best = told.into_iter().filter(|(held, _, _)| *held == most);
    match (best.next(), best.next()) {
        (Some((_, index, name)), None) => Some((index, name)),
        _ => None,
    }
}

/// The one candidate with the fewest errors; of those with as many, the one whose errors lie deeper in the value. One
/// of which nothing is known is none.
fn nearest(refused: &Forms<'_>, candidates: &[usize], at: &str) -> Option<usize> {
    let distances = candidates
        .iter()
        .filter_map(|index| Some((*index, refused.distance(*index, at)?)));
    let distances: Vec<_> = distances.collect();
    let least = distances.iter().map(|(_, distance)| *distance).min()?;
    let nearest = distances.into_iter().filter(|(_, it)| *it == least);
    let mut nearest = nearest.map(|(index, _)| index);
    match (nearest.next(), nearest.next()) {
        (Some(index), None) => Some(index),
        _ => None,
    }
}

/// What a form is called: its title, what names it, what it requires, or its kind.
pub(super) fn title<'a>(spot: Spot<'a>) -> &'a str {
    spot.kept().title.get_or_init(|| entitled(spot))
}

fn entitled(spot: Spot<'_>) -> String {
    let word = |keyword| spot.views().find_map(|view| view.text(keyword));
    if let Some(title) = word("title") {
        return title.to_owned();
    }
    let named = |name: &&str| match spot.pinned(name)? {
        [Value::String(word)] => Some(word.clone()),
        _ => None,
    };
    if let Some(name) = TELLING.iter().find_map(named) {
        return name;
    }
    let names: Vec<_> = spot.required().take(MOST_NAMES).collect();
    if !names.is_empty() {
        let names = names.join("`, `");
        return match slice::naming(spot) {
            Some(naming) => format!("with `{names}` that has {naming}"),
            None => format!("with `{names}`"),
        };
    }
    match (word("type"), spot.pointer().rsplit('/').next()) {
        (Some(kind), _) => kind.to_owned(),
        (None, Some(index)) => format!("form at {index}"),
        (None, None) => "unnamed form".to_owned(),
    }
}

/// `1 item`, `2 items`.
pub(super) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

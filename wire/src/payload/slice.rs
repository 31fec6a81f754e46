//! What a `contains` asks for, by the name of its slice.
//! Refuses to show an item that was found.

use super::atlas::{Atlas, Spot};
use super::id;
use super::words::Words;
use serde_json::Value;

/// Levels below a slice in which the constant is looked for that names it.
///
/// Source: `identifier` holds `type`, that holds `coding`, that contains a `code`: 3 levels, and some room
const DEEPEST_NAME: usize = 6;

/// Members whose constant names a slice.
///
/// Source: FHIR R4 slices by part name, by resource, by code and by system
const NAMING: [&str; 5] = ["name", "resourceType", "code", "system", "uri"];

/// What is wrong with the number of items that fit `contains` in `spot`.
pub(super) fn words(atlas: &Atlas, spot: &Spot<'_>, items: &Value) -> Words {
    let bound = |keyword| spot.schema.get(keyword).and_then(Value::as_u64);
    let (least, most) = (bound("minContains").unwrap_or(1), bound("maxContains"));
    let slice = spot.child("contains");
    let what = slice
        .as_ref()
        .map_or("item".to_owned(), |slice| noun(atlas, slice));
    let count = slice.and_then(|slice| count(atlas, &slice, items));
    let (id, message) = match (count, most) {
        (Some(0), _) => (id::CONTAINS_MISSING, format!("{what} is missing")),
        (Some(count), Some(most)) if count > most => (
            id::TOO_MANY,
            format!("{what} stands {} too often", plural_times(count - most)),
        ),
        _ => (
            id::CONTAINS_MISSING,
            format!("{what} does not stand as often as it must"),
        ),
    };
    Words {
        id,
        message,
        want: Some(bounds(least, most)),
    }
}

fn plural_times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn bounds(least: u64, most: Option<u64>) -> String {
    match most {
        None => format!("at least {least}"),
        Some(most) if most == least => format!("exactly {least}"),
        Some(most) if least == 0 => format!("at most {most}"),
        Some(most) => format!("{least} to {most}"),
    }
}

/// How many items carry the name of the slice; `None` when the slice is not told by a name.
fn count(atlas: &Atlas, slice: &Spot<'_>, items: &Value) -> Option<u64> {
    let items = items.as_array()?;
    if items.is_empty() {
        return Some(0);
    }
    let names = atlas.pinned(slice, "name")?;
    let named = |item: &&Value| item.get("name").is_some_and(|name| names.contains(&name));
    u64::try_from(items.iter().filter(named).count()).ok()
}

/// ``part `CoverageToMatch` ``, ``an item with `code` `MB` ``, or just an item.
fn noun(atlas: &Atlas, slice: &Spot<'_>) -> String {
    if let Some(title) = slice.schema.get("title").and_then(Value::as_str) {
        return format!("item `{title}`");
    }
    match constant(atlas, slice, DEEPEST_NAME) {
        Some(("name", word)) => format!("part `{word}`"),
        Some((name, word)) => format!("an item with `{name}` `{word}`"),
        None => "an item that fits".to_owned(),
    }
}

/// The nearest naming constant in a slice.
fn constant<'a>(
    atlas: &'a Atlas,
    slice: &Spot<'a>,
    depth: usize,
) -> Option<(&'static str, &'a str)> {
    let pinned = |name| match atlas.pinned(slice, name)?.as_slice() {
        [Value::String(word)] => Some((name, word.as_str())),
        _ => None,
    };
    NAMING.into_iter().find_map(pinned).or_else(|| {
        let depth = depth.checked_sub(1)?;
        let views = atlas.views(slice);
        let mut parts = views.iter().flat_map(|view| {
            let lists = ["contains", "items"].map(|keyword| view.child(keyword));
            view.children("properties")
                .into_iter()
                .chain(lists.into_iter().flatten())
        });
        parts.find_map(|part| constant(atlas, &part, depth))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn said(schema: Value, items: &Value) -> (&'static str, String, String) {
        let atlas = Atlas::new(&schema);
        let words = words(&atlas, &atlas.root(), items);
        (words.id, words.message, words.want.unwrap())
    }

    fn part(bounds: Value) -> Value {
        let mut schema = json!({"contains": {"properties": {"name": {"const": "Consent"}}}});
        schema
            .as_object_mut()
            .unwrap()
            .extend(bounds.as_object().unwrap().clone());
        schema
    }

    #[test]
    fn a_slice_is_called_by_its_name() {
        let once = json!({"minContains": 1, "maxContains": 1});
        assert_eq!(
            said(part(once.clone()), &json!([{"name": "Other"}])),
            (
                id::CONTAINS_MISSING,
                "part `Consent` is missing".into(),
                "exactly 1".into()
            )
        );
        let three = json!([{"name": "Consent"}, {"name": "Consent"}, {"name": "Consent"}]);
        assert_eq!(
            said(part(once), &three),
            (
                id::TOO_MANY,
                "part `Consent` stands 2 times too often".into(),
                "exactly 1".into()
            )
        );
        assert_eq!(
            said(part(json!({"minContains": 0, "maxContains": 2})), &three),
            (
                id::TOO_MANY,
                "part `Consent` stands once too often".into(),
                "at most 2".into()
            )
        );
        assert_eq!(
            said(part(json!({"minContains": 4})), &three).2,
            "at least 4"
        );
    }

    #[test]
    fn a_coded_slice_is_called_by_its_code() {
        let schema = json!({"contains": {"properties": {"type": {"properties": {"coding": {
            "contains": {"properties": {"system": {"const": "urn:s"}, "code": {"const": "MB"}}}}}}}}});
        assert_eq!(
            said(schema, &json!([])),
            (
                id::CONTAINS_MISSING,
                "an item with `code` `MB` is missing".into(),
                "at least 1".into()
            )
        );
        let nameless = json!({"contains": {"type": "string"}});
        assert_eq!(
            said(nameless, &json!([1])).1,
            "an item that fits does not stand as often as it must"
        );
    }
}

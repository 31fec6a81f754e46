//! What a `contains` asks for, by the name of its slice.
//! Refuses to show an item that was found.

use super::atlas::Spot;
use super::id;
use super::words::Words;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// Levels below a slice in which the constant is looked for that names it.
///
/// Source: `identifier` holds `type`, that holds `coding`, that contains a `code`: 3 levels, and some room
const DEEPEST_NAME: usize = 6;

/// Members whose constant names a slice.
///
/// Source: FHIR R4 slices by part name, by resource, by code, by the address of an extension or policy, by system
const NAMING: [&str; 6] = ["name", "resourceType", "code", "url", "uri", "system"];

/// Words that a member may have and still name a slice.
const MOST_WORDS: usize = 4;

/// What is wrong with the number of items that fit the `contains` of `spot`, told by the keyword that failed.
pub(super) fn words(spot: Spot<'_>, keyword: &str, items: &Value) -> Words {
    let bound = |keyword| spot.word(keyword).and_then(Value::as_u64);
    let (least, most) = (bound("minContains"), bound("maxContains"));
    let slice = spot.child("contains");
    let what = slice.map_or("an item that fits".to_owned(), noun);
    let count = slice.and_then(|slice| count(slice, items));
    let (id, how) = match (keyword, count) {
        (_, Some(0)) => (id::CONTAINS_MISSING, "is missing".to_owned()),
        ("maxContains", Some(count)) => {
            let over = times(count.saturating_sub(most.unwrap_or(count)));
            (id::TOO_MANY, format!("stands {over} too often"))
        }
        ("maxContains", None) if least.is_some() => (id::TOO_MANY, "stands too often".to_owned()),
        // Without `minContains` the validator does not say which bound of `maxContains` was broken.
        ("maxContains", None) => (
            id::CONTAINS_MISSING,
            "is missing or stands too often".to_owned(),
        ),
        _ if least.unwrap_or(1) == 1 => (id::CONTAINS_MISSING, "is missing".to_owned()),
        _ => (
            id::CONTAINS_MISSING,
            "does not stand often enough".to_owned(),
        ),
    };
    Words {
        id,
        message: format!("{what} {how}"),
        want: Some(bounds(least.unwrap_or(1), most)),
    }
}

fn times(count: u64) -> String {
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
fn count(slice: Spot<'_>, items: &Value) -> Option<u64> {
    let items = items.as_array()?;
    if items.is_empty() {
        return Some(0);
    }
    let names = slice.pinned("name")?;
    let named = |item: &&Value| item.get("name").is_some_and(|name| names.contains(name));
    u64::try_from(items.iter().filter(named).count()).ok()
}

/// ``part `CoverageToMatch` ``, ``an item with `code` `MB` ``, or just an item.
fn noun(slice: Spot<'_>) -> String {
    if let Some(title) = slice.text("title") {
        return format!("item `{title}`");
    }
    match naming(slice) {
        Some(Naming {
            member: "name",
            words,
        }) if words.len() == 1 => format!("part {}", words.join("")),
        Some(naming) => format!("an item with {naming}"),
        None => "an item that fits".to_owned(),
    }
}

/// The member that tells what a schema asks for, and the words that it may have.
pub(super) struct Naming {
    member: &'static str,
    words: Vec<String>,
}

impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.member, self.words.join(" or "))
    }
}

/// The nearest member below a schema that it pins to one or a few words.
pub(super) fn naming(spot: Spot<'_>) -> Option<Naming> {
    naming_within(spot, DEEPEST_NAME, &mut HashMap::new())
}

/// The same within some levels; `seen` has the schemas that were found to be without a name, and within how many.
fn naming_within(spot: Spot<'_>, depth: usize, seen: &mut HashMap<usize, usize>) -> Option<Naming> {
    if seen.get(&spot.id()).is_some_and(|within| *within >= depth) {
        return None;
    }
    seen.insert(spot.id(), depth);
    let pinned = |member| {
        let values = spot.pinned(member)?;
        let few = !values.is_empty() && values.len() <= MOST_WORDS;
        let words = values.iter().filter_map(Value::as_str).map(quoted);
        few.then(|| Naming {
            member,
            words: words.collect(),
        })
    };
    NAMING.into_iter().find_map(pinned).or_else(|| {
        let depth = depth.checked_sub(1)?;
        let mut parts = spot.views().flat_map(|view| {
            let lists = ["contains", "items"].map(|keyword| view.child(keyword));
            let members = view.children("properties");
            members.chain(lists.into_iter().flatten())
        });
        parts.find_map(|part| naming_within(part, depth, seen))
    })
}

fn quoted(word: &str) -> String {
    format!("`{word}`")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dialect::Dialect;
    use crate::payload::atlas::Atlas;
    use serde_json::json;

    fn said(schema: Value, keyword: &str, items: &Value) -> (&'static str, String, String) {
        let atlas = Atlas::new(&schema, Dialect::TwentyTwenty);
        let words = words(atlas.root().unwrap(), keyword, items);
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
        let three = json!([{"name": "Consent"}, {"name": "Consent"}, {"name": "Consent"}]);
        let other = json!([{"name": "Other"}]);
        let few = json!({"minContains": 0, "maxContains": 2});
        let many = json!({"minContains": 4});
        for (bounds, keyword, items, id, message, want) in [
            (
                &once,
                "minContains",
                &other,
                id::CONTAINS_MISSING,
                "part `Consent` is missing",
                "exactly 1",
            ),
            (
                &once,
                "maxContains",
                &three,
                id::TOO_MANY,
                "part `Consent` stands 2 times too often",
                "exactly 1",
            ),
            (
                &few,
                "maxContains",
                &three,
                id::TOO_MANY,
                "part `Consent` stands once too often",
                "at most 2",
            ),
            (
                &many,
                "minContains",
                &three,
                id::CONTAINS_MISSING,
                "part `Consent` does not stand often enough",
                "at least 4",
            ),
        ] {
            let expected = (id, message.to_owned(), want.to_owned());
            assert_eq!(said(part(bounds.clone()), keyword, items), expected);
        }
    }

    #[test]
    fn a_coded_slice_is_called_by_its_code() {
        let schema = json!({"contains": {"properties": {"type": {"properties": {"coding": {
            "contains": {"properties": {"system": {"const": "urn:s"}, "code": {"const": "MB"}}}}}}}}});
        let expected = "an item with `code` `MB` is missing";
        assert_eq!(said(schema, "contains", &json!([1])).1, expected);
    }

    #[test]
    fn a_schema_that_holds_itself_under_many_names_is_asked_once_a_level() {
        let names = 'a'..='z';
        let members: serde_json::Map<_, _> = names
            .map(|name| (name.to_string(), json!({"$ref": "#/$defs/n"})))
            .collect();
        // Far more than 26 by 26 by 26 steps, when every way is gone.
        let schema = json!({"contains": {"$ref": "#/$defs/n"},
            "$defs": {"n": {"properties": members, "items": {"properties": {"code": {"const": "last"}}}}}});
        let expected = "an item with `code` `last` is missing";
        assert_eq!(said(schema, "contains", &json!([1])).1, expected);
    }

    #[test]
    fn a_nameless_slice_is_an_item_that_fits() {
        let only_most = json!({"contains": {"type": "string"}, "maxContains": 1});
        let both = json!({"contains": {"type": "string"}, "minContains": 1, "maxContains": 1});
        for (schema, items, message) in [
            (
                &only_most,
                json!([1]),
                "an item that fits is missing or stands too often",
            ),
            (&only_most, json!([]), "an item that fits is missing"),
            (
                &both,
                json!(["a", "b"]),
                "an item that fits stands too often",
            ),
        ] {
            assert_eq!(said(schema.clone(), "maxContains", &items).1, message);
        }
    }
}

//! Places of a body that our group of an interaction speaks of: `closed`, `forbidden`, `optional`.
//! Refuses to know whether the example has them.

use super::desk::{Desk, Members, Node};
use super::interaction::Kind;
use super::states::state;
use crate::contract::path::{Grammar, Path};
use crate::contract::terms::{Alternative, FileTerms, Instead, Optional, Scope, Side};

/// Places that need not look like the example, and what may stand there instead, all together: every pair of choices
/// is tried, so a few more would take minutes.
const MOST_PLACES: usize = 64;
const MOST_CHOICES: usize = 192;

const UNKNOWN_KEY: &str = "contract/unknown-key";

/// The words for the sides that an interaction of this kind has.
fn sides(kind: Kind) -> &'static [(&'static str, Side)] {
    match kind {
        Kind::Http => &[("request", Side::Request), ("response", Side::Response)],
        Kind::Message => &[("contents", Side::Response)],
    }
}

/// `{part: [paths]}`.
pub fn scopes<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    key: &str,
    grammar: Grammar,
    kind: Kind,
) -> Vec<Scope> {
    let Some(members) = members.get(key).and_then(|node| desk.object(&node)) else {
        return Vec::new();
    };
    let words: Vec<&str> = sides(kind).iter().map(|(word, _)| *word).collect();
    desk.only(&members, UNKNOWN_KEY, &words);
    let mut found = Vec::new();
    for (word, side) in sides(kind) {
        let Some(list) = members.get(word) else {
            continue;
        };
        for node in desk.items(&list) {
            found.extend(scope(desk, &node, *side, grammar));
        }
    }
    found
}

fn scope<'d>(desk: &mut Desk<'d>, node: &Node<'d>, side: Side, grammar: Grammar) -> Option<Scope> {
    let text = desk.text(node)?;
    let path = Path::parse(text, grammar);
    if path.is_none() {
        desk.reject("contract/bad-path", &node.pointer, "this is no path");
    }
    Some(Scope {
        side,
        path: path?,
        pointer: node.pointer.clone(),
    })
}

/// `forbiddenHeaders`, in lower case.
pub fn header_names<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Vec<String> {
    let Some(list) = members.get("forbiddenHeaders") else {
        return Vec::new();
    };
    let nodes = desk.items(&list);
    nodes
        .iter()
        .filter_map(|node| desk.text(node))
        .map(str::to_ascii_lowercase)
        .collect()
}

/// `optional`.
pub fn optionals<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    file: Option<&FileTerms>,
    kind: Kind,
) -> Vec<Optional> {
    let Some(list) = members.get("optional") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for node in desk.items(&list) {
        found.extend(optional(desk, &node, file, kind));
    }
    let choices: usize = found.iter().map(|one| one.variants.len()).sum();
    if found.len() > MOST_PLACES || choices > MOST_CHOICES {
        let message = format!(
            "at most {MOST_PLACES} places and {MOST_CHOICES} variants of them in all can be tried"
        );
        desk.reject("contract/unsupported-content", &list.pointer, &message);
    }
    found
}

fn optional<'d>(
    desk: &mut Desk<'d>,
    node: &Node<'d>,
    file: Option<&FileTerms>,
    kind: Kind,
) -> Option<Optional> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN_KEY, &["part", "path", "variants"]);
    let side = desk.need(&members, "part");
    let side = side.and_then(|node| desk.word(&node, sides(kind)));
    let path = desk.need(&members, "path")?;
    let list = desk.need(&members, "variants")?;
    let mut variants = Vec::new();
    for node in desk.items(&list) {
        variants.extend(alternative(desk, &node, file));
    }
    let scope = scope(desk, &path, side?, Grammar::Plain)?;
    Some(Optional { scope, variants })
}

fn alternative<'d>(
    desk: &mut Desk<'d>,
    node: &Node<'d>,
    file: Option<&FileTerms>,
) -> Option<Alternative> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN_KEY, &["is", "value", "states"]);
    let is = desk.need(&members, "is")?;
    let is = match desk.word(&is, &[("absent", 0), ("null", 1), ("value", 2)])? {
        0 => Instead::Absent,
        1 => Instead::Null,
        _ => Instead::Value(desk.need(&members, "value")?.value.clone()),
    };
    let mut states = Vec::new();
    if let Some(list) = members.get("states") {
        for node in desk.items(&list) {
            states.extend(state(desk, &node, file));
        }
    }
    Some(Alternative { is, states })
}

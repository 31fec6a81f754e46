//! A message as a file writes it: contents, metadata, rules and generators beside one another.
//! Refuses to know who sends it and what our own groups say of it.

use super::content::content;
use super::desk::{Desk, Members, Node};
use super::generators::generators;
use super::rules::rules;
use crate::contract::interaction::{Edition, Json};
use crate::contract::message::Event;
use crate::contract::rule::Part;
use serde_json::Value;

const PARTS: &[Part] = &[Part::Body, Part::Metadata];

/// The members of a message that `event` reads.
///
/// Shape: the third edition wrote `metaData`, and many tools still do
pub fn known(edition: Edition) -> &'static [&'static str] {
    match edition {
        Edition::V1 | Edition::V1_1 | Edition::V2 | Edition::V3 => &[
            "contents",
            "metaData",
            "metadata",
            "matchingRules",
            "generators",
        ],
        Edition::V4 => &["contents", "metadata", "matchingRules", "generators"],
    }
}

/// The message among the members of `members`.
pub fn event<'d>(desk: &mut Desk<'d>, members: &Members<'d>, edition: Edition) -> Option<Event> {
    let before = desk.count();
    let metadata = known(edition)
        .iter()
        .filter(|key| key.eq_ignore_ascii_case("metadata"))
        .find_map(|key| members.get(key));
    let metadata = metadata.filter(|node| !node.value.is_null());
    let media = metadata.as_ref().and_then(|node| media(desk, node));
    let contents = members.get("contents");
    let event = Event {
        content: content(desk, contents, edition, media),
        metadata: metadata.map(|node| Json {
            document: desk.document.clone(),
            base: node.pointer,
            outer: None,
        }),
        rules: rules(desk, members, edition, PARTS),
        generators: generators(desk, members, PARTS),
        pointer: members.pointer.clone(),
    };
    (desk.count() == before).then_some(event)
}

/// The media type that metadata name, by any of the usual keys.
fn media<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<String> {
    let members = desk.object(node)?;
    members
        .each()
        .filter(|(key, _)| {
            let plain = key.replace('-', "");
            plain.eq_ignore_ascii_case("contenttype")
        })
        .find_map(|(_, node)| match node.value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        })
}

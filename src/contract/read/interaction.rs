//! The list of interactions, in every edition: exchanges over HTTP, and messages among them or in a list of their own.
//! Refuses kinds that are not judged, and two interactions that would count as one.

use super::desk::{Desk, Members, Node};
use super::{Frame, lint, message, sequence, side, states, terms};
use crate::contract::interaction::{Edition, Interaction};
use crate::contract::message::MessageExpectation;
use crate::contract::states::State;
use crate::contract::terms::Terms;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::canonical;

const UNKNOWN_KEY: &str = "contract/unknown-key";
const DUPLICATE: &str = "contract/duplicate-interaction";
const UNSUPPORTED: &str = "contract/unsupported-content";

/// What every kind of interaction has.
pub struct Common {
    pub key: String,
    pub description: String,
    pub pending: bool,
    pub states: Vec<State>,
    pub terms: Terms,
}

/// What an interaction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Http,
    Message,
}

/// Every interaction and every message of a file.
pub fn all<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    frame: &Frame<'_>,
) -> (Vec<Interaction>, Vec<MessageExpectation>) {
    let mut interactions = Vec::new();
    let mut messages = Vec::new();
    let list = match members.get("messages") {
        // A file of the third edition may hold messages alone.
        Some(_) => members.get("interactions"),
        None => desk.need(members, "interactions"),
    };
    for node in list.map(|list| desk.items(&list)).unwrap_or_default() {
        match kind(desk, &node, frame.edition) {
            Some(Kind::Http) => interactions.extend(interaction(desk, &node, frame)),
            Some(Kind::Message) => messages.extend(message::message(desk, &node, frame)),
            None => {}
        }
    }
    let list = members
        .get("messages")
        .filter(|_| frame.edition == Edition::V3);
    for node in list.map(|list| desk.items(&list)).unwrap_or_default() {
        messages.extend(message::message(desk, &node, frame));
    }
    let mut seen = Seen::default();
    for found in &interactions {
        seen.add(
            desk,
            &found.key,
            &found.description,
            &found.states,
            &found.pointer,
        );
        lint::interaction(desk, found);
    }
    for found in &messages {
        seen.add(
            desk,
            &found.key,
            &found.description,
            &found.states,
            &found.pointer,
        );
        lint::message(desk, found);
    }
    sequence::steps(desk, &interactions, &messages);
    (interactions, messages)
}

fn kind<'d>(desk: &mut Desk<'d>, node: &Node<'d>, edition: Edition) -> Option<Kind> {
    let members = desk.object(node)?;
    if edition < Edition::V4 {
        return Some(Kind::Http);
    }
    let word = desk.need_text(&members, "type")?;
    let pointer = format!("{}/type", members.pointer);
    match word {
        "Synchronous/HTTP" => return Some(Kind::Http),
        "Asynchronous/Messages" => return Some(Kind::Message),
        "Synchronous/Messages" => {
            let message = "interactions of this type are not judged";
            desk.reject(UNSUPPORTED, &pointer, message);
        }
        _ => desk.reject(UNKNOWN_KEY, &pointer, "no interaction has this type"),
    }
    None
}

fn interaction<'d>(desk: &mut Desk<'d>, node: &Node<'d>, frame: &Frame<'_>) -> Option<Interaction> {
    let members = desk.object(node)?;
    let common = common(desk, &members, frame, Kind::Http, &["request", "response"]);
    let request = desk.need(&members, "request");
    let request = request.and_then(|node| side::request(desk, &node, frame.edition));
    let response = desk.need(&members, "response");
    let response = response.and_then(|node| side::response(desk, &node, frame.edition));
    let common = common?;
    Some(Interaction {
        key: common.key,
        description: common.description,
        pending: common.pending,
        states: common.states,
        request: request?,
        response: response?,
        terms: common.terms,
        pointer: members.pointer,
    })
}

/// What every kind of interaction has; `own` are the members that only this kind has.
pub fn common<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    frame: &Frame<'_>,
    kind: Kind,
    own: &[&str],
) -> Option<Common> {
    let fourth = [
        "type",
        "key",
        "description",
        "pending",
        "providerStates",
        "comments",
        "interactionMarkup",
        "transport",
        "pluginConfiguration",
    ];
    let known = match frame.edition {
        Edition::V1 | Edition::V1_1 | Edition::V2 => &["description", "providerState"][..],
        Edition::V3 => &["description", "providerState", "providerStates"],
        Edition::V4 => &fourth,
    };
    desk.only(members, UNKNOWN_KEY, &[known, own].concat());
    if let Some(node) = members.get("pluginConfiguration") {
        let message = "contents that a plugin understands are not judged";
        desk.reject_key(UNSUPPORTED, &node.pointer, message);
    }
    let before = desk.count();
    let description = desk.need_text(members, "description");
    let pending = members.get("pending").and_then(|node| desk.flag(&node));
    let states = states::all(desk, members, frame);
    let key = match members.get("key") {
        Some(_) => desk.need_name(members, "key").map(str::to_owned),
        None if frame.is_plain || frame.edition < Edition::V4 => {
            description.map(|text| derived(text, members))
        }
        None => desk.need_name(members, "key").map(str::to_owned),
    };
    let terms = group(desk, members, frame, kind);
    let common = Common {
        key: key?,
        description: description?.to_owned(),
        pending: pending.unwrap_or(false),
        states,
        terms,
    };
    (desk.count() == before).then_some(common)
}

/// A key for an interaction that has none: words of the description, and a digest of it with the states.
pub fn derived(description: &str, members: &Members<'_>) -> String {
    let states: Vec<Value> = ["providerState", "providerStates"]
        .iter()
        .map(|key| {
            members
                .get(key)
                .map_or(Value::Null, |node| node.value.clone())
        })
        .collect();
    crate::contract::interaction::derived_key(description, &states)
}

/// `comments.references.matchmark`; other tools keep their remarks beside it.
fn group<'d>(desk: &mut Desk<'d>, members: &Members<'d>, frame: &Frame<'_>, kind: Kind) -> Terms {
    let mut node = members.get("comments");
    for key in ["references", "matchmark"] {
        node = node
            .and_then(|node| desk.object(&node))
            .and_then(|members| members.get(key));
    }
    node.map(|node| terms::terms(desk, &node, frame.terms, kind))
        .unwrap_or_default()
}

/// Keys and wordings that were met.
#[derive(Default)]
struct Seen {
    keys: BTreeSet<String>,
    wordings: BTreeSet<(String, Vec<(String, String)>)>,
}

impl Seen {
    fn add(
        &mut self,
        desk: &mut Desk<'_>,
        key: &str,
        description: &str,
        states: &[State],
        pointer: &str,
    ) {
        if !self.keys.insert(key.to_owned()) {
            let pointer = format!("{pointer}/key");
            desk.reject(DUPLICATE, &pointer, "another interaction has this key");
        }
        let states: Vec<_> = states
            .iter()
            .map(|state| {
                let params = Value::Object(state.params.clone());
                (state.name.clone(), canonical(&params))
            })
            .collect();
        if !self.wordings.insert((description.to_owned(), states)) {
            let pointer = format!("{pointer}/description");
            let message = "another interaction has this description and these states";
            desk.reject(DUPLICATE, &pointer, message);
        }
    }
}

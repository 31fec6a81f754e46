//! Provider states as a file writes them, against the closed vocabulary.
//! Refuses every state, version and parameter outside the vocabulary.

use super::Frame;
use super::desk::{Desk, Members, Node};
use crate::contract::states::{State, known};
use crate::contract::terms::FileTerms;
use semver::VersionReq;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const UNKNOWN: &str = "contract/state-unknown";

/// The member `states` of the file's group: a range for every state that is used.
pub fn ranges<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> BTreeMap<String, VersionReq> {
    let mut ranges = BTreeMap::new();
    let Some(members) = members.get("states").and_then(|node| desk.object(&node)) else {
        return ranges;
    };
    for (name, node) in members.each() {
        let Some(word) = known(name) else {
            desk.reject_key(UNKNOWN, &node.pointer, "no state has this name");
            continue;
        };
        let range = node
            .value
            .as_str()
            .and_then(|text| VersionReq::parse(text).ok());
        let Some(range) = range else {
            desk.wrong_type(&node.pointer, "a range of semantic versions");
            continue;
        };
        if !range.matches(&word.version()) {
            let message = format!("`{name}` is at {}, outside this range", word.version());
            desk.reject(UNKNOWN, &node.pointer, &message);
        }
        ranges.insert(name.to_owned(), range);
    }
    ranges
}

/// All states of an interaction, as its edition writes them.
pub fn all<'d>(desk: &mut Desk<'d>, members: &Members<'d>, frame: &Frame<'_>) -> Vec<State> {
    let text = members.get("providerState");
    if let Some(node) = text.filter(|node| !node.value.is_null()) {
        match node.value {
            Value::String(_) => {
                let message = "free text is no state of the vocabulary";
                desk.reject(UNKNOWN, &node.pointer, message);
            }
            _ => desk.wrong_type(&node.pointer, "a string"),
        }
    }
    let mut states = Vec::new();
    if let Some(list) = members.get("providerStates") {
        for node in desk.items(&list) {
            states.extend(state(desk, &node, frame.terms));
        }
    }
    states
}

/// One state with its parameters.
///
/// Shape: `file` is the file's group, or nothing where that could not be read; then ranges are not asked for
pub fn state<'d>(desk: &mut Desk<'d>, node: &Node<'d>, file: Option<&FileTerms>) -> Option<State> {
    let members = desk.object(node)?;
    desk.only(&members, "contract/unknown-key", &["name", "params"]);
    let name = desk.need_text(&members, "name")?;
    let pointer = format!("{}/name", members.pointer);
    let Some(word) = known(name) else {
        desk.reject(UNKNOWN, &pointer, "no state has this name");
        return None;
    };
    if file.is_some_and(|file| !file.states.contains_key(name)) {
        let message = format!("`metadata.matchmark.states` gives no range for `{name}`");
        desk.reject(UNKNOWN, &pointer, &message);
    }
    let mut params = Map::new();
    if let Some(group) = members.get("params").and_then(|node| desk.object(&node)) {
        for (key, node) in group.each() {
            match word.param(key) {
                None => desk.reject_key(UNKNOWN, &node.pointer, "the state has no such parameter"),
                Some(param) if !param.kind.accepts(node.value) => {
                    let message = format!("{} must stand here", param.kind.expectation());
                    desk.reject(UNKNOWN, &node.pointer, &message);
                }
                Some(_) => {
                    params.insert(key.to_owned(), node.value.clone());
                }
            }
        }
        for param in word.params.iter().filter(|param| param.required) {
            if group.get(param.name).is_none() {
                let message = format!("the parameter `{}` is missing", param.name);
                desk.reject(UNKNOWN, &group.pointer, &message);
            }
        }
    } else if word.params.iter().any(|param| param.required) && members.get("params").is_none() {
        desk.reject(UNKNOWN, &members.pointer, "the member `params` is missing");
    }
    Some(State {
        name: name.to_owned(),
        params,
    })
}

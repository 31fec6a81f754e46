//! A plain Pact file of edition 2, 3 or 4 as a file of edition 4 in our place.
//! Refuses to guess schemas, states that nobody mapped, and an owner that nobody named.

use super::side::{self, Part};
use super::states::StateMap;
use super::tree::Tree;
use crate::catalogue::ContractSource;
use crate::contract::interaction::{Edition, derived_key};
use crate::contract::path::below;
use crate::contract::read::edition_of;
use crate::contract::states::known;
use crate::model::{Finding, Place};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use wire::json::Document;

const UNKNOWN: &str = "contract/state-unknown";

/// A contract that was brought over.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The file of edition 4.
    pub text: String,
    /// One for every state that no pattern maps: its place in the source.
    pub unmapped: Vec<Finding>,
    /// Pointers of those states in the new file.
    pub questions: Vec<String>,
}

/// Brings a plain file over. `source.consumer` is the consumer's name among our folders.
///
/// Shape: with an owner, the file gets our group; without one it stays plain
/// Errors: the file is no JSON, or follows an edition that is not read
pub fn import(
    source: &ContractSource,
    states: &StateMap,
    owner: Option<&str>,
) -> Result<Imported, Vec<Finding>> {
    let (document, edition) = edition_of(source)?;
    let mut carrier = Carrier {
        path: &source.source.path,
        document: &document,
        edition,
        states,
        used: BTreeSet::new(),
        unmapped: Vec::new(),
        questions: Vec::new(),
    };
    let interactions = carrier.interactions();
    let text = carrier.file(&source.consumer, interactions, owner).pretty();
    Ok(Imported {
        text,
        unmapped: carrier.unmapped,
        questions: carrier.questions,
    })
}

/// What is carried over, and what was met on the way.
struct Carrier<'a> {
    path: &'a str,
    document: &'a Document,
    edition: Edition,
    states: &'a StateMap,
    used: BTreeSet<String>,
    unmapped: Vec<Finding>,
    questions: Vec<String>,
}

impl Carrier<'_> {
    fn file(&self, consumer: &str, interactions: Tree, owner: Option<&str>) -> Tree {
        let Some(root) = Part::at(self.document, String::new()) else {
            return Tree::Kept(self.document.clone(), String::new());
        };
        let mut interactions = Some(interactions);
        let mut members = Vec::new();
        for (key, value) in root.members {
            match key.as_str() {
                "consumer" => members.push((key.clone(), self.named(value, consumer))),
                "interactions" | "messages" => {
                    let list = interactions.take();
                    members.extend(list.map(|list| ("interactions".to_owned(), list)));
                }
                "metadata" => members.push((key.clone(), self.metadata(owner))),
                _ => members.push((key.clone(), root.kept(key))),
            }
        }
        Tree::Object(members)
    }

    /// The consumer under the name that its folder has.
    fn named(&self, value: &Value, name: &str) -> Tree {
        if value.get("name").and_then(Value::as_str) == Some(name) {
            return Tree::Kept(self.document.clone(), "/consumer".to_owned());
        }
        Tree::Object(vec![("name".to_owned(), Tree::text(name))])
    }

    fn metadata(&self, owner: Option<&str>) -> Tree {
        let kept = Tree::Kept(self.document.clone(), "/metadata".to_owned());
        let Some(part) = Part::at(self.document, "/metadata".to_owned()) else {
            return kept;
        };
        if self.edition == Edition::V4 && owner.is_none() {
            return kept;
        }
        let spec = |key: &str| {
            matches!(
                key,
                "pactSpecification" | "pact-specification" | "pactSpecificationVersion"
            )
        };
        let mut members = Vec::new();
        for key in part.members.keys() {
            if key == "matchmark" && owner.is_some() || spec(key) {
                continue;
            }
            members.push((key.clone(), part.kept(key)));
        }
        let version = vec![("version".to_owned(), Tree::text("4.0"))];
        members.insert(0, ("pactSpecification".to_owned(), Tree::Object(version)));
        members.extend(owner.map(|owner| ("matchmark".to_owned(), self.group(owner))));
        Tree::Object(members)
    }

    /// Our group of the file, with a range for every state that is used.
    fn group(&self, owner: &str) -> Tree {
        let range = |name: &String| {
            let version = known(name)?.version();
            Some((name.clone(), Tree::text(format!("^{}", version.major))))
        };
        let mut members = vec![
            ("formatVersion".to_owned(), Tree::text("1.0")),
            ("owner".to_owned(), Tree::text(owner)),
        ];
        let ranges: Vec<_> = self.used.iter().filter_map(range).collect();
        if !ranges.is_empty() {
            members.push(("states".to_owned(), Tree::Object(ranges)));
        }
        // What the file said of itself stays; only its owner is another.
        if let Some(before) = Part::at(self.document, "/metadata/matchmark".to_owned()) {
            let named = |key: &&String| members.iter().any(|(known, _)| known == *key);
            let others: Vec<String> = before
                .members
                .keys()
                .filter(|key| !named(key))
                .cloned()
                .collect();
            members.extend(
                others
                    .into_iter()
                    .map(|key| (key.clone(), before.kept(&key))),
            );
        }
        Tree::Object(members)
    }

    /// Interactions first, then the messages of edition 3.
    fn interactions(&mut self) -> Tree {
        let mut carried = Vec::new();
        for list in ["interactions", "messages"] {
            let items = self.document.value().get(list).and_then(Value::as_array);
            for index in 0..items.map_or(0, Vec::len) {
                let pointer = format!("/{list}/{index}");
                let at = format!("/interactions/{}", carried.len());
                let tree = match Part::at(self.document, pointer.clone()) {
                    None => Tree::Kept(self.document.clone(), pointer),
                    Some(part) if self.edition == Edition::V4 => self.fourth(&part, &at),
                    Some(part) => self.earlier(&part, &at, list == "messages"),
                };
                carried.push(tree);
            }
        }
        Tree::List(carried)
    }

    /// An interaction of edition 4: only its states change, and a key is added where there is none.
    fn fourth(&mut self, part: &Part<'_>, at: &str) -> Tree {
        let mut members = Vec::new();
        for key in part.members.keys() {
            let tree = match key.as_str() {
                "providerStates" => Tree::List(self.mapped(part, at)),
                _ => part.kept(key),
            };
            members.push((key.clone(), tree));
        }
        if !part.members.contains_key("key") {
            let after = usize::from(part.members.contains_key("type")).min(members.len());
            members.insert(after, ("key".to_owned(), key(part)));
        }
        Tree::Object(members)
    }

    fn earlier(&mut self, part: &Part<'_>, at: &str, is_message: bool) -> Tree {
        let kind = if is_message {
            "Asynchronous/Messages"
        } else {
            "Synchronous/HTTP"
        };
        let mut members = vec![
            ("type".to_owned(), Tree::text(kind)),
            ("key".to_owned(), key(part)),
        ];
        let states = self.mapped(part, at);
        let mut states =
            (!states.is_empty()).then_some(("providerStates".to_owned(), Tree::List(states)));
        let carried = if is_message {
            side::message(part)
        } else {
            self.http(part)
        };
        for (key, tree) in carried {
            match key.as_str() {
                "providerState" | "providerStates" => members.extend(states.take()),
                "description" => {
                    members.push((key, tree));
                    members.push(("pending".to_owned(), Tree::New(Value::Bool(false))));
                }
                _ => members.push((key, tree)),
            }
        }
        Tree::Object(members)
    }

    fn http(&self, part: &Part<'_>) -> Vec<(String, Tree)> {
        let carried = part.members.keys().map(|key| {
            let tree = match key.as_str() {
                "request" | "response" => {
                    side::side(self.document, below(&part.pointer, key), self.edition)
                }
                _ => part.kept(key),
            };
            (key.clone(), tree)
        });
        carried.collect()
    }

    /// The states of an interaction, in words of the vocabulary where a pattern says which.
    fn mapped(&mut self, part: &Part<'_>, at: &str) -> Vec<Tree> {
        let mut states = Vec::new();
        if let Some(Value::String(text)) = part.members.get("providerState") {
            let pointer = below(&part.pointer, "providerState");
            let name = Tree::Object(vec![("name".to_owned(), Tree::text(text.clone()))]);
            self.state(text, &Map::new(), &pointer, name, at, &mut states);
        }
        let list = part.members.get("providerStates").and_then(Value::as_array);
        for (index, state) in list.into_iter().flatten().enumerate() {
            let pointer = format!("{}/providerStates/{index}", part.pointer);
            let kept = Tree::Kept(self.document.clone(), pointer.clone());
            let none = Map::new();
            let own = state
                .get("params")
                .and_then(Value::as_object)
                .unwrap_or(&none);
            match state.get("name").and_then(Value::as_str) {
                Some(name) => {
                    let pointer = format!("{pointer}/name");
                    self.state(name, own, &pointer, kept, at, &mut states);
                }
                None => states.push(kept),
            }
        }
        states
    }

    fn state(
        &mut self,
        text: &str,
        own: &Map<String, Value>,
        pointer: &str,
        kept: Tree,
        at: &str,
        states: &mut Vec<Tree>,
    ) {
        if known(text).is_some() {
            self.used.insert(text.to_owned());
            states.push(kept);
            return;
        }
        let mapped = self.states.states(text, own);
        if mapped.is_empty() {
            self.questions
                .push(format!("{at}/providerStates/{}/name", states.len()));
            self.unmapped.push(self.question(pointer));
            states.push(kept);
            return;
        }
        for state in mapped {
            if let Tree::New(value) = &state
                && let Some(name) = value.get("name").and_then(Value::as_str)
            {
                self.used.insert(name.to_owned());
            }
            states.push(state);
        }
    }

    fn question(&self, pointer: &str) -> Finding {
        let position = self.document.nearest(pointer);
        Finding::new(UNKNOWN, self.path, Place::at(self.path, position))
            .kind(format!("{}:{}", position.line, position.column))
            .message("no pattern of the state map matches this state, so it was carried over as it stands")
            .remedy("add a `[[state]]` with pattern, state and params to contracts/<consumer>/states.toml")
    }
}

fn key(part: &Part<'_>) -> Tree {
    let text = |key: &str| part.members.get(key).cloned().unwrap_or(Value::Null);
    let description = text("description");
    let states = [text("providerState"), text("providerStates")];
    Tree::text(derived_key(
        description.as_str().unwrap_or_default(),
        &states,
    ))
}

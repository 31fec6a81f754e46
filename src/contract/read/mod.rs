//! A contract file, read strictly: everything that is not understood is rejected, with its place, all in one run.
//! Refuses to guess, to skip, and to judge what a contract demands.

mod desk;
mod lint;
mod matcher;
mod promise;
mod rules;
mod side;
mod states;
mod terms;

use super::interaction::{Contract, Edition, Interaction, Request, Response};
use super::terms::{FileTerms, Terms};
use crate::catalogue::ContractSource;
use crate::model::{Finding, Place, rule};
use desk::{Desk, Members, Node};
use std::collections::BTreeSet;
use wire::json::{Document, Fault, FaultKind, Limits, canonical};

const UNKNOWN_KEY: &str = "contract/unknown-key";
const VERSION: &str = "contract/version-unsupported";
const DUPLICATE: &str = "contract/duplicate-interaction";
const UNSUPPORTED: &str = "contract/unsupported-content";

/// The contract that a file holds.
///
/// Errors: every reason why it is not one, in the order of the file
pub fn read(source: &ContractSource) -> Result<Contract, Vec<Finding>> {
    let path = source.source.path.as_str();
    let document = Document::parse(&source.source.bytes, &Limits::FILE)
        .map_err(|fault| vec![unreadable(path, fault)])?;
    let mut desk = Desk::new(path, &document);
    let contract = contract(&mut desk, source);
    match contract {
        Some(contract) if desk.is_clean() => Ok(contract),
        _ => Err(desk.into_findings()),
    }
}

/// One request of a test case, outside any contract: `edition` says how it is written.
///
/// Errors: as for a contract, without the checks that need a whole one
pub fn read_request(
    document: &Document,
    pointer: &str,
    edition: Edition,
) -> Result<Request, Vec<Finding>> {
    one(document, pointer, |desk, node| {
        side::request(desk, node, edition)
    })
}

/// One response of a test case, outside any contract.
///
/// Errors: as for a contract, without the checks that need a whole one
pub fn read_response(
    document: &Document,
    pointer: &str,
    edition: Edition,
) -> Result<Response, Vec<Finding>> {
    one(document, pointer, |desk, node| {
        side::response(desk, node, edition)
    })
}

fn one<'d, T>(
    document: &'d Document,
    pointer: &str,
    read: impl FnOnce(&mut Desk<'d>, &Node<'d>) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let mut desk = Desk::new("", document);
    let value = document.value().pointer(pointer);
    let found = value.and_then(|value| read(&mut desk, &Node::new(pointer, value)));
    found.ok_or_else(|| desk.into_findings())
}

fn unreadable(path: &str, fault: Fault) -> Finding {
    let id = match fault.kind {
        FaultKind::DuplicateKey => "contract/duplicate-key",
        _ => "contract/not-json",
    };
    Finding::new(id, path, Place::at(path, fault.position))
        .kind(fault.position.to_string())
        .message(fault.kind.to_string())
        .remedy(remedy(id))
}

/// What the table of rules says about settling a finding.
fn remedy(id: &str) -> &'static str {
    rule(id).map_or("", |rule| rule.fix)
}

fn contract<'d>(desk: &mut Desk<'d>, source: &ContractSource) -> Option<Contract> {
    let document = desk.document.clone();
    let root = Node::new("", desk.document.value());
    let members = desk.object(&root)?;
    let metadata = desk.need(&members, "metadata");
    let metadata = metadata.and_then(|node| desk.object(&node))?;
    edition(desk, &metadata)?;
    desk.only(
        &members,
        UNKNOWN_KEY,
        &["consumer", "provider", "interactions", "metadata"],
    );
    let consumer = party(desk, &members, "consumer");
    let provider = party(desk, &members, "provider");
    if consumer
        .as_ref()
        .is_some_and(|name| *name != source.consumer)
    {
        let message = "the name of the folder that the file stands in";
        desk.wrong_type("/consumer/name", message);
    }
    let group = desk.need(&metadata, "matchmark");
    let terms = group.and_then(|node| terms::file_terms(desk, &node));
    let interactions = interactions(desk, &members, terms.as_ref());
    Some(Contract {
        path: source.source.path.clone(),
        consumer: consumer?,
        provider: provider?,
        terms: terms?,
        interactions,
        document,
    })
}

/// Only the fourth edition is read as a contract.
fn edition<'d>(desk: &mut Desk<'d>, metadata: &Members<'d>) -> Option<()> {
    let node = desk.need(metadata, "pactSpecification")?;
    let members = desk.object(&node)?;
    let version = desk.need_text(&members, "version")?;
    if version.split('.').next() == Some("4") {
        return Some(());
    }
    let pointer = format!("{}/version", members.pointer);
    let message = "only edition 4 of the Pact specification is read";
    desk.reject(VERSION, &pointer, message);
    None
}

fn party<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<String> {
    let node = desk.need(members, key)?;
    let members = desk.object(&node)?;
    desk.only(&members, UNKNOWN_KEY, &["name"]);
    desk.need_text(&members, "name").map(str::to_owned)
}

fn interactions<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    file: Option<&FileTerms>,
) -> Vec<Interaction> {
    let Some(list) = desk.need(members, "interactions") else {
        return Vec::new();
    };
    let mut found: Vec<Interaction> = Vec::new();
    for node in desk.items(&list) {
        found.extend(interaction(desk, &node, file));
    }
    duplicates(desk, &found);
    for interaction in &found {
        lint::lint(desk, interaction);
    }
    found
}

fn interaction<'d>(
    desk: &mut Desk<'d>,
    node: &Node<'d>,
    file: Option<&FileTerms>,
) -> Option<Interaction> {
    let members = desk.object(node)?;
    kind(desk, &members)?;
    let known = [
        "type",
        "key",
        "description",
        "pending",
        "providerStates",
        "request",
        "response",
        "comments",
        "interactionMarkup",
        "transport",
    ];
    desk.only(&members, UNKNOWN_KEY, &known);
    let key = desk.need_text(&members, "key");
    let description = desk.need_text(&members, "description");
    let pending = members.get("pending").and_then(|node| desk.flag(&node));
    let mut states = Vec::new();
    if let Some(list) = members.get("providerStates") {
        for node in desk.items(&list) {
            states.extend(states::state(desk, &node, file));
        }
    }
    let request = desk.need(&members, "request");
    let request = request.and_then(|node| side::request(desk, &node, Edition::V4));
    let response = desk.need(&members, "response");
    let response = response.and_then(|node| side::response(desk, &node, Edition::V4));
    let terms = group(desk, &members, file);
    Some(Interaction {
        key: key?.to_owned(),
        description: description?.to_owned(),
        pending: pending.unwrap_or(false),
        states,
        request: request?,
        response: response?,
        terms,
        pointer: members.pointer,
    })
}

fn kind<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<()> {
    let word = desk.need_text(members, "type")?;
    let pointer = format!("{}/type", members.pointer);
    match word {
        "Synchronous/HTTP" => return Some(()),
        "Asynchronous/Messages" | "Synchronous/Messages" => {
            desk.reject(
                UNSUPPORTED,
                &pointer,
                "interactions of this type are not judged",
            );
        }
        _ => desk.reject(UNKNOWN_KEY, &pointer, "no interaction has this type"),
    }
    None
}

/// `comments.references.matchmark`; other tools keep their remarks beside it.
fn group<'d>(desk: &mut Desk<'d>, members: &Members<'d>, file: Option<&FileTerms>) -> Terms {
    let mut node = members.get("comments");
    for key in ["references", "matchmark"] {
        node = node
            .and_then(|node| desk.object(&node))
            .and_then(|members| members.get(key));
    }
    node.map(|node| terms::terms(desk, &node, file))
        .unwrap_or_default()
}

/// Generators are known, but nothing here runs them.
fn generators<'d>(desk: &mut Desk<'d>, node: &Node<'d>) {
    let empty = desk
        .object(node)
        .is_none_or(|members| members.each().next().is_none());
    if !empty {
        desk.reject_key(UNSUPPORTED, &node.pointer, "generators are not run");
    }
}

fn duplicates(desk: &mut Desk<'_>, interactions: &[Interaction]) {
    let mut keys = BTreeSet::new();
    let mut wordings = BTreeSet::new();
    for interaction in interactions {
        if !keys.insert(&interaction.key) {
            let pointer = format!("{}/key", interaction.pointer);
            desk.reject(DUPLICATE, &pointer, "another interaction has this key");
        }
        let states: Vec<_> = interaction
            .states
            .iter()
            .map(|state| {
                let params = serde_json::Value::Object(state.params.clone());
                (state.name.clone(), canonical(&params))
            })
            .collect();
        if !wordings.insert((&interaction.description, states)) {
            let pointer = format!("{}/description", interaction.pointer);
            let message = "another interaction has this description and these states";
            desk.reject(DUPLICATE, &pointer, message);
        }
    }
}

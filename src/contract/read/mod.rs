//! A contract file, read strictly: everything that is not understood is rejected, with its place, all in one run.
//! Refuses to guess, to skip, and to judge what a contract demands.

mod content;
mod desk;
mod event;
mod example;
mod generators;
mod interaction;
mod lint;
mod matcher;
mod message;
mod promise;
mod rules;
mod scope;
mod seen;
mod sequence;
mod side;
mod states;
mod terms;

use super::interaction::{Contract, Edition, Request, Response};
use super::message::Event;
use super::terms::FileTerms;
use crate::catalogue::ContractSource;
use crate::model::{Finding, Place, rule};
use desk::{Desk, Members, Node};
pub use seen::{Seen, SeenBody};
use serde_json::Value;
use wire::json::{Document, Fault, FaultKind, Limits};

const UNKNOWN_KEY: &str = "contract/unknown-key";
const VERSION: &str = "contract/version-unsupported";
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

/// The document of a contract file and the edition that it follows, with nothing else of it judged.
///
/// Errors: it is no JSON, or its edition is not read
pub fn edition_of(source: &ContractSource) -> Result<(Document, Edition), Vec<Finding>> {
    let path = source.source.path.as_str();
    let document = Document::parse(&source.source.bytes, &Limits::FILE)
        .map_err(|fault| vec![unreadable(path, fault)])?;
    let mut desk = Desk::new(path, &document);
    let members = desk.object(&Node::new("", document.value()));
    let metadata = members.and_then(|members| desk.need(&members, "metadata"));
    let metadata = metadata.and_then(|node| desk.object(&node));
    match metadata.and_then(|members| edition(&mut desk, &members)) {
        Some(edition) => Ok((document, edition)),
        None => Err(desk.into_findings()),
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

/// One message of a test case, outside any contract.
///
/// Errors: as for a contract, without the checks that need a whole one
pub fn read_event(
    document: &Document,
    pointer: &str,
    edition: Edition,
) -> Result<Event, Vec<Finding>> {
    one(document, pointer, |desk, node| {
        let members = desk.object(node)?;
        desk.only(&members, UNKNOWN_KEY, event::known(edition));
        event::event(desk, &members, edition)
    })
}

/// What was seen, as a test case or a line of a batch writes it.
///
/// Errors: a member has the wrong kind
pub fn read_seen(
    document: &Document,
    pointer: &str,
    edition: Edition,
) -> Result<Seen, Vec<Finding>> {
    one(document, pointer, |desk, node| {
        seen::seen(desk, node, edition)
    })
}

fn one<'d, T>(
    document: &'d Document,
    pointer: &str,
    read: impl FnOnce(&mut Desk<'d>, &Node<'d>) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let mut desk = Desk::bearing(document);
    let value = document.value().pointer(pointer);
    let Some(value) = value else {
        desk.wrong_type(pointer, "an object");
        return Err(desk.into_findings());
    };
    let found = read(&mut desk, &Node::new(pointer, value));
    found.ok_or_else(|| desk.into_findings())
}

/// Why a text is no JSON document of ours.
pub fn unreadable(path: &str, fault: Fault) -> Finding {
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

/// What the file says of all its interactions.
#[derive(Clone, Copy)]
struct Frame<'a> {
    edition: Edition,
    /// Whether the file holds none of our groups.
    is_plain: bool,
    /// The file's group, or nothing where there is none or it could not be read.
    terms: Option<&'a FileTerms>,
}

fn contract<'d>(desk: &mut Desk<'d>, source: &ContractSource) -> Option<Contract> {
    let document = desk.document.clone();
    let root = Node::new("", desk.document.value());
    let members = desk.object(&root)?;
    let metadata = desk.need(&members, "metadata");
    let metadata = metadata.and_then(|node| desk.object(&node))?;
    let edition = edition(desk, &metadata)?;
    let known = [
        "consumer",
        "provider",
        "interactions",
        "metadata",
        "messages",
    ];
    let third = usize::from(edition == Edition::V3);
    desk.only(
        &members,
        UNKNOWN_KEY,
        known.get(..4 + third).unwrap_or(&known),
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
    plugins(desk, &metadata);
    let is_plain = is_plain(root.value);
    let group = group(desk, &metadata, edition, is_plain);
    let frame = Frame {
        edition,
        is_plain,
        terms: group.as_ref(),
    };
    let (interactions, messages) = interaction::all(desk, &members, &frame);
    let consumer = consumer?;
    let plain = is_plain.then(|| FileTerms::of_plain(&consumer));
    Some(Contract {
        path: source.source.path.clone(),
        provider: provider?,
        edition,
        is_plain,
        terms: group.or(plain)?,
        interactions,
        messages,
        document,
        consumer,
    })
}

/// The file's own group, where the file has any of our groups.
fn group<'d>(
    desk: &mut Desk<'d>,
    metadata: &Members<'d>,
    edition: Edition,
    is_plain: bool,
) -> Option<FileTerms> {
    if is_plain {
        return None;
    }
    if edition < Edition::V4
        && let Some(node) = metadata.get("matchmark")
    {
        let message = "this group is read in edition 4 only: import the file";
        desk.reject_key(VERSION, &node.pointer, message);
        return None;
    }
    let node = desk.need(metadata, "matchmark")?;
    terms::file_terms(desk, &node)
}

/// Whether none of our groups stands in the file.
fn is_plain(file: &Value) -> bool {
    let interactions = file.get("interactions").and_then(Value::as_array);
    let of_file = file.pointer("/metadata/matchmark").is_some();
    let own = |interaction: &Value| {
        interaction
            .pointer("/comments/references/matchmark")
            .is_some()
    };
    !of_file && !interactions.into_iter().flatten().any(own)
}

/// What a plugin understands is not understood here.
fn plugins<'d>(desk: &mut Desk<'d>, metadata: &Members<'d>) {
    let Some(node) = metadata.get("plugins") else {
        return;
    };
    if node
        .value
        .as_array()
        .is_none_or(|plugins| !plugins.is_empty())
    {
        let message = "contents that a plugin understands are not judged";
        desk.reject_key(UNSUPPORTED, &node.pointer, message);
    }
}

/// Editions 2, 3 and 4 are read; older tools write the version in other places.
fn edition<'d>(desk: &mut Desk<'d>, metadata: &Members<'d>) -> Option<Edition> {
    let node = match metadata.get("pactSpecificationVersion") {
        Some(node) => node,
        None => {
            let node = metadata.get("pact-specification");
            let node = node.or_else(|| desk.need(metadata, "pactSpecification"))?;
            let members = desk.object(&node)?;
            desk.need(&members, "version")?
        }
    };
    let version = desk.text(&node)?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let major = version
        .split('.')
        .all(number)
        .then(|| version.split('.').next());
    match major.flatten() {
        Some("2") => Some(Edition::V2),
        Some("3") => Some(Edition::V3),
        Some("4") => Some(Edition::V4),
        _ => {
            let message = "editions 2, 3 and 4 of the Pact specification are read";
            desk.reject(VERSION, &node.pointer, message);
            None
        }
    }
}

fn party<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<String> {
    let node = desk.need(members, key)?;
    let members = desk.object(&node)?;
    desk.only(&members, UNKNOWN_KEY, &["name"]);
    desk.need_name(&members, "name").map(str::to_owned)
}

//! The facts that policies decide over, computed from the catalogue and from what the other checks found.
//! Refuses to decide anything: a fact says what is, a rule says what may not be.

mod change;
mod consent;
mod deprecation;
mod field;
mod financial;
mod identity;
mod operating;
mod operation;
mod partner;
mod place;
mod proof;
mod refusal;
mod runbook;
#[cfg(test)]
mod tests;
mod transform;
mod word;

pub(super) use place::places;

use crate::app::ruling::Ruling;
use crate::catalogue::{ConsentNeed, Entry, SchemaVersion, Workspace};
use crate::contract::Contract;
use crate::model::{Cell, Change, Direction, Finding, Notice, Stage, VersionId};
use crate::policy::RuleBook;
use crate::policy::input::{
    ExampleFacts, FieldFacts, FileFacts, FolderShape, Input, SchemaFacts, UNKNOWN, VERSION,
};
use crate::replay::Cluster;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wire::payload::Schema;

/// What the other checks found, as far as they ran.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<'a> {
    pub changes: &'a [Change],
    /// Whether contracts were judged; none of the next four holds anything otherwise.
    pub contracts_judged: bool,
    /// Contracts of partners that gate.
    pub gates: &'a [Contract],
    pub matrix: &'a [Cell],
    pub notices: &'a [Notice],
    /// Findings of the contract check.
    pub findings: &'a [Finding],
    /// Envelopes on record, by version and partner; none when nothing was replayed.
    pub seen: Option<&'a BTreeMap<VersionId, BTreeMap<String, u64>>>,
    pub clusters: &'a [Cluster],
}

/// Everything that facts are computed from.
pub(super) struct Grounds<'a> {
    pub head: &'a Workspace,
    /// Rules over single payloads: what they refuse no version admits.
    pub payload_rules: &'a RuleBook,
    pub as_of: chrono::NaiveDate,
    pub stage: Stage,
}

/// Every fact, in order of ids and pointers. Parameters are each rule's own.
#[cfg(test)]
fn facts(grounds: &Grounds<'_>, shown: &Shown<'_>) -> Input {
    let mut input = of_files(grounds);
    add(&mut input, grounds.head, shown);
    input
}

/// Adds what the other checks found.
pub(super) fn add(input: &mut Input, head: &Workspace, shown: &Shown<'_>) {
    input.changes = change::of(shown);
    input.contracts = proof::contracts(head, shown);
    input.replays = proof::replays(shown);
}

/// The facts that the files alone tell.
pub(super) fn of_files(grounds: &Grounds<'_>) -> Input {
    let (head, day) = (grounds.head, grounds.as_of);
    let mut input = Input {
        as_of: day.to_string(),
        deprecations: deprecation::of(head, day),
        partners: partner::of(head, day),
        ..nothing(grounds.stage)
    };
    let ruling = Ruling::of(head, grounds.payload_rules);
    for entry in head.catalogue.entries.values() {
        for version in entry.versions.values() {
            let bundle = head.catalogue.bundle(&version.id).ok();
            let bundle = bundle.as_ref().map(|bundle| &bundle.value);
            let fields = field::of(version, bundle, is_operational(entry));
            let schema = schema(head, entry, version, (bundle, &fields), &ruling);
            input.schemas.push(schema);
            input.fields.extend(fields);
        }
        let transforms = entry.transforms.values();
        input
            .transforms
            .extend(transforms.map(|found| transform::of(&head.catalogue, found)));
    }
    for entry in head.catalogue.entries.values() {
        let operation = operation::of(entry).map(|mut operation| {
            operation.error_schemas =
                refusal::of(&head.catalogue, &operation.errors, &input.fields);
            operation
        });
        input.operations.extend(operation);
    }
    operating::fill(&mut input, head, day);
    input
}

/// A document without a single fact.
fn nothing(stage: Stage) -> Input {
    Input {
        input_version: VERSION.to_owned(),
        as_of: String::new(),
        stage,
        params: serde_json::Map::new(),
        schemas: Vec::new(),
        fields: Vec::new(),
        operations: Vec::new(),
        transforms: Vec::new(),
        changes: Vec::new(),
        deprecations: Vec::new(),
        contracts: Vec::new(),
        replays: Vec::new(),
        partners: Vec::new(),
        slas: Vec::new(),
        alerts: Vec::new(),
        runbooks: Vec::new(),
        areas: Vec::new(),
        processes: Vec::new(),
        externals: Vec::new(),
        responses: Vec::new(),
        reviews: Vec::new(),
    }
}

/// Whether payers never send it to each other: an event of our own making.
fn is_operational(entry: &Entry) -> bool {
    entry.file.direction == Direction::Event && entry.file.guide == "matchmark"
}

fn schema(
    head: &Workspace,
    entry: &Entry,
    version: &SchemaVersion,
    (bundle, fields): (Option<&Value>, &[FieldFacts]),
    ruling: &Ruling<'_>,
) -> SchemaFacts {
    let folder = folder(version);
    let bearing = entry.file.consent == ConsentNeed::Bearing;
    let tried = bearing || financial::is_claim(version);
    let compiled = bundle.filter(|_| tried);
    let compiled = compiled.and_then(|bundle| Schema::compile(bundle).ok());
    let phi: BTreeSet<&String> = fields.iter().map(|field| &field.phi).collect();
    SchemaFacts {
        id: version.id.to_string(),
        entry: version.id.entry.clone(),
        entry_case: word::case(&version.id.entry),
        version: version.number.to_string(),
        folder_shape: folder_shape(&folder),
        folder,
        direction: entry.file.direction,
        status: version.file.status,
        guide: entry.file.guide.clone(),
        owner: known(&entry.file.owner),
        reviewers: entry.file.reviewers.clone(),
        escalation: known(&entry.file.escalation),
        phi_max: entry.file.phi,
        phi: phi.into_iter().cloned().collect(),
        operational: is_operational(entry),
        identity: identity::of(entry, bundle),
        financial: financial::of(version, compiled.as_ref(), ruling),
        consent: consent::of(&head.catalogue, version, compiled.as_ref(), bearing),
        examples: ExampleFacts {
            accepted: count(version.accepted.len()),
            rejected: count(version.rejected.len()),
        },
        files: files(version),
    }
}

/// The folder that holds the version's schema.
fn folder(version: &SchemaVersion) -> String {
    let folder = Path::new(&version.path).parent().and_then(Path::file_name);
    folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn folder_shape(name: &str) -> FolderShape {
    let is_number = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    if name == "next" {
        FolderShape::Next
    } else if name.split('.').count() == 3 && name.split('.').all(is_number) {
        FolderShape::Number
    } else {
        FolderShape::Other
    }
}

fn files(version: &SchemaVersion) -> Vec<FileFacts> {
    let examples = version.accepted.iter().chain(&version.rejected);
    let mut files: Vec<FileFacts> = std::iter::once(&version.path)
        .chain(examples.map(|example| &example.path))
        .map(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            let name = name.strip_suffix(".json").unwrap_or(name);
            FileFacts {
                path: path.clone(),
                name: name.to_owned(),
                case: word::case(name),
            }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The pointer of the first resource of one of these types in a payload.
fn resource(payload: &Value, kinds: &[&str]) -> Option<String> {
    let kind = payload.get("resourceType").and_then(Value::as_str);
    if kind.is_some_and(|kind| kinds.contains(&kind)) {
        return Some(String::new());
    }
    let below = |name: &str, value: &Value| {
        let rest = resource(value, kinds)?;
        Some(format!("/{}{rest}", wire::json::pointer_escape(name)))
    };
    match payload {
        Value::Object(members) => members.iter().find_map(|(name, value)| below(name, value)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .into_iter()
                .find_map(|(index, value)| below(&index.to_string(), value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The text, or the word for what is not known.
fn known(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { UNKNOWN } else { text }.to_owned()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

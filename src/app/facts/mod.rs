//! The facts that policies decide over, computed from the catalogue.
//! Refuses to decide anything: a fact says what is, a rule says what may not be.

mod consent;
mod field;
mod place;
#[cfg(test)]
mod tests;
mod transform;
mod word;

pub(super) use place::places;

use crate::catalogue::{Catalogue, ConsentNeed, Entry, SchemaVersion};
use crate::model::Stage;
use crate::policy::input::{
    AuthFacts, ExampleFacts, FileFacts, FolderShape, Input, OperationFacts, SchemaFacts,
    ScopeFacts, UNKNOWN, VERSION,
};
use std::path::Path;

/// Every fact about the catalogue, in order of ids and pointers. Parameters are each rule's own.
pub(super) fn facts(catalogue: &Catalogue, as_of: chrono::NaiveDate, stage: Stage) -> Input {
    let mut input = Input {
        input_version: VERSION.to_owned(),
        as_of: as_of.to_string(),
        stage,
        params: serde_json::Map::new(),
        schemas: Vec::new(),
        fields: Vec::new(),
        operations: Vec::new(),
        transforms: Vec::new(),
    };
    for entry in catalogue.entries.values() {
        for version in entry.versions.values() {
            input.schemas.push(schema(catalogue, entry, version));
            input.fields.extend(field::of(catalogue, version));
        }
        input.operations.extend(operation(entry));
        let transforms = entry.transforms.values();
        input
            .transforms
            .extend(transforms.map(|found| transform::of(catalogue, found)));
    }
    input
}

fn schema(catalogue: &Catalogue, entry: &Entry, version: &SchemaVersion) -> SchemaFacts {
    let folder = folder(version);
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
        phi_max: entry.file.phi,
        consent: consent::of(
            catalogue,
            version,
            entry.file.consent == ConsentNeed::Bearing,
        ),
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

fn operation(entry: &Entry) -> Option<OperationFacts> {
    let operation = entry.file.operation.as_ref()?;
    let auth = operation.auth.as_ref();
    let pointer = if auth.is_some() {
        "/operation/auth"
    } else {
        "/operation"
    };
    let scopes = auth.map_or(&[][..], |auth| auth.scopes.as_slice());
    Some(OperationFacts {
        id: operation.name.clone(),
        schema: entry.file.id.clone(),
        pointer: "/operation".to_owned(),
        auth: AuthFacts {
            pointer: pointer.to_owned(),
            scheme: known(auth.and_then(|auth| auth.scheme.as_deref()).unwrap_or("")),
            scopes: scopes
                .iter()
                .enumerate()
                .map(|(index, text)| ScopeFacts {
                    text: text.clone(),
                    pointer: format!("/operation/auth/scopes/{index}"),
                })
                .collect(),
            scope_expected: known(&operation.canonical),
        },
        errors: known(&entry.file.errors),
        owner: known(&entry.file.owner),
        escalation: known(&entry.file.escalation),
    })
}

/// The text, or the word for what is not known.
fn known(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { UNKNOWN } else { text }.to_owned()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

//! The folder of one catalogue entry.

use super::extent::Extent;
use super::read::{json, malformed, toml};
use crate::catalogue::{Catalogue, Entry, EntryFile, Example, SchemaVersion, Source, VersionFile};
use crate::model::{Finding, Place, VersionId, VersionName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::json::Document;

/// What an entry is read for, and beside what.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub extent: Extent,
    /// Another revision: a schema that says the same there is held once.
    pub beside: Option<&'a Catalogue>,
}

impl Context<'_> {
    /// The schema of this version beside, if its text is the same.
    fn known(&self, id: &VersionId, source: &Source) -> Option<Arc<Document>> {
        let other = &self.beside?.version(id)?.schema;
        let is_same = other.text().as_bytes() == &*source.bytes;
        is_same.then(|| Arc::clone(other))
    }
}

/// Files below `schemas/<id>/`, sorted into their places.
#[derive(Default)]
pub(super) struct EntryFiles {
    manifest: Option<Source>,
    versions: BTreeMap<String, VersionFiles>,
    transforms: Vec<Source>,
}

#[derive(Default)]
struct VersionFiles {
    schema: Option<Source>,
    accepted: Vec<Source>,
    rejected: Vec<Source>,
    notes: Option<Source>,
}

impl EntryFiles {
    /// Takes a file by its path below the entry, or gives it back when it has no place there.
    pub(super) fn add(&mut self, rest: &[&str], source: Source) -> Result<(), Source> {
        match rest {
            ["entry.toml"] => self.manifest = Some(source),
            ["transforms", name] if name.ends_with(".toml") => self.transforms.push(source),
            [version, "schema.json"] => self.version(version).schema = Some(source),
            [version, "NOTES.md"] => self.version(version).notes = Some(source),
            [version, "accepted", name] if name.ends_with(".json") => {
                self.version(version).accepted.push(source);
            }
            [version, "rejected", name] if name.ends_with(".json") => {
                self.version(version).rejected.push(source);
            }
            _ => return Err(source),
        }
        Ok(())
    }

    fn version(&mut self, name: &str) -> &mut VersionFiles {
        self.versions.entry(name.to_owned()).or_default()
    }

    /// The entry as far as it can be read, and what could not be.
    pub(super) fn read(self, id: &str, context: Context<'_>) -> (Option<Entry>, Vec<Finding>) {
        let folder = format!("schemas/{id}");
        let Some(source) = self.manifest else {
            let path = format!("{folder}/entry.toml");
            let finding = malformed(
                "catalogue/entry-unreadable",
                Place::start(path),
                "is missing",
            );
            return (None, vec![*finding]);
        };
        let file: EntryFile = match toml(&source, "catalogue/entry-unreadable") {
            Ok(file) => file,
            Err(finding) => return (None, vec![*finding]),
        };
        let mut findings = Vec::new();
        let mut versions = BTreeMap::new();
        let mut folders = self.versions;
        let mut taken = Taken::default();
        for record in &file.versions {
            let name = if record.status.is_open() {
                VersionName::Next
            } else {
                VersionName::Number(record.version.clone())
            };
            let version = VersionId {
                entry: id.to_owned(),
                version: name.clone(),
            };
            findings.extend(taken.again(&version, record, &source));
            if !taken.names.insert(name.clone()) {
                continue;
            }
            let files = folders.remove(&name.to_string());
            let context = (context, &source);
            match read_version(version, record, files, context, &mut findings) {
                Ok(version) => {
                    versions.insert(name, version);
                }
                Err(finding) => findings.push(*finding),
            }
        }
        findings.extend(folders.into_keys().map(|name| unlisted(id, &name)));
        let entry = Entry {
            source,
            file,
            versions,
            transforms: super::transform::all(self.transforms, &mut findings),
        };
        (Some(entry), findings)
    }
}

/// Names and numbers that an entry has given already.
#[derive(Default)]
struct Taken {
    names: BTreeSet<VersionName>,
    numbers: BTreeSet<semver::Version>,
}

impl Taken {
    /// A finding when the record repeats a number, or opens a second draft.
    fn again(
        &mut self,
        id: &VersionId,
        record: &VersionFile,
        manifest: &Source,
    ) -> Option<Finding> {
        let number = &record.version;
        let is_new_number = self.numbers.insert(number.clone());
        let (kind, said) = if !is_new_number {
            ("number", format!("the number {number} is taken"))
        } else if self.names.contains(&id.version) {
            ("draft", format!("{number} is open beside another draft"))
        } else {
            return None;
        };
        let subject = format!("{}@{number}", id.entry);
        let place = manifest.find_last(&format!("\"{number}\""));
        Some(
            Finding::new("catalogue/version-taken", subject, place)
                .pointer("/version")
                .kind(kind)
                .message(format!("`{}` lists a version twice: {said}", id.entry))
                .remedy("give each version a number of its own, and keep one draft at most"),
        )
    }
}

fn unlisted(id: &str, name: &str) -> Finding {
    let folder = format!("schemas/{id}");
    let place = Place::start(format!("{folder}/{name}"));
    Finding::new("catalogue/version-unlisted", format!("{id}@{name}"), place)
        .kind("unlisted")
        .message(format!(
            "`{folder}/{name}` is not listed in entry.toml, so nothing judges it"
        ))
        .remedy(format!(
            "add a [[version]] to {folder}/entry.toml, or delete the folder; a draft lives in `next`"
        ))
}

fn read_version(
    id: VersionId,
    record: &VersionFile,
    files: Option<VersionFiles>,
    (context, manifest): (Context<'_>, &Source),
    findings: &mut Vec<Finding>,
) -> Result<SchemaVersion, Box<Finding>> {
    let path = format!("schemas/{}/{}/schema.json", id.entry, id.version);
    let files = files.unwrap_or_default();
    let Some(source) = files.schema else {
        let place = manifest.find(&format!("\"{}\"", record.version));
        let finding = malformed(
            "catalogue/schema-unreadable",
            place,
            "lists a version without a schema",
        );
        return Err(Box::new(finding.pointer(path)));
    };
    let schema = match context.known(&id, &source) {
        Some(known) => known,
        None => json(&source, "catalogue/schema-unreadable")?,
    };
    Ok(SchemaVersion {
        number: record.version.clone(),
        file: record.clone(),
        digest: source.digest(),
        schema,
        accepted: examples(files.accepted, context.extent, findings),
        rejected: examples(files.rejected, context.extent, findings),
        notes: files.notes,
        path,
        id,
    })
}

/// Examples that are JSON; a rejected one may be malformed on purpose only in a replayed history.
fn examples(sources: Vec<Source>, extent: Extent, findings: &mut Vec<Finding>) -> Vec<Example> {
    let mut examples = Vec::new();
    for source in sources {
        match json(&source, "catalogue/example-unreadable") {
            Ok(_) if !extent.has_examples() => {}
            Ok(document) => examples.push(Example {
                path: source.path,
                document,
            }),
            Err(finding) => findings.push(*finding),
        }
    }
    examples
}

//! From what a rule names back to the file: subject and pointer -> line and column.
//! Refuses to guess: what does not exist has no place.

use crate::catalogue::{Catalogue, Operating, SchemaVersion, Source, Workspace};
use crate::model::{Place, VersionId};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// The place of a pointer of a subject: a version, an entry's own file, a file of a version, a partner, or a document
/// about the running of the exchange.
pub(in crate::app) fn places(head: &Workspace) -> impl Fn(&str, &str) -> Option<Place> {
    let catalogue = &head.catalogue;
    let files = files(catalogue);
    let tables = tables(head);
    move |subject, pointer| {
        if let Some(source) = tables.get(subject) {
            return in_toml(source, pointer);
        }
        if let Some((entry, version)) = subject.split_once('@') {
            let id = VersionId {
                entry: entry.to_owned(),
                version: version.parse().ok()?,
            };
            let found = catalogue
                .version(&id)
                .or_else(|| numbered(catalogue, entry, version));
            let version = found?;
            let position = version.schema.place(pointer)?;
            return Some(Place::at(&version.path, position));
        }
        if let Some(place) = operating(&head.operating, subject, pointer) {
            return place;
        }
        files.get(subject).filter(|_| pointer.is_empty())?;
        Some(Place::start(subject))
    }
}

/// The version that has a number, or declares to get it.
fn numbered<'a>(catalogue: &'a Catalogue, entry: &str, number: &str) -> Option<&'a SchemaVersion> {
    let versions = &catalogue.entry(entry)?.versions;
    versions
        .values()
        .find(|version| version.number.to_string() == number)
}

/// Files of versions, by path.
fn files(catalogue: &Catalogue) -> BTreeMap<&str, &SchemaVersion> {
    catalogue
        .versions()
        .flat_map(|version| {
            let examples = version.accepted.iter().chain(&version.rejected);
            let paths = examples.map(|example| example.path.as_str());
            paths
                .chain([version.path.as_str()])
                .map(move |path| (path, version))
        })
        .collect()
}

/// Every TOML file that a subject may stand for: by the id of an entry or a partner, or by its path.
fn tables(head: &Workspace) -> BTreeMap<&str, &Source> {
    let entries = head.catalogue.entries.iter();
    let entries = entries.map(|(id, entry)| (id.as_str(), &entry.source));
    let partners = head.partners.values();
    let partners = partners.map(|partner| (partner.file.id.as_str(), &partner.source));
    let transforms = head.catalogue.transforms();
    let transforms = transforms.map(|one| (one.source.path.as_str(), &one.source));
    let raci = head.operating.raci.iter().map(|raci| &raci.source);
    let reviews = head.operating.reviews.iter().map(|review| &review.source);
    let records = raci
        .chain(reviews)
        .map(|source| (source.path.as_str(), source));
    // An entry comes last: it keeps its id where a partner has the same one.
    partners
        .chain(transforms)
        .chain(records)
        .chain(entries)
        .collect()
}

/// The place in a promise, an alert or a runbook; none within when the pointer leads nowhere.
fn operating(all: &Operating, subject: &str, pointer: &str) -> Option<Option<Place>> {
    let mut documents = all.slas.iter().chain(&all.alerts);
    if let Some(one) = documents.find(|one| one.source.path == subject) {
        let position = one.document.place(pointer);
        return Some(position.map(|position| Place::at(subject, position)));
    }
    let mut runbooks = all.runbooks.iter();
    let runbook = runbooks.find(|one| one.source.path == subject)?;
    Some(runbook.place(pointer))
}

/// The place of the value at a JSON pointer of a TOML file.
fn in_toml(source: &Source, pointer: &str) -> Option<Place> {
    let text = source.text()?;
    let table = DeTable::parse(text).ok()?;
    let Some(path) = pointer.strip_prefix('/') else {
        return pointer.is_empty().then(|| Place::start(&source.path));
    };
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let mut found = table.get_ref().get(first)?;
    for step in rest.split('/').filter(|step| !step.is_empty()) {
        found = match found.get_ref() {
            DeValue::Table(members) => members.get(step)?,
            DeValue::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(source.place(found.span().start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pointer_leads_into_a_toml_file() {
        let text =
            "id = \"a\"\n\n[operation]\nname = \"$x\"\n[operation.auth]\nscopes = [\"s\", \"t\"]\n";
        let source = Source::new("entry.toml", text.as_bytes());
        for (pointer, line) in [
            ("", 1),
            ("/id", 1),
            ("/operation", 3),
            ("/operation/name", 4),
            ("/operation/auth", 5),
            ("/operation/auth/scopes/1", 6),
        ] {
            assert_eq!(in_toml(&source, pointer).unwrap().line, line, "{pointer}");
        }
        for pointer in [
            "/absent",
            "/operation/absent",
            "/operation/auth/scopes/2",
            "id",
        ] {
            assert_eq!(in_toml(&source, pointer), None, "{pointer}");
        }
    }
}

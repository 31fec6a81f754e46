//! From what a rule names back to the file: subject and pointer -> line and column.
//! Refuses to guess: what does not exist has no place.

use crate::catalogue::{Catalogue, SchemaVersion, Source};
use crate::model::{Place, VersionId};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// The place of a pointer of a subject: a version, an entry's own file, or any file of a version.
pub(in crate::app) fn places(catalogue: &Catalogue) -> impl Fn(&str, &str) -> Option<Place> {
    let files: BTreeMap<&str, &SchemaVersion> = catalogue
        .versions()
        .flat_map(|version| {
            let examples = version.accepted.iter().chain(&version.rejected);
            let paths = examples.map(|example| example.path.as_str());
            paths
                .chain([version.path.as_str()])
                .map(move |path| (path, version))
        })
        .collect();
    move |subject, pointer| {
        if let Some(transform) = catalogue
            .transforms()
            .find(|one| one.source.path == subject)
        {
            return in_toml(&transform.source, pointer);
        }
        if let Some((entry, version)) = subject.split_once('@') {
            let id = VersionId {
                entry: entry.to_owned(),
                version: version.parse().ok()?,
            };
            let version = catalogue.version(&id)?;
            let position = version.schema.place(pointer)?;
            return Some(Place::at(&version.path, position));
        }
        if let Some(entry) = catalogue.entry(subject) {
            return in_toml(&entry.source, pointer);
        }
        files.get(subject).filter(|_| pointer.is_empty())?;
        Some(Place::start(subject))
    }
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

//! Whether folders, ids and references say the same thing.

use crate::catalogue::bundle::{BASE, MissingReference};
use crate::catalogue::{Catalogue, Entry, SchemaVersion};
use crate::model::{Finding, Place, VersionId, VersionName};
use std::collections::BTreeSet;

pub(super) fn entry(entry: &Entry, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folder = entry.source.path.split('/').nth(1).unwrap_or_default();
    if entry.file.id != folder {
        findings.push(
            Finding::new("catalogue/id-mismatch", folder, entry.source.find("id ="))
                .pointer("/id")
                .kind("folder")
                .message(format!(
                    "the folder is `{folder}` but the entry calls itself `{}`",
                    entry.file.id
                ))
                .remedy("give both the same name; an id is never reused"),
        );
    }
    for version in entry.versions.values() {
        findings.extend(id(version));
        findings.extend(references(entry, version, catalogue));
    }
    findings.extend(named(entry, folder, catalogue));
    let successors = entry.versions.values();
    findings.extend(successors.filter_map(|version| successor(entry, version, catalogue)));
    findings
}

/// What replaces a version is a number of the same entry, or another entry's version named whole.
fn successor(entry: &Entry, version: &SchemaVersion, catalogue: &Catalogue) -> Option<Finding> {
    let named = version.file.replaced_by.as_deref()?;
    let (id, number) = named
        .split_once('@')
        .unwrap_or((entry.file.id.as_str(), named));
    let mut known = catalogue
        .entry(id)
        .into_iter()
        .flat_map(|entry| entry.versions.values());
    (!known.any(|known| known.number.to_string() == number)).then(|| {
        let place = entry.source.find(&format!("\"{named}\""));
        Finding::new("catalogue/reference-missing", version.id.to_string(), place)
            .pointer("/replaced-by")
            .kind(named)
            .message(format!(
                "`{}` is replaced by `{named}`, which is not in the catalogue",
                version.id
            ))
            .remedy("name a version of this entry, or another entry as id@version")
    })
}

/// Every entry that the manifest names must be there.
fn named(entry: &Entry, folder: &str, catalogue: &Catalogue) -> Vec<Finding> {
    let file = &entry.file;
    let operation = file.operation.iter();
    let depends_on = file.depends_on.iter().map(|name| ("depends-on", name));
    let errors = (file.errors.trim() != "none" && !file.errors.trim().is_empty())
        .then_some(("errors", &file.errors));
    depends_on
        .chain(errors)
        .chain(operation.map(|operation| ("response", &operation.response)))
        .filter(|(_, name)| catalogue.entry(name).is_none())
        .map(|(key, name)| {
            Finding::new(
                "catalogue/reference-missing",
                folder,
                entry.source.find(&format!("\"{name}\"")),
            )
            .pointer(format!("/{key}"))
            .kind(name)
            .message(format!(
                "`{folder}` names `{name}` under {key}, which is not in the catalogue"
            ))
            .remedy(format!("add the entry, or correct {key}"))
        })
        .collect()
}

/// A version's `$id` names its entry and its number; a draft's names the number that it will get, or `next`.
fn id(version: &SchemaVersion) -> Option<Finding> {
    let written = version.schema.value().get("$id").and_then(|id| id.as_str());
    let expected = format!("{BASE}{}/{}", version.id.entry, version.id.version);
    let draft = format!("{BASE}{}/{}", version.id.entry, version.number);
    let fits = written == Some(&expected)
        || (version.id.version == VersionName::Next && written == Some(&draft));
    (!fits).then(|| {
        let place = Place::at(&version.path, version.schema.nearest("/$id"));
        Finding::new("catalogue/id-mismatch", version.id.to_string(), place)
            .pointer("/$id")
            .kind("$id")
            .message(format!("`$id` does not name `{}`", version.id))
            .remedy(format!("write \"$id\": \"{expected}\""))
    })
}

fn references(entry: &Entry, version: &SchemaVersion, catalogue: &Catalogue) -> Vec<Finding> {
    let MissingReference {
        from,
        pointer,
        target,
    } = match catalogue.bundle(&version.id) {
        Err(missing) => missing,
        Ok(bundle) => return undeclared(entry, version, &bundle.members),
    };
    vec![
        Finding::new(
            "catalogue/reference-missing",
            from.to_string(),
            catalogue.place(&from, &pointer),
        )
        .pointer(pointer)
        .kind(&target)
        .message(format!(
            "`{from}` refers to `{target}`, which is not in the catalogue"
        ))
        .remedy("add that version, or refer to one that exists"),
    ]
}

fn undeclared(entry: &Entry, version: &SchemaVersion, members: &[VersionId]) -> Vec<Finding> {
    let drawn: BTreeSet<&String> = members.iter().map(|member| &member.entry).collect();
    drawn
        .into_iter()
        .filter(|name| !entry.file.depends_on.contains(name))
        .map(|name| {
            Finding::new(
                "catalogue/dependency-undeclared",
                version.id.to_string(),
                Place::start(&entry.source.path),
            )
            .pointer("/depends-on")
            .kind(name)
            .message(format!(
                "`{}` draws in `{name}` but does not say so",
                version.id
            ))
            .remedy(format!(
                "add \"{name}\" to depends-on in {}",
                entry.source.path
            ))
        })
        .collect()
}

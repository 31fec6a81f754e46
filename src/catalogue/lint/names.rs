//! Whether folders, ids and references say the same thing.

use crate::catalogue::bundle::{BASE, MissingReference};
use crate::catalogue::{Catalogue, Entry, SchemaVersion};
use crate::model::{Finding, Place, VersionName};

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
    for depended in &entry.file.depends_on {
        if catalogue.entry(depended).is_none() {
            findings.push(
                Finding::new(
                    "catalogue/reference-missing",
                    folder,
                    entry.source.find(depended),
                )
                .pointer("/depends-on")
                .kind(depended)
                .message(format!(
                    "`{folder}` depends on `{depended}`, which is not in the catalogue"
                ))
                .remedy("add the entry, or take it out of depends-on"),
            );
        }
    }
    findings
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

fn references(entry: &Entry, version: &SchemaVersion, catalogue: &Catalogue) -> Option<Finding> {
    let MissingReference {
        from,
        pointer,
        target,
    } = match catalogue.bundle(&version.id) {
        Err(missing) => missing,
        Ok(bundle) => return undeclared(entry, version, &bundle.members),
    };
    Some(
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
    )
}

fn undeclared(
    entry: &Entry,
    version: &SchemaVersion,
    members: &[crate::model::VersionId],
) -> Option<Finding> {
    let silent = members
        .iter()
        .find(|member| !entry.file.depends_on.contains(&member.entry))?;
    Some(
        Finding::new(
            "catalogue/dependency-undeclared",
            version.id.to_string(),
            Place::start(&entry.source.path),
        )
        .pointer("/depends-on")
        .kind(&silent.entry)
        .message(format!(
            "`{}` draws in `{}` but does not say so",
            version.id, silent.entry
        ))
        .remedy(format!(
            "add \"{}\" to depends-on in {}",
            silent.entry, entry.source.path
        )),
    )
}

//! Whether what was released is still what was released.

use crate::catalogue::{Catalogue, Entry, SchemaVersion, Status};
use crate::model::{Finding, Place};

/// A released version carries the digest of its schema, and the schema still has it.
pub(super) fn frozen(entry: &Entry, version: &SchemaVersion) -> Option<Finding> {
    if version.file.status.is_open() {
        return None;
    }
    let written = version.file.digest.as_deref();
    if written == Some(version.digest.as_str()) {
        return None;
    }
    let (kind, message) = if written.is_some() {
        (
            "edited",
            format!("`{}` was released and has been edited since", version.id),
        )
    } else {
        (
            "digest",
            format!(
                "`{}` is released but entry.toml carries no digest of it",
                version.id
            ),
        )
    };
    let rule = if written.is_some() {
        "catalogue/released-edited"
    } else {
        "catalogue/digest-missing"
    };
    let remedy = if written.is_some() {
        format!(
            "restore {} and put the change into schemas/{}/next",
            version.path, version.id.entry
        )
    } else {
        format!(
            "write digest = \"{}\" into {}",
            version.digest, entry.source.path
        )
    };
    Some(
        Finding::new(rule, version.id.to_string(), Place::start(&version.path))
            .kind(kind)
            .message(message)
            .remedy(remedy),
    )
}

/// Nothing that the base had released is changed or gone, whatever the digests of the head say.
pub(super) fn unaltered(head: &Catalogue, base: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for old in base.versions().filter(|old| !old.file.status.is_open()) {
        match head.version(&old.id) {
            Some(new) if new.digest == old.digest => {}
            Some(new) => {
                // Edited together with its digest; an edit alone is found without the base.
                if new.file.digest.as_deref() == Some(new.digest.as_str()) {
                    findings.push(edited(new));
                }
            }
            None if old.file.status == Status::Retired => {}
            None => findings.push(removed(old)),
        }
    }
    findings
}

fn edited(version: &SchemaVersion) -> Finding {
    Finding::new(
        "catalogue/released-edited",
        version.id.to_string(),
        Place::start(&version.path),
    )
    .kind("edited")
    .message(format!(
        "`{}` was released and differs from the base, digest and all",
        version.id
    ))
    .remedy(format!(
        "restore {} and put the change into schemas/{}/next",
        version.path, version.id.entry
    ))
}

fn removed(version: &SchemaVersion) -> Finding {
    let place = Place::start(format!("schemas/{}/entry.toml", version.id.entry));
    Finding::new("catalogue/released-removed", version.id.to_string(), place)
        .kind("removed")
        .message(format!("`{}` was released and is gone", version.id))
        .remedy("restore it; a version ends by deprecation and retirement, not by deletion")
}

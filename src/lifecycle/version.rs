//! Deprecated versions that do not say what a partner needs for its plans.
//! Refuses to know what day it is.

use crate::catalogue::{Catalogue, SchemaVersion, Status};
use crate::model::{Finding, Place};

/// What is missing from deprecations.
#[must_use]
pub fn versions(catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in catalogue.entries.values() {
        for version in entry.versions.values() {
            if version.file.status == Status::Deprecated {
                let manifest = entry.source.find(&format!("\"{}\"", version.number));
                findings.extend(incomplete(version, &manifest));
            }
        }
    }
    findings
}

fn incomplete(version: &SchemaVersion, place: &Place) -> Vec<Finding> {
    let file = &version.file;
    [
        ("deprecated", file.deprecated.is_some()),
        ("sunset", file.sunset.is_some()),
        ("replaced-by", file.replaced_by.is_some()),
        ("migration", file.migration.is_some()),
    ]
    .into_iter()
    .filter(|(_, said)| !said)
    .map(|(key, _)| {
        Finding::new(
            "lifecycle/deprecation-incomplete",
            version.id.to_string(),
            place.clone(),
        )
        .pointer(format!("/{key}"))
        .kind(key)
        .message(format!("`{}` is deprecated without `{key}`", version.id))
        .remedy(format!("write `{key}` into {}", place.file))
    })
    .collect()
}

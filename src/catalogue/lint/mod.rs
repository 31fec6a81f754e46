//! Whether a workspace's catalogue is complete, unaltered and true to its own examples.
//! Refuses to compare versions with each other: that is another room's question.

mod annotations;
mod description;
mod examples;
mod identity;
mod names;
mod operating;
mod ownership;
mod partner;
mod release;
mod sections;
mod shape;
mod statements;
mod transform;
mod value;

pub use annotations::Annotations;

use super::{Catalogue, Workspace};
use crate::model::Finding;

/// Everything that is wrong with the catalogue of `head`; `base` is what was there before.
#[must_use]
pub fn lint(head: &Workspace, base: Option<&Catalogue>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in head.catalogue.entries.values() {
        findings.extend(ownership::entry(entry, &head.board));
        findings.extend(names::entry(entry, &head.catalogue));
        findings.extend(sections::entry(entry));
        findings.extend(transform::entry(entry, &head.catalogue));
        for version in entry.versions.values() {
            findings.extend(annotations::version(version));
            findings.extend(statements::version(version, head));
            findings.extend(release::frozen(entry, version));
            findings.extend(examples::version(&head.catalogue, version));
            if let Ok(bundle) = head.catalogue.bundle(&version.id) {
                findings.extend(shape::version(version, &bundle.value));
                findings.extend(description::version(version, &bundle.value));
            }
        }
        if let Some(newest) = entry.versions.values().next_back()
            && let Ok(bundle) = head.catalogue.bundle(&newest.id)
        {
            findings.extend(identity::entry(entry, newest, &bundle.value));
        }
    }
    findings.extend(ownership::board(&head.catalogue, &head.board));
    findings.extend(head.statements.iter().flat_map(statements::list));
    let partners = head.partners.iter();
    findings
        .extend(partners.flat_map(|(name, found)| partner::partner(name, found, &head.catalogue)));
    findings.extend(operating::operating(head));
    if let Some(base) = base {
        findings.extend(release::unaltered(&head.catalogue, base));
    }
    findings
}

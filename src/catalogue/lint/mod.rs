//! Whether a workspace's catalogue is complete, unaltered and true to its own examples.
//! Refuses to compare versions with each other: that is another room's question.

mod annotations;
mod examples;
mod names;
mod ownership;
mod partner;
mod release;
mod sections;

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
        for version in entry.versions.values() {
            findings.extend(annotations::version(version));
            findings.extend(release::frozen(entry, version));
            findings.extend(examples::version(&head.catalogue, version));
        }
    }
    findings.extend(ownership::board(&head.catalogue, &head.board));
    let partners = head.partners.iter();
    findings
        .extend(partners.flat_map(|(name, found)| partner::partner(name, found, &head.catalogue)));
    if let Some(base) = base {
        findings.extend(release::unaltered(&head.catalogue, base));
    }
    findings
}

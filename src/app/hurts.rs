//! Whom a change hurts: partners whose range admits the new version, and what is on record of them.

use crate::catalogue::{Catalogue, Workspace};
use crate::model::{Finding, Hurt, VersionId};
use std::collections::BTreeSet;

/// The finding with everyone who would be served `version` without asking for it.
pub(super) fn with(mut finding: Finding, version: &VersionId, workspace: &Workspace) -> Finding {
    let Some(number) = workspace.catalogue.version(version).map(|v| &v.number) else {
        return finding;
    };
    let affected = affected(&workspace.catalogue, &version.entry);
    for partner in workspace.partners.values() {
        for (entry, range) in &partner.file.uses {
            // Ranges speak of the entry that travels; what it draws in travels with it.
            let admits = entry != &version.entry || range.matches(number);
            if affected.contains(entry.as_str()) && admits {
                finding.hurts.push(Hurt {
                    who: partner.file.id.clone(),
                    why: format!("uses {entry} {range}"),
                    place: Some(partner.source.find(entry)),
                });
            }
        }
    }
    finding
}

/// The entry and every entry that draws it in, however far.
fn affected<'a>(catalogue: &'a Catalogue, entry: &'a str) -> BTreeSet<&'a str> {
    let mut affected = BTreeSet::from([entry]);
    loop {
        let before = affected.len();
        for (id, entry) in &catalogue.entries {
            let depends = |on: &String| affected.contains(on.as_str());
            if entry.file.depends_on.iter().any(depends) {
                affected.insert(id);
            }
        }
        if affected.len() == before {
            return affected;
        }
    }
}

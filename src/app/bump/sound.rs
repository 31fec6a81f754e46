//! Whether a draft, as it would be released, is what the gate lets stand: the catalogue's own findings about it.
//! Refuses to compare it with other versions: the number does.

use super::leave::Release;
use crate::app::judge;
use crate::catalogue::{SchemaVersion, Source, Status, Workspace, lint};
use crate::model::{Severity, VersionName};
use crate::release::unnoted;
use std::collections::BTreeMap;

/// What fails the gate once `new` is released with these notes, one sentence each, with the place where it is mended.
pub(super) fn faults(
    workspace: &Workspace,
    new: &SchemaVersion,
    notes: &str,
    release: &Release,
) -> Vec<String> {
    let mut version = new.clone();
    let path = new.path.replace("schema.json", "NOTES.md");
    version.notes = Some(Source::new(path, notes.as_bytes().to_vec()));
    version.file.status = Status::Released;
    version.file.released = Some(release.day());
    version.file.digest = Some(new.digest.clone());
    let mut after = workspace.clone();
    if let Some(entry) = after.catalogue.entries.get_mut(&new.id.entry) {
        entry.versions.remove(&VersionName::Next);
        entry.versions.insert(new.id.version.clone(), version);
    }
    let subject = new.id.to_string();
    let home = format!("schemas/{}/{}/", new.id.entry, new.id.version);
    let draft = format!("schemas/{}/next/", new.id.entry);
    let found = lint(&after, None);
    let found = found.into_iter().chain(unnoted(&after.catalogue));
    let own = found.filter(|it| it.subject == subject);
    let heavy = own.filter(|it| judge::weight(it, &BTreeMap::new()) >= Severity::Error);
    let said = heavy.map(|it| {
        // The folder has its number only once it is released.
        let place = it.place.to_string().replace(&home, &draft);
        format!("{}: {} ({place}); {}", it.rule, it.message, it.remedy)
    });
    said.collect()
}

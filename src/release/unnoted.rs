//! Versions whose notes are missing, were made from something else, or leave a change out.
//! Refuses to compare schemas: a known note is judged by its seal, a new one by changes that others computed.

use super::line::Line;
use super::seal::{Broken, Seal};
use crate::catalogue::{Catalogue, Entry, SchemaVersion, Status};
use crate::model::{Finding, Place};

/// What is wrong with the notes of `catalogue`, by their seals.
#[must_use]
pub fn unnoted(catalogue: &Catalogue) -> Vec<Finding> {
    let entries = catalogue.entries.values();
    entries
        .flat_map(|entry| {
            let versions = entry
                .versions
                .values()
                .filter(|version| owes_notes(version));
            versions.filter_map(|version| by_seal(catalogue, entry, version))
        })
        .collect()
}

/// What the notes of `new` leave out of `changes`, which were computed for the step from `old`; notes speak of the
/// version that theirs follows, and of no older one.
#[must_use]
pub fn unnamed(
    entry: &Entry,
    (old, new): (&SchemaVersion, &SchemaVersion),
    changes: &[Finding],
) -> Option<Finding> {
    let is_edited = new
        .file
        .digest
        .as_ref()
        .is_some_and(|digest| *digest != new.digest);
    // An edit of a release is told elsewhere, and once.
    let is_meant = owes_notes(new) && !is_edited && entry.followed(new)?.id == old.id;
    let notes = new.notes.as_ref().filter(|_| is_meant)?;
    let text = notes.text().unwrap_or_default();
    let rows: Vec<&str> = text.lines().collect();
    let left_out = changes.iter().filter(|change| {
        Line::of(change, new).is_some_and(|line| {
            let key = line.key();
            !rows.iter().any(|row| row.starts_with(&key))
        })
    });
    let said: Vec<&str> = left_out.map(|change| change.message.as_str()).collect();
    let first = said.first()?;
    let more = match said.len() {
        1 => String::new(),
        count => format!(", nor {} more", count - 1),
    };
    Some(stale(
        new,
        "incomplete",
        &format!("do not name every change: {first}{more}"),
    ))
}

/// Partners get it, or are about to. A draft is free, and what is retired was told of in its time.
#[must_use]
pub fn owes_notes(version: &SchemaVersion) -> bool {
    match version.file.status {
        Status::Candidate | Status::Released | Status::Deprecated => true,
        Status::Draft | Status::Retired => false,
    }
}

fn by_seal(catalogue: &Catalogue, entry: &Entry, new: &SchemaVersion) -> Option<Finding> {
    let old = entry.followed(new)?;
    let Some(notes) = &new.notes else {
        return Some(missing(old, new));
    };
    let Some(text) = notes.text() else {
        return Some(stale(new, "unsealed", "are not text"));
    };
    let said = match Seal::of(catalogue, old, new).check(text).err()? {
        Broken::Unsealed => ("unsealed", "were not made by `matchmark bump`".to_owned()),
        Broken::Edited => ("edited", "were changed by hand".to_owned()),
        Broken::Other => (
            "other",
            format!(
                "do not lead from {} as it is to {} as it is",
                old.number, new.number
            ),
        ),
    };
    Some(stale(new, said.0, &said.1))
}

fn missing(old: &SchemaVersion, new: &SchemaVersion) -> Finding {
    Finding::new(
        "catalogue/notes-missing",
        new.id.to_string(),
        Place::start(&new.path),
    )
    .kind("notes")
    .message(format!(
        "`{}` follows {} without notes of what changed",
        new.id, old.number
    ))
    .remedy(remedy(new))
}

fn stale(new: &SchemaVersion, kind: &str, said: &str) -> Finding {
    let place = new.notes.as_ref().map_or(&new.path, |notes| &notes.path);
    Finding::new(
        "catalogue/notes-stale",
        new.id.to_string(),
        Place::start(place),
    )
    .kind(kind)
    .message(format!("the notes of `{}` {said}", new.id))
    .remedy(remedy(new))
}

fn remedy(new: &SchemaVersion) -> String {
    format!(
        "`matchmark bump --notes {}` writes them from the computed difference",
        new.id.entry
    )
}

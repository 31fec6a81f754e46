//! What the whole board has to agree to in the life of a version: a major release, and an end before its day.
//! Refuses to know how either comes about.

use super::announced::sunset_digest;
use super::approvable::approvable;
use super::quorum::{Matter, Matters, Quorum, quorum};
use crate::catalogue::{Board, Entry, SchemaVersion, Workspace};
use crate::model::Bump;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// As approvals name a version.
#[must_use]
pub fn release_subject(version: &SchemaVersion) -> String {
    format!("{}@{}", version.id.entry, version.number)
}

/// As approvals name the end of a version.
#[must_use]
pub fn sunset_subject(version: &SchemaVersion) -> String {
    format!("sunset:{}@{}", version.id.entry, version.number)
}

/// Whether releasing `version` breaks with the one before it, so that the board has to agree.
#[must_use]
pub fn is_major(entry: &Entry, version: &SchemaVersion) -> bool {
    let followed = entry.followed(version);
    followed.is_some_and(|old| Bump::between(&old.number, &version.number) == Bump::Major)
}

/// What the board says of releasing `version`, which must stand in `workspace`. The word of who asked for it does not
/// count.
#[must_use]
pub fn major_release(
    workspace: &Workspace,
    version: &SchemaVersion,
    requested_by: &str,
    day: NaiveDate,
) -> Quorum {
    let subject = release_subject(version);
    let digest = approvable(workspace, &subject).unwrap_or_default();
    let asked = Matters {
        matter: Matter::MajorRelease,
        subject: &subject,
        digest: &digest,
        not_by: &BTreeSet::from([requested_by.to_owned()]),
        day,
    };
    quorum(&workspace.config.board, &asked, &workspace.approvals)
}

/// Who decides, and whose word does not count.
#[derive(Clone, Copy, Debug)]
pub struct Deciders<'a> {
    pub board: &'a Board,
    /// The authors of the change.
    pub not_by: &'a BTreeSet<String>,
}

/// What the board says of the day on which `version` ends.
#[must_use]
pub fn early_sunset(
    workspace: &Workspace,
    version: &SchemaVersion,
    deciders: Deciders<'_>,
    day: NaiveDate,
) -> Quorum {
    let asked = Matters {
        matter: Matter::EarlySunset,
        subject: &sunset_subject(version),
        digest: &sunset_digest(version),
        not_by: deciders.not_by,
        day,
    };
    quorum(deciders.board, &asked, &workspace.approvals)
}

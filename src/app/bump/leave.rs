//! What a release needs beside its number: the board's word where it breaks with what came before, and a record.
//! Refuses to compute the number.

use crate::app::AppError;
use crate::app::kept_move::{approved, kept};
use crate::catalogue::{SchemaVersion, Source, Status, Workspace};
use crate::lifecycle::{is_major, major_release, release_subject};
use crate::model::{ApprovedBy, MoveRecord, VersionName};
use chrono::{DateTime, NaiveDate, Utc};
use std::path::Path;

/// How a draft is to leave `next`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Release {
    pub at: DateTime<Utc>,
    /// Account that asks.
    pub requested_by: Option<String>,
    /// Digest of the run of the gate that lets it through. What was judged may not be written anew then.
    pub run: Option<String>,
}

impl Release {
    pub(super) fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

/// What the board says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Leave {
    pub approved: Vec<ApprovedBy>,
    /// Why it may not go out, one sentence each.
    pub refused: Vec<String>,
}

/// Whether `new`, with these notes, may be released.
pub(super) fn leave(
    workspace: &Workspace,
    new: &SchemaVersion,
    notes: &str,
    release: &Release,
) -> Leave {
    let mut version = new.clone();
    let path = new.path.replace("schema.json", "NOTES.md");
    version.notes = Some(Source::new(path, notes.as_bytes().to_vec()));
    let mut after = workspace.clone();
    let Some(entry) = after.catalogue.entries.get_mut(&new.id.entry) else {
        return Leave::default();
    };
    entry.versions.remove(&VersionName::Next);
    entry
        .versions
        .insert(version.id.version.clone(), version.clone());
    if !is_major(entry, &version) {
        return Leave::default();
    }
    let subject = release_subject(&version);
    let Some(author) = &release.requested_by else {
        let why = format!(
            "`{subject}` is a major release: say who asks for it with --requested-by ACCOUNT, whose own approval does not \
             count"
        );
        return Leave {
            refused: vec![why],
            ..Leave::default()
        };
    };
    let quorum = major_release(&after, &version, author, release.day());
    let refused = quorum.lacking.iter().map(|lacking| {
        format!(
            "`{subject}` is a major release, and {} {}: matchmark approve {subject} --role {} --as ACCOUNT",
            lacking.role, lacking.why, lacking.role
        )
    });
    Leave {
        refused: refused.collect(),
        approved: approved(&quorum.given),
    }
}

/// The folders of examples that leave `next` with the draft.
pub(super) fn moved(draft: &SchemaVersion, to: &semver::Version) -> Vec<String> {
    let folders = [("accepted", &draft.accepted), ("rejected", &draft.rejected)];
    let kept = folders.into_iter().filter(|(_, all)| !all.is_empty());
    kept.map(|(name, _)| format!("schemas/{}/{to}/{name}/", draft.id.entry))
        .collect()
}

/// Path and text of the record of the release.
pub(super) fn record(
    root: &Path,
    from: Status,
    new: &SchemaVersion,
    leave: &Leave,
    release: &Release,
) -> Result<(String, String), AppError> {
    let record = MoveRecord {
        number: 0,
        previous: None,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        version: release_subject(new),
        step: "release".to_owned(),
        from: from.word().to_owned(),
        to: Status::Released.word().to_owned(),
        schema: new.digest.clone(),
        as_of: release.at,
        requested_by: release.requested_by.clone(),
        approved: leave.approved.clone(),
        run: release.run.clone(),
        end: None,
        notices: std::collections::BTreeMap::new(),
    };
    kept(root, record)
}

//! What a move of a version leaves: its entry amended, and a record put behind those that are kept already.
//! Refuses to judge the move.

use super::AppError;
use crate::catalogue::SchemaVersion;
use crate::evidence::{MOVES, following, move_file, moves};
use crate::lifecycle::Given;
use crate::load;
use crate::model::{ApprovedBy, MoveRecord, Moved};
use crate::release::amended;
use crate::store::{self, Together};
use std::path::Path;

/// Path and text of the file that tells of it.
///
/// Errors: what is kept cannot be trusted, so nothing is put behind it
pub(super) fn kept(root: &Path, record: MoveRecord) -> Result<(String, String), AppError> {
    let files = load::runs(&root.join(MOVES))?;
    let chain = moves(&files).map_err(|fault| AppError::Moves {
        folder: MOVES,
        source: fault,
    })?;
    let (file, text, _) = move_file(&following(&chain, record));
    Ok((format!("{MOVES}/{file}"), text))
}

/// Decisions as records and answers hold them.
pub(super) fn approved(given: &[Given]) -> Vec<ApprovedBy> {
    let decisions = given.iter();
    decisions
        .map(|given| ApprovedBy {
            role: given.role.clone(),
            approver: given.approver.clone(),
            date: given.date.to_string(),
        })
        .collect()
}

/// Path of the entry and its text with other words under these keys of the version.
pub(super) fn entry(
    root: &Path,
    version: &SchemaVersion,
    keys: &[(&str, &str)],
) -> Result<(String, String), AppError> {
    let path = format!("schemas/{}/entry.toml", version.id.entry);
    let text = load::text(root, &path).ok_or_else(|| AppError::Unusable {
        place: path.clone(),
        message: "it cannot be read".to_owned(),
    })?;
    match amended(&text, &version.number, keys) {
        Ok(changed) => Ok((path, changed)),
        Err(source) => Err(AppError::Manifest { path, source }),
    }
}

/// Writes all files or none, and tells of them; a dry run only tells.
pub(super) fn put(
    root: &Path,
    files: Vec<(String, String)>,
    is_dry_run: bool,
    mut moved: Moved,
) -> Result<Moved, AppError> {
    moved.files = files.iter().map(|(path, _)| path.clone()).collect();
    moved.written = !is_dry_run;
    if moved.written {
        let files = files.into_iter();
        store::together(&Together {
            files: files.map(|(path, text)| (root.join(path), text)).collect(),
            moved: None,
        })?;
    } else {
        moved.outcome.push_str("; nothing was written");
    }
    Ok(moved)
}

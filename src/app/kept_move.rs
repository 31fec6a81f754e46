//! The record of a move, put behind those that are kept already.
//! Refuses to judge the move.

use super::AppError;
use crate::evidence::{MOVES, following, move_file, moves};
use crate::lifecycle::Given;
use crate::load;
use crate::model::{ApprovedBy, MoveRecord};
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

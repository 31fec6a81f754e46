//! `waiver close ID`: the exception and its approvals go; git keeps them.

use super::{Act, AppError, BoardError, Ground};
use crate::catalogue::WaiverClass;

pub(super) fn close(ground: &Ground, id: &str) -> Result<Act, AppError> {
    let waiver = ground.waiver(id)?;
    let file = &waiver.file;
    if file.class == WaiverClass::Emergency && file.reviewed.is_none() {
        return Err(BoardError::NotReviewed(id.to_owned()).into());
    }
    let mut act = Act::of(
        id,
        format!("{id} is closed: what it covered counts from now on"),
    );
    act = act.removes(&waiver.source.path);
    let approvals = ground.workspace.approvals.iter();
    for approval in approvals.filter(|it| it.file.subject == id) {
        act = act.removes(&approval.source.path);
    }
    let note = "git keeps the file and its approvals: nothing of the decision is lost";
    act.told.notes = vec![note.to_owned()];
    Ok(act)
}

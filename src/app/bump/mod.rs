//! `bump ID` and `release ID`: the number that a draft needs, its reasons, and the files that say so.

mod draft;
mod leave;
mod sound;
mod texts;

pub(super) use leave::Release;

use super::answer::Sink;
use super::{Answer, AppError, error, release};
use crate::catalogue::Workspace;
use crate::load;
use crate::model::{BumpRequest, BumpScope, Bumped, Finding, Verdict, did_you_mean};
use crate::report::Content;
use crate::store;
use chrono::{DateTime, Utc};

/// Answers `bump`.
///
/// Errors: there is no such entry or no draft of it, a file of it cannot be used, or a file cannot be written
pub(super) fn bump(
    request: &BumpRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let repository = &request.repository;
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    let (id, release) = match &request.scope {
        BumpScope::Notes(id) => {
            error::usable(&findings, "schemas/")?;
            return notes(request, &workspace, id.as_deref(), sink);
        }
        BumpScope::Draft(id) => (id, None),
        BumpScope::Release { id, requested_by } => {
            let release = Release {
                at: request.as_of.unwrap_or(now),
                requested_by: requested_by.clone(),
                run: None,
            };
            (id, Some(release))
        }
    };
    let bumped = numbered(request, (workspace, &findings), id, release.as_ref())?;
    Answer::of(
        bumped.verdict,
        bumped.exit_code,
        Content::Bumped(&bumped),
        &request.show,
        None,
    )
}

/// The draft of `id` with its number, released where that is asked for.
///
/// Errors: as `bump`
pub(super) fn numbered(
    request: &BumpRequest,
    (workspace, findings): (Workspace, &[Finding]),
    id: &str,
    release: Option<&Release>,
) -> Result<Bumped, AppError> {
    known(&workspace, id)?;
    error::usable(findings, &format!("schemas/{id}/"))?;
    if release.is_some() {
        error::usable(findings, "policies/approvals/")?;
    }
    draft::bumped(request, workspace, id, release)
}

/// Errors: the catalogue has no such entry
fn known(workspace: &Workspace, id: &str) -> Result<(), AppError> {
    let entries = &workspace.catalogue.entries;
    if entries.contains_key(id) {
        return Ok(());
    }
    Err(AppError::UnknownSchema {
        asked: id.to_owned(),
        hint: did_you_mean(id, entries.keys().map(String::as_str)),
    })
}

/// Writes the notes of released versions where they are missing or say something else.
fn notes(
    request: &BumpRequest,
    workspace: &Workspace,
    id: Option<&str>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    if let Some(id) = id {
        known(workspace, id)?;
    }
    let root = &request.repository.root;
    let mut count = 0;
    let wanted = workspace.catalogue.entries.values();
    for entry in wanted.filter(|entry| id.is_none_or(|id| id == entry.file.id)) {
        for (path, text) in release::all_notes(workspace, entry) {
            if load::text(root, &path).as_ref() == Some(&text) {
                continue;
            }
            count += 1;
            if !request.dry_run {
                store::write(&root.join(&path), &text)?;
            }
            let word = if request.dry_run { "Stale" } else { "Written" };
            let line = format!("  {word:<8} {path}\n");
            sink.result(&line).map_err(AppError::Unread)?;
        }
    }
    if count == 0 {
        let line = "  Every note is there and names every change.\n";
        sink.result(line).map_err(AppError::Unread)?;
    }
    Ok(Answer::said(Verdict::Go))
}

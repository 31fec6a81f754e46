//! The small commands of every day, one file each.

mod doctor;
mod fmt;
mod partner;
mod readiness;
mod schema;
mod settings;

pub(super) use partner::named as known;

use super::{Answer, AppError};
use crate::catalogue::Workspace;
use crate::load;
use crate::model::{Daily, DailyRequest, Repository, Show, Verdict};
use crate::report::Content;
use chrono::{DateTime, Utc};

/// Answers one of them.
pub(super) fn run(request: &DailyRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    match request {
        DailyRequest::Schema(request) => schema::schema(request),
        DailyRequest::Doctor(request) => doctor::doctor(request, now),
        DailyRequest::Fmt(request) => fmt::fmt(request),
        DailyRequest::Readiness(request) => readiness::readiness(request, now),
        DailyRequest::Partner(request) => partner::partner(request, now),
    }
}

/// Everything of a repository; a file of ours that cannot be used would be missed in silence.
///
/// Errors: there is no repository, or the first such file
fn workspace(repository: &Repository) -> Result<Workspace, AppError> {
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    super::error::usable(&findings, "")?;
    Ok(workspace)
}

/// `daily` in every format that was asked for.
fn answer(verdict: Verdict, daily: &Daily, show: &Show) -> Result<Answer, AppError> {
    Answer::of(
        verdict,
        verdict.exit_code(),
        Content::Daily(daily),
        show,
        None,
    )
}

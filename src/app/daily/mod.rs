//! The small commands of every day, one file each.

mod doctor;
mod fmt;
mod schema;
mod settings;

use super::{Answer, AppError};
use crate::model::{Daily, DailyRequest, Show, Verdict};
use crate::report::Content;
use chrono::{DateTime, Utc};

/// Answers one of them.
pub(super) fn run(request: &DailyRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    match request {
        DailyRequest::Schema(request) => schema::schema(request),
        DailyRequest::Doctor(request) => doctor::doctor(request, now),
        DailyRequest::Fmt(request) => fmt::fmt(request),
    }
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

//! `policy input`: the document of facts, so that an author of rules works with real ones.

use crate::app::facts::{Grounds, of_files};
use crate::app::{Answer, AppError, Sink, card};
use crate::model::{PolicyInputRequest, Verdict};
use crate::policy::RuleBook;
use chrono::{DateTime, Utc};

/// The facts of the repository, to standard output.
pub(super) fn input(
    request: &PolicyInputRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let workspace = card::workspace(&request.repository)?;
    let as_of = request.as_of.unwrap_or(now);
    let input = of_files(&Grounds {
        head: &workspace,
        payload_rules: &RuleBook::read(&workspace.payload_rules),
        as_of: as_of.date_naive(),
        stage: request.stage,
    });
    let text = serde_json::to_string_pretty(&input).unwrap_or_default();
    sink.result(&format!("{text}\n"))
        .map_err(AppError::Unread)?;
    Ok(Answer::said(Verdict::Go))
}

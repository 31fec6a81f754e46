//! `contract owed`: live pairs without evidence.

use super::{Ground, facts::facts, shelf};
use crate::app::{Answer, AppError};
use crate::model::OwedRequest;
use crate::release;
use crate::report::Content;
use chrono::{DateTime, Utc};

pub(in crate::app::contract) fn owed(
    request: &OwedRequest,
    now: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let ground = Ground::read(&request.repository)?;
    let place = ground.place(&request.store)?;
    let (archive, faults) = shelf::open(&request.repository.root, &place)?;
    let facts = facts(&ground, request.as_of.unwrap_or(now));
    let environment = request.environment.as_deref();
    let owed = release::owed(&facts, &archive, faults, environment, &place.to_string());
    let content = Content::Owed(&owed);
    Answer::of(owed.verdict, owed.exit_code, content, &request.show, None)
}

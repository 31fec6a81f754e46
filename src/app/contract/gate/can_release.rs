//! `contract can-release`: evidence, deployments and the repository -> one verdict with reasons.

use super::{Ground, facts::facts, shelf};
use crate::app::{Answer, AppError};
use crate::model::{CanReleaseRequest, Party};
use crate::release::{Candidate, judge, recorded};
use crate::report::Content;
use chrono::{DateTime, Utc};

pub(in crate::app::contract) fn can_release(
    request: &CanReleaseRequest,
    now: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let ground = Ground::read(&request.repository)?;
    let place = ground.place(&request.store)?;
    let (archive, faults) = shelf::open(&request.repository.root, &place)?;
    let asked = ground.party(&request.subject)?;
    let subject = Party {
        // A number stands for the commit that carries it in the newest record.
        version: recorded(&archive, &asked).unwrap_or_else(|| asked.version.clone()),
        name: asked.name,
    };
    let facts = facts(&ground, request.as_of.unwrap_or(now));
    let candidate = Candidate {
        subject: &subject,
        environment: &request.environment,
        facts: &facts,
        archive: &archive,
        store: &place.to_string(),
    };
    let mut answer = judge(&candidate, faults);
    let is_dirty = ground.head.as_ref().is_some_and(|head| !head.clean);
    if request.subject.version.is_none() && is_dirty {
        let limit = "The working tree differs from the commit that was judged.";
        answer.not_proved.push(limit.to_owned());
    }
    let content = Content::Release(&answer);
    Answer::of(
        answer.verdict,
        answer.exit_code,
        content,
        &request.show,
        None,
    )
}

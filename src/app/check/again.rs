//! A kept run judged once more: head and base as git objects, the same instant, stage and flags; nothing is written.

use super::base::Sides;
use super::judged;
use crate::app::{AppError, Sink};
use crate::model::{Aim, CheckRequest, Extent, Repository, RunRecord, Show};
use std::time::Duration;

/// What the commits of `record` come to now, as a record that has no place in a chain.
///
/// Errors: a commit is not there, or git cannot be run
pub(in crate::app) fn again(
    record: &RunRecord,
    repository: &Repository,
    sink: &mut dyn Sink,
) -> Result<RunRecord, AppError> {
    sink.progress("reading the commits");
    let request = asked(record, repository);
    let base = record.base.as_ref().and_then(|base| base.commit.clone());
    let head = record.head.commit.clone().unwrap_or_default();
    let sides = Sides::recorded(&repository.root, head, base)?;
    let outcome = judged(&request, &sides, record.as_of, sink)?;
    Ok(outcome.record(&request, &sides, sink))
}

/// The request that the record tells of.
fn asked(record: &RunRecord, repository: &Repository) -> CheckRequest {
    let asked = &record.asked;
    CheckRequest {
        repository: repository.clone(),
        base: asked.base.clone(),
        stage: record.stage,
        checks: asked.checks.clone(),
        extent: Extent::Gate,
        fail_on: asked.fail_on,
        max_findings: None,
        as_of: Some(record.as_of),
        allow_empty: asked.allow_empty,
        exit_zero: asked.exit_zero,
        jobs: None,
        timeout: asked.timeout_ms.map(Duration::from_millis),
        aim: Aim::default(),
        evidence: false,
        show: Show {
            wanted: Vec::new(),
            verbose: false,
            color: false,
            folder: None,
        },
    }
}

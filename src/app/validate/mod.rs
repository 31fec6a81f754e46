//! `validate`: payloads of a partner, each against the schema that it is meant to fit.
//! Refuses to hold more of them than are judged at once.

mod batch;
mod judge;
mod quick;
mod sound;
mod tally;

use super::ordered::{in_order, threads};
use super::ruling::{Known, Ruling};
use super::{AppError, Sink};
use crate::catalogue::Workspace;
use crate::load::{self, PayloadPart};
use crate::model::{Against, Depth, ValidateRequest, Validation, Verdict, counted};
use crate::policy::RuleBook;
use batch::{Batch, List};
use chrono::{DateTime, Utc};
use judge::Judge;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::ops::ControlFlow;

/// Judges every named payload; one that cannot be read does not stop the others.
///
/// Errors: the catalogue or the schema file cannot be read, or `--as` names nothing
pub(super) fn validate(
    request: &ValidateRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Validation, AppError> {
    let workspace = workspace(request)?;
    let book = RuleBook::read(&workspace.payload_rules);
    let known = Known {
        as_of: Some(request.as_of.unwrap_or(now)),
        caller: request.caller.clone(),
        payer: None,
        either_way: false,
    };
    let ruling = match request.depth {
        Depth::Rules => Some(Ruling::of(&workspace, &book)),
        Depth::SchemaOnly => None,
    };
    let judge = Judge::new(&workspace.catalogue, request, ruling, known)?;
    // The process ends with its answer: taking schemas apart would take as long as judging many payloads.
    let judge = ManuallyDrop::new(judge);
    Ok(run(&judge, request, sink))
}

/// Judges block by block, in the order of the names.
fn run(judge: &Judge<'_>, request: &ValidateRequest, sink: &mut dyn Sink) -> Validation {
    let parts = load::payloads(&request.repository.root, &request.files);
    let list = List::of(request);
    let (mut all, mut stopped) = (Batch::new(list, 0), false);
    let most = request.max_errors.map(NonZeroU64::get);
    let work = |part: PayloadPart| {
        let batch = judge.part(&part, list, None);
        // Only where the run may stop within it, it is judged once more.
        (most.map(|_| part), batch)
    };
    in_order(parts, threads(request.jobs), work, |(part, batch)| {
        let left = most.map(|most| most.saturating_sub(all.tally.payloads.invalid));
        let found = batch.tally.payloads;
        let is_last = left.is_some_and(|left| found.all() > 0 && found.invalid >= left);
        if let Some(part) = part.filter(|_| is_last) {
            // Up to the last that was asked for; whatever follows it makes this a run that stopped.
            let upto = match left {
                Some(0) | None => Batch::new(list, 0),
                left => judge.part(&part, list, left),
            };
            stopped = upto.tally.payloads.all() < found.all();
            all.merge(upto);
        } else {
            all.merge(batch);
        }
        if stopped {
            return ControlFlow::Break(());
        }
        let payloads = counted(all.tally.payloads.all(), "payload");
        sink.progress(&format!("{payloads} judged"));
        ControlFlow::Continue(())
    });
    summed(all, stopped, request)
}

fn workspace(request: &ValidateRequest) -> Result<Workspace, AppError> {
    if matches!(request.against, Against::File(_)) {
        return Ok(Workspace::default());
    }
    let repository = &request.repository;
    let (workspace, findings) = load::judging(&repository.root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    super::error::usable(&findings, "matchmark.toml")?;
    Ok(workspace)
}

fn summed(all: Batch, stopped: bool, request: &ValidateRequest) -> Validation {
    let count = all.tally.payloads;
    let verdict = if count.unreadable > 0 {
        Verdict::Error
    } else if count.invalid > 0 {
        Verdict::NoGo
    } else if count.undecided > 0 {
        Verdict::Undecided
    } else if count.valid == 0 {
        Verdict::Empty
    } else {
        Verdict::Go
    };
    Validation {
        verdict,
        exit_code: super::exit_code(verdict, request.allow_empty, request.exit_zero),
        valid: count.valid,
        invalid: count.invalid,
        undecided: count.undecided,
        unreadable: count.unreadable,
        stopped,
        summary: all.tally.finish(),
        payloads: all.listed,
        not_listed: all.not_listed,
    }
}

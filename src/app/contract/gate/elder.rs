//! Contracts in the form that live consumers have, from the commit that held it, verified with the service of today.
//! Refuses to take another text for it: the digest decides.

use super::evidence::Run;
use super::facts::facts;
use crate::app::{AppError, Sink, check};
use crate::catalogue::ContractSource;
use crate::contract::{Contract, read};
use crate::load::{self, LoadError};
use crate::model::{Archive, CheckName, Evidence, RecordedRequest, Standing, Verdict};
use crate::release::{Elder, elders};
use std::collections::BTreeSet;

/// One record for each older contract of a live consumer.
pub(super) fn records(
    request: &RecordedRequest,
    run: &Run<'_>,
    archive: &Archive,
    sink: &mut dyn Sink,
) -> Result<Vec<Evidence>, AppError> {
    let facts = facts(run.ground, run.as_of);
    let mut records = Vec::new();
    for elder in elders(&facts, archive, &facts.us) {
        let Some((source, contract)) = text(request, &elder)? else {
            sink.message(&format!(
                "{} of {} was not verified: commit {} is not here",
                elder.path, elder.consumer, elder.commit
            ));
            continue;
        };
        records.extend(record(request, run, (&elder, source, contract), sink)?);
    }
    Ok(records)
}

/// The contract as the commit held it, where it still is what was verified then.
fn text(
    request: &RecordedRequest,
    elder: &Elder,
) -> Result<Option<(ContractSource, Contract)>, AppError> {
    let root = &request.check.repository.root;
    let (workspace, _) = match load::revision(root, &elder.commit) {
        Ok(found) => found,
        Err(LoadError::UnknownRevision(_) | LoadError::Git { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut sources = workspace.contracts.into_iter();
    let source = sources.find(|it| it.source.path == elder.path);
    let found = source.and_then(|source| {
        let contract = read(&source).ok()?;
        let is_it = contract.digest() == elder.digest;
        is_it.then_some((source, contract))
    });
    Ok(found)
}

/// Verifies it, and gives the record with the version that is live.
fn record(
    request: &RecordedRequest,
    run: &Run<'_>,
    (elder, source, contract): (&Elder, ContractSource, Contract),
    sink: &mut dyn Sink,
) -> Result<Vec<Evidence>, AppError> {
    let mut asked = request.check.clone();
    asked.checks = vec![CheckName::Contract];
    let report = check::check_contracts(&asked, vec![source], run.started, sink)?;
    if report.verdict == Verdict::Error {
        return Ok(Vec::new());
    }
    let mut builds = run.builds.clone();
    builds.insert(elder.consumer.name.clone(), elder.consumer.version.clone());
    let mut records = Run {
        contracts: std::slice::from_ref(&contract),
        report: &report,
        builds,
        run_url: run.run_url.clone(),
        branch: run.branch.clone(),
        ..*run
    }
    .records();
    let replay = run.replay();
    for record in &mut records {
        record.replay.clone_from(&replay);
    }
    let all: BTreeSet<Standing> = records
        .iter()
        .flat_map(|record| record.results.iter().map(|result| result.standing))
        .collect();
    sink.message(&format!(
        "{} as {} has it: {}",
        elder.path,
        elder.consumer,
        match all.last() {
            Some(Standing::Failed) => "FAILED",
            Some(Standing::Undecided) => "not settled",
            Some(Standing::Passed) => "holds",
            None => "ended",
        }
    ));
    Ok(records)
}

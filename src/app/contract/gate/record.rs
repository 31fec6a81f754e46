//! `contract check --record`: the check, and what it showed is kept, good or bad. Contracts that live consumers still
//! have in an older form are verified too: else nobody could release before they do.

use super::error::GateError;
use super::evidence::Run;
use super::{Ground, elder, facts::facts, shelf};
use crate::app::contract::verify;
use crate::app::{Answer, AppError, Sink, check};
use crate::contract::Contract;
use crate::evidence::News;
use crate::load;
use crate::model::{
    Archive, Build, CheckName, Evidence, Provider, RecordedRequest, Report, SubjectAsked, Verdict,
    counted,
};
use crate::report::Content;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

pub(in crate::app::contract) fn record(
    request: &RecordedRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    provable(request)?;
    let mut asked = request.check.clone();
    // History is part of the proof.
    if !asked.checks.contains(&CheckName::Replay) {
        asked.checks.push(CheckName::Replay);
    }
    let clock = sink.clock();
    let before = clock();
    let report = check::check(&asked, now, sink)?;
    // A fault is told by the report, which is all that there is then.
    if report.verdict != Verdict::Error {
        let took = clock().saturating_sub(before);
        let ended = now + TimeDelta::from_std(took).unwrap_or_default();
        keep(request, &report, (now, whole(ended)), sink)?;
    }
    Answer::of(
        report.verdict,
        report.exit_code,
        Content::Report(&report),
        &asked.show,
        asked.max_findings,
    )
}

/// Refuses what could not be kept before anything is driven.
fn provable(request: &RecordedRequest) -> Result<(), AppError> {
    let aim = &request.check.aim;
    verify::permitted(&aim.provider)?;
    if aim.is_partial() {
        return Err(GateError::Partial.into());
    }
    if matches!(aim.provider, Provider::Reference) {
        return Ok(());
    }
    let us = Ground::read(&request.check.repository)?
        .workspace
        .config
        .payer
        .id;
    let named = |it: &SubjectAsked| it.name == us && it.version.is_some();
    if request.recording.subjects.iter().any(named) {
        return Ok(());
    }
    Err(GateError::NoRemoteVersion(us).into())
}

/// An instant in whole seconds, as the clock gives it.
fn whole(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant)
}

fn keep(
    request: &RecordedRequest,
    report: &Report,
    (started, ended): (DateTime<Utc>, DateTime<Utc>),
    sink: &mut dyn Sink,
) -> Result<(), AppError> {
    let root = &request.check.repository.root;
    let ground = Ground::read(&request.check.repository)?;
    if ground.head.as_ref().is_some_and(|head| !head.clean) {
        return Err(GateError::Unclean.into());
    }
    let recording = &request.recording;
    let place = ground.place(&recording.store)?;
    let as_of = request.check.as_of.unwrap_or(started);
    let branch = match (&recording.branch, &request.check.aim.provider) {
        (Some(branch), _) => Some(branch.clone()),
        (None, Provider::Reference) => load::current_branch(root)?,
        // What answers elsewhere need not come from here.
        (None, Provider::Remote(_)) => None,
    };
    // What we ask partners is driven with the reference service alone.
    let contracts: Vec<Contract> = match &request.check.aim.provider {
        Provider::Reference => ground.contracts.clone(),
        Provider::Remote(_) => {
            let us = &ground.workspace.config.payer.id;
            let asking = ground.contracts.iter().filter(|it| it.consumer != *us);
            asking.cloned().collect()
        }
    };
    let run = Run {
        ground: &ground,
        contracts: &contracts,
        report,
        builds: builds(request, &ground, as_of)?,
        as_of,
        started,
        ended,
        run_url: recording.run_url.clone(),
        branch,
    };
    let mut records: Vec<Evidence> = run.records();
    let (archive, _) = shelf::open(root, &place)?;
    records.extend(elder::records(request, &run, &archive, sink)?);
    let news = |_: &Archive| {
        let records = records.iter().cloned();
        Ok(records.map(|it| News::Verified(Box::new(it))).collect())
    };
    shelf::keep(root, &place, ended, &news)?;
    sink.message(&format!(
        "kept {} of evidence in {place}",
        counted(records.len(), "record")
    ));
    Ok(())
}

/// The version of everybody whose contract was judged.
fn builds(
    request: &RecordedRequest,
    ground: &Ground,
    as_of: DateTime<Utc>,
) -> Result<BTreeMap<String, Build>, AppError> {
    let mut builds = facts(ground, as_of).heads;
    for subject in &request.recording.subjects {
        let Some(version) = &subject.version else {
            continue;
        };
        let build = builds.entry(subject.name.clone()).or_default();
        build.number.clone_from(&version.number);
        let is_ours = subject.name == ground.workspace.config.payer.id;
        let is_here = is_ours && matches!(request.check.aim.provider, Provider::Reference);
        // What runs here was built from the head; of others nobody knows the commit unless it is said.
        if !is_here || version.commit.is_some() {
            build.commit.clone_from(&version.commit);
        }
    }
    for contract in &ground.contracts {
        for name in [&contract.provider, &contract.consumer] {
            if !builds.contains_key(name) {
                return Err(GateError::NoHead(name.clone()).into());
            }
        }
    }
    Ok(builds)
}

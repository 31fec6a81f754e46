//! `waiver new --for FINGERPRINT`: the finding, the draft that covers it, and who has to agree.

use super::{Act, AppError, BoardError, Ground, asked_of, draft, kept, missing_of, standing};
use crate::app::{Sink, check};
use crate::catalogue::{Source, Waiver, WaiverFile};
use crate::lifecycle::Present;
use crate::load;
use crate::model::{
    Aim, CheckName, CheckRequest, Extent, Finding, Judged, Report, Severity, Stage, WaiverAct,
    WaiverRequest,
};
use chrono::{DateTime, Utc};
use std::path::Path;

pub(super) fn new(
    request: &WaiverRequest,
    ground: &Ground,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Act, AppError> {
    let WaiverAct::New {
        fingerprint,
        days,
        report,
        base,
    } = &request.act
    else {
        return Err(BoardError::UnknownFinding(String::new()).into());
    };
    let repository = &request.repository;
    let told = match report {
        Some(file) => kept::among(read(&repository.root, file)?, fingerprint),
        None => kept::found(repository, fingerprint)?,
    };
    let found = match told {
        None if report.is_none() => {
            let report = check::check(&gate(request, base.clone()), now, sink)?;
            kept::among(report, fingerprint)
        }
        told => told,
    };
    let found = found.ok_or_else(|| BoardError::UnknownFinding(fingerprint.clone()))?;
    act(ground, &found, *days, now)
}

fn act(
    ground: &Ground,
    found: &Judged,
    days: Option<u32>,
    now: DateTime<Utc>,
) -> Result<Act, AppError> {
    let rule = &found.rule;
    if matches!(found.severity, Severity::Fault | Severity::Undecided) {
        return Err(BoardError::Unwaivable(rule.clone()).into());
    }
    let most = ground.allowance.days(rule);
    let most = most.ok_or_else(|| BoardError::Unwaivable(rule.clone()))?;
    let asked = days.unwrap_or(most);
    if asked > most {
        let rule = rule.clone();
        return Err(BoardError::TooLong { rule, most, asked }.into());
    }
    let waivers = &ground.workspace.waivers;
    if let Some(waiver) = waivers
        .iter()
        .find(|waiver| waiver.file.fingerprints.contains(&found.fingerprint))
    {
        let id = waiver.file.id.clone();
        return Err(BoardError::Waived { id }.into());
    }
    let id = draft::next_id(&ground.workspace);
    let path = format!("policies/waivers/{id}.toml");
    let text = draft::text(&id, found, now.date_naive(), asked);
    let file = toml::from_str::<WaiverFile>(&text);
    let done = format!("{id} is a draft for {rule}; it counts for nothing until it is complete");
    let mut act = Act::of(&id, done).writes(&path, text.clone());
    if let Ok(file) = file {
        let source = Source::new(path, text.into_bytes());
        let waiver = Waiver { source, file };
        let finding = finding(found);
        let present = [Present {
            finding: &finding,
            severity: found.severity,
        }];
        if let Some(standing) = standing(&waiver, &ground.allowance, &present, now) {
            act.told.missing = missing_of(&standing);
            act.told.lacking = standing.quorum.reasons();
            act.told.next = asked_of(&standing);
        }
    }
    let warning = "an approval holds for the text as it stands: complete it before you ask";
    act.told.notes = vec![warning.to_owned()];
    Ok(act)
}

/// What a report tells of a finding, as waivers are held against it.
fn finding(judged: &Judged) -> Finding {
    let mut finding = Finding::new(
        &judged.rule,
        judged.subject.clone(),
        judged.location.clone(),
    )
    .pointer(judged.pointer.clone())
    .kind(judged.kind.clone());
    finding.hurts.clone_from(&judged.hurts);
    finding
}

fn read(root: &Path, file: &Path) -> Result<Report, AppError> {
    let source = load::named(root, file)?;
    serde_json::from_slice(&source.bytes).map_err(|_| {
        let file = source.path.clone();
        BoardError::NoReport { file }.into()
    })
}

/// The gate as it is run before a merge.
fn gate(request: &WaiverRequest, base: Option<String>) -> CheckRequest {
    CheckRequest {
        repository: request.repository.clone(),
        base,
        stage: Stage::PullRequest,
        checks: CheckName::ALL.into(),
        extent: Extent::Gate,
        fail_on: None,
        max_findings: None,
        as_of: request.as_of,
        allow_empty: true,
        exit_zero: true,
        jobs: None,
        timeout: None,
        aim: Aim::default(),
        evidence: false,
        show: request.show.clone(),
    }
}

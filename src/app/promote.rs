//! `promote ID@VERSION --to STATE`: a draft or candidate goes on when a kept run of the gate proves it, and not else.
//! Refuses to judge anything itself: the run did.

use super::deprecate::known;
use super::error::usable;
use super::kept_move::{entry, kept, put};
use super::{Answer, AppError, bump};
use crate::catalogue::{SchemaVersion, Status, Workspace};
use crate::evidence::{of_inputs, run_digest, runs};
use crate::lifecycle::{Move, decide};
use crate::load;
use crate::model::{
    BumpRequest, BumpScope, Finding, MoveRecord, Moved, PromoteRequest, Rung, Stage, Verdict,
    counted,
};
use crate::release::{Unproven, fresh, proven};
use crate::report::Content;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;

/// Where runs of the gate are kept.
const RUNS: &str = ".matchmark/evidence";

/// Answers `promote`.
///
/// Errors: there is no such version, kept runs cannot be trusted, or a file cannot be read or written
pub(super) fn promote(request: &PromoteRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    let repository = &request.repository;
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    usable(&findings, &format!("schemas/{}/", request.version.entry))?;
    let version = known(&workspace, &request.version)?.clone();
    let at = request.as_of.unwrap_or(now);
    let moved = moved(request, (workspace, &findings), &version, at)?;
    let content = Content::Moved(&moved);
    Answer::of(moved.verdict, moved.exit_code, content, &request.show, None)
}

fn moved(
    request: &PromoteRequest,
    (workspace, findings): (Workspace, &[Finding]),
    version: &SchemaVersion,
    at: DateTime<Utc>,
) -> Result<Moved, AppError> {
    let to = status(request.to);
    let step = match decide(Some(version.file.status), to) {
        Ok(Move::Stay) => {
            let said = format!("nothing to do: it is {} already", to.word());
            return Ok(answer(version, to, said, None));
        }
        Ok(step) => step,
        Err(refusal) => {
            let instead = refusal
                .instead
                .replace("ID@VERSION", &version.id.to_string());
            let why = format!("{}; {instead}", refusal.why);
            return Ok(refused(answer(version, to, String::new(), None), vec![why]));
        }
    };
    let run = match stage(request.to) {
        None => None,
        Some(stage) => match proof(request, &workspace, stage, at)? {
            Ok(run) => Some(run),
            Err(why) => {
                let why = format!("{why}; matchmark check --stage {}", stage.word());
                return Ok(refused(answer(version, to, String::new(), None), vec![why]));
            }
        },
    };
    if step == Move::Release {
        return released(request, (workspace, findings), (version, run), at);
    }
    let record = MoveRecord {
        number: 0,
        previous: None,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        version: named(version),
        step: step.word().to_owned(),
        from: version.file.status.word().to_owned(),
        to: to.word().to_owned(),
        schema: version.digest.clone(),
        as_of: at,
        requested_by: request.requested_by.clone(),
        approved: Vec::new(),
        run: run.clone(),
        end: None,
        notices: BTreeMap::new(),
    };
    let said = format!("`{}` becomes a {}", named(version), to.word());
    let moved = answer(version, to, said, run);
    let root = &request.repository.root;
    let keys = [("status", to.word())];
    let files = vec![entry(root, version, &keys)?, kept(root, record)?];
    put(root, files, request.dry_run, moved)
}

fn status(rung: Rung) -> Status {
    match rung {
        Rung::Draft => Status::Draft,
        Rung::Candidate => Status::Candidate,
        Rung::Released => Status::Released,
    }
}

/// How strict the run must have been that lets a version go there; nothing is proved to go back.
///
/// Source: POLICY.md, section 7
fn stage(rung: Rung) -> Option<Stage> {
    match rung {
        Rung::Draft => None,
        Rung::Candidate => Some(Stage::Staging),
        Rung::Released => Some(Stage::ReleaseCandidate),
    }
}

fn named(version: &SchemaVersion) -> String {
    format!("{}@{}", version.id.entry, version.number)
}

/// The digest of the run that proves these very files.
///
/// Errors: kept runs cannot be trusted; the inner one says why none of them counts
fn proof(
    request: &PromoteRequest,
    workspace: &Workspace,
    stage: Stage,
    at: DateTime<Utc>,
) -> Result<Result<String, Unproven>, AppError> {
    let asked = request.runs.as_deref().unwrap_or(Path::new(RUNS));
    let folder = request.repository.root.join(asked);
    if request.runs.is_some() && !load::has_folder(&folder) {
        return Err(AppError::NoRunsFolder(asked.display().to_string()));
    }
    let kept = runs(&load::runs(&folder)?);
    if let Some(fault) = kept.faults.first() {
        return Err(AppError::Unusable {
            place: format!("{}/{}", asked.display(), fault.path),
            message: fault.message.clone(),
        });
    }
    let judged = of_inputs(&workspace.inputs);
    Ok(match proven(&kept.records, stage, at, &judged) {
        Ok(run) => Ok(run_digest(&run.path)),
        // A run of other files tells more than that there is none.
        Err(Unproven::Missing) => match kept.records.last() {
            Some(newest) => fresh(&newest.value, stage, at, &judged).map(|()| String::new()),
            None => Err(Unproven::Missing),
        },
        Err(why) => Err(why),
    })
}

/// The candidate leaves `next`, as `release` does it.
fn released(
    request: &PromoteRequest,
    (workspace, findings): (Workspace, &[Finding]),
    (version, run): (&SchemaVersion, Option<String>),
    at: DateTime<Utc>,
) -> Result<Moved, AppError> {
    let id = &version.id.entry;
    let asked = BumpRequest {
        repository: request.repository.clone(),
        scope: BumpScope::Release {
            id: id.clone(),
            requested_by: request.requested_by.clone(),
        },
        dry_run: request.dry_run,
        major: false,
        as_of: Some(at),
        show: request.show.clone(),
    };
    let release = bump::Release {
        at,
        requested_by: request.requested_by.clone(),
        run: run.clone(),
    };
    let bumped = bump::numbered(&asked, (workspace, findings), id, Some(&release))?;
    Ok(Moved {
        verdict: bumped.verdict,
        exit_code: bumped.exit_code,
        outcome: bumped.outcome,
        refused: bumped.refused,
        approved: bumped.approved,
        files: bumped.files,
        written: bumped.written,
        not_proved: bumped.not_proved,
        ..answer(version, Status::Released, String::new(), run)
    })
}

fn refused(moved: Moved, why: Vec<String>) -> Moved {
    let verdict = Verdict::NoGo;
    Moved {
        verdict,
        exit_code: verdict.exit_code(),
        outcome: format!(
            "`{}` stays {}: {}",
            moved.version,
            moved.from,
            counted(why.len(), "reason")
        ),
        refused: why,
        ..moved
    }
}

fn answer(version: &SchemaVersion, to: Status, outcome: String, run: Option<String>) -> Moved {
    Moved {
        verdict: Verdict::Go,
        exit_code: Verdict::Go.exit_code(),
        version: named(version),
        from: version.file.status.word().to_owned(),
        to: to.word().to_owned(),
        outcome,
        refused: Vec::new(),
        windows: Vec::new(),
        end: None,
        approved: Vec::new(),
        run,
        files: Vec::new(),
        written: false,
        not_proved: Vec::new(),
    }
}

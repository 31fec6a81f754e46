//! `replay`: a history of any size against the versions of the repository, whole or in shards.
//! Refuses to hold more of the history than is judged at once.

use super::AppError;
use super::answer::{Answer, Sink};
use super::check::with_rules;
use super::ordered::{in_order, threads};
use super::strict::{Before, NEWLY_REJECTED, budget, raised, renamed};
use crate::catalogue::Workspace;
use crate::evidence::of_inputs;
use crate::load::{self, PayloadPart, Piece};
use crate::model::replayed::{HISTORY, Part, ReplayAsked, Replayed};
use crate::model::{
    ReplayAct, ReplayJudge, ReplayRequest, Repository, VersionId, counted, did_you_mean,
};
use crate::policy::RuleBook;
use crate::replay::{Line, Replay, Schemas};
use crate::report::Content;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Judges a history or recorded exchanges, or puts the results of shards together.
///
/// Errors: the repository, the exchanges or a result cannot be read, there is no such candidate, or results are not of one replay
pub(super) fn replay(
    request: &ReplayRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let mut replayed = match &request.act {
        ReplayAct::Judge(judge) => judged(&request.repository, judge, sink)?,
        ReplayAct::Merge(first, others) => merged(&request.repository, first, others)?,
        ReplayAct::Exchanges(exchanges) => {
            return super::exchanges::exchanges(request, exchanges, now, sink);
        }
    };
    let verdict = replayed.verdict;
    replayed.exit_code = super::exit_code(verdict, request.allow_empty, request.exit_zero);
    let content = Content::Replayed(&replayed);
    let (code, show) = (replayed.exit_code, &request.show);
    Answer::of(verdict, code, content, show, request.max_findings)
}

fn judged(
    repository: &Repository,
    judge: &ReplayJudge,
    sink: &mut dyn Sink,
) -> Result<Replayed, AppError> {
    sink.progress("reading the repository");
    let root = &repository.root;
    let (head, findings) = load::replaying(root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    super::error::usable(&findings, "matchmark.toml")?;
    let is_configured = judge.histories.is_empty();
    let keys: &[&str] = match is_configured {
        true => &[NEWLY_REJECTED.0, HISTORY],
        false => &[NEWLY_REJECTED.0],
    };
    let before = Before::read(repository, judge.base.as_deref(), &head, keys)?;
    let base = before.workspace.as_ref();
    let narrowed = renamed(&head, base).filter(|_| is_configured);
    let candidate = judge.candidate.as_deref();
    let candidate = candidate.map(|asked| named(&head, asked)).transpose()?;
    let histories = match judge.histories.as_slice() {
        [] => vec![PathBuf::from(&head.config.replay.history)],
        named => named.to_vec(),
    };
    let asked = ReplayAsked {
        head: of_inputs(&head.inputs),
        base: before.commit.clone(),
        candidate: candidate.clone(),
        histories: histories
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect(),
        sample: judge.sample,
        budget: budget(NEWLY_REJECTED, &head, base),
        loosened: raised(NEWLY_REJECTED, &head, base)
            .into_iter()
            .chain(narrowed)
            .collect(),
        doubts: before.doubts.clone(),
        shards: judge.shard.of,
    };
    let sides = (&head, base);
    let (part, unreadable) = run(sides, candidate.as_ref(), (root, &histories), judge, sink);
    Ok(Replayed::of(asked, judge.shard.number, part, unreadable))
}

/// `ID@VERSION` of the catalogue.
fn named(head: &Workspace, asked: &str) -> Result<VersionId, AppError> {
    let catalogue = &head.catalogue;
    let id: Option<VersionId> = asked.parse().ok();
    id.filter(|id| catalogue.version(id).is_some())
        .ok_or_else(|| {
            let known: Vec<String> = catalogue.versions().map(|it| it.id.to_string()).collect();
            AppError::UnknownSchema {
                asked: asked.to_owned(),
                hint: did_you_mean(asked, known.iter().map(String::as_str)),
            }
        })
}

/// Files that could not be read to their end, and why.
type Unreadable = BTreeMap<String, String>;

fn run(
    (head, base): (&Workspace, Option<&Workspace>),
    candidate: Option<&VersionId>,
    (root, histories): (&PathBuf, &[PathBuf]),
    judge: &ReplayJudge,
    sink: &mut dyn Sink,
) -> (Part, Unreadable) {
    let book = RuleBook::read(&head.payload_rules);
    let base_book = base.map(|base| RuleBook::read(&base.payload_rules));
    let schemas = Schemas::of(&head.catalogue);
    let before = base.map(|base| Schemas::beside(&base.catalogue, &schemas));
    let schemas = (&schemas, before.as_ref());
    with_rules((head, base), (&book, base_book.as_ref()), |rules| {
        let replay = Replay::new(&head.catalogue, schemas, rules, candidate);
        read(&replay, load::payloads(root, histories), judge, sink)
    })
}

/// Judges block by block.
fn read(
    replay: &Replay<'_>,
    parts: impl Iterator<Item = PayloadPart> + Send + 'static,
    judge: &ReplayJudge,
    sink: &mut dyn Sink,
) -> (Part, Unreadable) {
    let (mut all, mut unreadable) = (Part::default(), Unreadable::new());
    in_order(
        parts,
        threads(judge.jobs),
        |part| share(replay, judge, &part),
        |(part, failed): (Part, Option<(String, String)>)| {
            all.merge(part);
            unreadable.extend(failed);
            let envelopes = counted(all.envelopes, "envelope");
            sink.progress(&format!("{envelopes} replayed"));
            ControlFlow::Continue(())
        },
    );
    (all, unreadable)
}

/// What becomes of the lines of a block that are ours to judge.
fn share(
    replay: &Replay<'_>,
    judge: &ReplayJudge,
    part: &PayloadPart,
) -> (Part, Option<(String, String)>) {
    let first = match &part.piece {
        Piece::Lines { first, .. } | Piece::TooLong(first) => *first,
        Piece::Whole(_) | Piece::Unreadable(_) => 1,
    };
    let is_ours = |line: u64| {
        let place = part.before + line.saturating_sub(first);
        let is_chosen = judge.sample.is_none_or(|sample| sample.takes(place));
        judge.shard.takes(place) && is_chosen
    };
    let number = |line: u64| u32::try_from(line).unwrap_or(u32::MAX);
    let payloads = part.piece.payloads();
    let lines = payloads.map(|(line, bytes)| (line.unwrap_or(1), bytes));
    let lines = lines
        .filter(|(line, _)| is_ours(*line))
        .map(|(line, bytes)| Line {
            file: &part.file,
            number: number(line),
            bytes,
        });
    let judged = match &part.piece {
        Piece::TooLong(line) if is_ours(*line) => replay.too_long(&part.file, number(*line)),
        Piece::TooLong(_) | Piece::Whole(_) | Piece::Lines { .. } | Piece::Unreadable(_) => {
            replay.part(lines)
        }
    };
    let failed = match &part.piece {
        Piece::Unreadable(why) => Some((part.file.to_string(), why.clone())),
        Piece::TooLong(_) | Piece::Whole(_) | Piece::Lines { .. } => None,
    };
    (judged, failed)
}

fn merged(repository: &Repository, first: &Path, others: &[PathBuf]) -> Result<Replayed, AppError> {
    let mut all = result(repository, first)?;
    for path in others {
        let merged = all.merge(result(repository, path)?);
        merged.map_err(|fault| unusable(path, fault.to_string()))?;
    }
    all.judge();
    Ok(all)
}

/// What a shard wrote.
fn result(repository: &Repository, path: &Path) -> Result<Replayed, AppError> {
    let text = load::traffic(&repository.root, path).map_err(|why| unusable(path, why))?;
    serde_json::from_slice(&text).map_err(|error| {
        let why = format!("no result of a replay: line {}", error.line());
        unusable(path, why)
    })
}

fn unusable(path: &Path, why: String) -> AppError {
    AppError::Traffic {
        file: path.display().to_string(),
        place: "the result".to_owned(),
        why,
    }
}

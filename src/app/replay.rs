//! `replay`: a history of any size against the versions of the repository, whole or in shards.
//! Refuses to hold more of the history than is judged at once.

use super::AppError;
use super::answer::{Answer, Sink};
use super::check::ruled;
use super::ordered::in_order;
use super::ruling::Ruling;
use crate::catalogue::{Envelope, Workspace};
use crate::evidence::of_inputs;
use crate::load::{self, PayloadPart, Piece};
use crate::model::replayed::{Part, ReplayAsked, Replayed};
use crate::model::{
    ReplayAct, ReplayJudge, ReplayRequest, Repository, VersionId, counted, did_you_mean,
};
use crate::policy::RuleBook;
use crate::replay::{Ask, Line, Replay, Rules, Schemas};
use crate::report::Content;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::thread;

/// Judges a history, or puts the results of shards together.
///
/// Errors: the repository or a result cannot be read, there is no such candidate, or results are not of one replay
pub(super) fn replay(request: &ReplayRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let mut replayed = match &request.act {
        ReplayAct::Judge(judge) => judged(&request.repository, judge, sink)?,
        ReplayAct::Merge(results) => merged(&request.repository, results)?,
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
    let (head, findings) = load::folder(root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    let base = load::base(root, judge.base.as_deref(), &head.config.gate.base)?;
    let (commit, before) = match base {
        load::Base::Commit(commit) => {
            let (workspace, _) = load::revision(root, &commit)?;
            (Some(commit), Some(workspace))
        }
        load::Base::None(_) => (None, None),
    };
    let candidate = judge.candidate.as_deref();
    let candidate = candidate.map(|asked| named(&head, asked)).transpose()?;
    let histories = match judge.histories.as_slice() {
        [] => vec![PathBuf::from(&head.config.replay.history)],
        named => named.to_vec(),
    };
    // A change cannot raise the budget and spend it in one go: the smaller one counts.
    let budgets = [Some(&head), before.as_ref()].into_iter().flatten();
    let budget = budgets.map(|side| side.config.replay.budget.newly_rejected);
    let asked = ReplayAsked {
        head: of_inputs(&head.inputs),
        base: commit,
        candidate: candidate.clone(),
        histories: histories
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect(),
        sample: judge.sample,
        budget: budget.min().unwrap_or_default(),
        shards: judge.shard.of,
    };
    let sides = (&head, before.as_ref());
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
    let head_rules = Ruling::of(head, &book);
    let base_rules = base.zip(base_book.as_ref());
    let base_rules = base_rules.map(|(base, book)| Ruling::of(base, book));
    let of_head = |recorded: &Envelope, version: &VersionId| ruled(&head_rules, recorded, version);
    let of_base = base_rules.as_ref().map(|rules| {
        move |recorded: &Envelope, version: &VersionId| ruled(rules, recorded, version)
    });
    let rules = Rules {
        head: Some((&of_head, &|version| head_rules.applies_to(version))),
        base: of_base.as_ref().map(|rules| rules as Ask<'_>),
    };
    let (schemas, before) = (
        Schemas::of(&head.catalogue),
        base.map(|base| Schemas::of(&base.catalogue)),
    );
    let schemas = (&schemas, before.as_ref());
    let replay = Replay::new(&head.catalogue, schemas, rules, candidate);
    read(&replay, load::payloads(root, histories), judge, sink)
}

/// Judges block by block.
fn read(
    replay: &Replay<'_>,
    parts: impl Iterator<Item = PayloadPart> + Send + 'static,
    judge: &ReplayJudge,
    sink: &mut dyn Sink,
) -> (Part, Unreadable) {
    let (mut all, mut unreadable) = (Part::default(), Unreadable::new());
    let machine = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let jobs = judge.jobs.unwrap_or_else(machine);
    in_order(
        parts,
        jobs,
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

fn merged(repository: &Repository, results: &[PathBuf]) -> Result<Replayed, AppError> {
    let mut all: Option<Replayed> = None;
    for path in results {
        let shown = path.display().to_string();
        let unusable = |why: String| AppError::Traffic {
            file: shown.clone(),
            place: "the result".to_owned(),
            why,
        };
        let text = load::traffic(&repository.root, path).map_err(&unusable)?;
        let result: Replayed = serde_json::from_slice(&text)
            .map_err(|error| unusable(format!("no result of a replay: line {}", error.line())))?;
        match &mut all {
            None => all = Some(result),
            Some(all) => all
                .merge(result)
                .map_err(|fault| unusable(fault.to_string()))?,
        }
    }
    let mut all = all.ok_or(AppError::NoSuchForm("no result"))?;
    all.judge();
    Ok(all)
}

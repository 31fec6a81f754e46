//! `check`: the gate. Loads head and base, runs the checks side by side, weighs what they found.

mod catalogue;
mod compat;
mod contract;
mod lifecycle;
mod policy;
mod replay;
mod strictness;

pub(super) use contract::{Library, served};

use super::AppError;
use super::answer::Sink;
use super::hurts;
use super::judge::{self, Strictness};
use super::room::Room;
use crate::catalogue::Workspace;
use crate::evidence;
use crate::lifecycle::standings;
use crate::load::{self, Base};
use crate::model::{
    Change, CheckName, CheckRequest, Finding, Judged, Report, ReportHeader, Summary, WitnessSource,
};
use crate::policy::RuleBook;
use crate::store;
use chrono::{DateTime, SecondsFormat, Utc};

/// How long a rehearsal may take when the user does not say.
#[cfg(feature = "service")]
const REHEARSAL: std::time::Duration = std::time::Duration::from_secs(60);

/// What every check is given: values only.
pub(super) struct Question<'a> {
    pub head: &'a Workspace,
    /// What was there before the change.
    pub base: Option<&'a Workspace>,
    pub as_of: DateTime<Utc>,
    pub jobs: usize,
}

/// The head and what it is compared with.
struct Sides {
    head: Workspace,
    unreadable: Vec<Finding>,
    base: Option<(String, Workspace)>,
    /// Why there is no base.
    without_base: Option<String>,
}

/// What the checks gave.
struct Round {
    rooms: Vec<Room>,
    changes: Vec<Change>,
}

/// Judges the repository and gives the one value that every report is made from.
///
/// Errors: the repository cannot be read at all, or a witness cannot be written
pub(super) fn check(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Report, AppError> {
    let as_of = request.as_of.unwrap_or(now);
    sink.progress("reading the repository");
    let sides = sides(request)?;
    let jobs = request.jobs.map_or_else(parallelism, usize::from);
    let question = Question {
        head: &sides.head,
        base: sides.base.as_ref().map(|(_, workspace)| workspace),
        as_of,
        jobs,
    };
    let book = RuleBook::read(&sides.head.rules);
    let (strictness, profile) = strictness::of(request, &sides.head, &book);
    let mut round = round(request, &question, &sides.unreadable, &book, sink);
    let standings = standings(&sides.head.waivers, &sides.head.config.board, as_of);
    if request.checks.contains(&CheckName::Lifecycle) {
        let others: Vec<&Finding> = round.rooms.iter().flat_map(|room| &room.findings).collect();
        let room = lifecycle::check(&question, &standings, &others);
        round.rooms.push(room);
    } else {
        round.rooms.push(left_out(CheckName::Lifecycle));
    }
    let mut findings = profile;
    findings.extend(strictness::unmet(&round.rooms, &strictness));
    if !request.checks.contains(&CheckName::Catalogue) {
        // A file that cannot be used is said whatever was asked for.
        findings.extend(sides.unreadable.iter().cloned());
    }
    for room in &mut round.rooms {
        findings.append(&mut room.findings);
    }
    let text = |path: &str| load::text(&request.repository.root, path);
    let judged = judge::findings(findings, &standings, &strictness, text);
    let report = report(request, &sides, round, judged, &strictness, as_of);
    keep_witnesses(request, &report)?;
    Ok(report)
}

fn sides(request: &CheckRequest) -> Result<Sides, AppError> {
    let repository = &request.repository;
    let (head, unreadable) = load::folder(&repository.root, repository.config.as_deref())?;
    let default = &head.config.gate.base;
    let (base, without_base) = match load::base(&repository.root, request.base.as_deref(), default)?
    {
        Base::Commit(commit) => {
            let (workspace, _) = load::revision(&repository.root, &commit)?;
            (Some((commit, workspace)), None)
        }
        Base::None(why) => (None, Some(why)),
    };
    Ok(Sides {
        head,
        unreadable,
        base,
        without_base,
    })
}

fn parallelism() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn left_out(name: CheckName) -> Room {
    Room::skipped(name, "it was left out")
}

/// Every check that was asked for, side by side; the order of the results is fixed.
fn round(
    request: &CheckRequest,
    question: &Question<'_>,
    unreadable: &[Finding],
    book: &RuleBook,
    sink: &mut dyn Sink,
) -> Round {
    let asked = |name| request.checks.contains(&name);
    let library = Library::read(question.head);
    let travelled = if asked(CheckName::Contract) {
        sink.progress("rehearsing with the reference service");
        rehearsed(request, question, &library, sink)
    } else {
        Err("the contract check was left out".to_owned())
    };
    sink.progress("judging");
    let (catalogue, policy, compat, contract, replayed) = std::thread::scope(|scope| {
        let catalogue = asked(CheckName::Catalogue)
            .then(|| scope.spawn(|| catalogue::check(question, unreadable.to_vec())));
        let policy = asked(CheckName::Policy)
            .then(|| scope.spawn(|| policy::check(question, request.stage, book)));
        let compat = asked(CheckName::Compat).then(|| scope.spawn(|| compat::check(question)));
        let contract = asked(CheckName::Contract)
            .then(|| scope.spawn(|| contract::check(question, &library, &travelled)));
        let replayed = asked(CheckName::Replay).then(|| replay::check(question));
        (
            catalogue.map(joined),
            policy.map(joined),
            compat.map(joined),
            contract.map(joined),
            replayed,
        )
    });
    gathered(catalogue, policy, compat, contract, replayed)
}

/// The rooms in their fixed order; a check that was not asked for says so.
fn gathered(
    catalogue: Option<Room>,
    policy: Option<Room>,
    mut compat: Option<compat::Judged>,
    contract: Option<Room>,
    replayed: Option<replay::Replayed>,
) -> Round {
    // What the schemas say of a change and what the history says belong side by side.
    if let (Some(compat), Some(replayed)) = (&mut compat, &replayed) {
        for finding in &mut compat.room.findings {
            hurts::on_record(finding, &replayed.clusters, replayed.total);
        }
    }
    let (compat, changes) = match compat {
        Some(judged) => (Some(judged.room), judged.changes),
        None => (None, Vec::new()),
    };
    let rooms = [
        (CheckName::Catalogue, catalogue),
        (CheckName::Policy, policy),
        (CheckName::Compat, compat),
        (CheckName::Contract, contract),
        (CheckName::Replay, replayed.map(|replayed| replayed.room)),
    ];
    Round {
        rooms: rooms
            .into_iter()
            .map(|(name, room)| room.unwrap_or_else(|| left_out(name)))
            .collect(),
        changes,
    }
}

/// What travelled between the reference service, its consumers and stubs of its partners.
#[cfg(feature = "service")]
fn rehearsed(
    request: &CheckRequest,
    question: &Question<'_>,
    library: &Library,
    sink: &dyn Sink,
) -> contract::Travelled {
    use crate::rehearsal::{Script, rehearse};
    let head = question.head;
    if library.contracts.is_empty() {
        return Err("there is no contract to rehearse".to_owned());
    }
    let script = Script {
        us: &head.config.payer,
        partners: head.partners.values().collect(),
        schemas: served(&head.catalogue),
        planned: library.planned(),
        as_of: question.as_of,
        timeout: request.timeout.unwrap_or(REHEARSAL),
    };
    let rehearsal = rehearse(&script, sink.log()).map_err(|error| error.to_string())?;
    Ok((rehearsal.exchanges, rehearsal.deliveries))
}

#[cfg(not(feature = "service"))]
fn rehearsed(_: &CheckRequest, _: &Question<'_>, _: &Library, _: &dyn Sink) -> contract::Travelled {
    Err("this program was built without the reference service".to_owned())
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn report(
    request: &CheckRequest,
    sides: &Sides,
    round: Round,
    findings: Vec<Judged>,
    strictness: &Strictness,
    as_of: DateTime<Utc>,
) -> Report {
    let verdict = judge::verdict(&findings, &round.rooms, strictness);
    let mut not_proved: Vec<String> = Vec::new();
    if let Some(why) = &sides.without_base {
        not_proved.push(format!("Nothing was compared with a base: {why}."));
    }
    not_proved.extend(round.rooms.iter().flat_map(|room| room.not_proved.clone()));
    let checks = round
        .rooms
        .iter()
        .map(|room| room.shown(judge::count(&findings, room.name)))
        .collect();
    evidence::seal(Report {
        verdict,
        exit_code: super::exit_code(verdict, request.allow_empty, request.exit_zero),
        header: ReportHeader {
            tool: format!("matchmark {}", env!("CARGO_PKG_VERSION")),
            as_of: as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
            stage: request.stage.word().to_owned(),
            head: head(request),
            base: sides.base.as_ref().map(|(commit, _)| commit.clone()),
        },
        summary: Summary::of(&findings),
        checks,
        findings,
        changes: round.changes,
        not_proved,
        inputs: sides.head.inputs.clone(),
        digest: String::new(),
    })
}

/// The commit of the head, when nothing of ours differs from it.
fn head(request: &CheckRequest) -> String {
    match load::head(&request.repository.root) {
        Ok(Some(load::Head {
            commit,
            clean: true,
        })) => commit,
        Ok(Some(load::Head {
            commit,
            clean: false,
        })) => format!("{commit} and changes"),
        Ok(None) | Err(_) => "working tree".to_owned(),
    }
}

/// Generated witnesses are kept so that both verdicts can be shown again.
fn keep_witnesses(request: &CheckRequest, report: &Report) -> Result<(), AppError> {
    for finding in &report.findings {
        let Some(witness) = &finding.witness else {
            continue;
        };
        if let (WitnessSource::Generated, Some(value)) = (&witness.source, &witness.value) {
            store::witness(&request.repository.root, &finding.fingerprint, value)?;
        }
    }
    Ok(())
}

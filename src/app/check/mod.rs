//! `check`: the gate. Loads head and base, runs the checks side by side, weighs what they found.

pub(super) mod assumption;
mod base;
mod bodies;
mod catalogue;
mod compat;
mod contract;
mod gathering;
mod lifecycle;
mod notice;
mod on_record;
mod policy;
mod replay;
mod strictness;
mod transform;
mod unprotected;

pub(super) use contract::{Library, served};
pub(super) use lifecycle::allowance;

use super::AppError;
use super::answer::{Log, Sink};
use super::judge::{self, Strictness};
use super::room::Room;
use super::witness;
use crate::catalogue::{ContractSource, Workspace};
use crate::evidence;
use crate::lifecycle::standings;
use crate::load;
use crate::model::{
    Cell, Change, CheckName, CheckRequest, Extent, Finding, Governance, Judged, Notice, Report,
    ReportHeader, Summary,
};
use crate::policy::RuleBook;
use crate::report;
use crate::store;
use base::Sides;
use chrono::{DateTime, SecondsFormat, Utc};
use gathering::Gathering;

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

/// The policies of the head and, where there is one, of the base.
struct Books {
    head: RuleBook,
    base: Option<RuleBook>,
    /// The payload rules of both.
    payload: RuleBook,
    payload_base: Option<RuleBook>,
}

impl Books {
    fn read(head: &Workspace, base: Option<&Workspace>) -> Self {
        Self {
            head: RuleBook::read(&head.rules),
            base: base.map(|base| RuleBook::read(&base.rules)),
            payload: RuleBook::read(&head.payload_rules),
            payload_base: base.map(|base| RuleBook::read(&base.payload_rules)),
        }
    }

    fn all(&self) -> impl Iterator<Item = &RuleBook> {
        let heads = [&self.head, &self.payload].into_iter();
        heads.chain(&self.base).chain(&self.payload_base)
    }
}

/// What the checks gave.
struct Round {
    rooms: Vec<Room>,
    changes: Vec<Change>,
    matrix: Vec<Cell>,
    notices: Vec<Notice>,
}

/// Judges the repository and gives the one value that every report is made from.
///
/// Errors: the repository cannot be read at all, or a witness cannot be written
pub(super) fn check(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Report, AppError> {
    sink.progress("reading the repository");
    judged(request, Sides::read(request)?, now, sink)
}

/// The same with other contracts than those of the repository.
///
/// Errors: as `check`
pub(super) fn check_contracts(
    request: &CheckRequest,
    contracts: Vec<ContractSource>,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Report, AppError> {
    let mut sides = Sides::read(request)?;
    sides.head.contracts = contracts;
    judged(request, sides, now, sink)
}

fn judged(
    request: &CheckRequest,
    sides: Sides,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Report, AppError> {
    let as_of = request.as_of.unwrap_or(now);
    let jobs = request.jobs.map_or_else(parallelism, usize::from);
    let question = Question {
        head: &sides.head,
        base: sides.base.as_ref().ok().map(|base| &base.workspace),
        as_of,
        jobs,
    };
    let books = Books::read(&sides.head, question.base);
    let allowance = lifecycle::allowance(&sides.head.config.board, books.all());
    let (strictness, profile) = strictness::of(request, &sides.head, &books.head, &allowance);
    let mut round = round(request, &question, &books, sink);
    let notices = std::mem::take(&mut round.notices);
    let standings = standings(&sides.head.waivers, &allowance, as_of);
    let others: Vec<&Finding> = round.rooms.iter().flat_map(|room| &room.findings).collect();
    let room = asked(request, CheckName::Lifecycle)
        .then(|| lifecycle::check(&question, &standings, &allowance, &others));
    round
        .rooms
        .push(room.unwrap_or_else(|| left_out(CheckName::Lifecycle)));
    // What could not be read counts whichever checks were asked for.
    let mut findings = sides.unreadable.clone();
    findings.extend(profile);
    findings.extend(strictness::unmet(&round.rooms, &strictness));
    if request.extent == Extent::Part {
        round.rooms.retain(|room| asked(request, room.name));
    }
    for room in &mut round.rooms {
        findings.append(&mut room.findings);
    }
    let text = |path: &str| load::text(&request.repository.root, path);
    let judged = judge::findings(findings, &standings, &strictness, text);
    let report = told(request, &sides, round, judged, &strictness, as_of);
    witness::keep(&request.repository.root, &report.findings)?;
    for notice in &notices {
        store::write(
            &request.repository.root.join(notice.path()),
            &report::notice(notice),
        )?;
    }
    Ok(report)
}

fn parallelism() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn left_out(name: CheckName) -> Room {
    Room::skipped(name, "it was left out")
}

fn asked(request: &CheckRequest, name: CheckName) -> bool {
    request.checks.contains(&name)
}

/// Every check that was asked for, side by side; the order of the results is fixed.
fn round(
    request: &CheckRequest,
    question: &Question<'_>,
    books: &Books,
    sink: &mut dyn Sink,
) -> Round {
    let asked = |name| asked(request, name);
    let library = Library::read(question.head, &request.aim);
    let travelled = if asked(CheckName::Contract) {
        sink.progress("rehearsing with the reference service");
        rehearsed(request, question, &library, sink.log())
    } else {
        Err("the contract check was left out".to_owned())
    };
    sink.progress("judging");
    let policy = || policy::check(question, request.stage, books);
    let contract = || contract::check(question, &library, &travelled, &books.payload);
    let payload_rules = (&books.payload, books.payload_base.as_ref());
    std::thread::scope(|scope| {
        let catalogue =
            asked(CheckName::Catalogue).then(|| scope.spawn(|| catalogue::check(question)));
        let policy = asked(CheckName::Policy).then(|| scope.spawn(policy));
        let compat = asked(CheckName::Compat).then(|| scope.spawn(|| compat::check(question)));
        let contract = asked(CheckName::Contract).then(|| scope.spawn(contract));
        let replayed = asked(CheckName::Replay).then(|| replay::check(question, payload_rules));
        Gathering {
            catalogue: catalogue.map(joined),
            policy: policy.map(joined),
            compat: compat.map(joined),
            contract: contract.map(joined),
            replayed,
        }
    })
    .finish()
}

/// What travelled between the reference service, its consumers and stubs of its partners.
#[cfg(feature = "service")]
fn rehearsed(
    request: &CheckRequest,
    question: &Question<'_>,
    library: &Library,
    log: Log,
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
        planned: library.planned(&head.config.payer.id),
        people: library.people.clone(),
        provider: request.aim.provider.clone(),
        ours: library.ours(&head.config.payer.id).collect(),
        as_of: question.as_of,
        log: log.asked.then_some(log.writer),
        timeout: request.timeout.unwrap_or(REHEARSAL),
    };
    let rehearsal = rehearse(&script).map_err(|error| error.to_string())?;
    Ok((rehearsal.exchanges, rehearsal.deliveries))
}

#[cfg(not(feature = "service"))]
fn rehearsed(_: &CheckRequest, _: &Question<'_>, _: &Library, _: Log) -> contract::Travelled {
    Err("this program was built without the reference service".to_owned())
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn told(
    request: &CheckRequest,
    sides: &Sides,
    round: Round,
    findings: Vec<Judged>,
    strictness: &Strictness,
    as_of: DateTime<Utc>,
) -> Report {
    let verdict = judge::verdict(&findings, &round.rooms, strictness);
    let mut not_proved = sides.limits();
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
            head: sides.name(),
            base: sides.base.as_ref().ok().map(|base| base.commit.clone()),
        },
        summary: Summary::of(&findings),
        checks,
        findings,
        changes: round.changes,
        matrix: round.matrix,
        governance: Governance::default(),
        not_proved,
        inputs: sides.head.inputs.clone(),
        digest: String::new(),
    })
}

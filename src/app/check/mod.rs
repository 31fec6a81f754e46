//! `check`: the gate. Loads head and base, runs the checks side by side, weighs what they found.

mod again;
pub(super) mod assumption;
mod base;
mod bench;
mod bodies;
mod broken;
mod catalogue;
mod clusters;
mod compat;
mod contract;
mod doubt;
mod ending;
mod gathering;
mod guard;
mod keep;
mod lifecycle;
mod notice;
mod on_record;
mod outcome;
mod phi;
mod policy;
mod record;
pub(super) mod register;
mod replay;
mod strictness;
mod trace;
mod transform;
mod unprotected;

pub(super) use again::again;
pub(super) use contract::{Library, served};
pub(super) use ending::uses;
pub(super) use lifecycle::{allowance, demand};
pub(super) use notice::touched;
pub(super) use replay::with_rules;

use super::answer::{Log, Sink};
use super::ordered::threads;
use super::room::Room;
use super::{AppError, judge};
use crate::catalogue::{ContractSource, Source, Workspace};
use crate::lifecycle::{Standing, standings};
use crate::model::{
    Cell, Change, CheckName, CheckRequest, Extent, Finding, Governance, Judged, Notice, Report,
    ReportHeader, Summary,
};
use crate::policy::{Rule, RuleBook};
use crate::replay::Cluster;
use crate::{evidence, load};
use base::Sides;
use bench::Bench;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use gathering::Gathering;
use keep::Ledger;
use outcome::Outcome;
use record::Tallies;
use std::collections::BTreeSet;

/// How long a rehearsal may take when the user does not say.
#[cfg(feature = "service")]
const REHEARSAL: std::time::Duration = std::time::Duration::from_secs(60);

/// What every check is given: values only.
pub(super) struct Question<'a> {
    pub head: &'a Workspace,
    /// What was there before the change.
    pub base: Option<&'a Workspace>,
    /// The day on which the base was committed.
    pub base_day: Option<NaiveDate>,
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

    /// Asks the old form of these policies no more. Recorded payloads are still held against what held then.
    fn let_go(&mut self, ids: &BTreeSet<String>) {
        if let Some(book) = &mut self.base {
            book.rules.retain(|rule| !ids.contains(&rule.file.id));
        }
    }

    /// The rules of both sides, without the old form of those that were let go.
    fn rules<'b>(&'b self, settled: &'b BTreeSet<String>) -> impl Iterator<Item = &'b Rule> {
        let heads = [&self.head, &self.payload].into_iter();
        let bases = self.base.iter().chain(&self.payload_base);
        let before = bases.flat_map(|book| &book.rules);
        let before = before.filter(|rule| !settled.contains(&rule.file.id));
        heads.flat_map(|book| &book.rules).chain(before)
    }
}

/// What the checks gave.
struct Round {
    rooms: Vec<Room>,
    changes: Vec<Change>,
    matrix: Vec<Cell>,
    notices: Vec<Notice>,
    tallies: Tallies,
    clusters: Vec<Cluster>,
    /// Digest of what the rules were asked about.
    policy_input: Option<String>,
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
    let mut sides = Sides::read(request)?;
    let ledger = Ledger::open(request, &sides.head.config)?;
    sides.unreadable.extend(ledger.broken());
    let outcome = judged(request, &sides, now, sink)?;
    outcome.write(request)?;
    if ledger.takes() {
        ledger.keep(outcome.record(request, &sides, sink), &outcome.report)?;
    }
    Ok(outcome.report)
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
    let outcome = judged(request, &sides, now, sink)?;
    outcome.write(request)?;
    Ok(outcome.report)
}

/// The facts that every rule sees, those about results included.
///
/// Errors: the repository cannot be read at all
pub(super) fn facts(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<serde_json::Value, AppError> {
    let sides = Sides::read(request)?;
    let question = Question {
        head: &sides.head,
        base: sides.base.as_ref().ok().map(|base| &base.workspace),
        base_day: sides.base.as_ref().ok().and_then(|base| base.day),
        as_of: request.as_of.unwrap_or(now),
        jobs: threads(request.jobs).get(),
    };
    let books = Books::read(&sides.head, question.base);
    let round = round(request, &question, &books, sink);
    let mut rooms = round.rooms.into_iter();
    let policy = rooms.find(|room| room.name == CheckName::Policy);
    Ok(policy.map_or(serde_json::Value::Null, |room| room.facts))
}

fn judged(
    request: &CheckRequest,
    sides: &Sides,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Outcome, AppError> {
    let as_of = request.as_of.unwrap_or(now);
    let jobs = threads(request.jobs).get();
    let question = Question {
        head: &sides.head,
        base: sides.base.as_ref().ok().map(|base| &base.workspace),
        base_day: sides.base.as_ref().ok().and_then(|base| base.day),
        as_of,
        jobs,
    };
    let bench = Bench::of(request, sides, &question)?;
    let mut round = round(request, &question, &bench.books, sink);
    let notices = std::mem::take(&mut round.notices);
    let rooms = round.rooms.iter();
    let others: Vec<Finding> = rooms.flat_map(|room| room.findings.clone()).collect();
    let present = judge::present(&others, &bench.strictness);
    let waivers = &sides.head.waivers;
    let standings = standings(waivers, &bench.allowance, &present, as_of);
    let room = asked(request, CheckName::Lifecycle)
        .then(|| lifecycle::check(&question, &bench, &standings, &others));
    round
        .rooms
        .push(room.unwrap_or_else(|| left_out(CheckName::Lifecycle)));
    // What could not be read counts whichever checks were asked for.
    let mut findings = doubt::findings(request, sides);
    findings.extend(bench.profile.iter().cloned());
    findings.extend(strictness::unmet(&round.rooms, &bench.strictness));
    if request.extent == Extent::Part {
        round.rooms.retain(|room| asked(request, room.name));
    }
    for room in &mut round.rooms {
        findings.append(&mut room.findings);
    }
    let text = |path: &str| load::text(&request.repository.root, path);
    let judged = judge::findings(findings, &standings, &bench.strictness, text);
    let tallies = std::mem::take(&mut round.tallies);
    let policy_input = round.policy_input.take();
    let report = told(request, sides, round, judged, (&bench, &standings), as_of);
    let code_owners = bench.owners.as_ref().map(Source::digest);
    Ok(Outcome {
        code_owners,
        report,
        notices,
        tallies,
        policy_input,
        as_of,
    })
}

fn left_out(name: CheckName) -> Room {
    Room::skipped(name, "it was left out")
}

fn asked(request: &CheckRequest, name: CheckName) -> bool {
    request.checks.contains(&name)
}

/// Every check that was asked for, side by side, and the policies over what they found; the order of the results is
/// fixed.
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
    let prepare = || policy::prepare(question, request.stage, books);
    let contract = || contract::check(question, &library, &travelled, &books.payload);
    let payload_rules = (&books.payload, books.payload_base.as_ref());
    let mut gathering = std::thread::scope(|scope| {
        let catalogue =
            asked(CheckName::Catalogue).then(|| scope.spawn(|| catalogue::check(question)));
        let prepared = asked(CheckName::Policy).then(|| scope.spawn(prepare));
        let compat = asked(CheckName::Compat).then(|| scope.spawn(|| compat::check(question)));
        let contract = asked(CheckName::Contract).then(|| scope.spawn(contract));
        let replayed = asked(CheckName::Replay).then(|| replay::check(question, payload_rules));
        Gathering {
            catalogue: catalogue.map(joined),
            prepared: prepared.map(joined),
            policy: None,
            compat: compat.map(joined),
            contract: contract.map(joined),
            replayed,
        }
    });
    if let Some(prepared) = gathering.prepared.take() {
        gathering.policy = Some(policy::check(question, books, prepared, &gathering));
    }
    gathering.finish()
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
    (bench, standings): (&Bench<'_>, &[Standing<'_>]),
    as_of: DateTime<Utc>,
) -> Report {
    let verdict = judge::verdict(&findings, &round.rooms, &bench.strictness);
    let mut governance = Governance {
        sign_off: sides.head.config.board.roles.clone(),
        letterhead: sides.head.letterhead.clone(),
        clusters: clusters::told(&round.clusters),
        ..Governance::default()
    };
    (governance.rules, governance.trace) =
        trace::told(&round.rooms, &bench.books, &sides.head, &findings);
    register::fill(&mut governance, bench, standings, &findings, as_of);
    let mut not_proved = sides.limits();
    not_proved.extend(round.rooms.iter().flat_map(|room| room.not_proved.clone()));
    let checks = round
        .rooms
        .iter()
        .map(|room| {
            let verdict = judge::alone(&findings, room, &bench.strictness);
            room.shown(judge::count(&findings, room.name), verdict)
        })
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
        governance,
        not_proved,
        inputs: sides.head.inputs.clone(),
        digest: String::new(),
    })
}

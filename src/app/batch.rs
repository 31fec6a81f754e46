//! `compat --batch`: one question a line in, one answer a line out, in order, each shown at once.
//! The work is done in children of this process, so that no line can take the others down.

use super::AppError;
use super::Clock;
use super::answer::{Answer, Sink};
use super::questions::Questions;
use super::worker::{Lost, READY, Start, Watch, Worker, give_up};
use crate::compat::{Answered, answer};
use crate::inclusion::{Budget, Code, Formats};
use crate::load::{self, Line};
use crate::model::{BatchRequest, Verdict, WorkerRequest};
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// Lines a job that may be answered while an earlier one still waits.
const AHEAD: usize = 8;
/// Most children at once, however many were asked for.
const CHILDREN: usize = 64;
/// Memory that a child may hold between two lines; with more it is exchanged.
///
/// Units:  bytes
const IDLE: u64 = 400 << 20;
/// Answers standard input until it ends.
///
/// Errors: it cannot be read, nobody reads the answers, or the system does not tell where this program lies
pub(super) fn batch(request: &BatchRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let start = Start {
        program: sink.program().map_err(AppError::Program)?,
        arguments: arguments(&request.worker),
        budget: request.worker.budget,
    };
    let jobs = request.jobs.get().min(CHILDREN);
    let workers = (0..jobs).map(|_| worker(start.clone(), sink.clock()));
    let questions = Questions::begin(workers.collect(), jobs, jobs * AHEAD);
    let verdict = show(&questions.answers, sink)?;
    questions.end()?;
    Ok(Answer::said(verdict))
}

/// Shows the answers in the order of their lines.
fn show(answers: &Receiver<Receiver<Answered>>, sink: &mut dyn Sink) -> Result<Verdict, AppError> {
    let mut verdict = Verdict::Go;
    for answer in answers {
        let lost = |_| Answered::lost(None, Code::WorkerDied, 0);
        let answered = answer.recv().unwrap_or_else(lost);
        if !answered.was_readable {
            verdict = Verdict::Error;
        }
        let text = format!("{}\n", answered.text);
        sink.result(&text).map_err(AppError::Unread)?;
    }
    Ok(verdict)
}

/// One who answers lines with a child of its own.
fn worker(start: Start, clock: Clock) -> impl FnMut(&Line) -> Answered {
    let mut worker = Worker::new(start);
    move |line| match line {
        Line::Read(line) => settled(&mut worker, line, &clock),
        Line::TooLong => Answered::lost(None, Code::Size, 0),
    }
}

fn settled(worker: &mut Worker, line: &[u8], clock: &Clock) -> Answered {
    let begun = clock();
    let reply = worker.ask(line).map(|reply| Reply::read(&reply));
    let code = match reply {
        Ok(Some(Reply { mark, text })) => {
            if mark == Mark::Spent {
                worker.retire();
            }
            return Answered {
                text,
                was_readable: mark != Mark::Bad,
                ran_out: mark == Mark::Spent,
            };
        }
        Err(Lost::Time) => Code::Time,
        Ok(None) | Err(Lost::Died) => Code::WorkerDied,
    };
    worker.retire();
    let spent = clock().saturating_sub(begun);
    Answered::lost(Some(line), code, micros(spent))
}

/// What a child says of a line: a word, a tab, the answer.
struct Reply {
    mark: Mark,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// The line was a question.
    Read,
    /// The line was none.
    Bad,
    /// The line was a question, and the child is not to be asked again.
    Spent,
}

impl Mark {
    const ALL: [Self; 3] = [Self::Read, Self::Bad, Self::Spent];

    fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Bad => "bad",
            Self::Spent => "spent",
        }
    }
}

impl Reply {
    fn read(line: &[u8]) -> Option<Self> {
        let (word, text) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        Some(Self {
            mark: Mark::ALL.into_iter().find(|mark| mark.word() == word)?,
            text: text.to_owned(),
        })
    }
}

/// The command line of a child.
fn arguments(request: &WorkerRequest) -> Vec<String> {
    let format = if request.formats_asserted {
        "assertion"
    } else {
        "annotation"
    };
    let budget = request.budget.as_millis().to_string();
    let words = [
        "compat",
        "--batch",
        "--worker",
        "--format",
        format,
        "--budget-ms",
        &budget,
    ];
    words.map(str::to_owned).to_vec()
}

/// Answers the lines that the parent hands over, until it hands over no more.
///
/// Errors: the parent is gone
pub(super) fn work(request: &WorkerRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let formats = if request.formats_asserted {
        Formats::Assertion
    } else {
        Formats::Annotation
    };
    let clock = sink.clock();
    let watch = Watch::start(sink.clock(), request.budget, load::resident, give_up);
    sink.result(READY).map_err(AppError::Unread)?;
    for line in load::questions() {
        let answered = match line? {
            Line::Read(line) => {
                let budget = Budget::default();
                watch.over(&budget.stop, |begun| {
                    let elapsed = || micros(clock().saturating_sub(begun));
                    answer(&line, formats, &budget, elapsed)
                })
            }
            Line::TooLong => Answered::lost(None, Code::Size, 0),
        };
        let is_full = || load::resident().is_some_and(|bytes| bytes > IDLE);
        let mark = match answered.was_readable {
            false => Mark::Bad,
            true if answered.ran_out || is_full() => Mark::Spent,
            true => Mark::Read,
        };
        let text = format!("{}\t{}\n", mark.word(), answered.text);
        sink.result(&text).map_err(AppError::Unread)?;
    }
    Ok(Answer::said(Verdict::Go))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

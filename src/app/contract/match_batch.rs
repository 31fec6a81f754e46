//! `contract match --batch`: one expectation and what was seen a line in, one verdict a line out, in order.
//! Refuses to hold more lines than are worked on, and to remember anything from one line to the next.

use crate::app::AppError;
use crate::app::answer::{Answer, Sink};
use crate::app::ordered::threads;
use crate::app::questions::Questions;
use crate::contract::batch::{Answered, answer};
use crate::contract::matching::Seal;
use crate::load::Line;
use crate::model::{MatchRequest, Verdict};
use std::sync::mpsc::{Receiver, TryRecvError};

/// Lines a job that may be answered while an earlier one still waits.
const AHEAD: usize = 32;
/// Answers that are shown together, where so many are there.
///
/// Units:  bytes
const TOGETHER: usize = 64 << 10;
/// Answers standard input until it ends.
///
/// Errors: it cannot be read, nobody reads the answers, or the system gives no randomness
pub(super) fn match_batch(request: MatchRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let seal = Seal::new(&sink.secret().map_err(AppError::Secret)?);
    let jobs = threads(request.jobs).get();
    let workers = (0..jobs).map(|_| worker(seal.clone()));
    let questions = Questions::begin(workers.collect(), jobs * AHEAD, jobs * AHEAD);
    let verdict = show(&questions.answers, sink)?;
    questions.end()?;
    Ok(Answer::said(verdict))
}

/// Shows the answers in the order of their lines, those together that are there together.
fn show(answers: &Receiver<Receiver<Answered>>, sink: &mut dyn Sink) -> Result<Verdict, AppError> {
    let mut verdict = Verdict::Go;
    let mut page = Page {
        sink,
        text: String::new(),
    };
    loop {
        let next = match answers.try_recv() {
            Err(TryRecvError::Empty) => {
                page.turn()?;
                answers.recv().ok()
            }
            next => next.ok(),
        };
        let Some(answer) = next else {
            page.turn()?;
            return Ok(verdict);
        };
        let answered = match answer.try_recv() {
            Err(TryRecvError::Empty) => {
                page.turn()?;
                answer.recv().ok()
            }
            answered => answered.ok(),
        };
        // Without an answer, whoever worked on it failed inside: that is no success.
        if !answered
            .as_ref()
            .is_some_and(|answered| answered.is_verdict)
        {
            verdict = Verdict::Error;
        }
        page.put(answered)?;
    }
}

/// Answers that were not shown yet.
struct Page<'s> {
    sink: &'s mut dyn Sink,
    text: String,
}

impl Page<'_> {
    fn put(&mut self, answered: Option<Answered>) -> Result<(), AppError> {
        if let Some(answered) = answered {
            self.text.push_str(&answered.text);
            self.text.push('\n');
        }
        if self.text.len() < TOGETHER {
            return Ok(());
        }
        self.turn()
    }

    fn turn(&mut self) -> Result<(), AppError> {
        if !self.text.is_empty() {
            self.sink.result(&self.text).map_err(AppError::Unread)?;
            self.text.clear();
        }
        Ok(())
    }
}

/// One who answers lines.
fn worker(seal: Seal) -> impl FnMut(&Line) -> Answered {
    move |line| match line {
        Line::Read(line) => answer(line, &seal),
        Line::TooLong => Answered::too_long(),
    }
}

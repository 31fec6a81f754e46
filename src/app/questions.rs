//! Questions on standard input, answers in the order in which they were asked, however many are worked on at once.
//! Refuses to know what a question asks.

use super::AppError;
use crate::load::{self, Line, LoadError};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use wire::json::is_blank;

/// What some editors write before the first character of a text.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A line to answer, and where the answer goes.
struct Task<A> {
    line: Line,
    answer: Sender<A>,
}

/// The tasks that nobody has taken yet; whoever works takes the next.
type Tasks<A> = Arc<Mutex<Receiver<Task<A>>>>;

/// A run over standard input.
pub(super) struct Questions<A> {
    /// One receiver a line, in order; it stays empty when whoever worked on the line died.
    pub answers: Receiver<Receiver<A>>,
    reader: JoinHandle<Result<(), LoadError>>,
}

impl<A: Send + 'static> Questions<A> {
    /// Begins to read and to work: one thread for each of `workers`, which answer lines until there are none.
    /// At most `waiting` lines wait to be worked on, `ahead` to be shown.
    pub(super) fn begin<W>(workers: Vec<W>, waiting: usize, ahead: usize) -> Self
    where
        W: FnMut(&Line) -> A + Send + 'static,
    {
        let (work, tasks) = sync_channel(waiting);
        let (order, answers) = sync_channel(ahead);
        let tasks = Arc::new(Mutex::new(tasks));
        for worker in workers {
            let tasks = Arc::clone(&tasks);
            thread::spawn(move || serve(&tasks, worker));
        }
        let reader = thread::spawn(move || read(&work, &order));
        Self { answers, reader }
    }

    /// Waits for the end of the reading.
    ///
    /// Errors: standard input could not be read to its end
    pub(super) fn end(self) -> Result<(), AppError> {
        match self.reader.join() {
            Ok(read) => Ok(read?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Hands every line of standard input out, and its place in the order of answers.
fn read<A>(work: &SyncSender<Task<A>>, order: &SyncSender<Receiver<A>>) -> Result<(), LoadError> {
    for (number, line) in load::questions().enumerate() {
        let mut line = line?;
        if let Line::Read(bytes) = &mut line {
            if number == 0 && bytes.starts_with(MARK) {
                bytes.drain(..MARK.len());
            }
            if bytes.iter().all(|byte| is_blank(*byte)) {
                continue;
            }
        }
        let (answer, answered) = channel();
        // Whoever shows the answers may have gone: then nobody needs the rest.
        if order.send(answered).is_err() || work.send(Task { line, answer }).is_err() {
            break;
        }
    }
    Ok(())
}

/// Answers tasks until there are none.
fn serve<A>(tasks: &Tasks<A>, mut worker: impl FnMut(&Line) -> A) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = next else {
            return;
        };
        // Whoever shows the answers may have gone.
        let _ = task.answer.send(worker(&task.line));
    }
}

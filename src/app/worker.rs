//! Child processes of this program that take a line and give a line, and the watch that such a child keeps over itself.
//! Refuses to know what a line asks.

use super::Clock;
use crate::inclusion::Stop;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a child that overran its budget may still end softly.
///
/// Source: the compatibility specification, `compat --batch`
const GRACE: Duration = Duration::from_millis(200);
/// What a child says before its first line is taken.
pub(super) const READY: &str = "ready\n";
/// How long a child may take to say so.
const START: Duration = Duration::from_secs(10);
/// How often a child looks at itself.
const PULSE: Duration = Duration::from_millis(10);
/// Most memory of a child. With what is allotted between two looks it stays below 1 GiB.
///
/// Units:  bytes
/// Source: the compatibility specification asks for less than 1 GiB
const MEMORY: u64 = 800 << 20;
/// Exit code of a child that took more time or memory than it may.
const GAVE_UP: i32 = 70;

/// How a child is started, and how long it may take over a line.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub budget: Duration,
}

/// A child that is started when it is first needed, and again whenever it is gone.
pub(super) struct Worker {
    start: Start,
    running: Option<Running>,
}

/// Why a line has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The child was still at it when its time was up.
    Time,
    /// The child is gone, or could not be started.
    Died,
}

impl Worker {
    pub(super) fn new(start: Start) -> Self {
        Self {
            start,
            running: None,
        }
    }

    /// What a child answers to `line`, without its end.
    ///
    /// Errors: no answer came; the next line gets a new child
    pub(super) fn ask(&mut self, line: &[u8]) -> Result<Vec<u8>, Lost> {
        let kept = self.running.take().and_then(Running::alive);
        // A child that cannot take the line was gone before; the next one is asked instead.
        let sent = kept.and_then(|running| running.send(line));
        let sent = sent.or_else(|| Running::start(&self.start)?.send(line));
        let running = sent.ok_or(Lost::Died)?;
        let answer = running.answer(self.start.budget + GRACE)?;
        self.running = Some(running);
        Ok(answer)
    }

    /// Lets the child go: what it still works on is of no use.
    pub(super) fn retire(&mut self) {
        self.running = None;
    }
}

struct Running {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Vec<u8>>,
}

impl Running {
    fn start(start: &Start) -> Option<Self> {
        let mut child = Command::new(&start.program)
            .args(&start.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a dying child says of itself is not for the user of the parent.
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (input, output) = (child.stdin.take()?, child.stdout.take()?);
        let running = Self {
            child,
            input,
            answers: lines(output),
        };
        let said = running.answers.recv_timeout(START).ok()?;
        (said == READY.trim_end().as_bytes()).then_some(running)
    }

    /// The same child, unless it has ended since it gave its last answer.
    fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// The same child with the line in its hands.
    fn send(mut self, line: &[u8]) -> Option<Self> {
        let sent = self.input.write_all(line);
        let sent = sent.and_then(|()| self.input.write_all(b"\n"));
        sent.and_then(|()| self.input.flush())
            .is_ok()
            .then_some(self)
    }

    fn answer(&self, patience: Duration) -> Result<Vec<u8>, Lost> {
        let answer = self.answers.recv_timeout(patience);
        answer.map_err(|error| match error {
            RecvTimeoutError::Timeout => Lost::Time,
            RecvTimeoutError::Disconnected => Lost::Died,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already; what counts is that nothing of it is left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The whole lines of `output`, each as soon as it is there.
fn lines(output: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            let read = output.read_until(b'\n', &mut line);
            // Half a line is what a dying child leaves behind.
            if read.is_err() || line.pop() != Some(b'\n') || sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The watch of a child over its own work: the stop flag is set when the time is up, and the process ends when even
/// that does not help, or when it holds too much memory.
pub(super) struct Watch {
    shared: Arc<Shared>,
    clock: Clock,
}

struct Shared {
    state: Mutex<State>,
    taken: Condvar,
}

#[derive(Default)]
struct State {
    /// When the line was taken up, and its flag; none between two lines.
    line: Option<(Duration, Stop)>,
    /// Whether nobody looks before the next line is told.
    is_idle: bool,
}

impl Watch {
    /// Starts watching. `resident` gives the bytes that the process holds, where the system tells; `end` is called when
    /// the process has to end.
    pub(super) fn start(
        clock: Clock,
        budget: Duration,
        resident: fn() -> Option<u64>,
        end: fn(),
    ) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            taken: Condvar::new(),
        });
        let watch = Self {
            shared: Arc::clone(&shared),
            clock: Arc::clone(&clock),
        };
        std::thread::spawn(move || {
            loop {
                let (begun, stop) = shared.wait();
                let spent = clock().saturating_sub(begun);
                if spent >= budget {
                    stop.set();
                }
                // The parent has given up by then; without one, nobody else would end this.
                let is_late = spent >= budget + GRACE * 2;
                if is_late || resident().is_some_and(|bytes| bytes > MEMORY) {
                    end();
                }
            }
        });
        watch
    }

    /// Does the work on one line under watch, and tells when it was taken up.
    pub(super) fn over<T>(&self, stop: &Stop, work: impl FnOnce(Duration) -> T) -> T {
        let begun = (self.clock)();
        let mut state = self.shared.state();
        state.line = Some((begun, stop.clone()));
        if state.is_idle {
            self.shared.taken.notify_one();
        }
        drop(state);
        let result = work(begun);
        self.shared.state().line = None;
        result
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line that is worked on, a pulse after the last look at it.
    fn wait(&self) -> (Duration, Stop) {
        let mut state = self.state();
        loop {
            let waited = self.taken.wait_timeout(state, PULSE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if let Some((begun, stop)) = &state.line {
                return (*begun, stop.clone());
            }
            state.is_idle = true;
            let idle = self.taken.wait(state);
            state = idle.unwrap_or_else(PoisonError::into_inner);
            state.is_idle = false;
        }
    }
}

/// Ends this process, whatever its other threads do.
#[expect(
    clippy::exit,
    reason = "another thread cannot be ended in any other way; the parent answers for this process"
)]
pub(super) fn give_up() {
    std::process::exit(GAVE_UP);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Watches over work that lasts until `seen`, a second before its budget is over.
    fn watched(
        spent: Duration,
        resident: fn() -> Option<u64>,
        seen: &AtomicBool,
        end: fn(),
    ) -> Stop {
        let budget = Duration::from_secs(2);
        let now = Arc::new(Mutex::new(Duration::ZERO));
        let clock: Clock = {
            let now = Arc::clone(&now);
            Arc::new(move || *now.lock().unwrap())
        };
        let watch = Watch::start(clock, budget, resident, end);
        let stop = Stop::default();
        watch.over(&stop, |begun| {
            assert_eq!(begun, Duration::ZERO);
            *now.lock().unwrap() = spent;
            while !seen.load(Ordering::Relaxed) && !stop.is_set() {
                std::thread::yield_now();
            }
        });
        stop
    }

    #[test]
    fn a_child_that_holds_too_much_ends_itself() {
        static ENDED: AtomicBool = AtomicBool::new(false);
        let end = || ENDED.store(true, Ordering::Relaxed);
        let stop = watched(Duration::ZERO, || Some(MEMORY + 1), &ENDED, end);
        assert!(ENDED.load(Ordering::Relaxed) && !stop.is_set());
    }

    #[test]
    fn a_child_whose_time_is_up_stops_and_goes_on() {
        static ENDED: AtomicBool = AtomicBool::new(false);
        let end = || ENDED.store(true, Ordering::Relaxed);
        let stop = watched(Duration::from_secs(2), || None, &ENDED, end);
        assert!(stop.is_set() && !ENDED.load(Ordering::Relaxed));
    }

    #[test]
    fn a_child_that_cannot_be_started_is_a_lost_line() {
        let mut worker = Worker::new(Start {
            program: PathBuf::from("/nowhere/matchmark"),
            arguments: Vec::new(),
            budget: Duration::from_secs(1),
        });
        assert_eq!(worker.ask(b"{}"), Err(Lost::Died));
    }
}

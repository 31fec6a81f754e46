//! Runs a piece of work on a thread with a deep stack, so that no schema can exhaust the caller's.
//! Refuses to know what the work is.

use super::answer::{Code, Why};
use super::budget::Stop;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Source: the stack that the canonical module needs for the deepest schemas of the labelled pairs
const STACK: usize = 64 * 1024 * 1024;
/// How often a waiting caller looks at the stop flag.
const PAUSE: Duration = Duration::from_millis(5);
/// Name of the threads, for whoever installs a panic hook.
pub const THREAD: &str = "matchmark-inclusion";

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The result of `work`; `worker-died` when it panics, `time` when the stop flag is set before it ends.
///
/// Called from inside another run, the work stays on that thread.
pub(crate) fn run<T: Send + 'static>(
    stop: &Stop,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Why> {
    if INSIDE.get() {
        return guarded(work);
    }
    let (sender, receiver) = channel();
    let spawned = std::thread::Builder::new()
        .name(THREAD.to_owned())
        .stack_size(STACK)
        .spawn(move || {
            INSIDE.set(true);
            // The caller may have gone: then nobody waits for the result.
            let _ = sender.send(guarded(work));
        });
    if spawned.is_err() {
        return Err(Why::new(Code::WorkerDied));
    }
    loop {
        match receiver.recv_timeout(PAUSE) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Timeout) if stop.is_set() => return Err(Why::new(Code::Time)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Why::new(Code::WorkerDied)),
        }
    }
}

fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Why> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Why::new(Code::WorkerDied))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn work_that_dies_is_an_answer() {
        let died = run(&Stop::default(), || -> u8 { panic!("on purpose") });
        assert_eq!(died, Err(Why::new(Code::WorkerDied)));
    }

    #[test]
    fn a_set_stop_flag_ends_the_wait() {
        let stop = Stop::default();
        stop.set();
        let (hold, held) = channel::<()>();
        let answer = run(&stop, move || held.recv().is_ok());
        assert_eq!(answer, Err(Why::new(Code::Time)));
        drop(hold);
    }
}

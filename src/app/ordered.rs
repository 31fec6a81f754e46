//! Work on many things at once, with its results in the order of the things.
//! Refuses to hold more of them than are worked on.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Things a thread that may wait for an earlier one to be taken.
const AHEAD: usize = 2;

/// Does `work` to each of `things` in `jobs` threads, and gives the results to `take` in order until it has enough.
///
/// # Panics
/// As `work` does.
pub(super) fn in_order<T: Send, R: Send>(
    things: impl Iterator<Item = T> + Send,
    jobs: NonZeroUsize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> ControlFlow<()>,
) {
    let most = jobs.get() * AHEAD;
    let (hand_out, tasks) = sync_channel(most);
    let (order, results) = sync_channel(most);
    // Only those who work hold it: when all have died, nobody hands out any more.
    let tasks = Arc::new(Mutex::new(tasks));
    let work = &work;
    thread::scope(|scope| {
        scope.spawn(move || read(things, &hand_out, &order));
        for _ in 1..jobs.get() {
            let tasks = Arc::clone(&tasks);
            scope.spawn(move || serve(&tasks, work));
        }
        scope.spawn(move || serve(&tasks, work));
        for result in results {
            // Whoever worked on it has died, and the scope says so at its end.
            let Ok(result) = result.recv() else {
                break;
            };
            if take(result).is_break() {
                break;
            }
        }
    });
}

type Task<T, R> = (T, Sender<R>);

/// Hands everything out, until nobody takes the results any more.
fn read<T, R>(
    things: impl Iterator<Item = T>,
    hand_out: &SyncSender<Task<T, R>>,
    order: &SyncSender<Receiver<R>>,
) {
    for thing in things {
        let (result, later) = channel();
        if order.send(later).is_err() || hand_out.send((thing, result)).is_err() {
            return;
        }
    }
}

/// Works until nothing is handed out any more.
fn serve<T, R>(tasks: &Mutex<Receiver<Task<T, R>>>, work: &impl Fn(T) -> R) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((thing, result)) = next else {
            return;
        };
        // Whoever takes the results may have enough.
        let _ = result.send(work(thing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const JOBS: NonZeroUsize = NonZeroUsize::new(3).unwrap();

    #[test]
    fn results_come_in_the_order_of_the_things_whoever_is_done_first() {
        let mut taken = Vec::new();
        let slow_when_even = |number: u64| {
            let rounds = if number.is_multiple_of(2) { 20_000 } else { 1 };
            (0..rounds).fold(number, |sum, _| std::hint::black_box(sum))
        };
        in_order(0..500, JOBS, slow_when_even, |number| {
            taken.push(number);
            ControlFlow::Continue(())
        });
        assert!(taken.into_iter().eq(0..500));
    }

    #[test]
    fn a_panic_of_the_only_worker_reaches_the_caller() {
        let run = || {
            in_order(
                0..100,
                NonZeroUsize::MIN,
                |number| assert!(number < 3),
                |()| ControlFlow::Continue(()),
            )
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }

    #[test]
    fn nothing_more_is_read_than_is_worked_on_and_nothing_after_enough() {
        let read = AtomicUsize::new(0);
        let things = (0..1_000_000).inspect(|_| {
            read.fetch_add(1, Ordering::Relaxed);
        });
        in_order(
            things,
            JOBS,
            |number| number,
            |number| match number {
                5 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            },
        );
        assert!(read.into_inner() <= 6 + 3 * AHEAD + 3 + 2);
    }
}

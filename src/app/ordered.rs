//! Work on many things at once, with its results in the order of the things.
//! Refuses to hold more of them than are worked on.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Things a thread that may wait for an earlier one to be taken.
const AHEAD: usize = 2;

/// Most threads at once, however many were asked for.
const THREADS: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// How many threads work: as many as were asked for, or as the machine has.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    let machine = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    asked.unwrap_or_else(machine).min(THREADS)
}

/// Does `work` to each of `things` in `jobs` threads, and gives the results to `take` in order until it has enough.
///
/// # Panics
/// As `work` does.
pub(super) fn in_order<T: Send + 'static, R: Send + 'static>(
    things: impl Iterator<Item = T> + Send + 'static,
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
    // Whoever has enough closes it, while who reads may wait for the next thing.
    let open = Arc::new(Mutex::new(Some(hand_out)));
    let door = Arc::clone(&open);
    let reader = thread::spawn(move || read(things, &door, &order));
    let has_enough = thread::scope(|scope| {
        for _ in 1..jobs.get() {
            let tasks = Arc::clone(&tasks);
            scope.spawn(move || serve(&tasks, work));
        }
        scope.spawn(move || serve(&tasks, work));
        for result in results {
            // Whoever worked on it has died, and the scope says so at its end.
            let Ok(result) = result.recv() else {
                *locked(&open) = None;
                return true;
            };
            if take(result).is_break() {
                *locked(&open) = None;
                return true;
            }
        }
        false
    });
    // Whoever has enough does not wait for what may be read for a long time yet.
    if !has_enough && let Err(panic) = reader.join() {
        std::panic::resume_unwind(panic);
    }
}

type Task<T, R> = (T, Sender<R>);

type Door<T, R> = Mutex<Option<SyncSender<Task<T, R>>>>;

/// Hands everything out, until nobody takes the results any more.
fn read<T, R>(things: impl Iterator<Item = T>, door: &Door<T, R>, order: &SyncSender<Receiver<R>>) {
    let _closes = Closes(door);
    for thing in things {
        let (result, later) = channel();
        let Some(hand_out) = locked(door).clone() else {
            return;
        };
        if order.send(later).is_err() || hand_out.send((thing, result)).is_err() {
            return;
        }
    }
}

/// Closes a door when whoever reads goes away, however that comes.
struct Closes<'d, T, R>(&'d Door<T, R>);

impl<T, R> Drop for Closes<'_, T, R> {
    fn drop(&mut self) {
        *locked(self.0) = None;
    }
}

fn locked<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works until nothing is handed out any more.
fn serve<T, R>(tasks: &Mutex<Receiver<Task<T, R>>>, work: &impl Fn(T) -> R) {
    loop {
        let next = locked(tasks).recv();
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
    use std::panic::AssertUnwindSafe;
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
    fn a_panic_of_who_reads_reaches_the_caller() {
        let things = (0..10).inspect(|number| assert!(*number < 3));
        let run = || in_order(things, JOBS, |number| number, |_| ControlFlow::Continue(()));
        assert!(std::panic::catch_unwind(AssertUnwindSafe(run)).is_err());
    }

    #[test]
    fn whoever_has_enough_does_not_wait_for_the_next_thing() {
        let (_held, never) = channel::<u32>();
        let things = std::iter::once(1).chain(never);
        in_order(things, JOBS, |number| number, |_| ControlFlow::Break(()));
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
        let read = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&read);
        let things = (0..1_000_000).inspect(move |_| {
            counts.fetch_add(1, Ordering::Relaxed);
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
        assert!(read.load(Ordering::Relaxed) <= 6 + 3 * AHEAD + 3 + 2);
    }
}

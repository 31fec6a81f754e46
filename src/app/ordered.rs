//! Work on many things at once, with its results in the order of the things.
//! Refuses to hold more of them than are worked on, and more bytes of them than are allowed.

use crate::load::PayloadPart;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// Bytes that are held at once, for each thread; more only where one thing alone has more.
///
/// Source: four blocks of lines as they are read; two threads with lines near the limit that are valid stay below 64 MiB
const BYTES: usize = 2 * 1024 * 1024;

/// Bytes that a thing holds until its result is taken.
pub(super) trait Weighs {
    fn weight(&self) -> usize;
}

impl Weighs for PayloadPart {
    fn weight(&self) -> usize {
        self.piece.bytes()
    }
}

/// Does `work` to each of `things` in `jobs` threads, and gives the results to `take` in order until it has enough.
///
/// # Panics
/// As `work` does.
pub(super) fn in_order<T: Weighs + Send + 'static, R: Send + 'static>(
    things: impl Iterator<Item = T> + Send + 'static,
    jobs: NonZeroUsize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> ControlFlow<()>,
) {
    let mut things = things.fuse();
    // Whoever works alone needs no threads, and where there is one thing only, starting some would take longer than many
    // a payload.
    let alone = if jobs == NonZeroUsize::MIN {
        usize::MAX
    } else {
        1
    };
    let mut done = things.by_ref().take(alone).map(&work);
    if done.any(|result| take(result).is_break()) {
        return;
    }
    if let Some(second) = things.next() {
        at_once(std::iter::once(second).chain(things), jobs, work, take);
    }
}

fn at_once<T: Weighs + Send + 'static, R: Send + 'static>(
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
    let scales = Arc::new(Scales::new(BYTES.saturating_mul(jobs.get())));
    let (door, weighed) = (Arc::clone(&open), Arc::clone(&scales));
    let reader = thread::spawn(move || read(things, (&door, &weighed), &order));
    let has_enough = thread::scope(|scope| {
        // However this ends, and before the scope waits for who works: nobody waits for room or for a thing any more.
        let _ended = (Opened(&scales), Closes(&open));
        for _ in 1..jobs.get() {
            let tasks = Arc::clone(&tasks);
            scope.spawn(move || serve(&tasks, work));
        }
        scope.spawn(move || serve(&tasks, work));
        for (weight, result) in results {
            // Whoever worked on it has died, and the scope says so at its end.
            let Ok(result) = result.recv() else {
                return true;
            };
            if take(result).is_break() {
                return true;
            }
            scales.leave(weight);
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
fn read<T: Weighs, R>(
    things: impl Iterator<Item = T>,
    (door, scales): (&Door<T, R>, &Scales),
    order: &SyncSender<(usize, Receiver<R>)>,
) {
    let _closes = Closes(door);
    for thing in things {
        let (result, later) = channel();
        let weight = thing.weight();
        scales.enter(weight);
        let Some(hand_out) = locked(door).clone() else {
            return;
        };
        if order.send((weight, later)).is_err() || hand_out.send((thing, result)).is_err() {
            return;
        }
    }
}

/// The bytes of what was handed out and is not taken yet.
struct Scales {
    most: usize,
    /// None when everybody may pass.
    held: Mutex<Option<usize>>,
    lighter: Condvar,
}

impl Scales {
    fn new(most: usize) -> Self {
        Self {
            most,
            held: Mutex::new(Some(0)),
            lighter: Condvar::new(),
        }
    }

    /// Waits until there is room, or nothing else is held.
    fn enter(&self, weight: usize) {
        let is_full = |held: &mut Option<usize>| {
            held.is_some_and(|held| held > 0 && held.saturating_add(weight) > self.most)
        };
        let held = self.lighter.wait_while(locked(&self.held), is_full);
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        *held = held.map(|held| held.saturating_add(weight));
    }

    fn leave(&self, weight: usize) {
        let mut held = locked(&self.held);
        *held = held.map(|held| held.saturating_sub(weight));
        self.lighter.notify_one();
    }
}

/// Lets everybody pass when whoever takes the results goes away, however that comes.
struct Opened<'s>(&'s Scales);

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        *locked(&self.0.held) = None;
        self.0.lighter.notify_all();
    }
}

/// Closes a door when whoever reads, or takes the results, goes away, however that comes.
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

    impl Weighs for u32 {
        fn weight(&self) -> usize {
            *self as usize
        }
    }

    #[test]
    fn results_come_in_the_order_of_the_things_whoever_is_done_first() {
        let mut taken = Vec::new();
        let slow_when_even = |number: u32| {
            let rounds = if number.is_multiple_of(2) { 20_000 } else { 1 };
            (0..rounds).fold(number, |sum, _| std::hint::black_box(sum))
        };
        in_order(0_u32..500, JOBS, slow_when_even, |number| {
            taken.push(number);
            ControlFlow::Continue(())
        });
        assert!(taken.into_iter().eq(0..500));
    }

    #[test]
    fn a_panic_of_who_reads_reaches_the_caller() {
        let things = (0_u32..10).inspect(|number| assert!(*number < 3));
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
    fn a_panic_of_who_takes_reaches_the_caller_while_who_reads_waits_for_room() {
        let size = u32::try_from(BYTES * JOBS.get() / 3).unwrap();
        let things = (0..1_000).map(move |_| size);
        let mut taken = 0;
        let run = || {
            in_order(
                things,
                JOBS,
                |size| size,
                |_| {
                    taken += 1;
                    assert!(taken < 3);
                    ControlFlow::Continue(())
                },
            )
        };
        assert!(std::panic::catch_unwind(AssertUnwindSafe(run)).is_err());
    }

    #[test]
    fn a_panic_of_who_takes_reaches_the_caller_while_who_reads_waits_for_the_next_thing() {
        let (_held, never) = channel::<u32>();
        let things = [1, 2].into_iter().chain(never);
        let take = |number: u32| {
            assert!(number < 2);
            ControlFlow::Continue(())
        };
        let run = || in_order(things, JOBS, |number| number, take);
        assert!(std::panic::catch_unwind(AssertUnwindSafe(run)).is_err());
    }

    #[test]
    fn a_panic_of_the_only_worker_reaches_the_caller() {
        let run = || {
            in_order(
                0_u32..100,
                NonZeroUsize::MIN,
                |number| assert!(number < 3),
                |()| ControlFlow::Continue(()),
            )
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }

    #[test]
    fn no_more_bytes_are_held_than_are_allowed_or_one_thing_has() {
        let held = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let allowed = BYTES * JOBS.get();
        // Every third thing alone is more than is allowed.
        let sizes = (0..300).map(move |number: usize| match number % 3 {
            0 => u32::try_from(allowed * 2).unwrap(),
            _ => u32::try_from(allowed / 3).unwrap(),
        });
        let (holds, peak) = (Arc::clone(&held), Arc::clone(&most));
        let work = move |size: u32| {
            let now = holds.fetch_add(size as usize, Ordering::SeqCst) + size as usize;
            peak.fetch_max(now, Ordering::SeqCst);
            std::thread::yield_now();
            size
        };
        let mut taken = 0;
        in_order(sizes, JOBS, work, |size| {
            held.fetch_sub(size as usize, Ordering::SeqCst);
            taken += 1;
            ControlFlow::Continue(())
        });
        assert_eq!((taken, held.load(Ordering::SeqCst)), (300, 0));
        assert_eq!(most.load(Ordering::SeqCst), allowed * 2);
    }

    #[test]
    fn nothing_more_is_read_than_is_worked_on_and_nothing_after_enough() {
        let read = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&read);
        let things = (0_u32..1_000_000).inspect(move |_| {
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

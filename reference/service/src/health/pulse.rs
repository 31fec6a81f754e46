//! Whether the event loop and the workers go on: who is asked answers, and no step is computed for ever.
//! Refuses to call somebody hung who waits for a dependency: a restart would not bring that back.

use domain::Timestamp;
use domain::health::{Cause, Finding, Part};
use domain::ports::Clock;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// A question that whoever is alive answers at once.
#[derive(Default)]
struct Ring {
    open: Mutex<Option<Timestamp>>,
    bell: Notify,
}

impl Ring {
    /// Asks, unless a question is open; gives how long it has been.
    fn ask(&self, now: Timestamp) -> Duration {
        let mut open = held(&self.open);
        let since = open.filter(|since| *since <= now).unwrap_or(now);
        *open = Some(since);
        self.bell.notify_one();
        now.signed_duration_since(since)
            .to_std()
            .unwrap_or_default()
    }

    fn answer(&self) {
        *held(&self.open) = None;
    }
}

/// The heartbeats of one process.
pub(crate) struct Pulse {
    clock: Arc<dyn Clock>,
    hung: Duration,
    event_loop: Ring,
    worker: Ring,
    /// The worker waits for a dependency.
    outside: AtomicBool,
    /// What is being computed at this moment, and since when.
    computing: Mutex<BTreeMap<u64, Timestamp>>,
    next: AtomicU64,
}

impl Pulse {
    pub(super) fn new(clock: Arc<dyn Clock>, hung: Duration) -> Self {
        Self {
            clock,
            hung,
            event_loop: Ring::default(),
            worker: Ring::default(),
            outside: AtomicBool::new(false),
            computing: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// Is everybody alive? The first question about somebody who hangs is still answered well: only one that stays
    /// open tells.
    pub(crate) fn ask(&self) -> [Finding; 2] {
        let now = self.clock.now();
        let stands = self.event_loop.ask(now) >= self.hung;
        let silent = self.worker.ask(now) >= self.hung && !self.outside.load(Ordering::SeqCst);
        let worker = if silent {
            Finding::down(Part::Worker, Cause::Stands)
        } else if self.computes_too_long(now) {
            Finding::down(Part::Worker, Cause::StepHangs)
        } else {
            Finding::well(Part::Worker)
        };
        let event_loop = match stands {
            true => Finding::down(Part::EventLoop, Cause::Stands),
            false => Finding::well(Part::EventLoop),
        };
        [event_loop, worker]
    }

    /// Answers for the event loop until the service stops.
    pub(crate) async fn beat(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = self.event_loop.bell.notified() => self.event_loop.answer(),
            }
        }
    }

    /// Until the worker is asked.
    pub(crate) async fn asked(&self) {
        self.worker.bell.notified().await;
    }

    /// The worker is alive.
    pub(crate) fn answer(&self) {
        self.worker.answer();
    }

    /// Lets the worker wait for a dependency.
    pub(crate) async fn outside<F: Future>(&self, dependency: F) -> F::Output {
        self.outside.store(true, Ordering::SeqCst);
        let answer = dependency.await;
        self.worker.answer();
        self.outside.store(false, Ordering::SeqCst);
        answer
    }

    /// Carries `work` out, and knows of every moment whether it computes, and since when. Waiting is not computing.
    pub(crate) async fn watched<F: Future>(&self, work: F) -> F::Output {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut work = pin!(work);
        poll_fn(|context| {
            let _computing = self.begin(number);
            work.as_mut().poll(context)
        })
        .await
    }

    fn begin(&self, number: u64) -> Computing<'_> {
        held(&self.computing).insert(number, self.clock.now());
        Computing {
            pulse: self,
            number,
        }
    }

    fn computes_too_long(&self, now: Timestamp) -> bool {
        let computing = held(&self.computing);
        let too_long = |since: &Timestamp| {
            let lasts = now.signed_duration_since(*since).to_std();
            lasts.is_ok_and(|lasts| lasts >= self.hung)
        };
        computing.values().any(too_long)
    }
}

/// Ends with the computing, also when that panics.
struct Computing<'a> {
    pulse: &'a Pulse,
    number: u64,
}

impl Drop for Computing<'_> {
    fn drop(&mut self) {
        held(&self.pulse.computing).remove(&self.number);
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::{ManualClock, Winding};
    use domain::health::{Status, worst};

    const HUNG: Duration = Duration::from_secs(30);

    fn scene() -> (Arc<ManualClock>, Pulse) {
        let at = "2026-10-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(at, Winding::ByHand));
        let pulse = Pulse::new(Arc::clone(&clock) as _, HUNG);
        (clock, pulse)
    }

    #[test]
    fn a_question_that_stays_open_tells_who_hangs() {
        let (clock, pulse) = scene();
        assert_eq!(worst(&pulse.ask()), Status::Ok);
        clock.advance(HUNG);
        pulse.answer();
        let [event_loop, worker] = pulse.ask();
        assert_eq!(
            event_loop,
            Finding::down(Part::EventLoop, Cause::Stands),
            "nobody answers for it here"
        );
        assert_eq!(worker, Finding::well(Part::Worker));
        clock.advance(HUNG);
        assert_eq!(pulse.ask()[1], Finding::down(Part::Worker, Cause::Stands));
        pulse.answer();
        assert_eq!(pulse.ask()[1], Finding::well(Part::Worker));
    }

    #[tokio::test]
    async fn the_event_loop_answers_for_itself() {
        let (clock, pulse) = scene();
        let (stop, stopped) = watch::channel(false);
        let ask = async {
            pulse.ask();
            while held(&pulse.event_loop.open).is_some() {
                tokio::task::yield_now().await;
            }
            clock.advance(HUNG);
            let [event_loop, _] = pulse.ask();
            stop.send_replace(true);
            event_loop
        };
        let (event_loop, ()) = tokio::join!(ask, pulse.beat(stopped));
        assert_eq!(event_loop, Finding::well(Part::EventLoop));
    }

    #[tokio::test]
    async fn who_waits_for_a_dependency_does_not_hang() {
        let (clock, pulse) = scene();
        pulse.ask();
        let looked = pulse.outside(async {
            clock.advance(HUNG * 10);
            pulse.ask()[1]
        });
        assert_eq!(looked.await, Finding::well(Part::Worker));
        assert_eq!(pulse.ask()[1], Finding::well(Part::Worker), "and is back");
    }

    #[tokio::test]
    async fn a_step_hangs_while_it_computes_and_not_while_it_waits() {
        let (clock, pulse) = scene();
        let step = pulse.watched(async {
            clock.advance(HUNG);
            pulse.answer();
            let computes = pulse.ask()[1];
            tokio::task::yield_now().await;
            (computes, pulse.ask()[1])
        });
        let (computes, after) = step.await;
        assert_eq!(computes, Finding::down(Part::Worker, Cause::StepHangs));
        assert_eq!(after, Finding::well(Part::Worker));
        clock.advance(HUNG);
        pulse.answer();
        assert_eq!(pulse.ask()[1], Finding::well(Part::Worker), "it is over");
    }
}

//! Keeps exchanges and exports going: workers that take what is due from the step table, in this process and others.
//! Refuses to know the steps.

mod attempt;
mod embedded;
mod follow;
mod guarded;
mod hands;
mod jobs;
mod judged;
mod outcome;
mod roster;
mod stop;
mod unseen;
mod view;
mod walk;
mod worker;

use crate::config::Pace;
use crate::data::monitor::unacknowledged;
use crate::data::{Plane, longest};
use crate::store::StoreError;
use domain::ports::Steps;
use domain::workflow::WorkflowEngine;
use embedded::Embedded;
use jobs::Jobs;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use stop::{Halt, Stop};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Runs the embedded engine in this process. Dropping it stops every walk; open exchanges stay open in the store.
pub(crate) struct Engine {
    plane: Arc<Plane>,
    port: Arc<dyn WorkflowEngine>,
    steps: Arc<dyn Steps>,
    stop: Arc<Stop>,
    lease: Duration,
    jobs: Arc<Jobs>,
    taking: Mutex<Taking>,
}

/// The workers of this process.
#[derive(Default)]
struct Taking {
    steps: Option<JoinHandle<()>>,
    jobs: Option<JoinHandle<()>>,
    /// The service ends: a call that is still being answered wakes nobody any more.
    is_over: bool,
}

impl Engine {
    pub(crate) fn new(plane: Arc<Plane>, pace: Pace) -> Self {
        let stop = Arc::new(Stop::default());
        let walker = walk::Walker::new(Arc::clone(&plane), pace, Arc::clone(&stop) as _);
        Self {
            jobs: Arc::new(Jobs::new(Arc::clone(&plane), pace, Arc::clone(&stop))),
            port: Arc::new(Embedded::new(Arc::clone(&plane), pace)),
            steps: Arc::new(walker),
            plane,
            stop,
            lease: pace.lease,
            taking: Mutex::default(),
        }
    }

    /// The engine as everybody speaks to it.
    pub(crate) fn port(&self) -> Arc<dyn WorkflowEngine> {
        Arc::clone(&self.port)
    }

    /// Goes on with everything that is open, whichever process began it.
    pub(crate) async fn resume(&self) -> Result<usize, StoreError> {
        let (store, snapshot) = (&self.plane.store, self.plane.snapshot());
        let ends = unacknowledged(&snapshot, self.plane.now());
        store.give_missing(&ends.into()).await?;
        let open = store.open_work().await?;
        let jobs = store.open_jobs().await?;
        self.wake();
        Ok(usize::try_from(open.saturating_add(jobs)).unwrap_or_default())
    }

    /// Says that there may be something to do.
    pub(crate) fn wake(&self) {
        let mut taking = held(&self.taking);
        if taking.is_over {
            return;
        }
        if is_idle(taking.steps.as_ref()) {
            self.stop.set(Halt::Never);
            let (port, steps) = (Arc::clone(&self.port), Arc::clone(&self.steps));
            let stop = Arc::clone(&self.stop);
            let plane = Arc::clone(&self.plane);
            taking.steps = Some(tokio::spawn(async move {
                plane.health.pulse.watched(port.run(steps, stop)).await;
            }));
        }
        self.wake_jobs(&mut taking);
        drop(taking);
        self.port.wake();
        self.plane.traces.ring();
    }

    /// Says that there may be something to answer later.
    pub(crate) fn ring_for_jobs(&self) {
        let mut taking = held(&self.taking);
        if !taking.is_over {
            self.wake_jobs(&mut taking);
        }
    }

    fn wake_jobs(&self, taking: &mut Taking) {
        if is_idle(taking.jobs.as_ref()) {
            taking.jobs = Some(tokio::spawn(Arc::clone(&self.jobs).run()));
        }
        self.jobs.ring();
    }

    /// The longest time for which a stop waits for calls under way, and after it for what is being written.
    ///
    /// Source: ours; a call has ended by its own timeout, judging by the stop, and a lease outlives every write
    pub(crate) fn patience(&self) -> (Duration, Duration) {
        let snapshot = self.plane.snapshot();
        let calls = snapshot.partners.values().map(longest);
        // Without partners there are still exports and bulk matches to be given back.
        (calls.max().unwrap_or(self.lease), self.lease)
    }

    /// Begins nothing new, waits until calls that change something have ended and until that is written down, and gives
    /// back what was held. What takes longer than its patience is dropped.
    pub(crate) async fn stop(&self) {
        let (calls, writes) = self.patience();
        self.close();
        let mut ended = Box::pin(self.ended());
        if timeout(calls, &mut ended).await.is_err() {
            tracing::error!("a call did not end in its time: nobody will have seen its end");
            self.stop.set(Halt::AtOnce);
            if timeout(writes, &mut ended).await.is_err() {
                tracing::error!("what was held is not given back: its leases run out");
            }
        }
    }

    fn close(&self) {
        // Under the lock: whoever wakes the workers has done so before, or finds that it is over.
        let mut taking = held(&self.taking);
        taking.is_over = true;
        self.stop.set(Halt::WhenDone);
    }

    /// Drops whatever is under way and waits for nothing but a write that has begun.
    pub(crate) async fn drop_all(&self) {
        self.stop.set(Halt::AtOnce);
        self.ended().await;
    }

    /// Until nothing is taken any more, and nothing is held.
    async fn ended(&self) {
        let workers = {
            let mut taking = held(&self.taking);
            [taking.steps.take(), taking.jobs.take()]
        };
        for worker in workers.into_iter().flatten() {
            // One that has failed has said so in the log.
            let _ = worker.await;
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.set(Halt::AtOnce);
    }
}

fn is_idle(worker: Option<&JoinHandle<()>>) -> bool {
    worker.is_none_or(JoinHandle::is_finished)
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    match lock.lock() {
        Ok(inside) => inside,
        Err(poisoned) => poisoned.into_inner(),
    }
}

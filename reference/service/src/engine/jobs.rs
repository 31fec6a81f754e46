//! Carries out what is answered later, exports and bulk matches: any process takes one up that nobody holds.
//! Refuses to keep one whose carrying out failed: it goes back until the store is there, or ends where no store helps.

use super::hands::{Hands, InHand};
use super::stop::Stop;
use super::worker::{CALM, wait};
use crate::clock::later;
use crate::config::Pace;
use crate::data::Plane;
use crate::data::export::run;
use crate::data::patience::patiently;
use crate::store::{Job, Lease, StoreError};
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::WorkerId;
use domain::ports::{Passage, Wait};
use domain::workflow::StopSignal;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Jobs under way at once in one process (ours): the question of one may be parsed to some hundred megabytes.
const MOST: usize = 8;

/// How often a job is taken before it has failed (ours): a day of the longest waits. A key may be put back within it.
const MOST_ATTEMPTS: u32 = 288;

/// The worker of one process for what is answered later.
pub(super) struct Jobs {
    plane: Arc<Plane>,
    pace: Pace,
    id: WorkerId,
    stop: Arc<Stop>,
    bell: Notify,
    hands: Arc<Hands>,
}

impl Jobs {
    pub(super) fn new(plane: Arc<Plane>, pace: Pace, stop: Arc<Stop>) -> Self {
        Self {
            id: WorkerId::new(crate::id::fresh(plane.now())),
            plane,
            pace,
            stop,
            bell: Notify::new(),
            hands: Arc::default(),
        }
    }

    /// Says that there may be a job to take.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Takes jobs until it is told to stop, and gives back what it held.
    pub(super) async fn run(self: Arc<Self>) {
        let mut under_way = JoinSet::new();
        while !self.stop.is_set() {
            while under_way.try_join_next().is_some() {}
            let room = self.pace.workers.min(MOST).saturating_sub(under_way.len());
            match self.take(room).await {
                Ok(taken) => {
                    for job in taken {
                        let in_hand = self.hands.take(job.id.as_str());
                        under_way.spawn(Arc::clone(&self).carried(job, in_hand));
                    }
                }
                Err(error) => {
                    tracing::error!(cause = %error, "no job could be taken");
                    tokio::select! {
                        () = self.stop.wait() => {}
                        () = tokio::time::sleep(CALM) => {}
                    }
                    continue;
                }
            }
            let due = self.until_due(under_way.is_empty()).await;
            tokio::select! {
                () = self.bell.notified() => {}
                () = self.stop.wait() => {}
                Some(_) = under_way.join_next() => {}
                () = due => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn take(&self, most: usize) -> Result<Vec<Job>, StoreError> {
        let (store, now) = (&self.plane.store, self.plane.now());
        let in_hand = self.hands.full();
        if most == 0 || !store.is_job_due(&in_hand, now).await? {
            return Ok(Vec::new());
        }
        let lease = Lease {
            owner: self.id.clone(),
            until: self.held_until(),
        };
        store.take_jobs(&lease, (most, &in_hand), now).await
    }

    fn held_until(&self) -> Timestamp {
        later(self.plane.now(), self.pace.lease)
    }

    /// A wait until it is time to look. A clock that jumps never jumps to the end of somebody's lease.
    async fn until_due(&self, is_idle: bool) -> Wait<'_> {
        let clock = &self.plane.clock;
        if clock.passage() != Passage::Jumps {
            return clock.wait_until(later(self.plane.now(), self.pace.look));
        }
        match self.plane.store.next_job().await {
            Ok(Some(at)) if is_idle => clock.wait_until(at),
            Ok(_) => Box::pin(std::future::pending()),
            Err(error) => {
                tracing::error!(cause = %error, "the jobs do not say what is due");
                Box::pin(tokio::time::sleep(CALM))
            }
        }
    }

    /// Carries a job out. One that is given up, or taken by somebody else, is dropped.
    async fn carried(self: Arc<Self>, job: Job, _in_hand: InHand) {
        let store = &self.plane.store;
        let stopped = tokio::select! {
            ended = run::run(&self.plane, &job.id, &job.run) => match ended {
                Ok(()) | Err(StoreError::LostRace) => return,
                Err(error) => Some(error),
            },
            () = self.lost(&job) => return,
            () = self.stop.wait() => None,
        };
        let (end, now) = (Code::JobFailed, self.plane.now());
        let written = match stopped {
            Some(error) if error.is_for_good() || job.attempt > MOST_ATTEMPTS => {
                tracing::error!(cause = %error, export = %job.id, "the job can never be carried out: it has failed");
                let run = (&job.id, &job.run);
                self.patiently(|| store.fail_export(run, end, now)).await
            }
            stopped => {
                let again = stopped.map(|error| {
                    tracing::error!(cause = %error, export = %job.id, "the job stopped: it goes on later");
                    later(now, wait(job.attempt))
                });
                self.patiently(|| store.give_job_back(&job, again)).await
            }
        };
        if let Err(error) = written {
            tracing::error!(cause = %error, export = %job.id, "a job was not given back: its lease runs out");
        }
    }

    async fn patiently<F>(&self, act: impl FnMut() -> F) -> Result<(), StoreError>
    where
        F: Future<Output = Result<(), StoreError>>,
    {
        patiently(self.stop.as_ref(), StoreError::is_hiccup, act).await
    }

    /// Holds a job for as long as it is carried out; ends when somebody else has it, or nobody any more.
    async fn lost(&self, job: &Job) {
        // The clock of a test may stand still or jump; whoever works shows that it lives by the time that passes.
        let beat = self.pace.lease / 3;
        loop {
            tokio::time::sleep(beat).await;
            match self.plane.store.hold_job(job, self.held_until()).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::error!(cause = %error, "a job is not held longer"),
            }
        }
    }
}

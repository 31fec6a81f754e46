//! Takes due steps from the table under a lease and has them carried out, many at once.
//! Refuses to know what a step does, and to keep one whose carrying out failed: it goes back into the table.

use super::hands::{Hands, InHand};
use crate::clock::later;
use crate::config::Pace;
use crate::data::Plane;
use crate::store::{Lease, StoreError};
use domain::Timestamp;
use domain::ids::WorkerId;
use domain::ports::{Carried, Leased, Passage, Steps, Unavailable, Wait};
use domain::workflow::{StopSignal, Work};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// The shortest and the longest wait before a step is taken again that the store failed under (ours).
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// How long a worker lets a store alone that did not answer (ours).
pub(super) const CALM: Duration = Duration::from_millis(50);

/// What a step is carried out with. It knows nothing of the other steps.
struct Hand {
    plane: Arc<Plane>,
    steps: Arc<dyn Steps>,
    id: WorkerId,
    stop: Arc<dyn StopSignal>,
}

/// The worker of one process.
pub(super) struct Worker {
    hand: Arc<Hand>,
    pace: Pace,
    bell: Arc<Notify>,
    /// The exchanges that steps are carried out of. Their deadlines are taken all the same.
    hands: Arc<Hands>,
}

impl Worker {
    pub(super) fn new(
        plane: Arc<Plane>,
        steps: Arc<dyn Steps>,
        (pace, bell): (Pace, Arc<Notify>),
        stop: Arc<dyn StopSignal>,
    ) -> Self {
        Self {
            hand: Arc::new(Hand {
                id: WorkerId::new(crate::id::fresh(plane.now())),
                plane,
                steps,
                stop,
            }),
            pace,
            bell,
            hands: Arc::default(),
        }
    }

    /// Takes steps until it is told to stop, and gives back what it held.
    pub(super) async fn run(self: Arc<Self>) {
        let mut walks = JoinSet::new();
        let pulse = &self.hand.plane.health.pulse;
        while !self.hand.stop.is_set() {
            pulse.answer();
            while walks.try_join_next().is_some() {}
            let room = self.pace.workers.saturating_sub(walks.len());
            match pulse.outside(self.take(room)).await {
                Ok(taken) => {
                    for leased in taken {
                        let moves = leased.work != Work::Deadline;
                        let in_hand = moves.then(|| self.hands.take(leased.exchange.as_str()));
                        walks.spawn(Arc::clone(&self.hand).watched(leased, in_hand));
                    }
                }
                Err(error) => {
                    tracing::error!(cause = %error, "no step could be taken");
                    // What can be read may be due at once, for ever. The clock of a test does not bring a store back.
                    tokio::select! {
                        () = self.hand.stop.wait() => {}
                        () = tokio::time::sleep(CALM) => {}
                    }
                    continue;
                }
            }
            let wait = pulse.outside(self.until_due(walks.len())).await;
            tokio::select! {
                () = self.bell.notified() => {}
                () = pulse.asked() => {}
                () = self.hand.stop.wait() => {}
                Some(_) = walks.join_next() => {}
                () = wait => {}
            }
        }
        while walks.join_next().await.is_some() {}
        if let Err(error) = self.hand.plane.store.give_all_back(&self.hand.id).await {
            tracing::error!(cause = %error, "leases were not given back: they run out");
        }
    }

    async fn take(&self, most: usize) -> Result<Vec<Leased>, StoreError> {
        let plane = &self.hand.plane;
        let (store, now) = (&plane.store, plane.now());
        let in_hand = self.hands.full();
        if most == 0 || !store.is_due(&in_hand, now).await? {
            return Ok(Vec::new());
        }
        let lease = Lease {
            owner: self.hand.id.clone(),
            until: later(now, self.pace.lease),
        };
        store.lease(&lease, (most, &in_hand), now).await
    }

    /// A wait until something is due. A clock that jumps is never made to jump to a deadline, or past work under way.
    async fn until_due(&self, under_way: usize) -> Wait<'_> {
        let plane = &self.hand.plane;
        let clock = &plane.clock;
        let passage = clock.passage();
        let jumps = under_way > 0 && passage == Passage::Jumps;
        if jumps || under_way >= self.pace.workers {
            return Box::pin(std::future::pending());
        }
        let deadlines = passage != Passage::Jumps;
        let mine = (&self.hand.id, &*self.hands.full());
        let next = match plane.store.next_due(mine, deadlines).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(cause = %error, "the step table does not say what is due");
                return Box::pin(tokio::time::sleep(CALM));
            }
        };
        let now = plane.now();
        match (passage, next) {
            (_, Some(at)) if at <= now => Box::pin(tokio::task::yield_now()),
            // What another process left or made is found by looking, whoever moves the clock.
            (Passage::Real | Passage::ByHand, next) => {
                let look = later(now, self.pace.look);
                clock.wait_until(next.map_or(look, |at| at.min(look)))
            }
            (Passage::Jumps, Some(at)) => clock.wait_until(at),
            (Passage::Jumps, None) => Box::pin(std::future::pending()),
        }
    }
}

impl Hand {
    async fn watched(self: Arc<Self>, leased: Leased, _in_hand: Option<InHand>) {
        let plane = Arc::clone(&self.plane);
        plane.health.pulse.watched(self.walk(leased)).await;
    }

    /// Carries a step out, and those after it that fall to the same worker.
    async fn walk(self: Arc<Self>, mut leased: Leased) {
        loop {
            match self.steps.carry_out(&leased).await {
                Ok(Carried::On(next)) if self.stop.is_set() => {
                    return self.give_back(&next, None).await;
                }
                Ok(Carried::On(next)) => leased = next,
                Ok(Carried::Rests(_) | Carried::Ended) => return,
                Ok(Carried::Lost) => return self.give_back(&leased, None).await,
                Err(Unavailable) => {
                    let again = later(self.plane.now(), wait(leased.attempt));
                    return self.give_back(&leased, Some(again)).await;
                }
            }
        }
    }

    async fn give_back(&self, leased: &Leased, again: Option<Timestamp>) {
        if let Err(error) = self.plane.store.give_back(leased, again).await {
            tracing::error!(cause = %error, step = leased.work.word(), "a step was not given back: its lease runs out");
        }
    }
}

/// Doubles with every time that the step was taken.
pub(super) fn wait(attempt: u32) -> Duration {
    let doubled = 2u32.saturating_pow(attempt.saturating_sub(1));
    AGAIN.0.saturating_mul(doubled).min(AGAIN.1)
}

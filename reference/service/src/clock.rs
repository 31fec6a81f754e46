//! The clocks: the one of the system, and one that a test moves.
//! Refuses to be bypassed: this is the only file that may ask the system for the time.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::ports::{Clock, Passage, Wait};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the service")]
    fn now(&self) -> Timestamp {
        Timestamp::from(std::time::SystemTime::now())
    }

    fn wait(&self, duration: Duration) -> Wait<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A moment of this process, from which time is measured that passes on its own: the age of a connection, say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(std::time::Instant);

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the service")]
    pub(crate) fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long it is past.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// What a manual clock does when somebody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winding {
    /// The wait ends when the clock has been advanced far enough.
    ByHand,
    /// The clock jumps to the end of the wait at once.
    Itself,
}

/// A clock that stands still until it is moved, and remembers every wait.
#[derive(Debug)]
pub struct ManualClock {
    time: watch::Sender<Timestamp>,
    winding: Winding,
    waits: Mutex<Vec<Duration>>,
}

impl ManualClock {
    #[must_use]
    pub fn new(at: Timestamp, winding: Winding) -> Self {
        Self {
            time: watch::Sender::new(at),
            winding,
            waits: Mutex::default(),
        }
    }

    /// Moves the clock to a point in time, forward or back.
    pub fn set(&self, at: Timestamp) {
        self.time.send_replace(at);
    }

    /// Moves the clock forward. Beyond the end of time it stays where it is.
    pub fn advance(&self, by: Duration) {
        self.time.send_modify(|now| *now = later(*now, by));
    }

    /// Every wait that was asked for, in order.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.waits
            .lock()
            .map_or_else(|_| Vec::new(), |waits| waits.clone())
    }

    fn until(&self, due: Timestamp) -> Wait<'_> {
        let mut time = self.time.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock, so the wait cannot fail.
            let _ = time.wait_for(|now| *now >= due).await;
        })
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.time.borrow()
    }

    fn wait(&self, duration: Duration) -> Wait<'_> {
        if let Ok(mut waits) = self.waits.lock() {
            waits.push(duration);
        }
        if self.winding == Winding::Itself {
            self.advance(duration);
            return Box::pin(tokio::task::yield_now());
        }
        self.until(later(self.now(), duration))
    }

    fn wait_until(&self, at: Timestamp) -> Wait<'_> {
        match self.winding {
            Winding::ByHand => self.until(at),
            Winding::Itself => {
                let rest = at.signed_duration_since(self.now());
                self.wait(rest.to_std().unwrap_or_default())
            }
        }
    }

    fn passage(&self) -> Passage {
        match self.winding {
            Winding::ByHand => Passage::ByHand,
            Winding::Itself => Passage::Jumps,
        }
    }
}

/// Comes round again and again. A round is due one interval after the one before it was due, however long the work of
/// that one took; rounds that went by meanwhile are not made up for.
pub(crate) struct Rounds {
    clock: Arc<dyn Clock>,
    every: Duration,
    due: Timestamp,
}

impl Rounds {
    /// The first round is due one interval from now.
    pub(crate) fn new(clock: &Arc<dyn Clock>, every: Duration) -> Self {
        Self {
            clock: Arc::clone(clock),
            every,
            due: later(clock.now(), every),
        }
    }

    /// Ends when a round is due. On a clock that jumps none ever is: whoever waited would make it jump.
    pub(crate) async fn next(&mut self) {
        match self.clock.passage() {
            Passage::Jumps => std::future::pending().await,
            Passage::Real | Passage::ByHand => self.clock.wait_until(self.due).await,
        }
        self.due = following(self.due, self.every, self.clock.now());
    }
}

/// The first round after `now`, of those that are due every so often from `due` on.
fn following(due: Timestamp, every: Duration, now: Timestamp) -> Timestamp {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let late = now.signed_duration_since(due).num_milliseconds().max(0);
    let missed = late.checked_div(every).unwrap_or_default();
    let next = missed.saturating_add(1).saturating_mul(every);
    TimeDelta::try_milliseconds(next)
        .and_then(|next| due.checked_add_signed(next))
        .unwrap_or(Timestamp::MAX_UTC)
}

/// A point in time after `now`. Beyond the end of time it stays where it is.
pub(crate) fn later(now: Timestamp, by: Duration) -> Timestamp {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| now.checked_add_signed(by))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_clock_that_winds_itself_ends_every_wait_and_remembers_it() {
        let clock = ManualClock::new(at("2026-10-01T00:00:00Z"), Winding::Itself);
        clock.wait(Duration::from_secs(60)).await;
        assert_eq!(clock.now(), at("2026-10-01T00:01:00Z"));
        assert_eq!(clock.waits(), [Duration::from_secs(60)]);
    }

    #[tokio::test]
    async fn a_clock_by_hand_ends_a_wait_only_when_it_is_advanced_far_enough() {
        let clock = ManualClock::new(at("2026-10-01T00:00:00Z"), Winding::ByHand);
        let mut wait = clock.wait(Duration::from_secs(60));
        clock.advance(Duration::from_secs(59));
        let early = tokio::select! {
            biased;
            () = &mut wait => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(early);
        clock.advance(Duration::from_secs(1));
        wait.await;
    }

    #[tokio::test]
    async fn a_clock_that_is_moved_between_the_look_and_the_wait_ends_the_wait_all_the_same() {
        let clock = ManualClock::new(at("2026-10-01T00:00:00Z"), Winding::ByHand);
        let due = later(clock.now(), Duration::from_secs(60));
        clock.advance(Duration::from_secs(60));
        clock.wait_until(due).await;
        let still = clock.wait(Duration::from_secs(60));
        let ended = tokio::select! {
            biased;
            () = still => true,
            () = tokio::task::yield_now() => false,
        };
        assert!(!ended, "a duration counts from the time of the wait");
    }

    /// Is a round due at once?
    async fn is_due(rounds: &mut Rounds) -> bool {
        tokio::select! {
            biased;
            () = rounds.next() => true,
            () = tokio::task::yield_now() => false,
        }
    }

    fn by_hand(every: u64) -> (Arc<ManualClock>, Rounds) {
        let clock = Arc::new(ManualClock::new(
            at("2026-10-01T00:00:00Z"),
            Winding::ByHand,
        ));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        (clock, Rounds::new(&shared, Duration::from_secs(every)))
    }

    #[tokio::test]
    async fn a_round_counts_from_when_the_last_was_due_and_not_from_the_end_of_its_work() {
        let (clock, mut rounds) = by_hand(60);
        assert!(!is_due(&mut rounds).await, "the first is an interval away");
        clock.advance(Duration::from_secs(60));
        assert!(is_due(&mut rounds).await);
        // Its work takes 50 s; 10 s after that the next one is due, and not a whole interval.
        clock.advance(Duration::from_secs(50));
        assert!(!is_due(&mut rounds).await);
        clock.advance(Duration::from_secs(10));
        assert!(is_due(&mut rounds).await);
        // One that ended while nobody waited is not waited for once more.
        clock.advance(Duration::from_secs(60));
        assert!(is_due(&mut rounds).await);
    }

    #[tokio::test]
    async fn rounds_that_went_by_are_one_and_the_beat_stays() {
        let (clock, mut rounds) = by_hand(60);
        clock.advance(Duration::from_secs(60 * 5 + 30));
        assert!(is_due(&mut rounds).await);
        assert!(
            !is_due(&mut rounds).await,
            "five rounds are not made up for"
        );
        clock.advance(Duration::from_secs(29));
        assert!(!is_due(&mut rounds).await);
        clock.advance(Duration::from_secs(1));
        assert!(is_due(&mut rounds).await, "six minutes, as from the start");
    }

    #[tokio::test]
    async fn a_clock_that_jumps_is_not_made_to_jump_by_rounds() {
        let clock = Arc::new(ManualClock::new(
            at("2026-10-01T00:00:00Z"),
            Winding::Itself,
        ));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let mut rounds = Rounds::new(&shared, Duration::from_secs(60));
        assert!(!is_due(&mut rounds).await);
        assert!(clock.waits().is_empty());
    }

    #[test]
    fn an_interval_of_nothing_and_the_end_of_time_are_no_trouble() {
        let start = at("2026-10-01T00:00:00Z");
        assert!(following(start, Duration::ZERO, start) > start);
        assert_eq!(following(start, Duration::MAX, start), Timestamp::MAX_UTC);
    }
}

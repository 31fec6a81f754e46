//! How far a process is on its way to its end: nothing new begins, and at last nothing is waited for any more.
//! Refuses to end anything itself: whoever waits for something looks here.

use domain::ports::Wait;
use domain::workflow::StopSignal;
use tokio::sync::watch;

/// What still goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Halt {
    /// Everything.
    #[default]
    Never,
    /// What has begun and cannot be taken back: a call that changes something at a partner, and writing its end down.
    WhenDone,
    /// A write that has begun. A transaction that is dropped half way would hold its connection.
    AtOnce,
}

/// Tells everything under way to come to an end.
#[derive(Debug, Default)]
pub(super) struct Stop(watch::Sender<Halt>);

impl Stop {
    pub(super) fn set(&self, halt: Halt) {
        self.0.send_replace(halt);
    }

    fn come_to(&self, least: Halt) -> Wait<'_> {
        Box::pin(async move {
            // The sender is `self`, so the wait cannot fail.
            let _ = self.0.subscribe().wait_for(|halt| *halt >= least).await;
        })
    }
}

impl StopSignal for Stop {
    fn is_set(&self) -> bool {
        *self.0.borrow() != Halt::Never
    }

    fn wait(&self) -> Wait<'_> {
        self.come_to(Halt::WhenDone)
    }

    fn at_once(&self) -> Wait<'_> {
        self.come_to(Halt::AtOnce)
    }
}

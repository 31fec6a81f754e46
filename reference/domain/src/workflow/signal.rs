//! What somebody outside says to an exchange, and what follows from it: a move, a wait, or a note.
//! Refuses to count: that a signal is heard once is for the store of signals.

use super::{Event, Hold, Rejection, State};
use crate::failure::Code;

vocabulary! {
    /// The kinds of signal, as they are stored.
    SignalKind {
        Cancel = "cancel",
        Pause = "pause",
        Resume = "resume",
        Approve = "approve",
        Refuse = "refuse",
        Callback = "callback",
        Evidence = "evidence",
    }
}

/// A message to an exchange from outside its own steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The enterprise takes its request back.
    Cancel,
    /// An operator holds it where it is.
    Pause,
    /// An operator lets it go on.
    Resume,
    /// A person has decided in its favour: a review, more data, an approval.
    Approve,
    /// A person has decided against it, for this reason.
    Refuse(Code),
    /// The partner says that something has happened to its job.
    Callback,
    /// What was missing has been added to the request: whoever waited for it decides again.
    Evidence,
}

impl Signal {
    #[must_use]
    pub const fn kind(self) -> SignalKind {
        match self {
            Self::Cancel => SignalKind::Cancel,
            Self::Pause => SignalKind::Pause,
            Self::Resume => SignalKind::Resume,
            Self::Approve => SignalKind::Approve,
            Self::Refuse(_) => SignalKind::Refuse,
            Self::Callback => SignalKind::Callback,
            Self::Evidence => SignalKind::Evidence,
        }
    }
}

/// Where an exchange stands when a signal reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facing {
    pub state: State,
    /// Why it waits, if it does; a pause is apart.
    pub hold: Option<Hold>,
    pub paused: bool,
}

vocabulary! {
    /// Why a signal changes nothing. It is written down all the same.
    Unmoved {
        /// The exchange has not come so far: its own step will find the signal.
        Early = "early",
        /// The exchange has ended.
        Late = "late",
        /// It is dead: only a replay brings it back, and the signal is a reason for one.
        OffersReplay = "offers-replay",
        /// It stands as the signal wants it already.
        Already = "already",
        /// Nobody waits for a decision.
        NotAsked = "not-asked",
    }
}

/// What follows from a signal.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    Moves(Event),
    Pauses,
    Resumes,
    /// What is due in the present state is due at once.
    Wakes,
    Stays(Unmoved),
    /// The sender is told that it comes too late.
    Refused(Unmoved),
}

vocabulary! {
    /// What a signal came to, as it is written down.
    CameTo {
        Moved = "moved",
        Paused = "paused",
        Resumed = "resumed",
        Woken = "woken",
        Early = "early",
        Late = "late",
        OffersReplay = "offers-replay",
        Already = "already",
        NotAsked = "not-asked",
    }
}

impl Reaction {
    #[must_use]
    pub const fn came_to(&self) -> CameTo {
        match self {
            Self::Moves(_) => CameTo::Moved,
            Self::Pauses => CameTo::Paused,
            Self::Resumes => CameTo::Resumed,
            Self::Wakes => CameTo::Woken,
            Self::Stays(why) | Self::Refused(why) => why.came_to(),
        }
    }
}

impl Unmoved {
    const fn came_to(self) -> CameTo {
        match self {
            Self::Early => CameTo::Early,
            Self::Late => CameTo::Late,
            Self::OffersReplay => CameTo::OffersReplay,
            Self::Already => CameTo::Already,
            Self::NotAsked => CameTo::NotAsked,
        }
    }
}

/// What `signal` does to an exchange that stands like this.
#[must_use]
pub fn react(facing: &Facing, signal: Signal) -> Reaction {
    match signal {
        Signal::Cancel | Signal::Pause | Signal::Resume if !facing.state.is_open() => {
            Reaction::Refused(ended(facing.state))
        }
        Signal::Cancel => Reaction::Moves(Event::Cancelled),
        Signal::Pause if facing.paused => Reaction::Stays(Unmoved::Already),
        Signal::Pause => Reaction::Pauses,
        Signal::Resume if facing.paused => Reaction::Resumes,
        Signal::Resume => Reaction::Stays(Unmoved::Already),
        Signal::Approve | Signal::Refuse(_) | Signal::Evidence => decided(facing, signal),
        Signal::Callback => match facing.state {
            State::Created | State::Validated | State::Matched | State::Routed => {
                Reaction::Stays(Unmoved::Early)
            }
            State::Acknowledged => Reaction::Wakes,
            State::Fulfilled | State::Failed | State::DeadLettered => {
                Reaction::Stays(ended(facing.state))
            }
        },
    }
}

fn decided(facing: &Facing, signal: Signal) -> Reaction {
    if !facing.state.is_open() {
        return Reaction::Refused(ended(facing.state));
    }
    let asked = facing.hold.is_some_and(Hold::waits_for_a_person);
    match signal {
        _ if !asked => Reaction::Stays(Unmoved::NotAsked),
        Signal::Refuse(code) => Reaction::Moves(Event::Rejected {
            code,
            why: Rejection::Refused,
        }),
        Signal::Approve
        | Signal::Evidence
        | Signal::Cancel
        | Signal::Pause
        | Signal::Resume
        | Signal::Callback => Reaction::Wakes,
    }
}

const fn ended(state: State) -> Unmoved {
    match state {
        State::DeadLettered => Unmoved::OffersReplay,
        State::Created
        | State::Validated
        | State::Matched
        | State::Routed
        | State::Acknowledged
        | State::Fulfilled
        | State::Failed => Unmoved::Late,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALS: [Signal; 7] = [
        Signal::Cancel,
        Signal::Pause,
        Signal::Resume,
        Signal::Approve,
        Signal::Refuse(Code::NoMatch),
        Signal::Callback,
        Signal::Evidence,
    ];

    fn facing(state: State) -> Facing {
        Facing {
            state,
            hold: None,
            paused: false,
        }
    }

    #[test]
    fn no_signal_moves_an_exchange_that_has_ended() {
        for state in State::ALL.iter().filter(|state| !state.is_open()) {
            for signal in SIGNALS {
                let reaction = react(&facing(*state), signal);
                assert!(
                    matches!(reaction, Reaction::Stays(_) | Reaction::Refused(_)),
                    "{state} {signal:?}"
                );
            }
        }
    }

    #[test]
    fn every_open_exchange_can_be_taken_back() {
        for state in State::ALL.iter().filter(|state| state.is_open()) {
            let reaction = react(&facing(*state), Signal::Cancel);
            assert_eq!(reaction, Reaction::Moves(Event::Cancelled));
        }
    }

    #[test]
    fn a_pause_is_taken_once_and_ended_once() {
        let open = facing(State::Routed);
        let paused = Facing {
            paused: true,
            ..open
        };
        assert_eq!(react(&open, Signal::Pause), Reaction::Pauses);
        assert_eq!(react(&paused, Signal::Resume), Reaction::Resumes);
        let already = Reaction::Stays(Unmoved::Already);
        assert_eq!(react(&paused, Signal::Pause), already);
        assert_eq!(react(&open, Signal::Resume), already);
    }

    #[test]
    fn a_decision_counts_only_where_one_is_waited_for() {
        for hold in Hold::ALL {
            let held = Facing {
                hold: Some(*hold),
                ..facing(State::Validated)
            };
            let wakes = react(&held, Signal::Approve) == Reaction::Wakes;
            assert_eq!(wakes, hold.waits_for_a_person(), "{hold}");
            let refused = react(&held, Signal::Refuse(Code::NoMatch));
            let moves = matches!(refused, Reaction::Moves(Event::Rejected { .. }));
            assert_eq!(moves, hold.waits_for_a_person(), "{hold}");
        }
    }

    #[test]
    fn a_callback_is_early_heard_late_or_a_reason_for_a_replay() {
        let heard = |state| react(&facing(state), Signal::Callback);
        assert_eq!(heard(State::Routed), Reaction::Stays(Unmoved::Early));
        assert_eq!(heard(State::Acknowledged), Reaction::Wakes);
        assert_eq!(heard(State::Fulfilled), Reaction::Stays(Unmoved::Late));
        let dead = Reaction::Stays(Unmoved::OffersReplay);
        assert_eq!(heard(State::DeadLettered), dead);
    }
}

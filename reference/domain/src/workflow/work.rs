//! The work that a row of the step table asks for: finer than the step that an owner of an exchange is told.
//! Refuses to know who carries it out.

use super::{State, Step};

vocabulary! {
    /// What a worker is leased for. An exchange has at most one open row of each.
    Work {
        Validate = "validate",
        ResolveMember = "resolve-member",
        ChooseRoute = "choose-route",
        Submit = "submit",
        /// Decides what an acknowledged exchange needs next; a callback wakes it.
        Monitor = "monitor",
        /// Asks the partner how far its job is.
        Poll = "poll",
        /// Fetches and checks what the partner gives.
        Retrieve = "retrieve",
        /// Hands over what has arrived.
        Deliver = "deliver",
        /// Alerts before a deadline, and ends what has passed one. It runs while the exchange is paused, too.
        Deadline = "deadline",
    }
}

impl Work {
    /// The work that an exchange in `state` waits for.
    #[must_use]
    pub const fn due(state: State) -> Option<Self> {
        match Step::due(state) {
            Some(Step::Validate) => Some(Self::Validate),
            Some(Step::ResolveMember) => Some(Self::ResolveMember),
            Some(Step::ChooseRoute) => Some(Self::ChooseRoute),
            Some(Step::Submit) => Some(Self::Submit),
            Some(Step::Monitor) => Some(Self::Monitor),
            None => None,
        }
    }

    /// The step that the owner of the exchange is told.
    #[must_use]
    pub const fn told_as(self) -> Step {
        match self {
            Self::Validate => Step::Validate,
            Self::ResolveMember => Step::ResolveMember,
            Self::ChooseRoute => Step::ChooseRoute,
            Self::Submit => Step::Submit,
            Self::Monitor | Self::Poll | Self::Retrieve | Self::Deliver | Self::Deadline => {
                Step::Monitor
            }
        }
    }

    /// Is there still a point in it when the exchange is in `state`?
    #[must_use]
    pub fn fits(self, state: State) -> bool {
        state.is_open() && (self.spans_states() || Step::due(state) == Some(self.told_as()))
    }

    /// Does it outlive the state in which it was scheduled?
    #[must_use]
    pub const fn spans_states(self) -> bool {
        match self {
            Self::Deadline => true,
            Self::Validate
            | Self::ResolveMember
            | Self::ChooseRoute
            | Self::Submit
            | Self::Monitor
            | Self::Poll
            | Self::Retrieve
            | Self::Deliver => false,
        }
    }
}

impl From<Step> for Work {
    fn from(step: Step) -> Self {
        match step {
            Step::Validate => Self::Validate,
            Step::ResolveMember => Self::ResolveMember,
            Step::ChooseRoute => Self::ChooseRoute,
            Step::Submit => Self::Submit,
            Step::Monitor => Self::Monitor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_in_a_state_is_told_as_its_step() {
        for state in State::ALL {
            assert_eq!(Work::due(*state).map(Work::told_as), Step::due(*state));
            assert_eq!(Step::due(*state).map(Work::from), Work::due(*state));
        }
    }

    #[test]
    fn work_fits_the_state_that_waits_for_it_and_no_ended_one() {
        for state in State::ALL {
            let fitting: Vec<Work> = Work::ALL
                .iter()
                .copied()
                .filter(|work| work.fits(*state))
                .collect();
            assert_eq!(fitting.is_empty(), !state.is_open(), "{state}");
            assert_eq!(
                Work::due(*state).is_some_and(|due| fitting.contains(&due)),
                state.is_open()
            );
        }
        assert!(!Work::Submit.fits(State::Acknowledged));
        assert!(Work::Poll.fits(State::Acknowledged));
        assert!(Work::Deadline.fits(State::Created));
    }

    #[test]
    fn steps_and_their_work_share_a_word_so_that_outbound_keys_stay_what_they_were() {
        for step in Step::ALL {
            assert_eq!(Work::from(*step).word(), step.word());
        }
    }
}

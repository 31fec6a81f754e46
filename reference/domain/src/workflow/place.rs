//! Where an exchange is now: what happens next, when, and who has to see to it.
//! Refuses to read logs or stores: the row and its open work are all that it takes.

use super::{Hold, State, Work};
use crate::Timestamp;

vocabulary! {
    /// Who has to act for the exchange to go on.
    Owner {
        Service = "service",
        Partner = "partner",
        Reviewer = "reviewer",
        Approver = "approver",
        Enterprise = "enterprise",
        Operator = "operator",
        /// It has ended: there is nothing left to do.
        Nobody = "nobody",
    }
}

vocabulary! {
    /// What happens next.
    NextAct {
        Validate = "validate",
        ResolveMember = "resolve-member",
        ChooseRoute = "choose-route",
        Submit = "submit",
        AwaitPartner = "await-partner",
        DecideReview = "decide-review",
        SupplyData = "supply-data",
        Approve = "approve",
        Resume = "resume",
        ReplayOrClose = "replay-or-close",
        None = "none",
    }
}

/// What the answer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub hold: Option<Hold>,
    pub paused: bool,
    /// Open work with the time from which it may be taken.
    pub open: Vec<(Work, Timestamp)>,
}

/// Where an exchange is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub next: NextAct,
    /// When the service acts at the earliest; none when a person or the partner has to.
    pub at: Option<Timestamp>,
    pub owner: Owner,
    /// Every reason why it waits, the strongest first.
    pub holds: Vec<Hold>,
}

/// Where an exchange that stands like this is.
#[must_use]
pub fn place(standing: &Standing) -> Place {
    let mut holds: Vec<Hold> = standing
        .paused
        .then_some(Hold::Paused)
        .into_iter()
        .collect();
    holds.extend(
        standing
            .hold
            .filter(|hold| *hold != Hold::Paused || !standing.paused),
    );
    let (next, owner) = match holds.first().filter(|_| standing.state.is_open()) {
        Some(hold) => held(standing.state, *hold),
        None => free(standing.state),
    };
    let by_service = matches!(owner, Owner::Service | Owner::Partner);
    Place {
        next,
        at: earliest(standing).filter(|_| by_service),
        owner,
        holds: if standing.state.is_open() {
            holds
        } else {
            Vec::new()
        },
    }
}

const fn held(state: State, hold: Hold) -> (NextAct, Owner) {
    match hold {
        Hold::Paused => (NextAct::Resume, Owner::Operator),
        Hold::Review => (NextAct::DecideReview, Owner::Reviewer),
        Hold::MoreData => (NextAct::SupplyData, Owner::Enterprise),
        Hold::Approval => (NextAct::Approve, Owner::Approver),
        Hold::Backoff | Hold::Throttled | Hold::BreakerOpen | Hold::Window => free(state),
    }
}

const fn free(state: State) -> (NextAct, Owner) {
    match state {
        State::Created => (NextAct::Validate, Owner::Service),
        State::Validated => (NextAct::ResolveMember, Owner::Service),
        State::Matched => (NextAct::ChooseRoute, Owner::Service),
        State::Routed => (NextAct::Submit, Owner::Service),
        State::Acknowledged => (NextAct::AwaitPartner, Owner::Partner),
        State::Fulfilled | State::Failed => (NextAct::None, Owner::Nobody),
        State::DeadLettered => (NextAct::ReplayOrClose, Owner::Operator),
    }
}

/// Deadlines end things; they are not what an exchange waits for.
fn earliest(standing: &Standing) -> Option<Timestamp> {
    let work = standing
        .open
        .iter()
        .filter(|(work, _)| !work.spans_states());
    work.map(|(_, at)| *at).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn standing(state: State) -> Standing {
        Standing {
            state,
            hold: None,
            paused: false,
            open: Work::due(state)
                .map(|work| (work, at("2026-10-01T12:00:00Z")))
                .into_iter()
                .collect(),
        }
    }

    #[test]
    fn each_of_the_eight_states_says_what_is_next_and_whose_turn_it_is() {
        let told: Vec<(NextAct, Owner)> = State::ALL
            .iter()
            .map(|state| place(&standing(*state)))
            .map(|place| (place.next, place.owner))
            .collect();
        assert_eq!(
            told,
            [
                (NextAct::Validate, Owner::Service),
                (NextAct::ResolveMember, Owner::Service),
                (NextAct::ChooseRoute, Owner::Service),
                (NextAct::Submit, Owner::Service),
                (NextAct::AwaitPartner, Owner::Partner),
                (NextAct::None, Owner::Nobody),
                (NextAct::None, Owner::Nobody),
                (NextAct::ReplayOrClose, Owner::Operator),
            ]
        );
    }

    #[test]
    fn a_pause_outranks_what_the_exchange_waits_for_and_hides_none_of_it() {
        let paused = Standing {
            paused: true,
            hold: Some(Hold::Review),
            ..standing(State::Validated)
        };
        let found = place(&paused);
        assert_eq!(found.holds, [Hold::Paused, Hold::Review]);
        assert_eq!(
            (found.next, found.owner),
            (NextAct::Resume, Owner::Operator)
        );
        assert_eq!(found.at, None);
    }

    #[test]
    fn a_wait_of_the_service_says_until_when_and_a_deadline_is_not_that() {
        let mut waiting = standing(State::Routed);
        waiting.hold = Some(Hold::Backoff);
        waiting.open = vec![
            (Work::Deadline, at("2026-10-01T12:00:01Z")),
            (Work::Submit, at("2026-10-01T12:00:04Z")),
        ];
        let found = place(&waiting);
        assert_eq!((found.next, found.owner), (NextAct::Submit, Owner::Service));
        assert_eq!(found.at, Some(at("2026-10-01T12:00:04Z")));
    }

    #[test]
    fn every_hold_of_a_person_names_who_that_is() {
        for hold in Hold::ALL {
            let held = Standing {
                hold: Some(*hold),
                ..standing(State::Validated)
            };
            let owner = place(&held).owner;
            let person = hold.waits_for_a_person() || *hold == Hold::Paused;
            assert_eq!(owner != Owner::Service, person, "{hold}");
        }
    }
}

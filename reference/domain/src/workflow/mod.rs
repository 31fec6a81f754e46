//! The life of an exchange: eight states and the one table of what may follow what.
//! Refuses to know what any step does: it says which effects are due, others carry them out.

mod engine;
mod event;
mod place;
mod signal;
mod word;
mod work;

pub use engine::{
    DueBy, EngineError, NewRequest, OpenWork, Page, Query, RequestView, Signalled, Speaker, Spoken,
    StopSignal, Submitted, WorkflowEngine,
};
pub use event::{Completion, Event, Rejection};
pub use place::{NextAct, Owner, Place, Standing, place};
pub use signal::{CameTo, Facing, Reaction, Signal, SignalKind, Unmoved, react};
pub use word::{Disposition, Hold, Move, Notice, State, Step};
pub use work::Work;

use crate::Timestamp;
use crate::failure::Code;
use crate::ids::ExchangeId;

/// What the table needs to know of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: ExchangeId,
    pub state: State,
    /// Calls to the partner that have been attempted.
    pub submissions: u32,
    /// Where a dead letter goes on when it is replayed.
    pub resume_at: Option<State>,
}

/// What has to be done because of a transition, in the same transaction or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Audit {
        from: State,
        to: State,
        code: Option<Code>,
    },
    Metric(Disposition),
    /// The work may be taken from then on.
    Schedule(Work, Timestamp),
    /// As [`Effect::Schedule`] at once, and the work calls the partner.
    CallPartner(Work),
    Outbox(Notice),
    OpenReview,
    OpenDispute,
    DeadLetter {
        code: Code,
        resume_at: State,
    },
}

/// A move that the table, or a guard of it, does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an exchange that is {from} cannot be {asked}: {why}")]
pub struct Illegal {
    pub from: State,
    pub asked: Move,
    pub why: &'static str,
}

/// The table: from, what happens, to. Every other pair of states is forbidden.
pub const TABLE: [(State, Move, State); 22] = [
    (State::Created, Move::Validate, State::Validated),
    (State::Validated, Move::Resolve, State::Matched),
    (State::Matched, Move::Choose, State::Routed),
    (State::Routed, Move::Withdraw, State::Matched),
    (State::Routed, Move::Acknowledge, State::Acknowledged),
    (State::Acknowledged, Move::Complete, State::Fulfilled),
    (State::Created, Move::Reject, State::Failed),
    (State::Validated, Move::Reject, State::Failed),
    (State::Matched, Move::Reject, State::Failed),
    (State::Routed, Move::Reject, State::Failed),
    (State::Acknowledged, Move::Reject, State::Failed),
    (State::Created, Move::Exhaust, State::DeadLettered),
    (State::Validated, Move::Exhaust, State::DeadLettered),
    (State::Matched, Move::Exhaust, State::DeadLettered),
    (State::Routed, Move::Exhaust, State::DeadLettered),
    (State::Acknowledged, Move::Exhaust, State::DeadLettered),
    (State::DeadLettered, Move::Replay, State::Created),
    (State::DeadLettered, Move::Replay, State::Validated),
    (State::DeadLettered, Move::Replay, State::Matched),
    (State::DeadLettered, Move::Replay, State::Routed),
    (State::DeadLettered, Move::Replay, State::Acknowledged),
    (State::DeadLettered, Move::Close, State::Failed),
];

/// The state that `row` goes to because of `event`, and what is due then.
///
/// Errors: the table has no such move, or its guard does not hold
pub fn transition(
    row: &Row,
    event: &Event,
    now: Timestamp,
) -> Result<(State, Vec<Effect>), Illegal> {
    let asked = event.asks();
    let illegal = |why| Illegal {
        from: row.state,
        asked,
        why,
    };
    if let Some(why) = broken_guard(row, event) {
        return Err(illegal(why));
    }
    let to = TABLE
        .iter()
        .filter(|(from, step, _)| *from == row.state && *step == asked)
        .map(|(_, _, to)| *to)
        .find(|to| asked != Move::Replay || row.resume_at == Some(*to))
        .ok_or_else(|| illegal("the table has no such move"))?;
    Ok((to, effects(row, event, to, now)))
}

/// What happens to an exchange whose deadline has passed: nothing was asked of the partner, or the partner is silent.
#[must_use]
pub const fn overdue(row: &Row) -> Event {
    let code = Code::CompletionMissing;
    if row.submissions == 0 {
        let why = Rejection::Overdue;
        Event::Rejected { code, why }
    } else {
        Event::Exhausted { code }
    }
}

fn broken_guard(row: &Row, event: &Event) -> Option<&'static str> {
    match event {
        Event::RouteWithdrawn if row.submissions > 0 => Some("the partner may have been called"),
        Event::Rejected {
            why: Rejection::Overdue,
            ..
        } if row.submissions > 0 => Some("something was sent before the deadline"),
        Event::MemberResolved { tier, .. } if !tier.is_settled() => {
            Some("a review has not been approved")
        }
        Event::Closed {
            operator,
            reason,
            rule,
        } if [operator, reason, rule].iter().any(|text| text.is_empty()) => {
            Some("operator, reason and rule are required")
        }
        Event::Validated { .. }
        | Event::MemberResolved { .. }
        | Event::RouteChosen { .. }
        | Event::RouteWithdrawn
        | Event::Acknowledged
        | Event::Completed(_)
        | Event::Cancelled
        | Event::Rejected { .. }
        | Event::Exhausted { .. }
        | Event::Replayed { .. }
        | Event::Closed { .. } => None,
    }
}

fn effects(row: &Row, event: &Event, to: State, now: Timestamp) -> Vec<Effect> {
    let mut effects = vec![
        Effect::Audit {
            from: row.state,
            to,
            code: event.code(),
        },
        Effect::Metric(event.disposition()),
    ];
    if let Some(work) = Work::due(to) {
        effects.push(match work {
            Work::Submit => Effect::CallPartner(work),
            Work::Validate
            | Work::ResolveMember
            | Work::ChooseRoute
            | Work::Monitor
            | Work::Poll
            | Work::Retrieve
            | Work::Deliver
            | Work::Deadline => Effect::Schedule(work, now),
        });
    }
    match to {
        State::Fulfilled => effects.push(Effect::Outbox(Notice::Fulfilled)),
        State::Failed => effects.extend(failure_effects(row, event)),
        State::DeadLettered => effects.extend(event.code().into_iter().flat_map(|code| {
            let resume_at = row.state;
            [
                Effect::DeadLetter { code, resume_at },
                Effect::Outbox(Notice::DeadLettered),
            ]
        })),
        State::Created
        | State::Validated
        | State::Matched
        | State::Routed
        | State::Acknowledged => {}
    }
    effects
}

fn failure_effects(row: &Row, event: &Event) -> Vec<Effect> {
    let mut effects = vec![Effect::Outbox(Notice::Failed)];
    let partner_disagrees = row.submissions > 0 && event.code().is_some_and(Code::is_identity);
    if partner_disagrees {
        effects.push(Effect::OpenDispute);
    }
    effects
}

#[cfg(test)]
mod tests;

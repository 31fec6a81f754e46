//! What happens to an exchange, with the evidence that it needs.
//! Refuses to know where it leads.

use super::{Disposition, Move};
use crate::consent::Grant;
use crate::failure::Code;
use crate::identity::Tier;
use crate::ids::DocumentNumber;

/// What a rejection stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A permanent code.
    Refused,
    /// The deadline passed before anything was sent.
    Overdue,
}

/// How much of what was asked for has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    Complete,
    Partial,
}

/// What happened, with the evidence that the move needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The caller is authenticated, and the request meets this schema version and carries an attestation.
    Validated { schema: String },
    /// One person, by an automatic tier or an approved review, and a consent that holds.
    MemberResolved { tier: Tier, consent: Grant },
    /// Exactly one row of a route set fits.
    RouteChosen { set: DocumentNumber },
    /// The route set was rolled back.
    RouteWithdrawn,
    /// The partner took the request: a status URL, or the answer itself.
    Acknowledged,
    /// The answer is there, its counts and digests checked.
    Completed(Completion),
    /// The enterprise took its request back: nothing has failed.
    Cancelled,
    /// It will not succeed.
    Rejected { code: Code, why: Rejection },
    /// Attempts are used up, an unknown outcome stays unknown, or the partner is silent at the deadline.
    Exhausted { code: Code },
    /// A person starts the dead letter again; consent has been judged anew.
    Replayed { consent: Grant },
    /// A person ends the dead letter.
    Closed {
        operator: String,
        reason: String,
        rule: String,
    },
}

impl Event {
    /// The move that the event asks for.
    #[must_use]
    pub const fn asks(&self) -> Move {
        match self {
            Self::Validated { .. } => Move::Validate,
            Self::MemberResolved { .. } => Move::Resolve,
            Self::RouteChosen { .. } => Move::Choose,
            Self::RouteWithdrawn => Move::Withdraw,
            Self::Acknowledged => Move::Acknowledge,
            Self::Completed(_) => Move::Complete,
            Self::Cancelled | Self::Rejected { .. } => Move::Reject,
            Self::Exhausted { .. } => Move::Exhaust,
            Self::Replayed { .. } => Move::Replay,
            Self::Closed { .. } => Move::Close,
        }
    }

    /// The reason code that the exchange carries afterwards, if the event brings one.
    #[must_use]
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Rejected { code, .. } | Self::Exhausted { code } => Some(*code),
            Self::Validated { .. }
            | Self::MemberResolved { .. }
            | Self::RouteChosen { .. }
            | Self::RouteWithdrawn
            | Self::Acknowledged
            | Self::Completed(_)
            | Self::Cancelled
            | Self::Replayed { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// How the exchange stands once the event has been taken.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Completed(Completion::Complete) => Disposition::Complete,
            Self::Completed(Completion::Partial) => Disposition::Partial,
            Self::Rejected { why, .. } => match why {
                Rejection::Refused => Disposition::Rejected,
                Rejection::Overdue => Disposition::TimedOut,
            },
            Self::Cancelled => Disposition::Cancelled,
            Self::Closed { .. } => Disposition::Rejected,
            Self::Exhausted { .. } => Disposition::Exhausted,
            Self::Validated { .. }
            | Self::MemberResolved { .. }
            | Self::RouteChosen { .. }
            | Self::RouteWithdrawn
            | Self::Acknowledged
            | Self::Replayed { .. } => Disposition::Queued,
        }
    }
}

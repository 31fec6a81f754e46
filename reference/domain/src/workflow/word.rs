//! The words of the workflow: states, moves, holds, dispositions, steps, notices.
//! Refuses to know which word may follow which.

vocabulary! {
    /// Where an exchange is.
    State {
        Created = "created",
        Validated = "validated",
        Matched = "matched",
        Routed = "routed",
        Acknowledged = "acknowledged",
        Fulfilled = "fulfilled",
        Failed = "failed",
        DeadLettered = "dead-lettered",
    }
}

impl State {
    /// Is there still something to do without a person's word?
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Created | Self::Validated | Self::Matched | Self::Routed | Self::Acknowledged => {
                true
            }
            Self::Fulfilled | Self::Failed | Self::DeadLettered => false,
        }
    }
}

vocabulary! {
    /// What moves an exchange from one state to the next.
    Move {
        Validate = "validated",
        Resolve = "member-resolved",
        Choose = "route-chosen",
        Withdraw = "route-withdrawn",
        Acknowledge = "acknowledged",
        Complete = "completed",
        Reject = "rejected",
        Exhaust = "exhausted",
        Replay = "replayed",
        Close = "closed",
    }
}

vocabulary! {
    /// Why an open exchange waits.
    Hold {
        Backoff = "backoff",
        Throttled = "throttled",
        BreakerOpen = "breaker-open",
        Review = "review",
        MoreData = "more-data",
        Paused = "paused",
        Window = "window",
        Approval = "approval",
    }
}

impl Hold {
    /// Does it end by a person's decision, and not by time?
    #[must_use]
    pub const fn waits_for_a_person(self) -> bool {
        match self {
            Self::Review | Self::MoreData | Self::Approval => true,
            // A pause ends by its own signal.
            Self::Backoff | Self::Throttled | Self::BreakerOpen | Self::Paused | Self::Window => {
                false
            }
        }
    }
}

vocabulary! {
    /// How an exchange ended, or that it has not.
    Disposition {
        Queued = "queued",
        Complete = "complete",
        Partial = "partial",
        Rejected = "rejected",
        Cancelled = "cancelled",
        TimedOut = "timed-out",
        Exhausted = "exhausted",
    }
}

vocabulary! {
    /// Work that an open exchange needs next.
    Step {
        Validate = "validate",
        ResolveMember = "resolve-member",
        ChooseRoute = "choose-route",
        Submit = "submit",
        Monitor = "monitor",
    }
}

impl Step {
    /// The step that an exchange in `state` waits for.
    #[must_use]
    pub const fn due(state: State) -> Option<Self> {
        match state {
            State::Created => Some(Self::Validate),
            State::Validated => Some(Self::ResolveMember),
            State::Matched => Some(Self::ChooseRoute),
            State::Routed => Some(Self::Submit),
            State::Acknowledged => Some(Self::Monitor),
            State::Fulfilled | State::Failed | State::DeadLettered => None,
        }
    }
}

vocabulary! {
    /// A message to somebody outside the exchange.
    Notice {
        Fulfilled = "exchange-fulfilled",
        Failed = "exchange-failed",
        DeadLettered = "exchange-dead-lettered",
        DeadlineNear = "deadline-near",
        /// A partner took a request on and did not keep its word.
        Escalated = "exchange-escalated",
        /// A partner spoke of an exchange that is dead: a replay may help.
        ReplayOffered = "replay-offered",
        /// A partner refused in words that no rule explains.
        Unmapped = "partner-unmapped",
        /// The partner of the exchange is not called any more for a while.
        BreakerOpened = "breaker-opened",
        /// What a step came to cannot be written down: it is carried out again and again.
        StepStopped = "step-stopped",
    }
}

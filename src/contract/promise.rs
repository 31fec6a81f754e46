//! What a contract promises over time and under fault: the span of a history, the steps of a sequence, a fault and
//! what the consumer does about it.
//! Refuses to know how any of it is brought about.

use super::path::Path;
use chrono::NaiveDate;
use std::time::Duration;
use wire::outcome::Class;

/// Every dated record of an answer lies in this span, and in none of its gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub complete: bool,
    pub gaps: Vec<Gap>,
    /// What an answer that is not complete must hold.
    pub marker: Option<Path>,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// A part of the span that has no records, first and last day included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub reason: String,
}

/// A step of something that takes more than one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The steps of one sequence share it.
    pub id: String,
    pub step: String,
    /// Steps that come before this one.
    pub after: Vec<String>,
    pub deliver: Deliver,
    pub within: Option<Duration>,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// How often a step may arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deliver {
    /// It is sent twice and late: one effect.
    AtLeastOnce,
    #[default]
    ExactlyOnce,
}

/// A fault of the partner, and what the consumer promises under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// The call that is hit first; 1 is the first call.
    pub at: u64,
    pub delay: Option<Duration>,
    /// After how many bytes of the answer, or in pieces of how many.
    pub bytes: Option<u64>,
    /// How many calls are hit; nothing stands for all of them.
    pub times: Option<u64>,
    pub expect: Endured,
    /// Pointer in the contract file.
    pub pointer: String,
}

/// What a consumer comes to under a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endured {
    pub class: Class,
    /// Calls that the partner saw.
    pub attempts: u64,
    /// State of the workflow.
    pub end_state: String,
}

/// How a partner fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    Delay,
    Timeout,
    Refused,
    ResetOnAccept,
    ResetAfterRequest,
    EmptyReply,
    TruncatedBody,
    ResetMidBody,
    StallMidBody,
    Drip,
    Garbage,
    MalformedJson,
    WrongContentType,
    Status,
    TokenExpired,
    PollNeverEnds,
    PollThrottled,
    JobExpired,
    DuplicateRequest,
    CallbackDuplicate,
    CallbackOutOfOrder,
    CallbackEarly,
    CallbackMissing,
    CallbackWrongId,
    TlsUntrusted,
    TlsExpired,
    TlsWrongHost,
    MtlsRefused,
    DnsFailure,
    BlackHole,
    SchemaDrift,
}

impl FaultKind {
    pub const ALL: [Self; 31] = [
        Self::Delay,
        Self::Timeout,
        Self::Refused,
        Self::ResetOnAccept,
        Self::ResetAfterRequest,
        Self::EmptyReply,
        Self::TruncatedBody,
        Self::ResetMidBody,
        Self::StallMidBody,
        Self::Drip,
        Self::Garbage,
        Self::MalformedJson,
        Self::WrongContentType,
        Self::Status,
        Self::TokenExpired,
        Self::PollNeverEnds,
        Self::PollThrottled,
        Self::JobExpired,
        Self::DuplicateRequest,
        Self::CallbackDuplicate,
        Self::CallbackOutOfOrder,
        Self::CallbackEarly,
        Self::CallbackMissing,
        Self::CallbackWrongId,
        Self::TlsUntrusted,
        Self::TlsExpired,
        Self::TlsWrongHost,
        Self::MtlsRefused,
        Self::DnsFailure,
        Self::BlackHole,
        Self::SchemaDrift,
    ];

    /// The word that stands in contracts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::ResetOnAccept => "reset-on-accept",
            Self::ResetAfterRequest => "reset-after-request",
            Self::EmptyReply => "empty-reply",
            Self::TruncatedBody => "truncated-body",
            Self::ResetMidBody => "reset-mid-body",
            Self::StallMidBody => "stall-mid-body",
            Self::Drip => "drip",
            Self::Garbage => "garbage",
            Self::MalformedJson => "malformed-json",
            Self::WrongContentType => "wrong-content-type",
            Self::Status => "status",
            Self::TokenExpired => "token-expired",
            Self::PollNeverEnds => "poll-never-ends",
            Self::PollThrottled => "poll-throttled",
            Self::JobExpired => "job-expired",
            Self::DuplicateRequest => "duplicate-request",
            Self::CallbackDuplicate => "callback-duplicate",
            Self::CallbackOutOfOrder => "callback-out-of-order",
            Self::CallbackEarly => "callback-early",
            Self::CallbackMissing => "callback-missing",
            Self::CallbackWrongId => "callback-wrong-id",
            Self::TlsUntrusted => "tls-untrusted",
            Self::TlsExpired => "tls-expired",
            Self::TlsWrongHost => "tls-wrong-host",
            Self::MtlsRefused => "mtls-refused",
            Self::DnsFailure => "dns-failure",
            Self::BlackHole => "black-hole",
            Self::SchemaDrift => "schema-drift",
        }
    }
}

//! What the rules and their service need from the outside, as traits.
//! Refuses to know any implementation.

use crate::Timestamp;
use crate::failure::Code;
use crate::masked::Masked;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A wait that ends when the clock has moved on.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The only source of time. Waiting is part of it, so that a test can own both.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Ends once `now` has advanced by `duration`.
    fn wait(&self, duration: Duration) -> Wait<'_>;
}

/// The only source of chance.
pub trait Chance: Send + Sync {
    /// The next number of `0.0..1.0`.
    fn unit(&self) -> f64;
}

/// What a partner is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Op<'a> {
    /// A `$member-match` with these Parameters, in our own spelling.
    MemberMatch { parameters: &'a Value },
}

/// A request as a partner understands it. Where it goes, and under which key, is for the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRequest {
    pub path: &'static str,
    /// Lower-case name and value.
    pub headers: Vec<(&'static str, String)>,
    pub body: Masked<Vec<u8>>,
}

/// An answer as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireResponse {
    pub status: u16,
    /// What the body says that it is, without parameters and in lower case.
    pub media: Option<String>,
    pub retry_after: Option<Duration>,
    pub body: Masked<Vec<u8>>,
}

/// The member as the partner knows it, whatever shape it answered in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    pub umb: UniqueMember,
    /// Some partners do not tell it.
    ///
    /// Source: PDex 2.2.0 pdex-200
    pub patient: Option<Masked<String>>,
}

/// The identifier under which the partner wants the member named from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueMember {
    pub system: Option<String>,
    pub value: Masked<String>,
}

/// Why there is no canonical result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: Code,
    pub retry_after: Option<Duration>,
}

impl Failure {
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            retry_after: None,
        }
    }
}

/// Builds and reads the messages of one dialect. Pure: nothing is sent here.
pub trait PartnerAdapter: Send + Sync {
    fn encode(&self, op: &Op<'_>) -> WireRequest;

    /// Errors: what the answer says in our own codes; nothing of its text is kept
    fn decode(&self, op: &Op<'_>, response: &WireResponse) -> Result<Canonical, Failure>;
}

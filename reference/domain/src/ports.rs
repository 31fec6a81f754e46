//! What the rules and their service need from the outside, as traits.
//! Refuses to know any implementation.

use crate::Timestamp;
use crate::failure::Code;
use crate::ids::{ExchangeId, StepId, WorkerId};
use crate::masked::Masked;
use crate::notice::Told;
use crate::workflow::{Hold, Work};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A wait that ends when the clock has moved on.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// How the time of a clock passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// On its own.
    Real,
    /// When somebody moves it.
    ByHand,
    /// Every wait moves it at once to its end: nobody may wait for a later thing while work is under way.
    Jumps,
}

/// The only source of time. Waiting is part of it, so that a test can own both.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Ends once `now` has advanced by `duration`.
    fn wait(&self, duration: Duration) -> Wait<'_>;

    /// Ends once `now` is `at` or later. A clock that is moved between a look at it and a wait needs more than a
    /// duration: that would count from after the move.
    fn wait_until(&self, at: Timestamp) -> Wait<'_> {
        let rest = at.signed_duration_since(self.now());
        self.wait(rest.to_std().unwrap_or_default())
    }

    fn passage(&self) -> Passage {
        Passage::Real
    }
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

vocabulary! {
    /// What is done with a place at a partner.
    Verb {
        Get = "GET",
        Post = "POST",
        Delete = "DELETE",
    }
}

/// A request as a partner understands it. Where it goes, and under which key, is for the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRequest {
    pub verb: Verb,
    /// What follows the address of the partner; a full address when the delivery has none.
    pub path: String,
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
    /// Those of [`READ_HEADERS`] that the answer has.
    pub headers: BTreeMap<&'static str, String>,
    pub body: Masked<Vec<u8>>,
}

/// The headers that are read beside the wait and the kind of the body.
pub const READ_HEADERS: [&str; 6] = [
    "content-location",
    "link",
    "repr-digest",
    "server-timing",
    "www-authenticate",
    "x-progress",
];

impl WireResponse {
    /// An answer that says nothing but its status and its body.
    #[must_use]
    pub const fn new(status: u16, body: Masked<Vec<u8>>) -> Self {
        Self {
            status,
            media: None,
            retry_after: None,
            headers: BTreeMap::new(),
            body,
        }
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
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

/// What a future of a trait object looks like.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A step that one worker holds until the lease ends. The fence is the version of the exchange: whoever lost the lease
/// in the meantime can write nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    pub id: StepId,
    pub exchange: ExchangeId,
    pub work: Work,
    /// How often the step has been leased, this time included.
    pub attempt: u32,
    pub owner: WorkerId,
    pub until: Timestamp,
}

/// What became of a leased step. All of it is written when this is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// The exchange moved, and the same worker holds what is due now.
    On(Leased),
    /// The step is over or waits; others may be due.
    Rests(Option<Hold>),
    /// The exchange has ended.
    Ended,
    /// Somebody else moved the exchange first: nothing was written.
    Lost,
}

/// Why a step was not carried out, and may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store does not answer as it should")]
pub struct Unavailable;

/// Carries out what an engine has leased.
pub trait Steps: Send + Sync {
    fn carry_out<'a>(&'a self, leased: &'a Leased) -> Boxed<'a, Result<Carried, Unavailable>>;
}

/// Why a notice did not arrive. It is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody has taken the notice")]
pub struct Untold;

/// Tells somebody outside. What it is told twice it may pass on twice: the id is the same.
pub trait Notifier: Send + Sync {
    fn tell<'a>(&'a self, told: &'a Told) -> Boxed<'a, Result<(), Untold>>;
}

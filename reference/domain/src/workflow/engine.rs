//! The engine of workflows as the rest of the service sees it: taken on once, told, asked, and kept going.
//! Refuses to know where exchanges lie and who leases what: an engine on other machines answers the same.

use super::{CameTo, Hold, Place, Signal, SignalKind, Standing, State, Work, place};
use crate::Timestamp;
use crate::deadlines::Deadline;
use crate::failure::Code;
use crate::idempotency::{Claim, Kept, Lookup};
use crate::ids::{BusinessTransactionId, CorrelationId, ExchangeId};
use crate::masked::Masked;
use crate::ports::{Boxed, Steps, Wait};
use crate::record::{Actor, Kind, WorkflowRequest};
use crate::synthetic::Marked;
use std::sync::Arc;

/// A request that has not become an exchange yet.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    pub id: &'a ExchangeId,
    pub business_transaction: &'a BusinessTransactionId,
    /// As the enterprise wrote it; no payer may go by that name.
    pub partner: &'a str,
    /// Everything the steps need, protected.
    pub request: Masked<Vec<u8>>,
    /// Number of the published state of all policies under which it is taken on.
    pub snapshot: u64,
    /// By when the partner has to be asked.
    pub ask: Deadline,
    /// When it ends if no partner has taken it on by then, whatever it waits for.
    pub ends: Deadline,
    /// The exchange that is asked again by this one.
    pub follows: Option<&'a str>,
    /// How many exchanges may be open before this one; none at all when nothing is taken on.
    pub room: u32,
    /// What makes it a run of a check: it is carried out as any other, counted nowhere, and nobody is told of it.
    pub synthetic: Option<Marked>,
    /// Whether it asks about one member or about many.
    pub kind: Kind,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    Created,
    /// Its key has been used before: nothing happened this time.
    Known(Lookup<Kept>),
    /// There are as many open exchanges as there may be.
    Full,
}

/// Who says something to an exchange, and in which call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    pub actor: Actor,
    pub correlation: CorrelationId,
}

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signalled {
    pub came_to: CameTo,
    /// Has it been heard before? Then nothing happened this time.
    pub again: bool,
}

/// A signal that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub signal: SignalKind,
    pub at: Timestamp,
    pub came_to: CameTo,
}

/// Work of an exchange that is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWork {
    pub work: Work,
    pub run_after: Timestamp,
    /// How often it has been taken.
    pub taken: u32,
}

/// A time by which something of an exchange has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueBy {
    pub name: String,
    pub alert_at: Timestamp,
    pub due_at: Timestamp,
    /// When somebody was told that it comes near.
    pub alerted_at: Option<Timestamp>,
}

/// An exchange as its engine tells it.
#[derive(Clone, Debug)]
pub struct RequestView {
    pub record: WorkflowRequest,
    /// What it waits for; a pause is apart.
    pub hold: Option<Hold>,
    pub paused: bool,
    /// In the order in which it is due.
    pub open: Vec<OpenWork>,
    /// What it was told, oldest first.
    pub spoken: Vec<Spoken>,
    /// The first that ends comes first.
    pub deadlines: Vec<DueBy>,
}

impl RequestView {
    /// What happens next, and whose turn it is.
    #[must_use]
    pub fn place(&self) -> Place {
        place(&Standing {
            state: self.record.state,
            hold: self.hold,
            paused: self.paused,
            open: self
                .open
                .iter()
                .map(|open| (open.work, open.run_after))
                .collect(),
        })
    }
}

/// Which exchanges to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub state: Option<State>,
    pub partner: Option<String>,
    pub hold: Option<Hold>,
    pub kind: Option<Kind>,
    /// In their present state since then, or later.
    pub since: Option<Timestamp>,
    /// The last one that the reader has seen.
    pub after: Option<String>,
}

/// Some of the exchanges that fit, oldest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// Without their moves and calls: those are asked for one by one.
    pub items: Vec<WorkflowRequest>,
    /// What to ask for next; none when these were the last.
    pub next: Option<ExchangeId>,
}

/// Why an engine did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine cannot: {0}")]
pub struct EngineError(pub Code);

/// Tells everything under way to come to an end.
pub trait StopSignal: Send + Sync {
    fn is_set(&self) -> bool;

    /// Ends once it is set.
    fn wait(&self) -> Wait<'_>;

    /// Ends once not even that is waited for any more which cannot be taken back.
    fn at_once(&self) -> Wait<'_>;
}

/// Keeps exchanges: each made once per key, moved by the table only, and never forgotten while it is open.
pub trait WorkflowEngine: Send + Sync {
    /// Makes the exchange and keeps the answer to its caller, both or neither: one effect per key.
    fn submit<'a>(
        &'a self,
        new: NewRequest<'a>,
        claim: &'a Claim<'a>,
        answer: &'a Kept,
    ) -> Boxed<'a, Result<Submitted, EngineError>>;

    /// Tells an exchange something, once for each `once`. Gives none where there is no such exchange.
    fn signal<'a>(
        &'a self,
        id: &'a ExchangeId,
        said: (Signal, &'a Speaker),
        once: &'a str,
    ) -> Boxed<'a, Result<Option<Signalled>, EngineError>>;

    /// The exchange as it stands.
    fn get<'a>(&'a self, id: &'a ExchangeId)
    -> Boxed<'a, Result<Option<RequestView>, EngineError>>;

    /// The first exchanges that fit; runs of checks are none of them.
    fn list<'a>(&'a self, query: &'a Query) -> Boxed<'a, Result<Page, EngineError>>;

    /// Leases what is due and has it carried out until it is told to stop. Any number may run at once.
    fn run(&self, steps: Arc<dyn Steps>, stop: Arc<dyn StopSignal>) -> Boxed<'_, ()>;

    /// Says that something may have come due in another way than through here.
    fn wake(&self);
}

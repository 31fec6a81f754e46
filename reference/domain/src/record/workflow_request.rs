//! An exchange as its owner sees it: where it stands, by which versions it was judged, and how it came there.
//! Refuses to show anything of the member but opaque ids and days of service.

use super::given::Given;
use super::name::{EntryVersion, OutboundKey};
use super::time::Instant;
use super::told;
use crate::failure::Code;
use crate::ids::{
    BusinessTransactionId, CorrelationId, DocumentNumber, ExchangeId, PartnerId, PayloadId,
};
use crate::workflow::{Completion, Disposition, Hold, Move, State, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::outcome::Code as Outcome;

vocabulary! {
    /// How many members an exchange is about.
    Kind {
        Single = "single",
        Bulk = "bulk",
    }
}

/// What the service does next for an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextAction {
    /// Work that is due while the exchange is in its present state.
    pub step: Step,
    /// When the work starts at the earliest; null when it is due at once or a person has to end the hold.
    #[serde(deserialize_with = "told")]
    pub at: Option<Instant>,
}

/// One move that an exchange has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// When the move was committed, which is later than what caused it.
    pub at: Instant,
    /// The state that was left.
    pub from: State,
    /// The state that was entered.
    pub to: State,
    /// What happened, as the table of allowed moves calls it.
    #[serde(rename = "move")]
    pub by: Move,
    /// The failure behind the move; null when nothing had failed.
    #[serde(deserialize_with = "told")]
    pub code: Option<Code>,
}

/// One call to the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Counts the calls of this exchange from 1, those after a replay included.
    #[schemars(range(min = 1))]
    pub number: u32,
    /// When the call was about to go out.
    pub at: Instant,
    /// Names this one call in our logs and in the partner's; a retry has another.
    pub correlation_id: CorrelationId,
    /// HTTP status of the answer; null when no answer came, which does not say that the partner did nothing.
    #[serde(deserialize_with = "told")]
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// Our own code for what the answer, or its absence, means; null after success and while the call runs.
    #[serde(deserialize_with = "told")]
    pub code: Option<Code>,
    /// Milliseconds until the next call, spread by chance; null when there is none.
    #[serde(deserialize_with = "told")]
    pub wait_ms: Option<u64>,
}

/// One exchange, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowRequest {
    /// Names the exchange at our own service; the partner never sees it.
    pub id: ExchangeId,
    /// Kept over retries, polls, callbacks and replays on both sides, so that one search finds the whole story.
    pub business_transaction_id: BusinessTransactionId,
    /// Whether one member is asked about or many.
    pub kind: Kind,
    /// The payer that is asked, by its id of our registry.
    pub partner: PartnerId,
    /// The client of ours that started the exchange and answers for it.
    pub owner: PartnerId,
    /// When our own system asked; not a date of service, and not when the partner was called.
    pub asked_at: Instant,
    /// Where the exchange is in the table of allowed moves.
    pub state: State,
    /// When the present state was entered.
    pub since: Instant,
    /// How the exchange ended; `queued` as long as it has not, and `complete` only when nothing is absent.
    pub disposition: Disposition,
    /// Why it failed or lies among the dead letters, in our own finer words; null when nothing has failed.
    #[serde(deserialize_with = "told")]
    pub code: Option<Code>,
    /// The bound word that a partner would be told for `code`; null together with it.
    #[serde(deserialize_with = "told")]
    pub outcome: Option<Outcome>,
    /// What the service does next; null when only a person can move the exchange, or nobody.
    #[serde(deserialize_with = "told")]
    pub next_action: Option<NextAction>,
    /// Why an open exchange waits; null when it does not.
    #[serde(deserialize_with = "told")]
    pub hold: Option<Hold>,
    /// Idempotency key under which the partner sees the submission: the same in every retry and replay of it.
    pub outbound_key: OutboundKey,
    /// Where the protected request lies in the payload store; reading it is logged.
    pub request: PayloadId,
    /// The schema version that the request was found to meet; null before validation.
    #[serde(deserialize_with = "told")]
    pub schema_version: Option<EntryVersion>,
    /// Number of the route set that chose the partner's endpoint; null before routing.
    #[serde(deserialize_with = "told")]
    pub route_set: Option<DocumentNumber>,
    /// Number of the published state of all policies by which the last decision was made.
    pub snapshot: u64,
    /// When consent was last judged to hold; null when it has not been judged yet.
    #[serde(deserialize_with = "told")]
    pub consent_checked_at: Option<Instant>,
    /// Where a dead letter goes on when it is replayed; null when it has never been one.
    #[serde(deserialize_with = "told")]
    pub resume_at: Option<State>,
    /// What the partner gave, by days of service; null before data arrived and in an exchange that asks for a match only.
    #[serde(deserialize_with = "told")]
    pub data: Option<Given>,
    /// Every move, oldest first.
    pub history: Vec<Transition>,
    /// Every call to the partner, oldest first.
    pub attempts: Vec<Attempt>,
}

impl WorkflowRequest {
    /// Does it call complete what is a part?
    #[must_use]
    pub fn overstates(&self) -> bool {
        let part = |given: &Given| given.completion() == Completion::Partial;
        self.disposition == Disposition::Complete && self.data.as_ref().is_some_and(part)
    }
}

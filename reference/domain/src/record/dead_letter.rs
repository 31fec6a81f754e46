//! An exchange that ran out of attempts, with everything that a person needs to judge it and a replay to go on.
//! Refuses to be made of an exchange that is not dead, and carries the request by reference only.

use super::name::{EntryVersion, OutboundKey};
use super::time::Instant;
use super::told;
use super::workflow_request::{Attempt, Kind, WorkflowRequest};
use crate::failure::{Code, RetryClass};
use crate::ids::{BusinessTransactionId, DocumentNumber, ExchangeId, PartnerId, PayloadId};
use crate::workflow::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::outcome::Code as Outcome;

/// An exchange that is no dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an exchange that is {0} is no dead letter")]
pub struct NotDead(pub State);

/// An open state: the only sort of place where a dead letter can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "State", into = "State")]
pub struct Resume(State);

impl TryFrom<State> for Resume {
    type Error = NotDead;

    fn try_from(state: State) -> Result<Self, NotDead> {
        state.is_open().then_some(Self(state)).ok_or(NotDead(state))
    }
}

impl From<Resume> for State {
    fn from(resume: Resume) -> Self {
        resume.0
    }
}

impl JsonSchema for Resume {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Resume".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let open = State::ALL.iter().filter(|state| state.is_open());
        let words: Vec<&str> = open.map(|state| state.word()).collect();
        schemars::json_schema!({ "type": "string", "enum": words })
    }
}

/// An exchange that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeadLetter {
    /// The exchange that ran out of attempts; it keeps its id when it is replayed.
    pub exchange: ExchangeId,
    /// The same id that the exchange had from its start, so that one search finds the whole story.
    pub business_transaction_id: BusinessTransactionId,
    /// Whether one member waits or many.
    pub kind: Kind,
    /// The payer that did not answer as it should, by its id of our registry.
    pub partner: PartnerId,
    /// When the exchange came to lie here.
    pub at: Instant,
    /// The state in which a replay goes on; consent is judged again before.
    pub resume_at: Resume,
    /// What used up the attempts, in our own finer words.
    pub code: Code,
    /// How failures of this code are retried, which is why there was no further attempt.
    pub class: RetryClass,
    /// The bound word that a partner would be told for `code`.
    pub outcome: Outcome,
    /// Every call to the partner, oldest first.
    pub attempts: Vec<Attempt>,
    /// HTTP status of the last answer that came at all; null when none ever did.
    #[serde(deserialize_with = "told")]
    #[schemars(range(min = 100, max = 599))]
    pub last_status: Option<u16>,
    /// The schema version that the request was found to meet; null when it died before validation.
    #[serde(deserialize_with = "told")]
    pub schema_version: Option<EntryVersion>,
    /// Number of the route set that chose the endpoint; null when it died before routing.
    #[serde(deserialize_with = "told")]
    pub route_set: Option<DocumentNumber>,
    /// Number of the published state of all policies by which the last decision was made.
    pub snapshot: u64,
    /// Idempotency key that a replay uses again, so that the partner acts at most once.
    pub outbound_key: OutboundKey,
    /// Where the protected request lies in the payload store; the letter itself holds none of it.
    pub request: PayloadId,
    /// When consent was last judged to hold; null when it died before.
    #[serde(deserialize_with = "told")]
    pub consent_checked_at: Option<Instant>,
}

impl DeadLetter {
    /// The letter of a dead exchange.
    ///
    /// Errors: the exchange is not dead, or does not say by what code and from which state it died
    pub fn of(request: &WorkflowRequest) -> Result<Self, NotDead> {
        let not_dead = NotDead(request.state);
        if request.state != State::DeadLettered {
            return Err(not_dead);
        }
        let code = request.code.ok_or(not_dead)?;
        let resume_at = request.resume_at.ok_or(not_dead)?.try_into()?;
        let meaning = code.meaning();
        Ok(Self {
            exchange: request.id.clone(),
            business_transaction_id: request.business_transaction_id.clone(),
            kind: request.kind,
            partner: request.partner.clone(),
            at: request.since,
            resume_at,
            code,
            class: meaning.class,
            outcome: meaning.outcome,
            attempts: request.attempts.clone(),
            last_status: request.attempts.iter().rev().find_map(|call| call.status),
            schema_version: request.schema_version.clone(),
            route_set: request.route_set,
            snapshot: request.snapshot,
            outbound_key: request.outbound_key.clone(),
            request: request.request.clone(),
            consent_checked_at: request.consent_checked_at,
        })
    }
}

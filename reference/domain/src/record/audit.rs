//! What is written down of every act: who, what, to which exchange, under which rules.
//! Refuses values of a person: it holds codes, ids and numbers only.

use super::name::{ActorId, Digest, EndpointUrl, RuleId, Slug};
use super::time::Instant;
use super::told;
use crate::consent::ConsentStatus;
use crate::failure::{Code, RetryClass};
use crate::identity::{Band, Tier};
use crate::ids::{BusinessTransactionId, CorrelationId, DocumentNumber, ExchangeId, PartnerId};
use crate::workflow::Disposition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Who can act.
    ActorKind {
        Person = "person",
        Client = "client",
        Automation = "automation",
    }
}

vocabulary! {
    /// What can be done so that it is written down.
    Action {
        Authenticated = "authenticated",
        Refused = "refused",
        Created = "created",
        Validated = "validated",
        Matched = "matched",
        Routed = "routed",
        Submitted = "submitted",
        Acknowledged = "acknowledged",
        Fulfilled = "fulfilled",
        Failed = "failed",
        DeadLettered = "dead-lettered",
        Replayed = "replayed",
        Closed = "closed",
        ReviewDecided = "review-decided",
        DisputeResolved = "dispute-resolved",
        PayloadRead = "payload-read",
        PolicyPublished = "policy-published",
        RecordRemoved = "record-removed",
        HoldPlaced = "hold-placed",
    }
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Tells a person from a client system and from our own automation.
    pub kind: ActorKind,
    /// Names the actor in the directory, never by a person's name.
    pub id: ActorId,
    /// The role under which the actor was let in for this act.
    pub role: Slug,
}

/// How the member was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchTold {
    /// The path by which the match came about, a person's review included.
    pub tier: Tier,
    /// Confidence in steps; the score itself is in the match decision.
    pub band: Band,
    /// Number of the matching policy that decided.
    pub policy: DocumentNumber,
}

/// Which row of which table chose the endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTold {
    /// Number of the immutable route set.
    pub set: DocumentNumber,
    /// The one row of the set that fitted.
    pub row: Slug,
}

/// One call to the partner and what followed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryTold {
    /// Counts the calls of the exchange from 1.
    #[schemars(range(min = 1))]
    pub number: u32,
    /// How the failure of the call is retried; `none` when it did not fail.
    pub retry: RetryClass,
}

/// How consent was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentTold {
    /// The result of the judgement; the consent itself stays in the payload store.
    pub status: ConsentStatus,
    /// When it was judged, which may be earlier than the act that relied on it.
    pub checked_at: Instant,
}

/// What was done, by whom, to what, and under which rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent {
    /// When it was done; not when it was written.
    pub at: Instant,
    /// Who did it; an act that nobody did does not exist.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The exchange that it was done to; null for acts on policies and on the log itself.
    #[serde(deserialize_with = "told")]
    pub exchange: Option<ExchangeId>,
    /// Ties the act to everything else of the same exchange, at the partner too.
    #[serde(deserialize_with = "told")]
    pub business_transaction_id: Option<BusinessTransactionId>,
    /// The one call in which it was done; null when no call was involved.
    #[serde(deserialize_with = "told")]
    pub correlation_id: Option<CorrelationId>,
    /// The other payer concerned, by its id of our registry.
    #[serde(deserialize_with = "told")]
    pub partner: Option<PartnerId>,
    /// Where a call went, without anything that could identify a member.
    #[serde(deserialize_with = "told")]
    pub endpoint: Option<EndpointUrl>,
    /// How the member was found; null before anybody was.
    #[serde(rename = "match", deserialize_with = "told")]
    pub found: Option<MatchTold>,
    /// What chose the endpoint; null before routing.
    #[serde(deserialize_with = "told")]
    pub route: Option<RouteTold>,
    /// The call that the act is about; null when it is about none.
    #[serde(deserialize_with = "told")]
    pub attempt: Option<TryTold>,
    /// How consent stood; null when it was not asked for.
    #[serde(deserialize_with = "told")]
    pub consent: Option<ConsentTold>,
    /// How the exchange stood after the act; null when there is no exchange.
    #[serde(deserialize_with = "told")]
    pub disposition: Option<Disposition>,
    /// The failure that the act answered or ended in; null when nothing failed.
    #[serde(deserialize_with = "told")]
    pub code: Option<Code>,
    /// The second person, who allowed it; required for a match that a person made.
    #[serde(deserialize_with = "told")]
    pub approver: Option<ActorId>,
    /// The rule, or the exception to one, on which the approver relied.
    #[serde(deserialize_with = "told")]
    pub rule: Option<RuleId>,
    /// Number of the published state of all policies at the time.
    pub snapshot: u64,
    /// The release of the service that acted.
    pub release: Slug,
}

impl AuditEvent {
    /// An act about nothing yet: whoever writes it down says what else is known. `under` is the number of the published
    /// state of all policies, and the release of the service.
    #[must_use]
    pub fn new(at: Instant, actor: Actor, action: Action, under: (u64, Slug)) -> Self {
        let (snapshot, release) = under;
        Self {
            at,
            actor,
            action,
            exchange: None,
            business_transaction_id: None,
            correlation_id: None,
            partner: None,
            endpoint: None,
            found: None,
            route: None,
            attempt: None,
            consent: None,
            disposition: None,
            code: None,
            approver: None,
            rule: None,
            snapshot,
            release,
        }
    }
}

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    /// Position in the log, from 1 and without a gap.
    #[schemars(range(min = 1))]
    pub seq: u64,
    /// Digest of the record before this one; zeros for the first.
    #[schemars(extend("x-source" = { "guide": "RFC", "version": "6962", "statement": "2.1" }))]
    pub previous: Digest,
    /// What the record testifies.
    pub event: AuditEvent,
}

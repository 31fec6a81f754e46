//! The audit log as a chain: each record names the digest of the one before it, so that an edit anywhere is seen.
//! Refuses a manual match without approver and rule, and holds codes, ids and numbers only.

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

impl AuditRecord {
    /// The digest by which the next record names this one.
    ///
    /// Source: RFC 6962 2.1, a leaf: SHA-256 of a zero byte and the canonical JSON
    #[must_use]
    pub fn digest(&self) -> Digest {
        // Our own types always serialise; should one not, its digest fits no successor.
        let value = serde_json::to_value(self).unwrap_or_default();
        let mut leaf = vec![0];
        leaf.extend_from_slice(wire::json::canonical(&value).as_bytes());
        Digest::of(&leaf)
    }
}

/// An act that may not be written down as it is, because nobody answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unaccountable {
    #[error("a match that a person made names no approver")]
    ApproverMissing,
    #[error("a match that a person made names no rule")]
    RuleMissing,
    #[error("the approver is the one who acted")]
    SelfApproved,
}

/// The first place at which a log is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log is broken at index {index}")]
pub struct Broken {
    /// Index of the first record that does not follow the one before; the length of the log when its last record was
    /// edited or its end is missing.
    pub index: usize,
}

/// The record of `event` after `last`, or the first of a log.
///
/// Errors: the event is a manual match and nobody else answers for it
pub fn chain(last: Option<&AuditRecord>, event: AuditEvent) -> Result<AuditRecord, Unaccountable> {
    account(&event)?;
    let (seq, previous) = follows(last);
    Ok(AuditRecord {
        seq,
        previous,
        event,
    })
}

/// Whether these are all the records up to `head`, the digest of the last one that was written.
///
/// Errors: the first index at which something was edited, inserted, left out or swapped
pub fn verify(records: &[AuditRecord], head: &Digest) -> Result<(), Broken> {
    let mut last: Option<&AuditRecord> = None;
    for (index, record) in records.iter().enumerate() {
        let fits = follows(last) == (record.seq, record.previous.clone());
        if !fits || account(&record.event).is_err() {
            // A record that does not follow was edited itself, or its predecessor was.
            return Err(Broken { index });
        }
        last = Some(record);
    }
    let end = last.map_or_else(Digest::none, AuditRecord::digest);
    let index = records.len();
    (end == *head).then_some(()).ok_or(Broken { index })
}

fn follows(last: Option<&AuditRecord>) -> (u64, Digest) {
    last.map_or_else(
        || (1, Digest::none()),
        |last| (last.seq.saturating_add(1), last.digest()),
    )
}

fn account(event: &AuditEvent) -> Result<(), Unaccountable> {
    let manual = event
        .found
        .as_ref()
        .is_some_and(|found| found.tier == Tier::ApprovedReview);
    if manual && event.approver.is_none() {
        return Err(Unaccountable::ApproverMissing);
    }
    if manual && event.rule.is_none() {
        return Err(Unaccountable::RuleMissing);
    }
    if event.approver.as_ref() == Some(&event.actor.id) {
        return Err(Unaccountable::SelfApproved);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use std::num::NonZeroU32;

    fn event(action: Action, at: &str) -> AuditEvent {
        AuditEvent {
            at: at.parse().unwrap(),
            actor: Actor {
                kind: ActorKind::Automation,
                id: "engine".parse().unwrap(),
                role: "workflow".parse().unwrap(),
            },
            action,
            exchange: Some(ExchangeId::new("x1")),
            business_transaction_id: Some(BusinessTransactionId::new("t1")),
            correlation_id: None,
            partner: Some(PartnerId::new("northwind")),
            endpoint: None,
            found: None,
            route: None,
            attempt: None,
            consent: None,
            disposition: Some(Disposition::Queued),
            code: None,
            approver: None,
            rule: None,
            snapshot: 3,
            release: "r1".parse().unwrap(),
        }
    }

    fn log(length: u32) -> Vec<AuditRecord> {
        let mut log: Vec<AuditRecord> = Vec::new();
        for second in 0..length {
            let at = format!("2026-10-01T12:00:{second:02}.000Z");
            log.push(chain(log.last(), event(Action::Validated, &at)).unwrap());
        }
        log
    }

    fn head(log: &[AuditRecord]) -> Digest {
        log.last().unwrap().digest()
    }

    #[test]
    fn a_log_as_written_holds() {
        let log = log(9);
        assert_eq!(verify(&log, &head(&log)), Ok(()));
        assert_eq!(verify(&[], &Digest::none()), Ok(()));
    }

    #[test]
    fn edit_delete_swap_insert_and_truncate_are_found_at_their_first_place() {
        let whole = log(9);
        let attacked = |attack: fn(&mut Vec<AuditRecord>)| {
            let mut log = whole.clone();
            attack(&mut log);
            verify(&log, &head(&whole)).unwrap_err().index
        };
        assert_eq!(attacked(|log| log[3].event.snapshot = 4), 4);
        assert_eq!(attacked(|log| log[8].event.snapshot = 4), 9);
        assert_eq!(attacked(|log| drop(log.remove(3))), 3);
        assert_eq!(attacked(|log| log.swap(3, 4)), 3);
        assert_eq!(attacked(|log| log.insert(3, log[2].clone())), 3);
        assert_eq!(attacked(|log| log.truncate(5)), 5);
        assert_eq!(attacked(Vec::clear), 0);
    }

    #[test]
    fn a_manual_match_needs_another_persons_word_and_a_rule() {
        let mut manual = event(Action::ReviewDecided, "2026-10-01T12:00:00.000Z");
        manual.actor.kind = ActorKind::Person;
        manual.found = Some(MatchTold {
            tier: Tier::ApprovedReview,
            band: Band::Review,
            policy: DocumentNumber(NonZeroU32::MIN),
        });
        let refused = |event: &AuditEvent| chain(None, event.clone()).unwrap_err();
        assert_eq!(refused(&manual), Unaccountable::ApproverMissing);
        manual.approver = Some(manual.actor.id.clone());
        assert_eq!(refused(&manual), Unaccountable::RuleMissing);
        manual.rule = Some("identity/two-documents".parse().unwrap());
        assert_eq!(refused(&manual), Unaccountable::SelfApproved);
        manual.approver = Some("a-17".parse().unwrap());
        assert_eq!(chain(None, manual).unwrap().seq, 1);
    }
}

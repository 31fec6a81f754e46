//! The audit log as a chain: each record names the digest of the one before it, so that an edit anywhere is seen.
//! Refuses to link a manual match for which nobody else answers.

use super::audit::{AuditEvent, AuditRecord};
use super::name::Digest;
use crate::identity::Tier;

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
    let (seq, previous) = follows(last);
    link(seq, previous, event)
}

/// The record of `event` at `seq`, after the one whose digest is `previous`.
///
/// Errors: the event is a manual match and nobody else answers for it
pub fn link(seq: u64, previous: Digest, event: AuditEvent) -> Result<AuditRecord, Unaccountable> {
    accountable(&event)?;
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
        if !fits || accountable(&record.event).is_err() {
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

/// Does somebody else answer for the event, if a person made a match in it?
///
/// Errors: who or what is missing
pub fn accountable(event: &AuditEvent) -> Result<(), Unaccountable> {
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
    use crate::identity::Band;
    use crate::ids::{BusinessTransactionId, DocumentNumber, ExchangeId, PartnerId};
    use crate::record::{Action, Actor, ActorKind, MatchTold};
    use crate::workflow::Disposition;
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

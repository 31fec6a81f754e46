//! An exchange as our own systems see it: where it is, since when, what comes next, and how it came there.
//! Refuses to show anything of the member.

use crate::store::{Attempt, Exchange, Past};
use domain::failure::Code;
use domain::record::{self, Instant, Kind, NextAction, OutboundKey, Transition, WorkflowRequest};
use domain::workflow::Step;
use serde_json::Value;

/// What a list tells of each exchange; the rest is asked for one by one.
const SUMMARY: [&str; 13] = [
    "id",
    "business_transaction_id",
    "kind",
    "partner",
    "owner",
    "asked_at",
    "state",
    "since",
    "disposition",
    "code",
    "outcome",
    "next_action",
    "hold",
];

/// Where it stands.
pub(super) fn summary(exchange: &Exchange) -> Value {
    // Our own types always serialise; should one not, the list shows that something is there.
    let mut view = serde_json::to_value(whole(exchange, &[], &[])).unwrap_or_default();
    if let Value::Object(members) = &mut view {
        members.retain(|name, _| SUMMARY.contains(&name.as_str()));
    }
    view
}

/// Where it stands, and how it came there.
pub(super) fn whole(
    exchange: &Exchange,
    history: &[Past],
    attempts: &[Attempt],
) -> WorkflowRequest {
    WorkflowRequest {
        id: exchange.id.clone(),
        business_transaction_id: exchange.business_transaction.clone(),
        kind: Kind::Single,
        partner: exchange.partner.clone(),
        owner: exchange.client.clone(),
        asked_at: Instant::new(exchange.created_at),
        state: exchange.state,
        since: Instant::new(exchange.since),
        disposition: exchange.disposition,
        code: exchange.code,
        outcome: exchange.code.map(|code: Code| code.meaning().outcome),
        next_action: Step::due(exchange.state).map(|step| NextAction {
            step,
            at: exchange.next_attempt_at.map(Instant::new),
        }),
        hold: exchange.hold,
        outbound_key: OutboundKey::of(
            &exchange.partner,
            &exchange.id,
            Step::Submit,
            exchange.generation,
        ),
        request: exchange.request.clone(),
        schema_version: exchange.schema_version.clone(),
        route_set: exchange.route_set,
        snapshot: u64::try_from(exchange.snapshot).unwrap_or_default(),
        consent_checked_at: exchange.consent_checked_at.map(Instant::new),
        resume_at: exchange.resume_at,
        // A match brings no data; retrieval, which does, is not served yet.
        data: None,
        history: history.iter().map(past).collect(),
        attempts: attempts.iter().map(attempt).collect(),
    }
}

fn past(past: &Past) -> Transition {
    Transition {
        at: Instant::new(past.at),
        from: past.from,
        to: past.to,
        by: past.by,
        code: past.code,
    }
}

fn attempt(attempt: &Attempt) -> record::Attempt {
    record::Attempt {
        number: attempt.number,
        at: Instant::new(attempt.at),
        correlation_id: attempt.correlation.clone(),
        status: attempt.status,
        code: attempt.code,
        wait_ms: attempt.wait_ms.and_then(|wait| u64::try_from(wait).ok()),
    }
}

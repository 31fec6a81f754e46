//! An exchange as our own systems see it: where it is, since when, what comes next, and how it came there.
//! Refuses to show anything of the member.

use crate::store::{Attempt, Exchange, Past};
use domain::Timestamp;
use domain::failure::Code;
use domain::workflow::Step;
use serde_json::{Value, json};

/// Where it stands.
pub(super) fn summary(exchange: &Exchange) -> Value {
    let next = Step::due(exchange.state).map(|step| {
        json!({
            "step": step,
            "at": exchange.next_attempt_at.map(text),
        })
    });
    json!({
        "id": exchange.id,
        "business_transaction_id": exchange.business_transaction,
        "kind": "single",
        "partner": exchange.partner,
        "state": exchange.state,
        "since": text(exchange.since),
        "disposition": exchange.disposition,
        "code": exchange.code,
        "outcome": exchange.code.map(|code: Code| code.meaning().outcome.word()),
        "next_action": next,
        "hold": exchange.hold,
        "owner": exchange.client,
    })
}

/// Where it stands, and how it came there.
pub(super) fn whole(exchange: &Exchange, history: &[Past], attempts: &[Attempt]) -> Value {
    let mut view = summary(exchange);
    let more = json!({
        "schema_version": exchange.schema_version,
        "route_set": exchange.route_set,
        "snapshot": exchange.snapshot,
        "consent_checked_at": exchange.consent_checked_at.map(text),
        "resume_at": exchange.resume_at,
        "history": history.iter().map(past).collect::<Vec<_>>(),
        "attempts": attempts.iter().map(attempt).collect::<Vec<_>>(),
    });
    if let (Value::Object(view), Value::Object(more)) = (&mut view, more) {
        view.extend(more);
    }
    view
}

fn past(past: &Past) -> Value {
    json!({"at": text(past.at), "from": past.from, "to": past.to, "move": past.by, "code": past.code})
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "at": text(attempt.at),
        "correlation_id": attempt.correlation,
        "status": attempt.status,
        "code": attempt.code,
        "wait_ms": attempt.wait_ms,
    })
}

fn text(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

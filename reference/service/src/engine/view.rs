//! An exchange as its engine tells it, put together from what is stored.
//! Refuses to show anything of the member.

use crate::store::{Attempt, Deadline, Exchange, OpenStep, Past, Spoken, Store, StoreError};
use domain::failure::Code;
use domain::record::{self, Instant, NextAction, OutboundKey, Transition, WorkflowRequest};
use domain::workflow::{self, DueBy, Hold, OpenWork, RequestView, Step, Work};

/// Everything that there is to tell.
pub(super) async fn whole(store: &Store, exchange: &Exchange) -> Result<RequestView, StoreError> {
    let id = &exchange.id;
    let record = WorkflowRequest {
        data: store.given(id).await?,
        history: store.history(id).await?.iter().map(past).collect(),
        attempts: store.attempts(id).await?.iter().map(attempt).collect(),
        ..bare(exchange)
    };
    Ok(RequestView {
        record,
        hold: exchange.hold,
        paused: exchange.paused_at.is_some(),
        open: store.open_steps(id).await?.iter().map(open).collect(),
        spoken: store.signals(id).await?.iter().map(spoken).collect(),
        deadlines: store.deadlines(id).await?.into_iter().map(due).collect(),
    })
}

/// Where it stands, without how it came there.
pub(super) fn bare(exchange: &Exchange) -> WorkflowRequest {
    WorkflowRequest {
        id: exchange.id.clone(),
        business_transaction_id: exchange.business_transaction.clone(),
        kind: exchange.kind,
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
        hold: exchange.paused_at.map(|_| Hold::Paused).or(exchange.hold),
        outbound_key: OutboundKey::of(
            &exchange.partner,
            &exchange.id,
            Work::Submit,
            exchange.generation,
        ),
        request: exchange.request.clone(),
        schema_version: exchange.schema_version.clone(),
        route_set: exchange.route_set,
        snapshot: u64::try_from(exchange.snapshot).unwrap_or_default(),
        consent_checked_at: exchange.consent_checked_at.map(Instant::new),
        resume_at: exchange.resume_at,
        data: None,
        history: Vec::new(),
        attempts: Vec::new(),
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

fn open(step: &OpenStep) -> OpenWork {
    OpenWork {
        work: step.work,
        run_after: step.run_after,
        taken: step.attempt,
    }
}

fn spoken(said: &Spoken) -> workflow::Spoken {
    workflow::Spoken {
        signal: said.signal,
        at: said.at,
        came_to: said.came_to,
    }
}

fn due(deadline: Deadline) -> DueBy {
    DueBy {
        name: deadline.name,
        alert_at: deadline.alert_at,
        due_at: deadline.due_at,
        alerted_at: deadline.alerted_at,
    }
}
